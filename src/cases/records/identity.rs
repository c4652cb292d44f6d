//! Who a person is: names in every script they are known by, birth, origin, papers.

use crate::access::actor::FieldGroup;
use crate::db::types::Country;
use crate::error::Fault;

use super::Record;
use super::codes::{Calendar, DocumentHolder, DocumentKind, Genuineness, NameKind, Script};
use super::dates::PartialDate;
use super::faults::Faults;
use super::language::Language;
use super::text::{LineText, ShortText};

part! {
    /// Who the person is. Sex, age band and country of origin are on the case itself.
    #[schema(example = json!({
        "names": [
            {"script": "hangul", "kind": "birth", "family": "본보기", "given": "가명"},
            {"script": "latin", "kind": "alias", "full": "Example Person"}
        ],
        "birth": {"date": "1988-03", "calendar": "lunar", "basis": "Told by the person"},
        "place_of_origin": {"country": "PRK", "province": "Invented Province", "county": "Sample County"},
        "nationalities": ["PRK"],
        "ethnicity": "Korean",
        "languages": [{"code": "kor", "mother_tongue": true}],
        "documents": [{
            "kind": "identity_card", "number": "EXAMPLE-0000", "country": "CHN", "issuer": "Invented Office",
            "valid_until": "2012-06-30", "genuineness": "forged", "held_by": "person"
        }],
        "distinguishing_marks": ["A scar on the left hand"]
    }))]
    Identity {
        /// Every name the person is or was known by, in every script it was seen in.
        #[schema(max_items = 50)]
        names: Vec<PersonName>,
        /// The date of birth, as far as it is known.
        birth: Option<Birth>,
        /// Where the person comes from.
        place_of_origin: Option<Origin>,
        /// Countries that count the person as their national.
        #[schema(max_items = 50)]
        nationalities: Vec<Country>,
        /// The people the person counts themselves to.
        ethnicity: Option<ShortText>,
        /// Languages the person speaks.
        #[schema(max_items = 50)]
        languages: Vec<SpokenLanguage>,
        /// Religion, where it bears on the person's safety or claim.
        religion: Option<ShortText>,
        /// Papers, genuine or not.
        #[schema(max_items = 50)]
        documents: Vec<IdentityDocument>,
        /// Marks by which the person can be recognised, in words; never a photograph.
        #[schema(max_items = 50)]
        distinguishing_marks: Vec<LineText>,
        /// Anything else about who the person is.
        remarks: Option<LineText>,
    }
}

part! {
    /// One name in one script, in parts or whole.
    PersonName {
        /// The script it is written in.
        script: Option<Script>,
        /// What the name is to the person.
        kind: Option<NameKind>,
        /// The family name.
        family: Option<ShortText>,
        /// The given name.
        given: Option<ShortText>,
        /// The whole name in its own order, when the parts cannot be told apart.
        full: Option<ShortText>,
        /// From when it was used.
        since: Option<PartialDate>,
        /// Until when it was used.
        until: Option<PartialDate>,
    }
}

part! {
    /// A birth: one date, or the first and last that it may have been.
    Birth {
        /// The date, to the day, month or year that is known.
        date: Option<PartialDate>,
        /// The earliest it may have been, when it is estimated.
        earliest: Option<PartialDate>,
        /// The latest it may have been, when it is estimated.
        latest: Option<PartialDate>,
        /// The calendar it was told in.
        calendar: Option<Calendar>,
        /// How it is known: told by the person, a paper, an estimate by whom.
        basis: Option<LineText>,
    }
}

part! {
    /// Where somebody comes from.
    Origin {
        /// The country.
        country: Option<Country>,
        /// The province.
        province: Option<ShortText>,
        /// The city or county.
        county: Option<ShortText>,
        /// The village, district or work unit.
        locality: Option<ShortText>,
    }
}

part! {
    /// A language and how it is spoken.
    SpokenLanguage {
        /// The language, ISO 639-3.
        code: Option<Language>,
        /// Whether it is the mother tongue.
        mother_tongue: Option<bool>,
        /// Whether the person reads and writes it.
        reads: Option<bool>,
        /// The dialect, or how well it is spoken.
        remarks: Option<ShortText>,
    }
}

part! {
    /// A paper that says who the person is, true or not.
    IdentityDocument {
        /// What paper it is.
        kind: Option<DocumentKind>,
        /// Its number.
        number: Option<ShortText>,
        /// The country that issued it, or is said to have.
        country: Option<Country>,
        /// The office that issued it, or is said to have.
        issuer: Option<ShortText>,
        /// The name in it, where it is not the person's own.
        name_in_it: Option<ShortText>,
        /// When it was issued.
        issued: Option<PartialDate>,
        /// When it ends.
        valid_until: Option<PartialDate>,
        /// Whether it is what it says.
        genuineness: Option<Genuineness>,
        /// Where it is.
        held_by: Option<DocumentHolder>,
        /// Anything else about it.
        remarks: Option<LineText>,
    }
}

impl Record for Identity {
    const GROUP: FieldGroup = FieldGroup::Identity;

    fn check(&self) -> Vec<Fault> {
        let mut faults = Faults::default();
        faults.each("names", &self.names, PersonName::rules);
        faults.inner("birth", self.birth.as_ref(), Birth::rules);
        faults.each("languages", &self.languages, |language, faults| {
            faults.needs(language.code.is_some(), "code", "the language is missing");
        });
        faults.each("documents", &self.documents, |document, faults| {
            faults.in_order(document.issued, "valid_until", document.valid_until);
        });
        faults.found()
    }
}

impl PersonName {
    fn rules(&self, faults: &mut Faults) {
        let named = self.family.is_some() || self.given.is_some() || self.full.is_some();
        faults.says(named, "a name needs a family name, a given name or the full name");
        faults.in_order(self.since, "until", self.until);
    }
}

impl Birth {
    fn rules(&self, faults: &mut Faults) {
        let estimated = self.earliest.is_some() || self.latest.is_some();
        if self.date.is_some() && estimated {
            faults.add("date", "give either the date or the earliest and latest it may have been");
        }
        faults.in_order(self.earliest, "latest", self.latest);
    }
}
