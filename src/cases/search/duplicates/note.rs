//! Noting, when names are written, who may be the same person: everybody is compared, in memory, and only which cases
//! they are is stored.

use std::sync::Arc;

use super::rules::is_worth_telling;
use crate::access::permissions::SystemAct;
use crate::access::{CaseId, Permit};
use crate::app::App;
use crate::audit::{Action, Event};
use crate::cases::search::index::{Index, Person};
use crate::cases::search::rank::{Fit, Sought};
use crate::cases::store::duplicates;
use crate::error::{Error, Result};

/// The most that are noted at once, the best first: a name like a thousand others tells nobody anything.
const MOST: usize = 20;

/// Compares a person whose names were written with everybody, and notes who may be the same.
///
/// Where that cannot be now (not every name is opened yet, the database fails, whoever wrote has gone away meanwhile),
/// the case stays among those that are compared later.
pub(crate) async fn after_writing(app: &App, case: CaseId) {
    app.search.to_compare(case);
    compare(app, case).await;
}

/// Compares those who could not be compared when their names were written.
pub(crate) async fn catch_up(app: &App) {
    for case in app.search.uncompared() {
        compare(app, case).await;
    }
}

async fn compare(app: &App, case: CaseId) {
    if !app.search.is_complete() {
        return;
    }
    match note(app, case).await {
        Ok(()) => app.search.compared(&case),
        Err(error) => tracing::warn!(?error, %case, "it could not be noted who may be the same person"),
    }
}

async fn note(app: &App, case: CaseId) -> Result<()> {
    let index = Arc::clone(&app.search);
    let looking = tokio::task::spawn_blocking(move || look(&index, case));
    let alike = looking.await.map_err(Error::internal)??;
    if alike.is_empty() {
        return Ok(());
    }
    let event = Event::new(Action::DuplicateNote).about(case);
    let permit = Permit::<SystemAct>::system("names were written");
    app.db.write(permit, event, move |tx, permit| duplicates::note(tx, permit, case, &alike)).await?.made()
}

fn look(index: &Index, case: CaseId) -> Result<Vec<CaseId>> {
    let everybody = index.everybody()?;
    let Some((_, person)) = everybody.iter().find(|(other, _)| *other == case) else { return Ok(Vec::new()) };
    let sought = Sought::like(person);
    let fit = |(other, person): &(CaseId, Arc<Person>)| {
        let fit = sought.fit(person.identity(), person.contact()).filter(is_worth_telling)?;
        (*other != case).then_some((fit.score, *other))
    };
    let mut alike: Vec<(u8, CaseId)> = everybody.iter().filter_map(fit).collect();
    alike.sort_unstable_by(|one, two| two.cmp(one));
    Ok(alike.into_iter().take(MOST).map(|(_, other)| other).collect())
}

/// How alike two people are by what is known now; nothing while that is not in memory.
pub(super) fn fit_of(index: &Index, one: CaseId, two: CaseId) -> Option<Fit> {
    let people = index.people([one, two]).ok()?;
    let [(_, one), (_, two)] = people.as_slice() else { return None };
    Sought::like(one).fit(two.identity(), two.contact())
}
