//! The history of a case as an unbroken row of periods: pure algebra, no rows of a database.
//!
//! A period reaches from its first day up to, and not including, the first day of the next; the last
//! is open. Two changes on one day leave a period of no days between them: it is history, and no
//! day falls into it. What a correction replaces stays in the table as superseded; only live periods
//! are here. Whether a change may happen at all is for `rules.rs` to say.

use super::codes::{Outcome, Stage, Status};
use super::reasons::PeriodReason;
use crate::access::actor::HubId;
use crate::db::types::Day;
use crate::error::{Fault, Unmet};
use crate::machine::{NOT_BEFORE_LAST_CHANGE, unmet};

/// Where a case stands, whichever day it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// The hub that works on it.
    pub hub_id: HubId,
    /// Its stage.
    pub stage: Stage,
    /// Its status.
    pub status: Status,
    /// Its outcome, when closed.
    pub outcome: Option<Outcome>,
}

/// A stretch of time in which a case stood in one way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Period {
    /// Place in the history, from 1; a corrected period keeps the place of the one it supersedes.
    pub sequence: i64,
    /// How the case stood.
    pub standing: Standing,
    /// Why it came to stand so.
    pub reason: PeriodReason,
    /// First day.
    pub from_on: Day,
    /// First day of what followed; none while it lasts.
    pub until_on: Option<Day>,
}

/// The live periods of one case, in order and without a gap.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Timeline {
    earlier: Vec<Period>,
    current: Period,
}

/// A change appended to the history: two rows are touched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Appended {
    /// The period that ends, by its place,
    pub closes: i64,
    /// which from now on reaches until this day,
    pub until_on: Day,
    /// and the open one after it.
    pub opens: Period,
}

/// What a correction asks for; what is absent stays.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Correction {
    /// The day on which the period really began.
    pub from_on: Option<Day>,
    /// Why it really began.
    pub reason: Option<PeriodReason>,
}

/// What a correction does: live rows to mark as superseded, and the rows that take their places.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Revision {
    /// The places whose live rows are superseded.
    pub supersede: Vec<i64>,
    /// The new rows, each at a superseded place.
    pub insert: Vec<Period>,
}

/// The stored periods are no unbroken history: somebody wrote around the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the live periods of a case are not contiguous with exactly one open at the end")]
pub struct Broken;

impl Timeline {
    /// The history of a case opened on this day.
    #[must_use]
    pub const fn open(standing: Standing, reason: PeriodReason, on: Day) -> Self {
        Self {
            earlier: Vec::new(),
            current: Period { sequence: 1, standing, reason, from_on: on, until_on: None },
        }
    }

    /// The history from its live rows, checked.
    pub fn from_live(mut periods: Vec<Period>) -> Result<Self, Broken> {
        periods.sort_by_key(|period| period.sequence);
        let contiguous = periods.windows(2).all(|pair| {
            pair[0].sequence < pair[1].sequence
                && pair[0].until_on == Some(pair[1].from_on)
                && pair[0].from_on <= pair[1].from_on
        });
        match periods.pop() {
            Some(current) if contiguous && current.until_on.is_none() => {
                Ok(Self { earlier: periods, current })
            }
            Some(_) | None => Err(Broken),
        }
    }

    /// The live periods, the oldest first.
    pub fn periods(&self) -> impl Iterator<Item = &Period> {
        self.earlier.iter().chain([&self.current])
    }

    /// The period that lasts.
    #[must_use]
    pub const fn current(&self) -> &Period {
        &self.current
    }

    /// The day on which the case was opened.
    #[must_use]
    pub fn opened_on(&self) -> Day {
        self.earlier.first().unwrap_or(&self.current).from_on
    }

    /// How the case stood at the end of the day; nothing before it was opened.
    ///
    /// In SQL: live, `from_on <= day`, and `until_on` null or `> day`.
    #[must_use]
    pub fn as_of(&self, day: Day) -> Option<&Period> {
        self.periods().find(|period| period.from_on <= day && period.until_on.is_none_or(|until| until > day))
    }

