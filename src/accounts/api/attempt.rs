//! What an attempt with a password leaves on the log, however it ended.

use crate::app::App;
use crate::audit::Event;
use crate::audit::entry::Origin;
use crate::error::Result;

/// The outcome, once it is on the record. Any answer may tell whether the password was right, so every failure
/// after it was looked at is an entry, whatever it failed by; what was done has its own.
pub(super) async fn recorded<T>(app: &App, event: Event, origin: Origin, outcome: Result<T>) -> Result<T> {
    if let Err(error) = &outcome
        && !error.is_recorded()
    {
        app.db.record_failure(event, origin, error.code()).await?;
    }
    outcome
}
