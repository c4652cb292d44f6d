//! Code lists of why a case changed: one for each kind of change, and the union of them that a
//! period of the history bears.
//!
//! Which reason fits which change is in `rules`. `other` exists in each list, as life is longer
//! than any list, and asks for a note.

use crate::db::types::{CodeList, text_column, text_enum};

text_enum! {
    /// Why a case entered its stage.
    MoveReason, "move_reasons", "Waystation" {
        Intake = "intake": "The case was opened in this stage",
        SpaceSecured = "space_secured": "A place in a shelter was found",
        ReturnedToShelter = "returned_to_shelter": "Came back to a shelter by choice",
        RouteReady = "route_ready": "Route, guide and keepers stand ready",
        RouteLost = "route_lost": "The route, the guide or a keeper was lost",
        Danger = "danger": "Staying had become dangerous",
        ShelterCompromised = "shelter_compromised": "The shelter became known",
        FamilyReunion = "family_reunion": "To join relatives",
        ArrestedOnTheWay = "arrested_on_the_way": "Arrested on the way, free again",
        TurnedBack = "turned_back": "Turned back at a border or on the road",
        Arrived = "arrived": "Arrived where the journey led",
        MissionReached = "mission_reached": "Entered an embassy, a consulate or a UNHCR office",
        ApplicationLodged = "application_lodged": "An application for asylum was lodged",
        ApplicationRejected = "application_rejected": "The application was rejected",
        ApplicationClosed = "application_closed": "The application was closed or withdrawn",
        OnwardCountry = "onward_country": "Goes on to another country to apply there",
        Recognized = "recognized": "Recognized as a refugee, or given another protection",
        ResettlementAccepted = "resettlement_accepted": "A country accepted the resettlement",
        ResettlementRefused = "resettlement_refused": "The country refused, withdrew or let it lapse",
        ProtectionEnded = "protection_ended": "The protection was cancelled, revoked or ceased",
        Correction = "correction": "An earlier move was recorded by mistake",
        Other = "other": "Another reason, told in the note",
    }
}

text_enum! {
    /// Why the status of an open case changed.
    StatusReason, "status_reasons", "Waystation" {
        Arrest = "arrest": "Arrested",
        Raid = "raid": "Taken in a raid or a mass arrest",
        StoppedAtBorder = "stopped_at_border": "Held at a border or a checkpoint",
        GaveThemselvesUp = "gave_themselves_up": "Gave themselves up to be handed to the asylum procedure",
        Released = "released": "Released",
        Bailed = "bailed": "Released on bail or under conditions",
        Escaped = "escaped": "Escaped",
        LostContact = "lost_contact": "Contact was lost",
        MissedCheckIn = "missed_check_in": "Did not check in by the deadline",
        DidNotArrive = "did_not_arrive": "Did not arrive where expected",
        Abducted = "abducted": "Taken, or feared taken, by traffickers or agents",
        MovedInCustody = "moved_in_custody": "Moved from detention to a place unknown",
        Found = "found": "Found, or heard from again",
        FoundInDetention = "found_in_detention": "Found to be held",
        Correction = "status_correction": "An earlier status was recorded by mistake",
        Other = "other_status_reason": "Another reason, told in the note",
    }
}

text_enum! {
    /// Why a closed case is worked on again.
    ReopeningReason, "reopening_reasons", "Waystation, after UNHCR Procedural Standards for RSD" {
        FoundAgain = "found_again": "The missing person was heard from",
        FledAgain = "fled_again": "Fled again after a return",
        CameBack = "came_back": "Asks for help again",
        SettlementFailed = "settlement_failed": "The settlement did not hold",
        NewDanger = "new_danger": "A new danger arose",
        HandedBack = "handed_back": "The other organization handed the case back",
        ClosedInError = "closed_in_error": "Closed by mistake",
        Other = "other_reopening_reason": "Another reason, told in the note",
    }
}

/// Why a period of the history began. The codes of the lists differ, so that the code alone tells
/// the kind of change.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, diesel::expression::AsExpression, diesel::deserialize::FromSqlRow,
)]
#[diesel(sql_type = diesel::sql_types::Text)]
pub enum PeriodReason {
    /// The case entered a stage, the first one at its opening.
    Move(MoveReason),
    /// The status of the open case changed.
    Status(StatusReason),
    /// The case was closed; why, its outcome says.
    Closing,
    /// The case was reopened.
    Reopening(ReopeningReason),
    /// The case came to another hub.
    Transfer,
}

const CLOSING: &str = "closing";
const TRANSFER: &str = "transfer";

impl PeriodReason {
    /// The code as stored and sent.
    #[must_use]
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Move(reason) => reason.code(),
            Self::Status(reason) => reason.code(),
            Self::Closing => CLOSING,
            Self::Reopening(reason) => reason.code(),
            Self::Transfer => TRANSFER,
        }
    }

    /// What the reason means, for a person.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Move(reason) => reason.label(),
            Self::Status(reason) => reason.label(),
            Self::Closing => "The case was closed",
            Self::Reopening(reason) => reason.label(),
            Self::Transfer => "The case came to another hub",
        }
    }

    /// Whether both are of one list: a correction may change the reason, never what happened.
    #[must_use]
    pub fn same_kind(self, other: Self) -> bool {
        std::mem::discriminant(&self) == std::mem::discriminant(&other)
    }
}

impl std::str::FromStr for PeriodReason {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let moved = text.parse().map(Self::Move);
        let changed = || text.parse().map(Self::Status);
        let reopened = || text.parse().map(Self::Reopening);
        match text {
            CLOSING => Ok(Self::Closing),
            TRANSFER => Ok(Self::Transfer),
            _ => moved.or_else(|_| changed()).or_else(|_| reopened()).map_err(|_: String| {
                "a reason is a code of the lists move_reasons, status_reasons or reopening_reasons"
            }),
        }
    }
}

text_column!(PeriodReason);

impl utoipa::PartialSchema for PeriodReason {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        utoipa::openapi::schema::ObjectBuilder::new()
            .schema_type(utoipa::openapi::schema::Type::String)
            .description(Some(
                "Why the period began: a code of move_reasons, status_reasons or reopening_reasons, or closing, or transfer.",
            ))
            .examples(["route_ready"])
            .into()
    }
}
impl utoipa::ToSchema for PeriodReason {}

#[cfg(test)]
mod tests {
    use super::*;

    fn every_reason() -> Vec<PeriodReason> {
        let moves = MoveReason::all().iter().copied().map(PeriodReason::Move);
        let statuses = StatusReason::all().iter().copied().map(PeriodReason::Status);
        let reopenings = ReopeningReason::all().iter().copied().map(PeriodReason::Reopening);
        moves
            .chain(statuses)
            .chain(reopenings)
            .chain([PeriodReason::Closing, PeriodReason::Transfer])
            .collect()
    }

    #[test]
    fn the_code_alone_tells_the_kind_of_change() {
        for reason in every_reason() {
            assert_eq!(reason.as_str().parse(), Ok(reason));
        }
    }

    #[test]
    fn a_reason_of_another_kind_is_not_the_same_kind() {
        let danger = PeriodReason::Move(MoveReason::Danger);
        assert!(danger.same_kind(PeriodReason::Move(MoveReason::RouteReady)));
        assert!(!danger.same_kind(PeriodReason::Status(StatusReason::Arrest)));
        assert!(!danger.same_kind(PeriodReason::Closing));
    }

    #[test]
    fn what_is_no_reason_is_refused_without_repeating_it() {
        let refused = "because".parse::<PeriodReason>().unwrap_err();
        assert!(!refused.contains("because"));
    }
}
