//! Code lists of asylum applications. The codes bind the CHECKs of the migrations.

use crate::db::types::text_enum;

text_enum! {
    /// Who decides the application.
    Authority, "asylum_authorities", "UNHCR refugee status determination types" {
        State = "state": "The authorities of the country",
        Unhcr = "unhcr": "UNHCR under its mandate",
        Embassy = "embassy": "An embassy or consulate",
        Joint = "joint": "The country and UNHCR together",
    }
}

text_enum! {
    /// At which level of the procedure the application is.
    Level, "procedure_levels", "UNHCR Refugee Data Finder, procedure levels" {
        New = "NA": "New application",
        FirstInstance = "FI": "First instance",
        AdministrativeReview = "AR": "Administrative review",
        Repeat = "RA": "Repeat or reopened application",
        JudicialReview = "JR": "Judicial review",
    }
}

text_enum! {
    /// How far the application is.
    ApplicationState, "application_states", "UNHCR Procedural Standards for RSD" {
        Registered = "registered": "Registered",
        InterviewScheduled = "interview_scheduled": "Interview scheduled",
        Interviewed = "interviewed": "Interviewed",
        DecisionPending = "decision_pending": "Decision pending",
        Recognized = "recognized": "Recognized as a refugee",
        OtherProtection = "other_protection": "Given another form of protection",
        Rejected = "rejected": "Rejected",
        Closed = "closed": "Closed without a decision, or after it",
        AppealPending = "appeal_pending": "Appeal pending",
    }
}
