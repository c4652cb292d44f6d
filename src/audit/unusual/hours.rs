//! Reading at an hour at which somebody never read before: a borrowed password, or a hidden evening.

use std::collections::{BTreeMap, BTreeSet};

use chrono::Timelike as _;

use super::look::Look;
use super::{Finding, UnusualKind};
use crate::access::UserId;
use crate::db::types::{Day, Timestamp};

/// Of fewer earlier days nobody can tell somebody's hours.
const LEAST_DAYS: usize = 5;
/// Fewer entries in an hour are an emergency, or a look at the clock.
const LEAST: usize = 3;

fn hour(at: Timestamp) -> u32 {
    at.to_utc().hour()
}

pub(super) fn find(look: &Look) -> Vec<Finding> {
    let mut usual: BTreeMap<UserId, (BTreeSet<u32>, BTreeSet<Day>)> = BTreeMap::new();
    for deed in look.deeds.iter().filter(|deed| deed.opens() && deed.at < look.window.start) {
        let (hours, days) = usual.entry(deed.user).or_default();
        hours.insert(hour(deed.at));
        days.insert(deed.at.date());
    }
    let mut odd: BTreeMap<(UserId, Day, u32), Vec<i64>> = BTreeMap::new();
    for deed in look.present().filter(|deed| deed.opens()) {
        let known = usual.get(&deed.user).filter(|(_, days)| days.len() >= LEAST_DAYS);
        if known.is_some_and(|(hours, _)| !hours.contains(&hour(deed.at))) {
            odd.entry((deed.user, deed.at.date(), hour(deed.at))).or_default().push(deed.position);
        }
    }
    let told = odd.into_iter().filter(|(_, positions)| positions.len() >= LEAST);
    told.map(|((user, day, hour), positions)| {
        let days = usual.get(&user).map_or(0, |(_, days)| days.len());
        let reason = format!(
            "Read {} times between {hour:02}:00 and {hour:02}:59 UTC on {day}. On {days} earlier days never at that hour.",
            positions.len()
        );
        Finding::new(UnusualKind::Hours, user, reason, positions)
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::super::look::Did;
    use super::super::look::tests::Scene;
    use super::*;
    use crate::access::{CaseId, Role};

    #[test]
    fn an_hour_of_the_night_is_told_where_somebody_s_hours_are_known() {
        let mut scene = Scene::new();
        let (heron, new) = (scene.user(Role::Caseworker), scene.user(Role::Caseworker));
        for day in -6..0 {
            scene.opens(heron, 1, day);
        }
        scene.opens(heron, 3, 0);
        let case = CaseId::generate();
        for _ in 0..3 {
            scene.did(heron, case, Did::OpenSealed, (1, 3));
            scene.did(new, case, Did::OpenSealed, (1, 3));
            scene.did(heron, case, Did::Write, (1, 4));
        }
        for _ in 0..2 {
            scene.did(heron, case, Did::Open, (2, 5));
        }
        let found = find(&scene.look);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].user, heron);
        assert_eq!(
            found[0].reason,
            "Read 3 times between 03:00 and 03:59 UTC on 2026-03-03. On 6 earlier days never at that hour."
        );
        assert_eq!(found[0].positions, [9, 12, 15]);
    }
}
