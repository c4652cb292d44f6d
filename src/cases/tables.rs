//! The tables behind `rules.rs`: which change is allowed, and which reasons fit it.
//!
//! They are data: the rules decide by them, and the demonstration holds its history against them.

use super::codes::{Outcome, Stage, Status};
use super::reasons::{MoveReason as Move, ReopeningReason as Reopen, StatusReason as Change};

/// A move between stages.
#[derive(Clone, Copy, Debug)]
pub struct StageMove {
    /// From this stage
    pub from: Stage,
    /// to this one,
    pub to: Stage,
    /// for one of these reasons.
    pub reasons: &'static [Move],
}

/// Every move there is. The way leads onward, and back where life goes back.
pub const MOVES: &[StageMove] = &[
    StageMove {
        from: Stage::Shelter,
        to: Stage::Transit,
        reasons: &[
            Move::RouteReady,
            Move::Danger,
            Move::ShelterCompromised,
            Move::FamilyReunion,
            Move::Correction,
            Move::Other,
        ],
    },
    StageMove {
        from: Stage::Transit,
        to: Stage::Asylum,
        reasons: &[
            Move::Arrived,
            Move::MissionReached,
            Move::ApplicationLodged,
            Move::ArrestedOnTheWay,
            Move::Correction,
            Move::Other,
        ],
    },
    StageMove {
        from: Stage::Asylum,
        to: Stage::Resettlement,
        reasons: &[Move::Recognized, Move::ResettlementAccepted, Move::Correction, Move::Other],
    },
    StageMove {
        from: Stage::Shelter,
        to: Stage::Asylum,
        reasons: &[Move::ApplicationLodged, Move::MissionReached, Move::Correction, Move::Other],
    },
    StageMove {
        from: Stage::Transit,
        to: Stage::Shelter,
        reasons: &[
            Move::SpaceSecured,
            Move::ReturnedToShelter,
            Move::RouteLost,
            Move::Danger,
            Move::ArrestedOnTheWay,
            Move::TurnedBack,
            Move::Arrived,
            Move::Correction,
            Move::Other,
        ],
    },
    StageMove {
        from: Stage::Asylum,
        to: Stage::Transit,
        reasons: &[
            Move::RouteReady,
            Move::Danger,
            Move::ApplicationRejected,
            Move::ApplicationClosed,
            Move::OnwardCountry,
            Move::FamilyReunion,
            Move::Correction,
            Move::Other,
        ],
    },
    StageMove {
        from: Stage::Asylum,
        to: Stage::Shelter,
        reasons: &[
            Move::SpaceSecured,
            Move::ReturnedToShelter,
            Move::Danger,
            Move::ApplicationRejected,
            Move::ApplicationClosed,
            Move::Correction,
            Move::Other,
        ],
    },
    StageMove {
        from: Stage::Resettlement,
        to: Stage::Asylum,
        reasons: &[
            Move::ResettlementRefused,
            Move::ProtectionEnded,
            Move::ApplicationLodged,
            Move::Correction,
            Move::Other,
        ],
    },
];

/// A change of the status of an open case.
#[derive(Clone, Copy, Debug)]
pub struct StatusChange {
    /// From this status
    pub from: Status,
    /// to this one,
    pub to: Status,
    /// for one of these reasons.
    pub reasons: &'static [Change],
}

/// Every change there is; to and from `closed` leads only a closure or a reopening.
pub const STATUS_CHANGES: &[StatusChange] = &[
    StatusChange {
        from: Status::Active,
        to: Status::Detained,
        reasons: &[
            Change::Arrest,
            Change::Raid,
            Change::StoppedAtBorder,
            Change::GaveThemselvesUp,
            Change::FoundInDetention,
            Change::Correction,
            Change::Other,
        ],
    },
    StatusChange {
        from: Status::Active,
        to: Status::Missing,
        reasons: &[
            Change::LostContact,
            Change::MissedCheckIn,
            Change::DidNotArrive,
            Change::Abducted,
            Change::Correction,
            Change::Other,
        ],
    },
    StatusChange {
        from: Status::Detained,
        to: Status::Active,
        reasons: &[Change::Released, Change::Bailed, Change::Escaped, Change::Correction, Change::Other],
    },
    StatusChange {
        from: Status::Missing,
        to: Status::Active,
        reasons: &[Change::Found, Change::Released, Change::Escaped, Change::Correction, Change::Other],
    },
    StatusChange {
        from: Status::Detained,
        to: Status::Missing,
        reasons: &[
            Change::MovedInCustody,
            Change::LostContact,
            Change::Released,
            Change::Escaped,
            Change::Abducted,
            Change::Correction,
            Change::Other,
        ],
    },
    StatusChange {
        from: Status::Missing,
        to: Status::Detained,
        reasons: &[
            Change::FoundInDetention,
            Change::Arrest,
            Change::Raid,
            Change::StoppedAtBorder,
            Change::Correction,
            Change::Other,
        ],
    },
];

