//! What somebody who looks after a person must know about their health.

use crate::access::actor::FieldGroup;
use crate::error::Fault;

use super::Record;
use super::dates::PartialDate;
use super::faults::Faults;
use super::procedure_codes::{ConditionState, Difficulty, FunctionalDomain, PregnancyOutcome, Severity};
use super::text::{LineText, LongText, ShortText};

part! {
    /// The person's health.
    #[schema(example = json!({
        "conditions": [{"name": "Tuberculosis (invented)", "state": "controlled", "since": "2004", "infectious": true}],
        "pregnancies": [{"due": "2006-12", "outcome": "continuing", "from_violence": false}],
        "disabilities": [{"domain": "mobility", "difficulty": "some", "aids": "A stick"}],
        "medication": [{"name": "Examplicillin", "dose": "One tablet in the morning", "since": "2006-08-01"}],
        "allergies": [{"to": "Penicillin", "reaction": "Rash", "severity": "moderate"}],
        "vaccinations": [{"against": "Measles", "given": "2006"}],
        "mental_health": {"symptoms": "Sleeps badly", "self_harm_risk": false},
        "treatments": [{"what": "Check of the lungs", "who": "Dr Example", "from": "2006-08", "next": "2006-11-02"}],
        "doctors": [{"name": "Dr Example", "place": "Invented Clinic", "discreet": true}]
    }))]
    Health {
        /// Illnesses and injuries.
        #[schema(max_items = 50)]
        conditions: Vec<HealthCondition>,
        /// Pregnancies, present and past.
        #[schema(max_items = 50)]
        pregnancies: Vec<Pregnancy>,
        /// Lasting difficulties.
        #[schema(max_items = 50)]
        disabilities: Vec<Disability>,
        /// Medicines taken.
        #[schema(max_items = 50)]
        medication: Vec<Medication>,
        /// Allergies.
        #[schema(max_items = 50)]
        allergies: Vec<Allergy>,
        /// Vaccinations.
        #[schema(max_items = 50)]
        vaccinations: Vec<Vaccination>,
        /// State of mind.
        mental_health: Option<MentalHealth>,
        /// Examinations, treatments, stays in hospital.
        #[schema(max_items = 50)]
        treatments: Vec<HealthTreatment>,
        /// Doctors who may be called.
        #[schema(max_items = 50)]
        doctors: Vec<Doctor>,
        /// Blood group, as ABO and Rh.
        blood_group: Option<ShortText>,
        /// What the person cannot do on a journey: walk far, climb, swim, keep quiet.
        limits_on_travel: Option<LineText>,
        /// Anything else about health.
        remarks: Option<LineText>,
    }
}

part! {
    /// An illness or injury.
    HealthCondition {
        /// What it is.
        name: Option<ShortText>,
        /// Its code in ICD-10 or ICD-11, if a doctor gave one.
        icd_code: Option<ShortText>,
        /// How far it has come.
        state: Option<ConditionState>,
        /// Since when.
        since: Option<PartialDate>,
        /// Until when.
        until: Option<PartialDate>,
        /// Whether people in the same room can catch it.
        infectious: Option<bool>,
        /// Whether it comes from violence, detention or the journey, and from which.
        caused_by: Option<LineText>,
        /// Anything else about it.
        remarks: Option<LineText>,
    }
}

part! {
    /// A pregnancy.
    Pregnancy {
        /// When the birth is due.
        due: Option<PartialDate>,
        /// When it ended.
        ended: Option<PartialDate>,
        /// How it ended, or that it goes on.
        outcome: Option<PregnancyOutcome>,
        /// Whether it comes from violence.
        from_violence: Option<bool>,
        /// What the person wishes, and what care there is.
        remarks: Option<LineText>,
    }
}

part! {
    /// A lasting difficulty.
    Disability {
        /// In doing what.
        domain: Option<FunctionalDomain>,
        /// How great it is.
        difficulty: Option<Difficulty>,
        /// What helps.
        aids: Option<LineText>,
        /// Since when.
        since: Option<PartialDate>,
        /// Anything else about it.
        remarks: Option<LineText>,
    }
}

part! {
    /// A medicine.
    Medication {
        /// The substance, or the name on the box.
        name: Option<ShortText>,
        /// How much and when.
        dose: Option<ShortText>,
        /// What for.
        purpose: Option<ShortText>,
        /// Since when.
        since: Option<PartialDate>,
        /// Until when.
        until: Option<PartialDate>,
        /// Until when the supply lasts.
        supply_until: Option<PartialDate>,
    }
}

part! {
    /// An allergy.
    Allergy {
        /// To what.
        to: Option<ShortText>,
        /// What happens.
        reaction: Option<LineText>,
        /// How grave it is.
        severity: Option<Severity>,
    }
}

part! {
    /// A vaccination.
    Vaccination {
        /// Against what.
        against: Option<ShortText>,
        /// When.
        given: Option<PartialDate>,
        /// Which dose of how many.
        dose: Option<ShortText>,
    }
}

part! {
    /// State of mind.
    MentalHealth {
        /// What the person tells or what is seen.
        symptoms: Option<LongText>,
        /// Whether they may harm themselves.
        self_harm_risk: Option<bool>,
        /// What brings it on, to be avoided in interviews.
        triggers: Option<LineText>,
        /// What helps.
        support: Option<LineText>,
        /// When it was last asked.
        assessed: Option<PartialDate>,
    }
}

part! {
    /// An examination, a treatment or a stay in hospital.
    HealthTreatment {
        /// What.
        what: Option<LineText>,
        /// By whom.
        who: Option<ShortText>,
        /// From when.
        from: Option<PartialDate>,
        /// Until when.
        until: Option<PartialDate>,
        /// The next appointment.
        next: Option<PartialDate>,
        /// Under which name, when not the person's own.
        under_name: Option<ShortText>,
        /// What came of it.
        result: Option<LineText>,
    }
}

part! {
    /// A doctor.
    Doctor {
        /// The name.
        name: Option<ShortText>,
        /// Where.
        place: Option<ShortText>,
        /// How to reach them.
        reach: Option<ShortText>,
        /// Whether they treat without papers and tell nobody.
        discreet: Option<bool>,
    }
}

impl Record for Health {
    const GROUP: FieldGroup = FieldGroup::Health;

    fn check(&self) -> Vec<Fault> {
        let mut faults = Faults::default();
        faults.each("conditions", &self.conditions, |condition, faults| {
            faults.needs(condition.name.is_some(), "name", "the name of the condition is missing");
            faults.in_order(condition.since, "until", condition.until);
        });
        faults.each("pregnancies", &self.pregnancies, Pregnancy::rules);
        faults.each("medication", &self.medication, |medication, faults| {
            faults.needs(medication.name.is_some(), "name", "the name of the medicine is missing");
            faults.in_order(medication.since, "until", medication.until);
        });
        faults.each("allergies", &self.allergies, |allergy, faults| {
            faults.needs(allergy.to.is_some(), "to", "what the allergy is to is missing");
        });
        faults.each("treatments", &self.treatments, |treatment, faults| {
            faults.in_order(treatment.from, "until", treatment.until);
        });
        faults.found()
    }
}

impl Pregnancy {
    fn rules(&self, faults: &mut Faults) {
        if self.outcome == Some(PregnancyOutcome::Continuing) && self.ended.is_some() {
            faults.add("outcome", "must say how it ended, because the end is given");
        }
    }
}
