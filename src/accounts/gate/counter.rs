//! How often something may be tried: pure, with the time as a value.

use chrono::TimeDelta;

use crate::db::types::Timestamp;

/// After the first failure that counts, the second, the third, and every later one.
const DELAYS: [TimeDelta; 4] =
    [TimeDelta::seconds(1), TimeDelta::seconds(3), TimeDelta::seconds(5), TimeDelta::seconds(10)];

/// What is allowed.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bound {
    /// Failures that cost no delay.
    pub free: u32,
    /// Failures after which nothing is tried until the day (UTC) ends.
    pub most: u32,
    /// Tries at the same moment, while none costs a delay.
    pub together: u32,
}

/// What became of a try.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tried {
    /// It was right.
    Right,
    /// It was one that is right only for whoever is made to give it: what was guessed wrong of the other stays counted.
    RightUnderDuress,
    /// It was wrong, or nobody waited for the answer.
    Wrong,
    /// It was not looked at.
    Unchecked,
}

/// The tries of one account, device or address on one day.
#[derive(Clone, Debug)]
pub(super) struct Counter {
    day: Timestamp,
    failures: u32,
    /// Those since it was last right, and not under duress alone.
    unproven: u32,
    in_flight: u32,
    next: Option<Timestamp>,
}

impl Counter {
    /// One that has seen so many failures on this day.
    pub(super) fn with_failures(now: Timestamp, failures: u32) -> Self {
        Self { day: now.start_of_day(), failures, unproven: failures, in_flight: 0, next: None }
    }

    /// Whether one more may be tried now; if so it counts from now on, before anybody looks at it.
    pub(super) fn enter(&mut self, now: Timestamp, bound: Bound) -> bool {
        if self.day != now.start_of_day() {
            *self = Self { in_flight: self.in_flight, ..Self::with_failures(now, 0) };
        }
        let is_slowed = self.failures > bound.free;
        let allowed = self.unproven + self.in_flight < bound.most
            && if is_slowed {
                self.in_flight == 0 && self.next.is_none_or(|next| next <= now)
            } else {
                self.in_flight < bound.together
            };
        self.in_flight += u32::from(allowed);
        allowed
    }

    /// What became of one that had entered.
    pub(super) fn leave(&mut self, now: Timestamp, bound: Bound, tried: Tried) {
        self.in_flight = self.in_flight.saturating_sub(1);
        match tried {
            Tried::Unchecked => {}
            Tried::Right => (self.failures, self.unproven, self.next) = (0, 0, None),
            Tried::RightUnderDuress => (self.failures, self.next) = (0, None),
            Tried::Wrong => {
                self.unproven = self.unproven.saturating_add(1);
                self.failures = self.failures.saturating_add(1);
                self.next = delay(self.failures, bound).map(|delay| now.plus(delay));
            }
        }
    }

    /// Whether it holds nothing that matters any more.
    pub(super) fn is_idle(&self, now: Timestamp, bound: Bound) -> bool {
        self.in_flight == 0 && (self.day != now.start_of_day() || self.unproven <= bound.free)
    }
}

fn delay(failures: u32, bound: Bound) -> Option<TimeDelta> {
    let counted = usize::try_from(failures.checked_sub(bound.free)?).ok()?.checked_sub(1)?;
    DELAYS.get(counted).or(DELAYS.last()).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    const BOUND: Bound = Bound { free: 0, most: 100, together: 4 };

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_micros(seconds * 1_000_000)
    }

    fn fails(counter: &mut Counter, now: Timestamp) -> bool {
        let entered = counter.enter(now, BOUND);
        if entered {
            counter.leave(now, BOUND, Tried::Wrong);
        }
        entered
    }

    #[test]
    fn each_failure_is_followed_by_a_longer_delay_and_none_by_more_than_ten_seconds() {
        let mut counter = Counter::with_failures(at(0), 0);
        let mut tried = Vec::new();
        for second in 0..60 {
            if fails(&mut counter, at(second)) {
                tried.push(second);
            }
        }
        assert_eq!(tried, [0, 1, 4, 9, 19, 29, 39, 49, 59]);
    }

    #[test]
    fn a_hundred_failures_are_the_end_of_the_day_and_not_of_the_account() {
        let mut counter = Counter::with_failures(at(0), 0);
        let tried = (0..86_400).filter(|second| fails(&mut counter, at(*second))).count();
        assert_eq!(tried, 100);
        assert!(fails(&mut counter, at(86_400)), "another day");
    }

    #[test]
    fn whoever_is_right_begins_anew() {
        let mut counter = Counter::with_failures(at(0), 0);
        assert!(fails(&mut counter, at(0)) && !fails(&mut counter, at(0)));
        assert!(counter.enter(at(1), BOUND));
        counter.leave(at(1), BOUND, Tried::Right);
        assert!(fails(&mut counter, at(1)));
    }

    #[test]
    fn what_is_in_flight_counts_and_what_was_not_looked_at_does_not() {
        let mut counter = Counter::with_failures(at(0), 0);
        assert_eq!((0..50).filter(|_| counter.enter(at(0), BOUND)).count(), 4);
        for _ in 0..3 {
            counter.leave(at(0), BOUND, Tried::Unchecked);
        }
        counter.leave(at(0), BOUND, Tried::Wrong);
        assert!(!counter.enter(at(0), BOUND));
        assert_eq!((0..50).filter(|_| counter.enter(at(1), BOUND)).count(), 1, "once slowed, one at a time");
    }

    #[test]
    fn what_an_address_has_free_costs_no_delay() {
        let bound = Bound { free: 30, most: 1_000, together: 16 };
        let mut counter = Counter::with_failures(at(0), 0);
        let free = (0..100).filter(|_| {
            let entered = counter.enter(at(0), bound);
            if entered {
                counter.leave(at(0), bound, Tried::Wrong);
            }
            entered
        });
        assert_eq!(free.count(), 31, "the one after which the first delay begins is counted too");
    }

    #[test]
    fn what_is_right_under_duress_takes_no_delay_and_no_guess_of_the_day_away() {
        let mut counter = Counter::with_failures(at(0), 0);
        let bound = Bound { together: 64, ..BOUND };
        for second in 0..99 {
            assert!(counter.enter(at(second), bound));
            counter.leave(at(second), bound, Tried::Wrong);
            assert!(!counter.enter(at(second), bound), "a failure costs a delay");
            counter.in_flight += 1;
            counter.leave(at(second), bound, Tried::RightUnderDuress);
        }
        assert!(counter.enter(at(100), bound), "and costs none any more");
        counter.leave(at(100), bound, Tried::Wrong);
        assert!(!counter.enter(at(200), bound), "a hundred were guessed");
        counter.in_flight += 1;
        counter.leave(at(200), bound, Tried::Right);
        assert!(counter.enter(at(200), bound));
    }
}
