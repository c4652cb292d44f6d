//! Far more cases in a day than usual: what copying looks like.

use crate::access::UserId;
use crate::db::types::Day;

use super::look::Look;
use super::statistics::{median, spread};
use super::{Finding, UnusualKind};

/// Fewer different cases in a day are never far too many: a busy day at a shelter is.
const LEAST: usize = 15;
/// Of fewer earlier days nobody can tell what is usual.
const LEAST_DAYS: usize = 5;
/// So many spreads above the person's own median is far; three are passed now and then by chance.
const SPREADS: usize = 5;
/// So many times what colleagues usually open is far above them.
const TIMES_PEERS: usize = 2;

pub(super) fn find(look: &Look) -> Vec<Finding> {
    let opened = look.opened(|_| true);
    let mut found = Vec::new();
    for (user, days) in &opened {
        let many = days.iter().filter(|(day, cases)| look.asks_about(**day) && cases.len() >= LEAST);
        for (day, cases) in many {
            let own: Vec<usize> = days.range(..day).map(|(_, cases)| cases.len()).collect();
            let peers: Vec<usize> = opened
                .iter()
                .filter(|(other, _)| look.are_peers(user, other))
                .flat_map(|(_, days)| days.values().map(std::collections::BTreeMap::len))
                .collect();
            if let Some(reason) = reason(cases.len(), *day, own, peers) {
                let positions = cases.values().copied();
                found.push(finding(*user, reason, positions));
            }
        }
    }
    found
}

fn finding(user: UserId, reason: String, positions: impl Iterator<Item = i64>) -> Finding {
    let mut positions: Vec<i64> = positions.collect();
    positions.sort_unstable();
    Finding::new(UnusualKind::Volume, user, reason, positions)
}

/// Above what is usual for the person and for their peers; where only one of the two is known, above that.
fn reason(count: usize, day: Day, own: Vec<usize>, peers: Vec<usize>) -> Option<String> {
    let mut words = format!("Opened {count} different cases on {day}.");
    let (days, known) = (own.len(), own.len() >= LEAST_DAYS);
    if known {
        let spread_of = own.clone();
        let usual = median(own)?;
        if count <= usual + SPREADS * spread(&spread_of, usual).max(1) {
            return None;
        }
        words += &format!(" On {days} earlier days it was usually {usual}.");
    }
    if peers.len() >= LEAST_DAYS {
        let usual = median(peers)?;
        if count <= TIMES_PEERS * usual {
            return None;
        }
        words += &format!(" Colleagues of the same role and hubs usually open {usual} a day.");
    } else if !known {
        return None;
    }
    Some(words)
}

#[cfg(test)]
mod tests {
    use super::super::look::tests::Scene;
    use super::*;
    use crate::access::Role;

    #[test]
    fn a_day_far_above_one_s_own_past_is_told_with_its_numbers() {
        let mut scene = Scene::new();
        let heron = scene.user(Role::Caseworker);
        for day in -10..0 {
            scene.opens(heron, 4, day);
        }
        scene.opens(heron, 15, 2);
        let found = find(&scene.look);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].user, heron);
        assert_eq!(
            found[0].reason,
            "Opened 15 different cases on 2026-03-04. On 10 earlier days it was usually 4."
        );
        assert_eq!(found[0].positions, (40..55).collect::<Vec<_>>());
    }

    #[test]
    fn few_cases_a_steady_worker_and_a_busy_desk_are_not_told() {
        let mut scene = Scene::new();
        let (calm, steady, busy, peer) = (
            scene.user(Role::Caseworker),
            scene.user(Role::Caseworker),
            scene.user(Role::Coordinator),
            scene.user(Role::Coordinator),
        );
        for day in -10..0 {
            scene.opens(calm, 1, day);
            scene.opens(steady, 14, day);
            scene.opens(busy, 2, day);
            scene.opens(peer, 20, day);
        }
        scene.opens(calm, 14, 1);
        scene.opens(steady, 19, 1);
        scene.opens(busy, 40, 1);
        assert_eq!(find(&scene.look), []);
        scene.opens(busy, 1, 1);
        assert!(find(&scene.look)[0].reason.ends_with("usually open 20 a day."));
    }

    #[test]
    fn somebody_new_is_compared_with_their_peers_alone() {
        let mut scene = Scene::new();
        let (new, peer) = (scene.user(Role::Caseworker), scene.user(Role::Caseworker));
        scene.opens(new, 30, 0);
        assert_eq!(find(&scene.look), [], "nothing to compare with");
        for day in -5..0 {
            scene.opens(peer, 6, day);
        }
        assert_eq!(find(&scene.look).len(), 1);
        scene.look.people.get_mut(&peer).unwrap().hubs.clear();
        assert_eq!(find(&scene.look), [], "of another hub");
    }
}
