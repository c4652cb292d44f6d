//! Code lists of the protection record.

use crate::db::types::text_enum;

text_enum! {
    /// What a person must be protected from.
    Concern, "protection_concerns", "Waystation, after Primero lookup-protection-concerns" {
        Refoulement = "refoulement": "Return by force",
        Trafficking = "trafficking": "Trafficking or sale",
        ForcedMarriage = "forced_marriage": "Forced marriage",
        SexualExploitation = "sexual_exploitation": "Sexual exploitation, online too",
        SexualViolence = "sexual_violence": "Sexual violence",
        DomesticViolence = "domestic_violence": "Violence at home",
        ForcedLabour = "forced_labour": "Forced labour or debt bondage",
        Extortion = "extortion": "Extortion",
        Bounty = "bounty": "A bounty on the person or on informing",
        Surveillance = "surveillance": "Watched, followed or listened to",
        Denunciation = "denunciation": "Neighbours or others may denounce",
        AgentsOfOrigin = "agents_of_origin": "Searched for by agents of the country of origin",
        Detention = "detention": "Detention",
        ThreatToFamily = "threat_to_family": "Relatives are threatened because of the person",
        ChildProtection = "child_protection": "A child is in danger",
        Unaccompanied = "unaccompanied": "A child without a carer",
        Separated = "separated": "A child without parents, with relatives",
        Statelessness = "statelessness": "Statelessness",
        Torture = "torture": "Survived torture",
        SelfHarm = "self_harm": "May harm themselves",
        Exposure = "exposure": "Known from the press or from an interview",
        Other = "other": "Another concern",
    }
}

text_enum! {
    /// The core type of an incident of gender-based violence; one an incident.
    GbvType, "gbv_types", "GBVIMS classification tool, six core types" {
        Rape = "rape": "Rape",
        SexualAssault = "sexual_assault": "Sexual assault",
        PhysicalAssault = "physical_assault": "Physical assault",
        ForcedMarriage = "forced_marriage": "Forced marriage",
        DenialOfResources = "denial_of_resources": "Denial of resources, opportunities or services",
        PsychologicalAbuse = "psychological_abuse": "Psychological or emotional abuse",
    }
}

text_enum! {
    /// The setting of an incident of gender-based violence, which is no type of its own.
    GbvContext, "gbv_contexts", "GBVIMS classification tool, case contexts" {
        IntimatePartner = "intimate_partner_violence": "By a husband, wife or partner",
        ChildSexualAbuse = "child_sexual_abuse": "Of a child",
        EarlyMarriage = "early_marriage": "Marriage of a child",
        Exploitation = "possible_sexual_exploitation": "In exchange for food, money or shelter",
        Slavery = "possible_sexual_slavery": "While held or sold",
        HarmfulPractice = "harmful_traditional_practice": "By custom",
    }
}

text_enum! {
    /// Who is to be feared.
    FearedRole, "feared_roles", "Waystation" {
        Spouse = "spouse": "Husband, wife or partner",
        Buyer = "buyer": "Bought the person",
        Relative = "relative": "Relative",
        InLaw = "in_law": "Relative by marriage",
        Broker = "broker": "Broker or smuggler",
        Trafficker = "trafficker": "Trafficker",
        Creditor = "creditor": "Creditor",
        Employer = "employer": "Employer",
        Official = "official": "Official of the country where the person hides",
        AgentOfOrigin = "agent_of_origin": "Agent of the country of origin",
        Informer = "informer": "Informer or bounty hunter",
        Other = "other": "Somebody else",
    }
}
