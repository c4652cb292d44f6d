//! What the program does by itself: it carries out what is due, wipes it from the database's files, and certifies it.

use super::erase::carry_out;
use super::model::ErasureRow;
use super::{certificate, store};
use crate::access::permissions::SystemAct;
use crate::access::{CaseId, Permit};
use crate::app::App;
use crate::audit::{Action, Event, text};
use crate::cases::merging;
use crate::cases::search::looked_for;
use crate::db::{Tx, WriteTx};
use crate::error::Result;

/// In one round.
const AT_ONCE: i64 = 100;

/// What one round did.
#[derive(Debug, Default)]
pub struct Done {
    /// The cases whose persons were erased.
    pub erased: Vec<CaseId>,
    /// How many certificates were made.
    pub certified: usize,
}

/// One round.
pub async fn run(app: &App) -> Result<Done> {
    let mut done = Done::default();
    let due = app.db.unrecorded("which persons are to be erased", |tx| store::due(tx, AT_ONCE)).await?;
    for erasure in due {
        let case = erasure.case_id;
        match erase(app, &erasure).await {
            Ok(()) => done.erased.push(case),
            // What stands in the way of one keeps no other waiting, nor the wiping of those before.
            Err(error) => {
                tracing::error!(?error, %case, "an erasure that is due could not be carried out; trying again later");
            }
        }
    }
    wipe(app).await?;
    done.certified = certificate::make(app, AT_ONCE).await?;
    Ok(done)
}

async fn erase(app: &App, erasure: &ErasureRow) -> Result<()> {
    let (case, id) = (erasure.case_id, erasure.id);
    // Before the names are gone.
    let searches = looked_for::by_searches(app, person_s_cases(app, case).await?).await?;
    let event = Event::new(Action::CaseErase).about(case).subject(id).detail("reason", erasure.reason);
    let erased = app.db.write(Permit::<SystemAct>::system("upkeep"), event, move |tx, _| {
        carry_out(tx, case, id)?;
        let forgotten = text::forget(tx, &searches)?;
        tx.event.set_detail("searches", forgotten);
        Ok(())
    });
    erased.await?.made()?;
    app.search.forget(&case);
    Ok(())
}

/// Wipes what erasures have deleted from the database's own files. Until that has worked it is tried in every round, also
/// by a server that was not there when they were carried out, and none of them is certified.
async fn wipe(app: &App) -> Result<()> {
    let waiting = app.db.unrecorded("which erasures are to be wiped", store::to_wipe).await?;
    if waiting.is_empty() {
        return Ok(());
    }
    match app.db.wipe().await {
        Ok(true) => {}
        Ok(false) => {
            tracing::warn!("what was erased is read still, and so not wiped yet; trying again later");
            return Ok(());
        }
        Err(error) => {
            tracing::error!(?error, "what was erased could not be wiped; trying again later");
            return Ok(());
        }
    }
    let event = Event::new(Action::SystemMaintain).detail("wiped", waiting.len());
    let mark = move |tx: &mut WriteTx<'_>, _: &Permit<SystemAct>| store::wiped(tx, &waiting);
    app.db.write(Permit::<SystemAct>::system("upkeep"), event, mark).await?.made()
}

/// The case, and those that were merged into it.
async fn person_s_cases(app: &App, case: CaseId) -> Result<Vec<CaseId>> {
    let merged = move |tx: &mut Tx<'_>| merging::store::merged_into(tx, case);
    let merged = app.db.unrecorded("which cases are the same person's", merged).await?;
    Ok(std::iter::once(case).chain(merged.into_iter().map(|(id, _)| id)).collect())
}
