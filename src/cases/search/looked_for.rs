//! By which searches somebody may have been looked for: what was typed then is forgotten when they are erased.

use std::sync::Arc;

use super::api::SearchRequest;
use super::index::Person;
use crate::access::CaseId;
use crate::app::App;
use crate::audit::text::{self, SearchId, StoredText};
use crate::error::Result;

/// Texts that are opened at once.
const AT_ONCE: i64 = 500;

/// The searches that find one of these cases, whoever made them and whatever they could reach. One that does not open is
/// among them.
pub(crate) async fn by_searches(app: &App, cases: Vec<CaseId>) -> Result<Vec<SearchId>> {
    let people: Vec<Arc<Person>> = app.search.people(cases)?.into_iter().map(|(_, person)| person).collect();
    let (mut found, mut after) = (Vec::new(), None);
    loop {
        let texts =
            app.db.unrecorded("what was looked for", move |tx| text::after(tx, after, AT_ONCE)).await?;
        after = texts.last().map(StoredText::key);
        found.extend(texts.iter().filter(|text| finds(app, text, &people)).map(|text| text.id));
        if after.is_none() {
            return Ok(found);
        }
    }
}

fn finds(app: &App, text: &StoredText, people: &[Arc<Person>]) -> bool {
    let Some(opened) = text.open(&app.keyring) else { return true };
    let Ok(request) = serde_json::from_slice::<SearchRequest>(&opened) else { return true };
    let Ok(sought) = request.sought() else { return true };
    people.iter().any(|person| sought.fit(person.identity(), person.contact()).is_some())
}
