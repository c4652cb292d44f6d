//! Code lists of the identity, contact and family records; some serve others too.

use crate::db::types::text_enum;

text_enum! {
    /// The script a name is written in.
    Script, "scripts", "Waystation, after ISO 15924" {
        Hangul = "hangul": "Hangul",
        Hanja = "hanja": "Chinese characters",
        Latin = "latin": "Latin letters",
        Cyrillic = "cyrillic": "Cyrillic letters",
        Other = "other": "Another script",
    }
}

text_enum! {
    /// What a name is to the person.
    NameKind, "name_kinds", "Waystation" {
        Birth = "birth": "Given at birth",
        Alias = "alias": "Used in hiding",
        Chinese = "chinese": "Chinese name or Chinese reading",
        Passport = "passport": "As in a passport or other paper",
        Nickname = "nickname": "What friends and family say",
        Former = "former": "Borne in the past, as before a change",
    }
}

text_enum! {
    /// The calendar a date was told in; the two differ by weeks.
    Calendar, "calendars", "Waystation" {
        Solar = "solar": "Gregorian",
        Lunar = "lunar": "Korean or Chinese lunisolar",
    }
}

text_enum! {
    /// A kind of paper.
    DocumentKind, "document_kinds", "Waystation" {
        Passport = "passport": "Passport",
        IdentityCard = "identity_card": "National identity card or citizen's card",
        BirthCertificate = "birth_certificate": "Birth certificate",
        HouseholdRegistration = "household_registration": "Household registration (hukou, hojok)",
        MarriageCertificate = "marriage_certificate": "Marriage certificate",
        ResidencePermit = "residence_permit": "Residence permit",
        BorderPass = "border_pass": "Border pass or river crossing permit",
        UnhcrDocument = "unhcr_document": "Registration or certificate of UNHCR",
        AsylumSeekerDocument = "asylum_seeker_document": "Paper of an asylum authority",
        TravelDocument = "travel_document": "Travel document or laissez-passer",
        PartyDocument = "party_document": "Card of a party or a workplace",
        MilitaryDocument = "military_document": "Military paper",
        Other = "other": "Another paper",
    }
}

text_enum! {
    /// Whether a paper is what it says.
    Genuineness, "document_genuineness", "Waystation" {
        Genuine = "genuine": "Genuine",
        Forged = "forged": "Forged, altered or another person's",
        Unknown = "unknown": "Not known",
    }
}

text_enum! {
    /// Where a paper is.
    DocumentHolder, "document_holders", "Waystation" {
        Person = "person": "With the person",
        Network = "network": "Kept by the network",
        Family = "family": "With relatives",
        Withheld = "withheld": "Withheld by a broker, employer, buyer or spouse",
        Authority = "authority": "Taken or kept by an authority",
        Lost = "lost": "Lost or destroyed",
    }
}

text_enum! {
    /// What sort of address it is.
    AddressKind, "address_kinds", "Waystation" {
        Living = "living": "Lives or hides there",
        Work = "work": "Works there",
        Family = "family": "Relatives live there",
        Meeting = "meeting": "May be met there",
        Former = "former": "Lived there before",
        Origin = "origin": "Home in the country of origin",
    }
}

text_enum! {
    /// What may be done with a channel.
    ChannelSafety, "channel_safety", "Waystation" {
        Safe = "safe": "Safe to use",
        Shared = "shared": "Others may read or answer; use the safe words",
        Compromised = "compromised": "Known to the wrong people; never use",
        Unknown = "unknown": "Not known",
    }
}

