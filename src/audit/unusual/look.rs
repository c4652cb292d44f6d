//! What the rules look at: who did what with which case, in the time asked about and before it.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use chrono::TimeDelta;

use crate::access::{CaseId, HubId, Role, UserId};
use crate::audit::unreadable::Unread;
use crate::db::types::{Day, Timestamp};

/// How far back what is usual is looked for, where the log is not too long for that.
pub(crate) const PAST: TimeDelta = TimeDelta::days(30);

/// What was done with a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Did {
    /// It, or something of it, was read.
    Open,
    /// A sealed record of it was opened.
    OpenSealed,
    /// It was changed.
    Write,
}

/// One thing that was done.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Deed {
    pub position: i64,
    pub at: Timestamp,
    pub user: UserId,
    pub case: CaseId,
    pub did: Did,
}

impl Deed {
    /// Whether something was shown.
    pub(super) fn opens(&self) -> bool {
        self.did != Did::Write
    }
}

/// Somebody left a hub, or was suspended.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Departure {
    pub position: i64,
    pub at: Timestamp,
    pub user: UserId,
    /// Whether they were suspended; else they left a hub.
    pub suspended: bool,
}

/// Who a user is now.
#[derive(Clone, Debug)]
pub(crate) struct Colleague {
    pub role: Role,
    pub hubs: BTreeSet<HubId>,
}

/// All that the rules look at.
pub(crate) struct Look {
    /// The time asked about.
    pub window: Range<Timestamp>,
    /// From when on the time before it was looked at.
    pub since: Timestamp,
    /// What was done, in the order of the log.
    pub deeds: Vec<Deed>,
    /// Entries that may tell more, and cannot be read.
    pub unread: Unread,
    /// Who left in the time asked about.
    pub departures: Vec<Departure>,
    /// The users.
    pub people: BTreeMap<UserId, Colleague>,
    /// Who has, or had, a place on the team of which case; of coordinators alone.
    pub places: BTreeSet<(UserId, CaseId)>,
}

/// The different cases of a day, each with the position of its first entry.
pub(super) type Cases = BTreeMap<CaseId, i64>;

impl Look {
    /// What was done in the time asked about.
    pub(super) fn present(&self) -> impl Iterator<Item = &Deed> {
        self.deeds.iter().filter(|deed| self.window.contains(&deed.at))
    }

    /// Whether some of a day is in the time asked about.
    pub(super) fn asks_about(&self, day: Day) -> bool {
        (self.window.start.date()..=self.window.end.date()).contains(&day)
    }

    /// The different cases that each user opened on each day, of those deeds that count.
    pub(super) fn opened(&self, counts: impl Fn(&Deed) -> bool) -> BTreeMap<UserId, BTreeMap<Day, Cases>> {
        let mut opened: BTreeMap<UserId, BTreeMap<Day, Cases>> = BTreeMap::new();
        for deed in self.deeds.iter().filter(|deed| deed.opens() && counts(deed)) {
            let days = opened.entry(deed.user).or_default();
            days.entry(deed.at.date()).or_default().entry(deed.case).or_insert(deed.position);
        }
        opened
    }

    /// Whether two users have the same role and share a hub.
    pub(super) fn are_peers(&self, one: &UserId, other: &UserId) -> bool {
        one != other
            && self
                .people
                .get(one)
                .zip(self.people.get(other))
                .is_some_and(|(one, other)| one.role == other.role && !one.hubs.is_disjoint(&other.hubs))
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// A look at a week, with a month before it; what was done is added by the test.
    pub(crate) struct Scene {
        pub look: Look,
        pub hub: HubId,
        next: i64,
    }

    impl Scene {
        pub(crate) fn new() -> Self {
            let start: Timestamp = "2026-03-02T00:00:00Z".parse().unwrap();
            let look = Look {
                window: start..start.plus(TimeDelta::days(7)),
                since: start.plus(-PAST),
                deeds: Vec::new(),
                unread: Unread::default(),
                departures: Vec::new(),
                people: BTreeMap::new(),
                places: BTreeSet::new(),
            };
            Self { look, hub: HubId::generate(), next: 0 }
        }

        pub(crate) fn user(&mut self, role: Role) -> UserId {
            let user = UserId::generate();
            self.look.people.insert(user, Colleague { role, hubs: BTreeSet::from([self.hub]) });
            user
        }

        /// `day` counts from the first day asked about; the days before it are negative.
        pub(crate) fn moment(&self, day: i64, hour: i64) -> Timestamp {
            self.look.window.start.plus(TimeDelta::days(day) + TimeDelta::hours(hour))
        }

        pub(crate) fn did(&mut self, user: UserId, case: CaseId, did: Did, (day, hour): (i64, i64)) -> i64 {
            let (position, at) = (self.next, self.moment(day, hour));
            self.next += 1;
            self.look.deeds.push(Deed { position, at, user, case, did });
            position
        }

        /// So many different cases, opened on a day at nine.
        pub(crate) fn opens(&mut self, user: UserId, cases: usize, day: i64) {
            for _ in 0..cases {
                self.did(user, CaseId::generate(), Did::Open, (day, 9));
            }
        }

        pub(crate) fn leaves(&mut self, user: UserId, day: i64, suspended: bool) {
            let (position, at) = (self.next, self.moment(day, 12));
            self.next += 1;
            self.look.departures.push(Departure { position, at, user, suspended });
        }
    }
}
