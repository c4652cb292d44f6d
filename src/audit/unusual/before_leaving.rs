//! More reading than usual in the two weeks before somebody left: what is taken along.

use chrono::TimeDelta;

use super::look::{Cases, Departure, Look};
use super::statistics::median;
use super::{Finding, UnusualKind};

/// Plans to leave show in about two weeks.
const LAST_DAYS: TimeDelta = TimeDelta::days(14);
/// Fewer different cases on the busiest day are no reason to ask.
const LEAST: usize = 10;
/// Of fewer earlier days nobody can tell what is usual.
const LEAST_DAYS: usize = 5;
/// So many times the person's own median: handing over doubles a day's work, and no more.
const TIMES: usize = 2;

pub(super) fn find(look: &Look) -> Vec<Finding> {
    let opened = look.opened(|_| true);
    let mut found = Vec::new();
    for departure in &look.departures {
        let Some(days) = opened.get(&departure.user) else { continue };
        let (from, until) = (departure.at.plus(-LAST_DAYS).date(), departure.at.date());
        let before: Vec<usize> = days.range(..from).map(|(_, cases)| cases.len()).collect();
        let last: Vec<_> = days.range(from..=until).collect();
        let Some((day, busiest)) = last.iter().max_by_key(|(_, cases)| cases.len()) else { continue };
        let earlier = before.len();
        let Some(usual) = median(before).filter(|_| earlier >= LEAST_DAYS) else { continue };
        if busiest.len() < LEAST || busiest.len() <= TIMES * usual {
            continue;
        }
        let total: usize = last.iter().map(|(_, cases)| cases.len()).sum();
        let reason = format!(
            "{} on {until}. In the 14 days before, {total} cases were opened on {} days, {} of them on {day} alone; on {earlier} earlier days it was usually {usual}.",
            how(departure),
            last.len(),
            busiest.len(),
        );
        found.push(Finding::new(
            UnusualKind::BeforeLeaving,
            departure.user,
            reason,
            shown(departure, busiest),
        ));
    }
    found
}

fn how(departure: &Departure) -> &'static str {
    if departure.suspended { "Suspended" } else { "Left a hub" }
}

/// The departure first, then what was opened.
fn shown(departure: &Departure, busiest: &Cases) -> Vec<i64> {
    let mut opened: Vec<i64> = busiest.values().copied().collect();
    opened.sort_unstable();
    [departure.position].into_iter().chain(opened).collect()
}

#[cfg(test)]
mod tests {
    use super::super::look::tests::Scene;
    use super::*;
    use crate::access::Role;

    #[test]
    fn a_last_look_at_everything_is_told_with_the_day() {
        let mut scene = Scene::new();
        let (heron, tern) = (scene.user(Role::Caseworker), scene.user(Role::Caseworker));
        for day in -25..-14 {
            scene.opens(heron, 5, day);
            scene.opens(tern, 5, day);
        }
        scene.opens(heron, 11, -2);
        scene.opens(heron, 3, -1);
        scene.opens(tern, 10, -2);
        scene.leaves(heron, 1, false);
        scene.leaves(tern, 1, true);
        let found = find(&scene.look);
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!(found[0].user, heron);
        assert_eq!(
            found[0].reason,
            "Left a hub on 2026-03-03. In the 14 days before, 14 cases were opened on 2 days, 11 of them on \
             2026-02-28 alone; on 11 earlier days it was usually 5."
        );
        assert_eq!(found[0].positions.len(), 12);
    }

    #[test]
    fn nothing_is_told_of_whom_nothing_is_known() {
        let mut scene = Scene::new();
        let new = scene.user(Role::Caseworker);
        scene.opens(new, 50, 0);
        scene.leaves(new, 1, true);
        assert_eq!(find(&scene.look), []);
    }
}