/// Where an outcome may close a case.
#[derive(Clone, Copy, Debug)]
pub struct OutcomeRule {
    /// The outcome.
    pub outcome: Outcome,
    /// In these stages
    pub stages: &'static [Stage],
    /// and with one of these statuses.
    pub statuses: &'static [Status],
}

const ANYWHERE: &[Stage] = &[Stage::Shelter, Stage::Transit, Stage::Asylum, Stage::Resettlement];
const WHATEVER: &[Status] = &[Status::Active, Status::Detained, Status::Missing];
/// A choice can be told only by a person who can be spoken to.
const REACHABLE: &[Status] = &[Status::Active, Status::Detained];

/// One rule for each outcome.
pub const OUTCOMES: &[OutcomeRule] = &[
    OutcomeRule {
        outcome: Outcome::Settled,
        stages: &[Stage::Asylum, Stage::Resettlement],
        statuses: &[Status::Active],
    },
    OutcomeRule { outcome: Outcome::MovedOn, stages: ANYWHERE, statuses: &[Status::Active] },
    OutcomeRule { outcome: Outcome::VoluntaryReturn, stages: ANYWHERE, statuses: REACHABLE },
    OutcomeRule { outcome: Outcome::Refouled, stages: ANYWHERE, statuses: WHATEVER },
    OutcomeRule { outcome: Outcome::Deceased, stages: ANYWHERE, statuses: WHATEVER },
    // Missing first: whoever disappears is counted as missing before the search is given up.
    OutcomeRule { outcome: Outcome::LostContact, stages: ANYWHERE, statuses: &[Status::Missing] },
    OutcomeRule { outcome: Outcome::TransferredOut, stages: ANYWHERE, statuses: WHATEVER },
    OutcomeRule { outcome: Outcome::Withdrew, stages: ANYWHERE, statuses: REACHABLE },
    OutcomeRule { outcome: Outcome::Duplicate, stages: ANYWHERE, statuses: WHATEVER },
];

/// Why a case closed with an outcome may be reopened.
#[derive(Clone, Copy, Debug)]
pub struct ReopeningRule {
    /// The outcome it was closed with.
    pub outcome: Outcome,
    /// The reasons that fit.
    pub reasons: &'static [Reopen],
}

/// One rule for each outcome.
pub const REOPENINGS: &[ReopeningRule] = &[
    ReopeningRule {
        outcome: Outcome::Settled,
        reasons: &[
            Reopen::SettlementFailed,
            Reopen::NewDanger,
            Reopen::CameBack,
            Reopen::ClosedInError,
            Reopen::Other,
        ],
    },
    ReopeningRule {
        outcome: Outcome::MovedOn,
        reasons: &[Reopen::CameBack, Reopen::NewDanger, Reopen::ClosedInError, Reopen::Other],
    },
    ReopeningRule {
        outcome: Outcome::VoluntaryReturn,
        reasons: &[Reopen::FledAgain, Reopen::ClosedInError, Reopen::Other],
    },
    ReopeningRule {
        outcome: Outcome::Refouled,
        reasons: &[Reopen::FledAgain, Reopen::FoundAgain, Reopen::ClosedInError, Reopen::Other],
    },
    ReopeningRule { outcome: Outcome::Deceased, reasons: &[Reopen::ClosedInError] },
    ReopeningRule {
        outcome: Outcome::LostContact,
        reasons: &[Reopen::FoundAgain, Reopen::CameBack, Reopen::ClosedInError, Reopen::Other],
    },
    ReopeningRule {
        outcome: Outcome::TransferredOut,
        reasons: &[Reopen::HandedBack, Reopen::CameBack, Reopen::ClosedInError, Reopen::Other],
    },
    ReopeningRule {
        outcome: Outcome::Withdrew,
        reasons: &[Reopen::CameBack, Reopen::NewDanger, Reopen::ClosedInError, Reopen::Other],
    },
    ReopeningRule { outcome: Outcome::Duplicate, reasons: &[Reopen::ClosedInError] },
];
