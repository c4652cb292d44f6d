//! Keeping the index: the log tells which records were written, here or by another server beside the same database.
//!
//! What this server wrote itself is in the index before it is answered, and is not opened again.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use super::Index;
use super::build::reading;
use crate::access::permissions::SystemAct;
use crate::access::{CaseId, FieldGroup, Permit};
use crate::app::App;
use crate::audit::written::{self, RecordWritten};
use crate::cases::search::duplicates::note;
use crate::cases::store::searched;
use crate::error::Result;

/// How often the log is looked at: an entry has its position after half a second at most.
const PAUSE: Duration = Duration::from_millis(300);
/// Looks between two times that those are compared who could not be when they were written: a minute.
const BETWEEN_COMPARISONS: u32 = 200;
/// How long to wait after a failure.
const AFTER_FAILURE: Duration = Duration::from_secs(2);
/// Entries that are looked at together.
const MOST: i64 = 500;

impl Index {
    /// Makes the index and keeps it, until it is dropped.
    pub async fn keep(self: &Arc<Self>, app: &App) {
        loop {
            match self.build(app).await {
                Ok(built) => {
                    let (people, seconds) = (built.people, built.took.as_secs_f64());
                    tracing::info!(people, unopened = built.unopened, seconds, "the names can be searched");
                    break;
                }
                Err(error) => {
                    tracing::warn!(?error, "the names cannot be opened for the search; trying again");
                }
            }
            tokio::time::sleep(AFTER_FAILURE).await;
        }
        for look in 0_u32.. {
            // Those who were written before the index was complete, and now and then those with whom it failed.
            if look.is_multiple_of(BETWEEN_COMPARISONS) {
                note::catch_up(app).await;
            }
            tokio::time::sleep(PAUSE).await;
            if let Err(error) = self.follow(app).await {
                tracing::warn!(?error, "names written elsewhere cannot be followed; trying again");
                tokio::time::sleep(AFTER_FAILURE).await;
            }
        }
    }

    /// Takes in what was written since the last look.
    pub async fn follow(self: &Arc<Self>, app: &App) -> Result<()> {
        loop {
            let Some(from) = self.read().followed_to else { return Ok(()) };
            let look = move |tx: &mut crate::db::Tx<'_>| written::records_written(tx, from, MOST);
            let (found, next) = app.db.unrecorded("which records were written", look).await?;
            let last = i64::try_from(found.len()).is_ok_and(|found| found < MOST);
            let lacking: BTreeSet<CaseId> =
                found.iter().filter(|written| self.lacks(written)).map(|written| written.case).collect();
            if !lacking.is_empty() {
                self.open(app, lacking.into_iter().collect()).await?;
            }
            self.write().followed_to = Some(next);
            if last {
                return self.forget_erased(app).await;
            }
        }
    }

    /// Lets go of whoever was erased, here or by another server.
    async fn forget_erased(&self, app: &App) -> Result<()> {
        loop {
            let from = self.read().erased_to;
            let look = move |tx: &mut crate::db::Tx<'_>| written::cases_erased(tx, from, MOST);
            let (erased, next) = app.db.unrecorded("who was erased", look).await?;
            for case in &erased {
                self.forget(case);
            }
            self.write().erased_to = next;
            if next == from {
                return Ok(());
            }
        }
    }

    async fn open(self: &Arc<Self>, app: &App, cases: Vec<CaseId>) -> Result<()> {
        let permit = Permit::<SystemAct>::system("search index");
        let read = app.db.read(permit, reading(), move |tx, permit| searched::batch_of(tx, permit, &cases));
        let seen = read.await?;
        self.take_in(Arc::clone(&app.keyring), seen).await?;
        Ok(())
    }

    fn lacks(&self, written: &RecordWritten) -> bool {
        let state = self.read();
        let person = state.people.get(&written.case);
        let known = match written.group {
            FieldGroup::Identity => person.and_then(|person| person.identity_version()),
            FieldGroup::Contact => person.and_then(|person| person.contact_version()),
            _ => return false,
        };
        known.is_none_or(|known| known < written.version)
    }
}
