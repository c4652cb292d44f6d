//! What the program does by itself: it carries out what is due, wipes it from the database's files, and certifies it.

use super::erase::carry_out;
use super::{certificate, store};
use crate::access::permissions::SystemAct;
use crate::access::{CaseId, Permit};
use crate::app::App;
use crate::audit::{Action, Event, text};
use crate::cases::merging;
use crate::cases::search::looked_for;
use crate::db::Tx;
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
    for erasure in app.db.unrecorded("which persons are to be erased", |tx| store::due(tx, AT_ONCE)).await? {
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
        done.erased.push(case);
    }
    if !done.erased.is_empty() {
        app.db.wipe().await?;
    }
    done.certified = certificate::make(app, AT_ONCE).await?;
    Ok(done)
}

/// The case, and those that were merged into it.
async fn person_s_cases(app: &App, case: CaseId) -> Result<Vec<CaseId>> {
    let merged = move |tx: &mut Tx<'_>| merging::store::merged_into(tx, case);
    let merged = app.db.unrecorded("which cases are the same person's", merged).await?;
    Ok(std::iter::once(case).chain(merged.into_iter().map(|(id, _)| id)).collect())
}
