//! Code lists of journeys and legs. The codes bind the CHECKs of the migrations.

use crate::db::types::text_enum;

text_enum! {
    /// How far a journey is.
    JourneyState, "journey_states", "Waystation" {
        Planned = "planned": "Planned, not yet approved",
        Approved = "approved": "Approved by a coordinator",
        Underway = "underway": "Underway",
        Completed = "completed": "Completed",
        Abandoned = "abandoned": "Given up",
    }
}

text_enum! {
    /// How far a leg of a journey is.
    LegState, "leg_states", "Waystation" {
        Planned = "planned": "Planned",
        Underway = "underway": "Underway",
        Arrived = "arrived": "Arrived at its end",
        TurnedBack = "turned_back": "Turned back to where it began",
        Intercepted = "intercepted": "Intercepted on the way",
        LostContact = "lost_contact": "Contact lost on the way",
        Cancelled = "cancelled": "Never started",
    }
}
