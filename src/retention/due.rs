//! What the program does by itself: it carries out what is due, wipes it from the database's files, and certifies it.

use super::erase::carry_out;
use super::{certificate, store};
use crate::access::permissions::SystemAct;
use crate::access::{CaseId, Permit};
use crate::app::App;
use crate::audit::{Action, Event};
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
        let event = Event::new(Action::CaseErase).about(case).subject(id).detail("reason", erasure.reason);
        let erased =
            app.db.write(Permit::<SystemAct>::system("upkeep"), event, move |tx, _| carry_out(tx, case, id));
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
