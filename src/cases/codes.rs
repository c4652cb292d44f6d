//! Code lists of a case: where it stands and what is kept about the person unsealed.
//!
//! Why a case changed is in `reasons.rs`. The codes bind the CHECKs of the migrations.

use crate::db::types::text_enum;

text_enum! {
    /// Where on the way to safety a person is.
    Stage, "stages", "Waystation" {
        Shelter = "shelter": "Hidden in a shelter",
        Transit = "transit": "On the way",
        Asylum = "asylum": "In an asylum procedure",
        Resettlement = "resettlement": "Being resettled",
    }
}

text_enum! {
    /// Whether the network can work on the case.
    Status, "statuses", "Waystation" {
        Active = "active": "In the care of the network",
        Detained = "detained": "Held by an authority",
        Missing = "missing": "Whereabouts unknown",
        Closed = "closed": "Closed with an outcome",
    }
}

text_enum! {
    /// How great the danger to the person is now.
    Risk, "risk_levels", "OpenSPP risk levels" {
        Low = "low": "Low",
        Medium = "medium": "Medium",
        High = "high": "High",
        Critical = "critical": "Critical: act today",
    }
}

text_enum! {
    /// Sex as the person states it.
    Sex, "sexes", "HXL 1.1 attributes +f +m +i" {
        Female = "female": "Female",
        Male = "male": "Male",
        Other = "other": "Other or intersex",
        Unknown = "unknown": "Not recorded",
    }
}

text_enum! {
    /// Age in the bands of published figures; the birth date itself is sealed.
    AgeBand, "age_bands", "UNHCR age bands" {
        To4 = "0-4": "0 to 4 years",
        To11 = "5-11": "5 to 11 years",
        To17 = "12-17": "12 to 17 years",
        To59 = "18-59": "18 to 59 years",
        From60 = "60+": "60 years and over",
        Unknown = "unknown": "Not recorded",
    }
}

text_enum! {
    /// How a case ended.
    Outcome, "outcomes", "Waystation, after the closure reasons of Primero and OSCaR" {
        Settled = "settled": "Settled in a country that took the person in",
        MovedOn = "moved_on": "Went on without the network",
        VoluntaryReturn = "voluntary_return": "Returned by free and informed choice",
        Refouled = "refouled": "Returned by force to danger",
        Deceased = "deceased": "Died",
        LostContact = "lost_contact": "Missing, and no longer searched for",
        TransferredOut = "transferred_out": "Handed over to another organization",
        Withdrew = "withdrew": "No longer wants help",
        Duplicate = "duplicate": "The person has another case",
    }
}
