//! What a person's claim rests on: their story, detentions, returns, counsel.
//!
//! Applications and their states are not sealed and are kept with the asylum procedures.

use crate::access::actor::FieldGroup;
use crate::db::types::Country;
use crate::error::Fault;

use super::Record;
use super::dates::PartialDate;
use super::faults::Faults;
use super::language::Language;
use super::procedure_codes::{DetainingBody, DetentionEnd, Punishment, Treatment};
use super::text::{LineText, LongText, ShortText};

part! {
    /// What the person's claim rests on.
    #[schema(example = json!({
        "story": {"text": "An invented story.\nIn two lines.", "language": "kor", "taken": "2006-08-20"},
        "detentions": [{
            "place": "Sample Detention Centre", "country": "CHN", "by": "police", "from": "2006-05-02",
            "to": "2006-05-30", "treatment": ["beatings"], "ended": "returned"
        }],
        "lawyers": [{"name": "Example Counsel", "firm": "Invented Legal Aid", "since": "2006-09"}],
        "criminal_record_fears": "Left the country without permission",
        "previous_returns": [{
            "returned": "2006-06", "from_country": "CHN", "punishments": ["interrogation", "labour_training"],
            "fled_again": "2006-12"
        }],
        "statements": [{"made": "2006-09-04", "before": "Invented Office", "summary": "Repeated the story"}],
        "powers_of_attorney": [{"holder": "Example Counsel", "scope": "Asylum only", "from": "2006-09-01"}],
        "hearings": [{"held": "2006-10-11", "before": "Invented Board", "notes": "Interpreter was late."}]
    }))]
    Legal {
        /// The person's story in their own words.
        story: Option<Story>,
        /// Every time the person was held.
        #[schema(max_items = 50)]
        detentions: Vec<Detention>,
        /// Lawyers and other representatives.
        #[schema(max_items = 50)]
        lawyers: Vec<Lawyer>,
        /// What the person fears to be charged with, there or here.
        criminal_record_fears: Option<LineText>,
        /// Every time the person was returned before.
        #[schema(max_items = 50)]
        previous_returns: Vec<PreviousReturn>,
        /// What was said to an authority or on the record elsewhere.
        #[schema(max_items = 50)]
        statements: Vec<Statement>,
        /// Who may act for the person.
        #[schema(max_items = 50)]
        powers_of_attorney: Vec<PowerOfAttorney>,
        /// Notes of hearings and interviews.
        #[schema(max_items = 50)]
        hearings: Vec<Hearing>,
        /// Where versions differ, and why that may be.
        inconsistencies: Option<LineText>,
        /// Anything else about the claim.
        remarks: Option<LineText>,
    }
}

part! {
    /// A story as it was told.
    Story {
        /// The story.
        text: Option<LongText>,
        /// The language it is written in.
        language: Option<Language>,
        /// When it was taken down, or last added to.
        taken: Option<PartialDate>,
        /// Who interpreted.
        interpreter: Option<ShortText>,
        /// Whether it was read back to the person and found right.
        read_back: Option<bool>,
    }
}

part! {
    /// A time in detention.
    Detention {
        /// The place.
        place: Option<ShortText>,
        /// The country.
        country: Option<Country>,
        /// Who held the person.
        by: Option<DetainingBody>,
        /// From when.
        from: Option<PartialDate>,
        /// Until when.
        to: Option<PartialDate>,
        /// For what, as it was said.
        reason: Option<LineText>,
        /// What was done.
        #[schema(max_items = 50)]
        treatment: Vec<Treatment>,
        /// How it ended.
        ended: Option<DetentionEnd>,
        /// What happened, who else was there and can say so.
        account: Option<LongText>,
    }
}

part! {
    /// A lawyer or other representative.
    Lawyer {
        /// The name.
        name: Option<ShortText>,
        /// The firm or organisation.
        firm: Option<ShortText>,
        /// How to reach them.
        reach: Option<LineText>,
        /// Since when.
        since: Option<PartialDate>,
        /// Until when.
        until: Option<PartialDate>,
        /// What for.
        remarks: Option<LineText>,
    }
}

part! {
    /// A forced return, and what followed.
    PreviousReturn {
        /// When.
        returned: Option<PartialDate>,
        /// From which country.
        from_country: Option<Country>,
        /// To which country.
        to_country: Option<Country>,
        /// Where the person was handed over.
        crossing: Option<ShortText>,
        /// What followed.
        #[schema(max_items = 50)]
        punishments: Vec<Punishment>,
        /// When the person got away again.
        fled_again: Option<PartialDate>,
        /// What happened.
        account: Option<LongText>,
    }
}

part! {
    /// A statement made on the record.
    Statement {
        /// When.
        made: Option<PartialDate>,
        /// Before whom.
        before: Option<ShortText>,
        /// What was said.
        summary: Option<LongText>,
        /// Whether the person signed it.
        signed: Option<bool>,
        /// Whether it was said freely.
        under_duress: Option<bool>,
    }
}

part! {
    /// Somebody's right to act for the person.
    PowerOfAttorney {
        /// Who holds it.
        holder: Option<ShortText>,
        /// What for.
        scope: Option<LineText>,
        /// From when.
        from: Option<PartialDate>,
        /// Until when.
        until: Option<PartialDate>,
        /// Whether the person took it back.
        revoked: Option<bool>,
    }
}

part! {
    /// A hearing or interview.
    Hearing {
        /// When.
        held: Option<PartialDate>,
        /// Before whom.
        before: Option<ShortText>,
        /// Who spoke for the person, and who interpreted.
        present: Option<LineText>,
        /// What was asked and answered.
        notes: Option<LongText>,
    }
}

impl Record for Legal {
    const GROUP: FieldGroup = FieldGroup::Legal;

    fn check(&self) -> Vec<Fault> {
        let mut faults = Faults::default();
        faults.each("detentions", &self.detentions, Detention::rules);
        faults.each("lawyers", &self.lawyers, |lawyer, faults| {
            faults.in_order(lawyer.since, "until", lawyer.until);
        });
        faults.each("previous_returns", &self.previous_returns, |previous, faults| {
            faults.in_order(previous.returned, "fled_again", previous.fled_again);
        });
        faults.each("powers_of_attorney", &self.powers_of_attorney, |power, faults| {
            faults.needs(power.holder.is_some(), "holder", "who may act is missing");
            faults.in_order(power.from, "until", power.until);
        });
        faults.found()
    }
}

impl Detention {
    fn rules(&self, faults: &mut Faults) {
        faults.in_order(self.from, "to", self.to);
        if self.ended == Some(DetentionEnd::Continuing) && self.to.is_some() {
            faults.add("ended", "must say how it ended, because the end is given");
        }
    }
}