text_enum! {
    /// What somebody is to the person.
    Relation, "relations", "Waystation" {
        Mother = "mother": "Mother",
        Father = "father": "Father",
        Husband = "husband": "Husband",
        Wife = "wife": "Wife",
        Partner = "partner": "Lives with the person without marriage",
        Buyer = "buyer": "Bought the person as a spouse",
        FormerSpouse = "former_spouse": "Former husband or wife",
        Daughter = "daughter": "Daughter",
        Son = "son": "Son",
        Stepchild = "stepchild": "Stepchild",
        Sister = "sister": "Sister",
        Brother = "brother": "Brother",
        Grandparent = "grandparent": "Grandparent",
        Grandchild = "grandchild": "Grandchild",
        AuntOrUncle = "aunt_or_uncle": "Aunt or uncle",
        Cousin = "cousin": "Cousin",
        ParentInLaw = "parent_in_law": "Parent of the husband or wife",
        SiblingInLaw = "sibling_in_law": "Sister or brother by marriage",
        Guardian = "guardian": "Guardian or carer",
        Other = "other": "Another relative",
    }
}

text_enum! {
    /// How a relative fares, as far as is known.
    RelativeState, "relative_states", "Waystation" {
        Safe = "safe": "Safe",
        InHiding = "in_hiding": "In hiding",
        InDanger = "in_danger": "In danger",
        Detained = "detained": "Detained",
        Returned = "returned": "Returned by force",
        Missing = "missing": "Missing",
        Deceased = "deceased": "Deceased",
        Unknown = "unknown": "Not known",
    }
}

text_enum! {
    /// A child's place in the household registration of China.
    Hukou, "hukou", "Waystation" {
        None = "none": "Not registered",
        Registered = "registered": "Registered under the true parents",
        RegisteredWithoutMother = "registered_without_mother": "Registered with the mother left out",
        RegisteredAsOthers = "registered_as_others": "Registered as another family's child",
        Bought = "bought": "Registration bought or forged",
        Refused = "refused": "Asked for and refused",
        NotApplicable = "not_applicable": "The child is not in China",
        Unknown = "unknown": "Not known",
    }
}

text_enum! {
    /// Whether a child goes to school.
    Schooling, "schooling", "Waystation" {
        TooYoung = "too_young": "Too young",
        Attends = "attends": "Goes to school",
        Informal = "informal": "Is taught outside a school",
        Unregistered = "unregistered": "Goes to school without papers, may be sent away",
        Refused = "refused": "Refused for want of papers",
        DroppedOut = "dropped_out": "Left school",
        Never = "never": "Never went",
        Unknown = "unknown": "Not known",
    }
}

text_enum! {
    /// Who cares for a child.
    CareArrangement, "care_arrangements", "Primero lookup-care-arrangements" {
        Parents = "parent_s": "A parent or both",
        KinshipCare = "kinship_care": "Relatives",
        FosterCare = "foster_care": "A foster family",
        ResidentialCare = "residential_care": "A home or institution",
        IndependentLiving = "independent_living": "Lives alone, with support",
        NoCareArrangement = "no_care_arrangement": "Nobody",
    }
}

text_enum! {
    /// Whether any country counts a child as its national.
    Statelessness, "statelessness", "Convention relating to the Status of Stateless Persons, 1954, article 1" {
        HasNationality = "has_nationality": "A country counts the child as its national",
        Stateless = "stateless": "No country does",
        AtRisk = "at_risk": "Nationality exists in law and cannot be shown",
        Unknown = "unknown": "Not known",
    }
}

text_enum! {
    /// Why a family was separated.
    SeparationCause, "separation_causes", "Waystation, after Primero lookup-separation-cause" {
        ArrestAndDetention = "arrest_and_detention": "Arrest and detention",
        Repatriation = "repatriation": "Return by force",
        Migration = "migration": "Migration",
        PopulationMovement = "population_movement": "Movement of a population",
        Poverty = "poverty": "Poverty",
        Conflict = "conflict": "Conflict",
        Death = "death": "Death",
        Abandonment = "abandonment": "Abandonment",
        Abduction = "abduction": "Abduction",
        Trafficking = "trafficking": "Sale or trafficking",
        Sickness = "sickness_of_family_member": "Sickness of a relative",
        FamilyViolence = "family_abuse_violence_exploitation": "Abuse, violence or exploitation in the family",
        DivorceRemarriage = "divorce_remarriage": "Divorce or remarriage",
        NaturalDisaster = "natural_disaster": "Natural disaster",
        Other = "other": "Another cause",
    }
}
