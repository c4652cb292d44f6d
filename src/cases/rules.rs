//! What may happen to a case: stage, status, closing and reopening, decided from facts alone.
//!
//! Every decision collects all that is unmet, so that a caseworker on a bad link learns it at once.
//! The tables are in `tables.rs`, the history in `timeline.rs`; nothing here reads a database.

use super::codes::{Outcome, Stage, Status};
use super::reasons::{MoveReason, ReopeningReason, StatusReason};
use super::tables::{MOVES, OUTCOMES, REOPENINGS, STATUS_CHANGES};
use crate::db::types::{CodeList, Day};
use crate::error::Unmet;
use crate::machine::{ALLOWED_MOVE, day_faults, destinations, settled, unmet};

/// What the row of a case says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CaseFacts {
    /// Its stage.
    pub stage: Stage,
    /// Its status.
    pub status: Status,
    /// Its outcome, when closed.
    pub outcome: Option<Outcome>,
    /// The first day of the current period.
    pub since: Day,
}

/// What the tables around a case say, for the guards of the stages.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "independent facts, each read from its own table")]
pub struct StageFacts {
    /// The person has a stay that has not ended.
    pub open_stay: bool,
    /// A journey is approved or underway.
    pub approved_journey: bool,
    /// How many legs that journey has, cancelled ones apart.
    pub journey_legs: usize,
    /// An application is neither rejected nor closed.
    pub open_application: bool,
    /// An application was granted.
    pub granted: bool,
    /// A country accepted a resettlement.
    pub accepted_by_country: bool,
}

/// Whether a case may be opened on this day. It may start in any stage: people come as they are.
pub fn open_case(on: Day, today: Day) -> Result<(), Vec<Unmet>> {
    settled(day_faults(on, on, today))
}

/// Whether the case may enter the stage `to`.
pub fn next_stage(
    case: &CaseFacts,
    to: Stage,
    reason: MoveReason,
    on: Day,
    today: Day,
    facts: &StageFacts,
) -> Result<(), Vec<Unmet>> {
    let mut missing = day_faults(case.since, on, today);
    if case.status != Status::Active {
        missing.push(unmet(
            "status_active",
            match case.status {
                Status::Closed => "the case is closed: reopen it first",
                Status::Active | Status::Detained | Status::Missing => {
                    "the person is not with the network: record the release or that they were found first"
                }
            },
        ));
    }
    match MOVES.iter().find(|entry| (entry.from, entry.to) == (case.stage, to)) {
        None => {
            let allowed = MOVES.iter().filter(|entry| entry.from == case.stage).map(|entry| entry.to);
            missing.push(unmet(
                ALLOWED_MOVE,
                format!("from {} it goes {}", case.stage.code(), destinations(allowed)),
            ));
        }
        Some(entry) if !entry.reasons.contains(&reason) => {
            missing.push(reason_unfit(entry.reasons));
        }
        Some(_) => {}
    }
    if case.stage != to {
        missing.extend(entrance(to, facts));
    }
    settled(missing)
}

/// What a stage asks of whoever enters it, wherever they come from.
fn entrance(stage: Stage, facts: &StageFacts) -> Vec<Unmet> {
    let guards: &[(bool, &'static str, &str)] = match stage {
        Stage::Shelter => &[(facts.open_stay, "open_stay", "record the stay in a shelter first")],
        Stage::Transit => &[
            (facts.approved_journey, "journey_approved", "a coordinator has to approve a journey first"),
            (facts.journey_legs > 0, "leg_planned", "the journey needs at least one leg"),
        ],
        Stage::Asylum => &[(
            facts.open_application,
            "application_open",
            "record an application, with its country, that is neither rejected nor closed",
        )],
        Stage::Resettlement => &[(
            facts.granted || facts.accepted_by_country,
            "grant_or_acceptance",
            "an application has to be granted, or a country to have accepted the resettlement",
        )],
    };
    guards.iter().filter(|(met, ..)| !met).map(|(_, guard, detail)| unmet(guard, *detail)).collect()
}

/// Whether the status of the open case may become `to`.
pub fn next_status(
    case: &CaseFacts,
    to: Status,
    reason: StatusReason,
    on: Day,
    today: Day,
) -> Result<(), Vec<Unmet>> {
    let mut missing = day_faults(case.since, on, today);
    match STATUS_CHANGES.iter().find(|entry| (entry.from, entry.to) == (case.status, to)) {
        None => missing.push(unmet(ALLOWED_MOVE, no_status_change(case.status, to))),
        Some(entry) if !entry.reasons.contains(&reason) => missing.push(reason_unfit(entry.reasons)),
        Some(_) => {}
    }
    settled(missing)
}

fn no_status_change(from: Status, to: Status) -> String {
    if from == Status::Closed {
        return "the case is closed: it is reopened, not given a status".to_owned();
    }
    if to == Status::Closed {
        return "a case is closed by a closure, with its outcome".to_owned();
    }
    let allowed = STATUS_CHANGES.iter().filter(|entry| entry.from == from).map(|entry| entry.to);
    format!("from {} it goes {}", from.code(), destinations(allowed))
}

/// Whether the case may be closed with this outcome.
pub fn close_case(
    case: &CaseFacts,
    outcome: Outcome,
    on: Day,
    today: Day,
    open_stay: bool,
) -> Result<(), Vec<Unmet>> {
    let mut missing = day_faults(case.since, on, today);
    if case.status == Status::Closed {
        missing.push(unmet("status_not_closed", "the case is closed already"));
        return settled(missing);
    }
    if open_stay {
        missing.push(unmet("stay_ended", "the person still has a bed in a shelter: end the stay first"));
    }
    for entry in OUTCOMES.iter().filter(|entry| entry.outcome == outcome) {
        if !entry.stages.contains(&case.stage) {
            missing.push(unmet(
                "outcome_fits_stage",
                format!("this outcome closes a case in the stage {}", any_of(entry.stages)),
            ));
        }
        if !entry.statuses.contains(&case.status) {
            missing.push(unmet(
                "outcome_fits_status",
                format!("this outcome closes a case of the status {}", any_of(entry.statuses)),
            ));
        }
    }
    settled(missing)
}

/// Whether anything may still be recorded around a case.
pub fn case_open(status: Status) -> Result<(), Unmet> {
    match status {
        Status::Active | Status::Detained | Status::Missing => Ok(()),
        Status::Closed => Err(unmet("status_not_closed", "the case is closed: reopen it first")),
    }
}

/// Whether the closed case may be reopened; it is then active, in the stage in which it was closed.
pub fn reopen_case(case: &CaseFacts, reason: ReopeningReason, on: Day, today: Day) -> Result<(), Vec<Unmet>> {
    let mut missing = day_faults(case.since, on, today);
    match case.outcome {
        Some(outcome) if case.status == Status::Closed => {
            for entry in REOPENINGS.iter().filter(|entry| entry.outcome == outcome) {
                if !entry.reasons.contains(&reason) {
                    missing.push(reason_unfit(entry.reasons));
                }
            }
        }
        Some(_) | None => missing.push(unmet("status_closed", "only a closed case is reopened")),
    }
    settled(missing)
}

fn reason_unfit<R: CodeList>(fitting: &[R]) -> Unmet {
    unmet("reason_fits", format!("the reasons that fit here are {}", any_of(fitting)))
}

fn any_of<C: CodeList>(codes: &[C]) -> String {
    codes.iter().map(|code| code.code()).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests;
