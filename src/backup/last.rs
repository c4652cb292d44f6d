//! When the last backup was made, as the log knows it.

use diesel::prelude::*;

use crate::app::App;
use crate::audit::{Action, Outcome};
use crate::db::Tx;
use crate::db::schema::audit_events::dsl;
use crate::db::types::Timestamp;
use crate::error::Result;

/// None where there was none.
pub async fn last(app: &App) -> Result<Option<Timestamp>> {
    app.db.unrecorded("when the last backup was made", newest).await
}

fn newest(tx: &mut Tx<'_>) -> Result<Option<Timestamp>> {
    let made = dsl::audit_events
        .filter(dsl::action.eq(Action::BackupCreate))
        .filter(dsl::outcome.eq(Outcome::Done))
        .filter(dsl::position.is_not_null());
    Ok(made.order(dsl::position.desc()).select(dsl::recorded_at).first(tx.conn()).optional()?)
}
