//! What an attempt with a secret leaves on the log, however it ended, and what its repeat is answered.

use serde::Serialize;

use crate::access::{Permission, Permit};
use crate::app::App;
use crate::audit::Event;
use crate::error::{Code, Error, Result};
use crate::http::Given;

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
