//! What an attempt with a secret leaves on the log, however it ended, and what its repeat is answered.

use serde::Serialize;

use crate::access::{Permission, Permit};
use crate::app::App;
use crate::audit::Event;
use crate::audit::entry::Origin;
use crate::error::{Code, Error, Result};
use crate::http::Given;

/// The outcome, once it is on the record. Any answer may tell whether the secret was right, so every failure
/// after it was looked at is an entry, whatever it failed by; what was done has its own.
pub(super) async fn recorded<T>(app: &App, event: Event, origin: Origin, outcome: Result<T>) -> Result<T> {
    if let Err(error) = &outcome
        && !error.is_recorded()
    {
        app.db.record_failure(event, origin, error.code()).await?;
    }
    outcome
}

/// The answer to a request whose secret does not fit: the one that it was given before, if it comes again under its
/// key and has changed the secret, or used it up, itself.
///
/// It is looked for only after the secret was looked at, and another request under the key is answered and
/// recorded like any wrong secret: so the kept answer helps nobody to guess one.
pub(super) async fn answered_before<P, T>(
    permit: Permit<P>,
    app: &App,
    event: Event,
    wrong: fn() -> Error,
) -> Result<Given<T>>
where
    P: Permission,
    T: Serialize + Send + 'static,
{
    let before = app.db.write(permit, event, move |_, _| Err(wrong())).await;
    before.map_err(|error| if error.code() == Code::IdempotencyKeyReused { wrong() } else { error })
}
