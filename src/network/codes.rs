//! Code lists of hubs, shelters and stays. The codes bind the CHECKs of the migrations.

use crate::db::types::text_enum;

text_enum! {
    /// Whether a shelter may be used.
    ShelterState, "shelter_states", "Waystation" {
        Open = "open": "Takes people in",
        Paused = "paused": "Takes nobody in for now",
        Compromised = "compromised": "Known, or feared known, to those who hunt",
        Closed = "closed": "Given up",
    }
}

text_enum! {
    /// Whether a hub works.
    HubState, "hub_states", "Waystation" {
        Open = "open": "Works",
        Closed = "closed": "Takes no new cases, shelters or members",
    }
}

text_enum! {
    /// How a stay in a shelter ended.
    Leaving, "stay_endings", "Waystation" {
        MovedOn = "moved_on": "Moved on along the way",
        MovedShelter = "moved_shelter": "Moved to another shelter",
        Arrested = "arrested": "Arrested",
        Evacuated = "evacuated": "Evacuated from danger",
        LeftByChoice = "left_by_choice": "Left by choice",
        Died = "died": "Died",
        RecordedInError = "recorded_in_error": "Never stayed: recorded by mistake",
    }
}
