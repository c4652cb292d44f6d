//! Whom a person belongs to: relatives, children, those left behind.
//!
//! Relatives who are helped themselves have a case of their own; here they are only named.

use crate::access::actor::FieldGroup;
use crate::db::types::Country;
use crate::error::Fault;

use super::Record;
use super::codes::{
    CareArrangement, Hukou, Relation, RelativeState, Schooling, SeparationCause, Statelessness,
};
use super::dates::{PartialDate, Year};
use super::faults::Faults;
use super::text::{LineText, ShortText};

part! {
    /// The person's family.
    #[schema(example = json!({
        "relatives": [{
            "relation": "husband", "names": ["Example Spouse"], "birth_year": 1979, "nationality": "CHN",
            "where_now": "Sample Village", "country": "CHN", "wants_reunification": false,
            "knows_of_flight": false
        }],
        "children": [{
            "names": ["Example Child"], "birth": "2002-11", "born_in": "CHN", "hukou": "registered_without_mother",
            "schooling": "attends", "care": "kinship_care", "with_whom": "Paternal grandmother",
            "statelessness": "at_risk", "wants_reunification": true
        }],
        "left_behind": [{
            "relation": "sister", "names": ["Example Sister"], "state": "in_danger",
            "risk": "Was questioned after the flight"
        }],
        "separations": [{"from_whom": "Child", "since": "2006-05", "cause": "repatriation"}]
    }))]
    Family {
        /// Relatives, spouses too.
        #[schema(max_items = 50)]
        relatives: Vec<Relative>,
        /// Children, born anywhere, living or not.
        #[schema(max_items = 50)]
        children: Vec<Child>,
        /// Relatives in the country of origin whom the flight puts at risk.
        #[schema(max_items = 50)]
        left_behind: Vec<LeftBehind>,
        /// From whom the person was separated, since when and why.
        #[schema(max_items = 50)]
        separations: Vec<Separation>,
        /// With whom the person wants to travel and settle.
        wishes: Option<LineText>,
        /// Anything else about the family.
        remarks: Option<LineText>,
    }
}

part! {
    /// A relative.
    Relative {
        /// What they are to the person.
        relation: Option<Relation>,
        /// Their names, in any script.
        #[schema(max_items = 50)]
        names: Vec<ShortText>,
        /// The year of birth.
        birth_year: Option<Year>,
        /// The nationality.
        nationality: Option<Country>,
        /// The place where they are.
        where_now: Option<LineText>,
        /// The country where they are.
        country: Option<Country>,
        /// How they fare.
        state: Option<RelativeState>,
        /// Telephone, account or address.
        reach: Option<LineText>,
        /// Whether they know that the person fled.
        knows_of_flight: Option<bool>,
        /// Whether both want to live together again.
        wants_reunification: Option<bool>,
        /// Anything else about them.
        remarks: Option<LineText>,
    }
}

part! {
    /// A child of the person, and whether any state knows that it exists.
    Child {
        /// Its names, in any script.
        #[schema(max_items = 50)]
        names: Vec<ShortText>,
        /// When it was born.
        birth: Option<PartialDate>,
        /// Where it was born.
        born_in: Option<Country>,
        /// The other parent.
        other_parent: Option<ShortText>,
        /// Its place in the household registration of China.
        hukou: Option<Hukou>,
        /// Whether a birth was registered anywhere else, and where.
        birth_registration: Option<LineText>,
        /// Whether any country counts it as its national.
        statelessness: Option<Statelessness>,
        /// Whether it goes to school.
        schooling: Option<Schooling>,
        /// Who cares for it.
        care: Option<CareArrangement>,
        /// With whom it lives.
        with_whom: Option<LineText>,
        /// The country where it is.
        country: Option<Country>,
        /// How it fares.
        state: Option<RelativeState>,
        /// Who has the right to decide for it.
        custody: Option<LineText>,
        /// Whether parent and child want to live together again.
        wants_reunification: Option<bool>,
        /// Anything else about it.
        remarks: Option<LineText>,
    }
}

part! {
    /// A relative whom the person's flight puts at risk.
    LeftBehind {
        /// What they are to the person.
        relation: Option<Relation>,
        /// Their names, in any script.
        #[schema(max_items = 50)]
        names: Vec<ShortText>,
        /// Where they are.
        where_now: Option<LineText>,
        /// How they fare.
        state: Option<RelativeState>,
        /// What may happen or has happened to them.
        risk: Option<LineText>,
        /// How money or news reaches them.
        support: Option<LineText>,
    }
}

part! {
    /// A separation.
    Separation {
        /// From whom.
        from_whom: Option<ShortText>,
        /// Since when.
        since: Option<PartialDate>,
        /// When they met again.
        until: Option<PartialDate>,
        /// Why.
        cause: Option<SeparationCause>,
        /// Where it happened.
        place: Option<ShortText>,
        /// What was done to find them.
        tracing: Option<LineText>,
    }
}

impl Record for Family {
    const GROUP: FieldGroup = FieldGroup::Family;

    fn check(&self) -> Vec<Fault> {
        let mut faults = Faults::default();
        faults.each("relatives", &self.relatives, |relative, faults| {
            let known = relative.relation.is_some() || !relative.names.is_empty();
            faults.says(known, "a relative needs the relation or a name");
        });
        faults.each("left_behind", &self.left_behind, |relative, faults| {
            let known = relative.relation.is_some() || !relative.names.is_empty();
            faults.says(known, "a relative needs the relation or a name");
        });
        faults.each("separations", &self.separations, |separation, faults| {
            faults.in_order(separation.since, "until", separation.until);
        });
        faults.found()
    }
}
