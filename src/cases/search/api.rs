//! Searching the cases whose sealed names one may read.
//!
//! A POST that changes nothing: what is looked for is a name, and must be in no address. Who may not open a record
//! does not find by it, and neither the answer nor the time it takes hangs on the cases of others.

use std::collections::HashMap;
use std::sync::Arc;

use actix_web::web::Data;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use zeroize::Zeroizing;

use super::index::Index;
use super::rank::{Fit, SearchReason, Sought};
use super::terms::{DocumentNumber, PhoneNumber, Years};
use crate::access::permissions::CaseSearch;
use crate::access::{CaseId, FieldGroup, Permission, Permit};
use crate::app::App;
use crate::audit::text::SealedText;
use crate::audit::{Action, Event};
use crate::cases::code::CaseCode;
use crate::cases::records::dates::Year;
use crate::cases::records::text::ShortText;
use crate::cases::store::search::{codes, searchable};
use crate::db::Tx;
use crate::error::{Error, Fault, Result};
use crate::http::{Body, Json};

/// The most candidates of an answer.
const MOST: usize = 50;
/// A year that may be wrong by more is no year.
const WIDEST_TOLERANCE: u8 = 10;

/// What is looked for: one of it at least.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"name": "Kim Myong-chol", "birth_year": 1972, "birth_year_tolerance": 2}))]
pub struct SearchRequest {
    /// A name or a part of one, in any script, romanisation and order.
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<ShortText>,
    /// The year of birth.
    #[serde(skip_serializing_if = "Option::is_none")]
    birth_year: Option<Year>,
    /// By how many years that may be wrong; 0 when not said.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(maximum = 10)]
    birth_year_tolerance: Option<u8>,
    /// A telephone number, with or without the code of its country, or its last eight digits.
    #[serde(skip_serializing_if = "Option::is_none")]
    phone: Option<ShortText>,
    /// The number of a document.
    #[serde(skip_serializing_if = "Option::is_none")]
    document: Option<ShortText>,
}

/// A case that may be the one: to be looked at, never to be taken for granted.
#[derive(Serialize, ToSchema)]
pub struct Candidate {
    /// The case.
    case_id: CaseId,
    /// Its code.
    code: CaseCode,
    /// How well it fits, from 1 to 100.
    score: u8,
    /// Why it may be the one; a code list.
    reasons: Vec<SearchReason>,
}

/// The candidates.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({"candidates": [{
    "case_id": "0h9fzq3m6v2x8k4t7w1c5n0b9d", "code": "WS-7K3M-9QXV-R", "score": 97,
    "reasons": ["surname", "given_name", "birth_year"]
}], "more": false}))]
pub struct SearchAnswer {
    /// The best first, at most 50.
    pub(super) candidates: Vec<Candidate>,
    /// Whether there are more: ask for something narrower.
    more: bool,
}

impl SearchRequest {
    pub(super) fn sought(&self) -> Result<Sought> {
        let mut sought = Sought::default();
        let mut faults = Vec::new();
        if let Some(name) = &self.name {
            sought.name(name.as_str());
        }
        sought.birth = self.birth_year.map(|year| Years::one(year.get().into()));
        sought.tolerance = self.birth_year_tolerance.unwrap_or_default().into();
        if self.birth_year_tolerance.is_some_and(|years| years > WIDEST_TOLERANCE) {
            faults.push(Fault::new("/birth_year_tolerance", "must be at most 10 years"));
        }
        if self.birth_year_tolerance.is_some() && self.birth_year.is_none() {
            faults.push(Fault::new("/birth_year", "the year that may be wrong is missing"));
        }
        if let Some(phone) = &self.phone {
            match PhoneNumber::parse(phone.as_str()) {
                Some(phone) => sought.phones.push(phone),
                None => faults.push(Fault::new("/phone", "must have at least eight digits")),
            }
        }
        if let Some(document) = &self.document {
            match DocumentNumber::parse(document.as_str()) {
                Some(document) => sought.documents.push(document),
                None => faults.push(Fault::new("/document", "must have at least four letters or digits")),
            }
        }
        if faults.is_empty() && self.terms().next().is_none() {
            faults.push(Fault::new("", "say a name, a year of birth, a telephone or a document"));
        }
        if faults.is_empty() { Ok(sought) } else { Err(Error::invalid(faults)) }
    }

