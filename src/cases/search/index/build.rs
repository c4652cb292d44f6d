//! Making the index: every case once, a batch at a time, each on the record before it is opened.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::Index;
use crate::access::permissions::SystemAct;
use crate::access::{CaseId, FieldGroup, Permit};
use crate::app::App;
use crate::audit::{Action, Event, written};
use crate::cases::store::searched::{self, SealedBatch};
use crate::crypto::Keyring;
use crate::db::{Seen, Tx};
use crate::error::{Error, Result};

/// Cases of one batch: their ciphertexts are in memory together, and each batch is one entry of the log.
const BATCH: i64 = 5_000;

/// A finished index.
#[derive(Debug)]
pub struct Built {
    /// How many people are in it.
    pub people: usize,
    /// How many records did not open.
    pub unopened: usize,
    /// How long it took.
    pub took: Duration,
}

/// A batch that is in the index.
struct Added {
    last: Option<CaseId>,
    more: bool,
    unopened: usize,
}

/// What the server is about to open for itself.
pub(super) fn reading() -> Event {
    Event::new(Action::SearchIndex).group(FieldGroup::Identity).group(FieldGroup::Contact)
}

impl Index {
    /// Opens what of everybody may be looked for. What is written meanwhile is taken in too.
    pub async fn build(self: &Arc<Self>, app: &App) -> Result<Built> {
        let start = Instant::now();
        app.db.sequence_now().await?;
        let from = app.db.unrecorded("where the log ends", written::end).await?;
        let (mut after, mut unopened) = (None, 0);
        // Of a network without cases nothing is read, and nothing is on the record.
        let mut more = app.db.unrecorded("whether there is any case", searched::any).await?;
        while more {
            let batch = self.add_batch(app, after).await?;
            (after, more) = (batch.last, batch.more);
            unopened += batch.unopened;
        }
        let mut state = self.write();
        (state.followed_to, state.erased_to) = (Some(from), from);
        drop(state);
        Ok(Built { people: self.len(), unopened, took: start.elapsed() })
    }

    async fn add_batch(self: &Arc<Self>, app: &App, after: Option<CaseId>) -> Result<Added> {
        let permit = Permit::<SystemAct>::system("search index");
        let batch =
            move |tx: &mut Tx<'_>, permit: &Permit<_>| searched::batch_after(tx, permit, after, BATCH);
        let seen = app.db.read(permit, reading(), batch).await?;
        let (last, cases) = (seen.value.last, seen.value.cases);
        let unopened = self.take_in(Arc::clone(&app.keyring), seen).await?;
        Ok(Added { last, more: i64::try_from(cases).is_ok_and(|cases| cases == BATCH), unopened })
    }

    /// Opens a batch off the async threads.
    pub(super) async fn take_in(
        self: &Arc<Self>,
        keyring: Arc<Keyring>,
        seen: Seen<SealedBatch>,
    ) -> Result<usize> {
        let index = Arc::clone(self);
        let opening = tokio::task::spawn_blocking(move || {
            let Seen { value, receipt } = seen;
            value.open(&keyring, &receipt, |case, version, terms| {
                index.note(case, version, terms);
            })
        });
        opening.await.map_err(Error::internal)
    }
}
