//! Sealed records opened of cases on which somebody wrote nothing: looking without working.

use std::collections::{BTreeMap, BTreeSet};

use super::look::{Did, Look};
use super::{Finding, UnusualKind};
use crate::access::{CaseId, UserId};

/// A look at a case or two is how one takes over, or helps out.
const LEAST: usize = 3;

pub(super) fn find(look: &Look) -> Vec<Finding> {
    let worked_on: BTreeSet<(UserId, CaseId)> =
        look.deeds.iter().filter(|deed| deed.did == Did::Write).map(|deed| (deed.user, deed.case)).collect();
    let mut only_read: BTreeMap<UserId, BTreeMap<CaseId, Vec<i64>>> = BTreeMap::new();
    let opened = look.present().filter(|deed| deed.did == Did::OpenSealed);
    for deed in opened.filter(|deed| !worked_on.contains(&(deed.user, deed.case))) {
        only_read.entry(deed.user).or_default().entry(deed.case).or_default().push(deed.position);
    }
    only_read
        .into_iter()
        .filter(|(_, cases)| cases.len() >= LEAST)
        .map(|(user, cases)| {
            let count = cases.len();
            let mut positions: Vec<i64> = cases.into_values().flatten().collect();
            positions.sort_unstable();
            let reason = format!(
                "Opened sealed records of {count} cases, {} times, and wrote nothing on any of them since {}.",
                positions.len(),
                look.since.date()
            );
            Finding::new(UnusualKind::NeverWorkedOn, user, reason, positions)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::look::tests::Scene;
    use super::*;
    use crate::access::Role;

    #[test]
    fn three_cases_that_were_only_read_are_told() {
        let mut scene = Scene::new();
        let heron = scene.user(Role::Caseworker);
        let cases: Vec<CaseId> = (0..4).map(|_| CaseId::generate()).collect();
        scene.did(heron, cases[0], Did::Write, (-20, 9));
        for case in &cases {
            scene.did(heron, *case, Did::OpenSealed, (1, 9));
        }
        let found = find(&scene.look);
        assert_eq!(found.len(), 1);
        assert_eq!(
            found[0].reason,
            "Opened sealed records of 3 cases, 3 times, and wrote nothing on any of them since 2026-01-31."
        );
        assert_eq!(found[0].positions, [2, 3, 4]);
        scene.did(heron, cases[1], Did::Write, (2, 9));
        assert_eq!(find(&scene.look), []);
    }
}