    /// Of what kinds it is.
    fn terms(&self) -> impl Iterator<Item = &'static str> {
        let given = [
            ("name", self.name.is_some()),
            ("birth_year", self.birth_year.is_some()),
            ("phone", self.phone.is_some()),
            ("document", self.document.is_some()),
        ];
        given.into_iter().filter_map(|(name, given)| given.then_some(name))
    }

    fn event(&self, app: &App) -> Result<Event> {
        let text = Zeroizing::new(serde_json::to_vec(self).map_err(Error::internal)?);
        let text = SealedText::seal(&app.keyring, &text, app.clock.now())?;
        let terms: Vec<&str> = self.terms().collect();
        let event = Event::new(Action::CaseSearch).detail("by", terms.join(",")).with_text(text);
        let by_identity = terms.iter().any(|term| *term != "phone");
        let event = if by_identity { event.group(FieldGroup::Identity) } else { event };
        Ok(if self.phone.is_some() { event.group(FieldGroup::Contact) } else { event })
    }
}

/// `POST /v1/cases/search`
pub async fn search_cases(
    permit: Permit<CaseSearch>,
    app: Data<App>,
    body: Body<SearchRequest>,
) -> Result<Json<SearchAnswer>> {
    let sought = body.0.sought()?;
    let event = body.0.event(&app)?;
    let index = Arc::clone(&app.search);
    let seen =
        app.db.read(permit, event, move |tx, permit| fitting(tx, permit, &index, &sought, None)).await?;
    Ok(Json(seen.value))
}

/// The candidates among the cases whose records the permit's holder may open, noted on the event; without one of them.
pub(super) fn fitting<P: Permission>(
    tx: &mut Tx<'_>,
    permit: &Permit<P>,
    index: &Index,
    sought: &Sought,
    without: Option<CaseId>,
) -> Result<SearchAnswer> {
    let places = searchable(tx, permit)?;
    let places = places.iter().filter(|place| Some(place.case) != without);
    let mut fits = fits(index, sought, places.map(|place| (place.case, place.identity, place.contact)))?;
    let more = fits.len() > MOST;
    fits.truncate(MOST);
    let ids: Vec<CaseId> = fits.iter().map(|(case, _)| *case).collect();
    let shown: HashMap<CaseId, CaseCode> = codes(tx, permit, &ids)?.into_iter().collect();
    let candidate = |(case_id, fit): (CaseId, Fit)| {
        let code = *shown.get(&case_id)?;
        Some(Candidate { case_id, code, score: fit.score, reasons: fit.reasons.into_iter().collect() })
    };
    Ok(SearchAnswer { candidates: fits.into_iter().filter_map(candidate).collect(), more })
}

/// Those who fit, the best first; each by the records of theirs that may be opened.
fn fits(
    index: &Index,
    sought: &Sought,
    places: impl Iterator<Item = (CaseId, bool, bool)> + Clone,
) -> Result<Vec<(CaseId, Fit)>> {
    let people = index.people(places.clone().map(|(case, ..)| case))?;
    let opens: HashMap<CaseId, (bool, bool)> =
        places.map(|(case, identity, contact)| (case, (identity, contact))).collect();
    let fit = |(case, person): (CaseId, Arc<super::index::Person>)| {
        let (identity, contact) = opens.get(&case)?;
        let fit =
            sought.fit(person.identity().filter(|_| *identity), person.contact().filter(|_| *contact))?;
        Some((case, fit))
    };
    let mut fits: Vec<(CaseId, Fit)> = people.into_iter().filter_map(fit).collect();
    fits.sort_by(|one, two| two.1.score.cmp(&one.1.score).then(one.0.cmp(&two.0)));
    Ok(fits)
}
