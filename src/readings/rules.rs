//! How much is read before somebody is asked: pure, with the counts as values.

use std::str::FromStr;

use chrono::TimeDelta;

use crate::db::types::Timestamp;

/// A case counts for this long from when something sealed of it was opened; opened again meanwhile it costs nothing.
pub(super) const HOUR: TimeDelta = TimeDelta::hours(1);
/// The longer of the two.
pub(super) const DAY: TimeDelta = TimeDelta::days(1);
/// The most that a coordinator allows beside it.
pub(super) const MOST_MORE: i64 = 200;
/// The longest that it is allowed for, in minutes.
pub(super) const LONGEST_MINUTES: i64 = 24 * 60;

/// Different cases of which one user opens something sealed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReadingBudget {
    /// Within an hour.
    pub hour: i64,
    /// Within a day.
    pub day: i64,
}

impl Default for ReadingBudget {
    fn default() -> Self {
        Self { hour: 30, day: 100 }
    }
}

/// It is not two numbers, the second not smaller than the first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoBudget;

impl FromStr for ReadingBudget {
    type Err = NoBudget;

    /// `HOUR,DAY`, such as `30,100`.
    fn from_str(text: &str) -> Result<Self, NoBudget> {
        let (hour, day) = text.split_once(',').ok_or(NoBudget)?;
        let number = |text: &str| text.parse().map_err(|_| NoBudget);
        let budget = Self { hour: number(hour)?, day: number(day)? };
        let holds = 1 <= budget.hour && budget.hour <= budget.day && budget.day <= 1_000_000;
        if holds { Ok(budget) } else { Err(NoBudget) }
    }
}

/// The cases that count now.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Opened {
    /// Of the last hour.
    pub hour: i64,
    /// Of the last day.
    pub day: i64,
}

impl ReadingBudget {
    /// Whether one more case may be opened beside these, where `more` were allowed.
    pub(super) fn has_room(self, opened: Opened, more: i64) -> bool {
        opened.hour < self.hour + more && opened.day < self.day + more
    }

    /// When there is room again without anybody's leave: `counted` is when each of the cases of the last day was counted,
    /// the oldest first. `more` are allowed beside the budget until a moment.
    pub(super) fn room_at(
        self,
        counted: &[Timestamp],
        (more, until): (i64, Option<Timestamp>),
        now: Timestamp,
    ) -> Timestamp {
        let widened = Self { hour: self.hour + more, day: self.day + more }.free_at(counted, now);
        if until.is_some_and(|until| widened < until) { widened } else { self.free_at(counted, now) }
    }

    fn free_at(self, counted: &[Timestamp], now: Timestamp) -> Timestamp {
        let since = |within: TimeDelta| counted.partition_point(|at| *at <= now.plus(-within));
        let free = |within: TimeDelta, most: i64| {
            let counting = &counted[since(within)..];
            let most = usize::try_from(most).unwrap_or(usize::MAX);
            // As many end before one more fits as there are too many.
            let last_to_end = (counting.len() + 1).checked_sub(most)?.checked_sub(1)?;
            counting.get(last_to_end).map(|at| at.plus(within))
        };
        free(HOUR, self.hour).into_iter().chain(free(DAY, self.day)).max().unwrap_or(now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BUDGET: ReadingBudget = ReadingBudget { hour: 2, day: 3 };

    fn at(minute: i64) -> Timestamp {
        Timestamp::from_micros(minute * 60_000_000)
    }

    #[test]
    fn both_bounds_hold_and_what_is_allowed_widens_both() {
        let opened = |hour, day| Opened { hour, day };
        assert!(BUDGET.has_room(opened(1, 2), 0));
        assert!(!BUDGET.has_room(opened(2, 2), 0));
        assert!(!BUDGET.has_room(opened(0, 3), 0));
        assert!(BUDGET.has_room(opened(2, 3), 1));
        assert!(!BUDGET.has_room(opened(3, 4), 1));
    }

    #[test]
    fn there_is_room_when_enough_of_them_count_no_more() {
        let room = |counted: &[Timestamp]| BUDGET.room_at(counted, (0, None), at(20));
        assert_eq!(room(&[at(0), at(10)]), at(60));
        assert_eq!(room(&[at(0), at(10), at(11)]), at(24 * 60));
        assert_eq!(room(&[at(0), at(1), at(2), at(3)]), at(24 * 60 + 1));
        assert_eq!(room(&[]), at(20));
    }

    #[test]
    fn what_is_allowed_makes_room_sooner_for_as_long_as_it_lasts() {
        let budget = ReadingBudget { hour: 2, day: 9 };
        let room = |until| budget.room_at(&[at(0), at(10), at(15)], (1, Some(at(until))), at(20));
        assert_eq!(room(61), at(60), "the first of three counts no more");
        assert_eq!(room(60), at(70), "by then two are too many again");
    }

    #[test]
    fn it_is_two_numbers_and_the_day_is_no_less_than_the_hour() {
        assert_eq!("30,100".parse(), Ok(ReadingBudget::default()));
        for text in ["", "30", "100,30", "0,3", "-1,3", "1,1000001", "1,2,3", " 1,2", "a,b"] {
            assert_eq!(text.parse::<ReadingBudget>(), Err(NoBudget), "{text}");
        }
    }
}
