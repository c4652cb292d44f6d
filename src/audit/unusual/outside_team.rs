//! Many cases opened by the reach of a hub alone, without a place on their teams.

use super::look::Look;
use super::{Finding, UnusualKind};
use crate::access::Role;

/// A coordinator opens the cases of a hub to assign and to house; in one day so many different ones is a review of
/// the hub, or a copy of it.
const LEAST: usize = 20;

pub(super) fn find(look: &Look) -> Vec<Finding> {
    let outside = look.opened(|deed| {
        let coordinates = look.people.get(&deed.user).is_some_and(|user| user.role == Role::Coordinator);
        coordinates && !look.places.contains(&(deed.user, deed.case))
    });
    let mut found = Vec::new();
    for (user, days) in outside {
        for (day, cases) in
            days.into_iter().filter(|(day, cases)| look.asks_about(*day) && cases.len() >= LEAST)
        {
            let reason = format!(
                "Opened {} different cases on {day} by the reach of the hub, without a place on their teams.",
                cases.len()
            );
            let mut positions: Vec<i64> = cases.into_values().collect();
            positions.sort_unstable();
            found.push(Finding::new(UnusualKind::OutsideTeam, user, reason, positions));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::super::look::tests::Scene;
    use super::*;

    #[test]
    fn a_hub_read_through_is_told_and_work_on_one_s_own_teams_is_not() {
        let mut scene = Scene::new();
        let (crane, heron) = (scene.user(Role::Coordinator), scene.user(Role::Caseworker));
        scene.opens(heron, 40, 0);
        scene.opens(crane, 20, -1);
        scene.opens(crane, 20, 1);
        let found = find(&scene.look);
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].user, found[0].positions.len()), (crane, 20));
        assert!(found[0].reason.starts_with("Opened 20 different cases on 2026-03-03 "));
        let last = scene.look.deeds.last().unwrap();
        scene.look.places.insert((crane, last.case));
        assert_eq!(find(&scene.look), []);
    }
}
