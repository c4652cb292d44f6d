//! Code lists of resettlement submissions. The codes bind the CHECKs of the migrations.

use crate::db::types::text_enum;

text_enum! {
    /// Why the person needs resettlement.
    Category, "resettlement_categories", "UNHCR Resettlement Handbook, submission categories" {
        LegalPhysicalProtection = "legal_physical_protection": "Legal or physical protection needs, threat of refoulement included",
        SurvivorViolenceTorture = "survivor_violence_torture": "Survivor of violence or torture",
        MedicalNeeds = "medical_needs": "Medical needs",
        WomenGirlsAtRisk = "women_girls_at_risk": "Woman or girl at risk",
        FamilyReunification = "family_reunification": "Restoring family unity",
        ChildrenAdolescentsAtRisk = "children_adolescents_at_risk": "Child or adolescent at risk",
        LackOfDurableSolutions = "lack_of_durable_solutions": "Lack of foreseeable alternative durable solutions",
    }
}

text_enum! {
    /// How soon the person has to leave.
    Priority, "resettlement_priorities", "UNHCR Resettlement Handbook, priority levels" {
        Emergency = "emergency": "Emergency: at most seven days to departure",
        Urgent = "urgent": "Urgent",
        Normal = "normal": "Normal",
    }
}

text_enum! {
    /// How far the submission is.
    ResettlementState, "resettlement_states", "UNHCR Resettlement Handbook, chapter 7" {
        Prepared = "prepared": "Prepared",
        Submitted = "submitted": "Submitted to the country",
        AcceptedByCountry = "accepted_by_country": "Accepted by the country",
        RejectedByCountry = "rejected_by_country": "Rejected by the country",
        DepartureScheduled = "departure_scheduled": "Departure scheduled",
        Departed = "departed": "Departed",
        Arrived = "arrived": "Arrived",
        Withdrawn = "withdrawn": "Withdrawn",
    }
}
