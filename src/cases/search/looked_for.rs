//! By which searches somebody may have been looked for: what was typed then is forgotten when they are erased.

use std::sync::Arc;

use super::api::SearchRequest;
use super::index::Person;
use crate::access::CaseId;
use crate::app::App;
use crate::audit::text::{self, SearchId, StoredText, TextKey};
use crate::crypto::Keyring;
use crate::db::Tx;
use crate::error::Result;

/// Texts that are opened at once.
const AT_ONCE: i64 = 500;

/// The searches that find one of these cases, whoever made them and whatever they could reach. One that does not open is
/// among them.
pub(crate) async fn by_searches(app: &App, cases: Vec<CaseId>) -> Result<Vec<SearchId>> {
    let people = app.search.people(cases)?.into_iter().map(|(_, person)| person);
    let people: Arc<[Arc<Person>]> = people.collect();
    let (mut found, mut after) = (Vec::new(), None);
    loop {
        let (people, keyring) = (Arc::clone(&people), Arc::clone(&app.keyring));
        let look = app.db.unrecorded("what was looked for", move |tx| look(tx, &keyring, &people, after));
        let (those, next) = look.await?;
        found.extend(those);
        after = next;
        if after.is_none() {
            return Ok(found);
        }
    }
}

/// Some of the texts: those that find one of these people, and where the look ended if there may be more.
fn look(
    tx: &mut Tx<'_>,
    keyring: &Keyring,
    people: &[Arc<Person>],
    after: Option<TextKey>,
) -> Result<(Vec<SearchId>, Option<TextKey>)> {
    let texts = text::after(tx, after, AT_ONCE)?;
    let full = i64::try_from(texts.len()).is_ok_and(|texts| texts == AT_ONCE);
    let next = texts.last().map(StoredText::key).filter(|_| full);
    let those = texts.iter().filter(|text| finds(keyring, text, people)).map(|text| text.id);
    Ok((those.collect(), next))
}

fn finds(keyring: &Keyring, text: &StoredText, people: &[Arc<Person>]) -> bool {
    let Some(opened) = text.open(keyring) else { return true };
    let Ok(request) = serde_json::from_slice::<SearchRequest>(&opened) else { return true };
    let Ok(sought) = request.sought() else { return true };
    people.iter().any(|person| sought.fit(person.identity(), person.contact()).is_some())
}
