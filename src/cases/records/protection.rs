//! What a person must be protected from, and how.

use crate::access::actor::FieldGroup;
use crate::db::types::Country;
use crate::error::Fault;

use super::Record;
use super::concern_codes::{Concern, FearedRole, GbvContext, GbvType};
use super::dates::PartialDate;
use super::faults::Faults;
use super::money::Money;
use super::need_codes::NeedCode;
use super::text::{LineText, LongText, ShortText};

part! {
    /// Dangers to the person, what happened to them, and the plan to keep them safe.
    #[schema(example = json!({
        "concerns": [{"concern": "trafficking", "since": "2005", "details": "Sold twice (invented)"}],
        "specific_needs": [{"code": "LP-RR", "since": "2006-02-01"}, {"code": "SV-FM", "since": "2005"}],
        "incidents": [{
            "happened": "2005-07", "place": "Sample Town", "country": "CHN", "gbv_type": "forced_marriage",
            "gbv_contexts": ["possible_sexual_slavery"], "account": "An invented account.", "reported_to": "Nobody"
        }],
        "feared_persons": [{"name": "Example Broker", "role": "broker", "reason": "Knows the village"}],
        "bounty": {"amount": "2000", "currency": "CNY"},
        "safety_plan": {
            "warning_signs": ["Uniforms at the gate"], "actions": "Leave by the back, call the second number.",
            "refuge": "The invented chapel", "reviewed": "2006-08-20"
        }
    }))]
    Protection {
        /// Dangers, present and past.
        #[schema(max_items = 50)]
        concerns: Vec<ProtectionConcern>,
        /// UNHCR specific needs.
        #[schema(max_items = 50)]
        specific_needs: Vec<SpecificNeed>,
        /// What was done to the person.
        #[schema(max_items = 50)]
        incidents: Vec<ProtectionIncident>,
        /// Whom the person fears.
        #[schema(max_items = 50)]
        feared_persons: Vec<FearedPerson>,
        /// The price on the person's head, as far as is known.
        bounty: Option<Money>,
        /// What to do when it becomes dangerous.
        safety_plan: Option<SafetyPlan>,
        /// Whether staff of the same sex must be the ones to speak with the person.
        same_sex_staff: Option<bool>,
        /// Anything else about protection.
        remarks: Option<LineText>,
    }
}

part! {
    /// A danger.
    ProtectionConcern {
        /// What it is.
        concern: Option<Concern>,
        /// Since when.
        since: Option<PartialDate>,
        /// Until when.
        until: Option<PartialDate>,
        /// In the worker's words.
        details: Option<LineText>,
    }
}

part! {
    /// A specific need, as UNHCR codes it.
    SpecificNeed {
        /// The code.
        code: Option<NeedCode>,
        /// Since when.
        since: Option<PartialDate>,
        /// Until when.
        until: Option<PartialDate>,
        /// In the worker's words.
        details: Option<LineText>,
    }
}

part! {
    /// Something that was done to the person.
    ProtectionIncident {
        /// When it happened, or began.
        happened: Option<PartialDate>,
        /// When it ended.
        ended: Option<PartialDate>,
        /// Where.
        place: Option<ShortText>,
        /// In which country.
        country: Option<Country>,
        /// The core type, if it was gender-based violence: the gravest that applies, one only.
        gbv_type: Option<GbvType>,
        /// The setting, if it was gender-based violence.
        #[schema(max_items = 50)]
        gbv_contexts: Vec<GbvContext>,
        /// What happened.
        account: Option<LongText>,
        /// By whom.
        by_whom: Option<LineText>,
        /// To whom it was reported, and what came of it.
        reported_to: Option<LineText>,
        /// What help was offered, and taken or declined.
        help: Option<LineText>,
    }
}

part! {
    /// Somebody whom the person fears.
    FearedPerson {
        /// Name or alias.
        name: Option<ShortText>,
        /// What they are to the person.
        role: Option<FearedRole>,
        /// Where they are, how they look, what they drive.
        description: Option<LineText>,
        /// Why they are to be feared.
        reason: Option<LineText>,
        /// Whether they know where the person is.
        knows_whereabouts: Option<bool>,
    }
}

part! {
    /// What the person and the network agreed to do.
    SafetyPlan {
        /// What shows that it becomes dangerous.
        #[schema(max_items = 50)]
        warning_signs: Vec<LineText>,
        /// What the person does then.
        actions: Option<LongText>,
        /// Where they go.
        refuge: Option<LineText>,
        /// What they carry with them.
        to_carry: Option<LineText>,
        /// Who takes care of the children.
        children: Option<LineText>,
        /// When it was last gone through together.
        reviewed: Option<PartialDate>,
    }
}

impl Record for Protection {
    const GROUP: FieldGroup = FieldGroup::Protection;

    fn check(&self) -> Vec<Fault> {
        let mut faults = Faults::default();
        faults.each("concerns", &self.concerns, |concern, faults| {
            faults.needs(concern.concern.is_some(), "concern", "the code of the concern is missing");
            faults.in_order(concern.since, "until", concern.until);
        });
        faults.each("specific_needs", &self.specific_needs, |need, faults| {
            faults.needs(need.code.is_some(), "code", "the code of the need is missing");
            faults.in_order(need.since, "until", need.until);
        });
        faults.each("incidents", &self.incidents, ProtectionIncident::rules);
        faults.inner("bounty", self.bounty.as_ref(), Money::rules);
        faults.found()
    }
}

impl ProtectionIncident {
    fn rules(&self, faults: &mut Faults) {
        faults.in_order(self.happened, "ended", self.ended);
        faults.needs(
            self.gbv_contexts.is_empty() || self.gbv_type.is_some(),
            "gbv_type",
            "the core type is missing; a setting alone is not a type",
        );
    }
}
