//! Code lists of the health, legal and passage records.

use crate::db::types::text_enum;

text_enum! {
    /// How far a condition has come.
    ConditionState, "condition_states", "Waystation, after FHIR condition-clinical" {
        Suspected = "suspected": "Suspected, not examined",
        Active = "active": "Active",
        Controlled = "controlled": "Kept in check by treatment",
        Resolved = "resolved": "Over",
    }
}

text_enum! {
    /// The end of a pregnancy.
    PregnancyOutcome, "pregnancy_outcomes", "Waystation" {
        Continuing = "continuing": "Continuing",
        LiveBirth = "live_birth": "Live birth",
        Miscarriage = "miscarriage": "Miscarriage or stillbirth",
        Ended = "ended": "Ended by choice",
        ForciblyEnded = "forcibly_ended": "Ended by force",
        Unknown = "unknown": "Not known",
    }
}

text_enum! {
    /// A kind of difficulty.
    FunctionalDomain, "functional_domains", "Washington Group Short Set on Functioning" {
        Seeing = "seeing": "Seeing, even with glasses",
        Hearing = "hearing": "Hearing, even with a hearing aid",
        Mobility = "mobility": "Walking or climbing steps",
        Cognition = "cognition": "Remembering or concentrating",
        SelfCare = "self_care": "Washing or dressing",
        Communication = "communication": "Understanding or being understood",
    }
}

text_enum! {
    /// How great a difficulty is.
    Difficulty, "difficulties", "Washington Group Short Set on Functioning" {
        Some = "some": "Some difficulty",
        ALot = "a_lot": "A lot of difficulty",
        CannotDo = "cannot_do": "Cannot do it at all",
    }
}

text_enum! {
    /// How grave a reaction is.
    Severity, "severities", "FHIR reaction-event-severity" {
        Mild = "mild": "Mild",
        Moderate = "moderate": "Moderate",
        Severe = "severe": "Severe",
    }
}

text_enum! {
    /// Who holds or held a person.
    DetainingBody, "detaining_bodies", "Waystation" {
        Police = "police": "Police",
        BorderGuard = "border_guard": "Border guard",
        Immigration = "immigration": "Immigration authority",
        StateSecurity = "state_security": "State security",
        Military = "military": "Army",
        Prison = "prison": "Prison or court",
        Camp = "camp": "Labour or political prison camp",
        Traffickers = "traffickers": "Traffickers or smugglers",
        Other = "other": "Somebody else",
        Unknown = "unknown": "Not known",
    }
}

text_enum! {
    /// What was done to a detained person.
    Treatment, "detention_treatment", "Waystation, after Convention against Torture, 1984" {
        Adequate = "adequate": "Treated adequately",
        Torture = "torture": "Torture",
        Beatings = "beatings": "Beatings",
        SexualViolence = "sexual_violence": "Sexual violence or forced body search",
        ForcedAbortion = "forced_abortion": "Forced abortion",
        Starvation = "starvation": "Food or water withheld",
        ForcedLabour = "forced_labour": "Forced labour",
        MedicalNeglect = "medical_neglect": "Medical care withheld",
        Isolation = "isolation": "Held apart or without contact",
        Extortion = "extortion": "Money taken for release",
    }
}

text_enum! {
    /// How a detention ended.
    DetentionEnd, "detention_ends", "Waystation" {
        Released = "released": "Released",
        Bought = "bought_free": "Bought free",
        Escaped = "escaped": "Escaped",
        Returned = "returned": "Returned by force",
        Transferred = "transferred": "Handed to another authority",
        Continuing = "continuing": "Continuing",
    }
}

text_enum! {
    /// What followed a return by force.
    Punishment, "return_punishments", "Waystation" {
        None = "none": "Nothing",
        Interrogation = "interrogation": "Interrogation",
        LabourTraining = "labour_training": "Labour training camp",
        ReEducation = "re_education": "Re-education camp or prison",
        PoliticalCamp = "political_camp": "Political prison camp",
        Banishment = "banishment": "Banishment of person or family",
        ForcedAbortion = "forced_abortion": "Forced abortion or killing of the infant",
        Unknown = "unknown": "Not known",
    }
}

text_enum! {
    /// How far somebody can be trusted.
    Trust, "trust", "Waystation" {
        Proven = "proven": "Has brought people through before",
        Believed = "believed": "Believed to be reliable",
        Doubtful = "doubtful": "Doubtful",
        Dangerous = "dangerous": "Has betrayed, sold or abused people",
        Unknown = "unknown": "Not known",
    }
}

text_enum! {
    /// Who paid or is to pay.
    Payer, "payers", "Waystation" {
        Person = "person": "The person",
        FamilyAbroad = "family_abroad": "Relatives in a safe country",
        FamilyAtHome = "family_at_home": "Relatives at home",
        Network = "network": "The network or a donor",
        OnArrival = "on_arrival": "From settlement money, after arrival",
        ThirdParty = "third_party": "Somebody else, who may want something for it",
        Unknown = "unknown": "Not known",
    }
}

text_enum! {
    /// How somebody presses for a debt.
    Coercion, "coercion", "Waystation, after ILO indicators of forced labour, 2012" {
        DebtBondage = "debt_bondage": "Must work for it",
        Threats = "threats": "Threats to the person",
        ThreatsToFamily = "threats_to_family": "Threats to relatives",
        Denunciation = "denunciation": "Threat to denounce to the authorities",
        Violence = "violence": "Violence",
        SexualDemand = "sexual_demand": "Sexual demands",
        DocumentsWithheld = "documents_withheld": "Papers withheld",
        Confinement = "confinement": "Held until paid",
        RisingDebt = "rising_debt": "The sum keeps growing",
    }
}

text_enum! {
    /// How the person was used on the way.
    Exploitation, "exploitation", "Palermo Protocol, 2000, article 3, and ILO indicators, 2012" {
        Sold = "sold": "Sold or handed on for money",
        ForcedMarriage = "forced_marriage": "Made to marry",
        SexualExploitation = "sexual_exploitation": "Prostitution or online sex work",
        ForcedLabour = "forced_labour": "Forced labour",
        DebtBondage = "debt_bondage": "Debt bondage",
        ForcedCrime = "forced_crime": "Made to carry drugs or goods",
        OrganRemoval = "organ_removal": "Removal of organs",
        ChildExploitation = "child_exploitation": "A child was used",
        Confinement = "confinement": "Held against their will",
        Deception = "deception": "Deceived about the destination or the work",
        Abandonment = "abandonment": "Left behind on the way",
    }
}

text_enum! {
    /// How a part of the route is gone.
    TravelMeans, "travel_means", "Waystation" {
        Foot = "foot": "On foot",
        Car = "car": "By car or lorry",
        Bus = "bus": "By bus",
        Train = "train": "By train",
        Boat = "boat": "By boat or across a river",
        Air = "air": "By air",
        Other = "other": "Otherwise",
    }
}