    /// Ends the open period on the day and opens the next.
    pub fn append(&self, standing: Standing, reason: PeriodReason, on: Day) -> Result<Appended, Unmet> {
        let Period { sequence, from_on, .. } = self.current;
        if on < from_on {
            let detail = format!("the last change was on {from_on}; this one follows it");
            return Err(unmet(NOT_BEFORE_LAST_CHANGE, detail));
        }
        let opens = Period { sequence: sequence + 1, standing, reason, from_on: on, until_on: None };
        Ok(Appended { closes: sequence, until_on: on, opens })
    }

    /// What a correction of the period at this place does, or why it cannot be made.
    ///
    /// A period may begin as early as the one before it and as late as its own end: then the one
    /// before, or it, has no days left. `today` as in [`crate::machine::latest_day`].
    pub fn correct(
        &self,
        sequence: i64,
        correction: &Correction,
        today: Day,
    ) -> Result<Revision, Vec<Fault>> {
        let mut before = None;
        let mut found = None;
        for period in self.periods() {
            if period.sequence == sequence {
                found = Some(*period);
                break;
            }
            before = Some(*period);
        }
        let period =
            found.ok_or_else(|| vec![fault("", "only a period that was not superseded is corrected")])?;
        let corrected = Period {
            from_on: correction.from_on.unwrap_or(period.from_on),
            reason: correction.reason.unwrap_or(period.reason),
            ..period
        };

        let faults = correction_faults(&period, &corrected, before.as_ref(), today);
        if !faults.is_empty() {
            return Err(faults);
        }
        let shifted = before.filter(|_| corrected.from_on != period.from_on);
        let insert: Vec<_> = shifted
            .map(|before| Period { until_on: Some(corrected.from_on), ..before })
            .into_iter()
            .chain([corrected])
            .collect();
        Ok(Revision { supersede: insert.iter().map(|period| period.sequence).collect(), insert })
    }

    /// What takes the open period back, so that the one before it lasts again, and that one; none where there is no
    /// other.
    #[must_use]
    pub fn without_the_last(&self) -> Option<(Revision, Period)> {
        let before = self.earlier.last()?;
        let lasts = Period { until_on: None, ..*before };
        let supersede = vec![before.sequence, self.current.sequence];
        Some((Revision { supersede, insert: vec![lasts] }, lasts))
    }

    /// The history after an append.
    #[must_use]
    pub fn appended(mut self, change: &Appended) -> Self {
        self.earlier.push(Period { until_on: Some(change.until_on), ..self.current });
        self.current = change.opens;
        self
    }

    /// The history after a correction.
    #[must_use]
    pub fn revised(mut self, revision: &Revision) -> Self {
        for period in self.earlier.iter_mut().chain([&mut self.current]) {
            if let Some(new) = revision.insert.iter().find(|new| new.sequence == period.sequence) {
                *period = *new;
            }
        }
        self
    }
}

fn correction_faults(period: &Period, corrected: &Period, before: Option<&Period>, today: Day) -> Vec<Fault> {
    let mut faults = Vec::new();
    if corrected == period {
        faults.push(fault("", "a correction gives another day, another reason or both"));
    }
    if !corrected.reason.same_kind(period.reason) {
        faults.push(fault("/reason", "a correction gives a reason for the same kind of change"));
    }
    if let Some(before) = before.filter(|before| corrected.from_on < before.from_on) {
        faults.push(fault(
            "/from_on",
            format!("not before {}, when the period before it began", before.from_on),
        ));
    }
    if let Some(until) = period.until_on.filter(|until| corrected.from_on > *until) {
        faults.push(fault("/from_on", format!("not after {until}, when the period after it begins")));
    } else if corrected.from_on > today {
        faults.push(fault("/from_on", "the day has not begun anywhere yet"));
    }
    faults
}

fn fault(pointer: &str, detail: impl Into<String>) -> Fault {
    Fault { pointer: pointer.to_owned(), detail: detail.into() }
}

#[cfg(test)]
mod tests;
