//! The keys of the keyring, followed by others while servers run.
//!
//! A new version is stored and handed over ([`rotation`]), known to every server within seconds ([`follow()`]), then
//! used; what the older one wrapped is wrapped anew in batches ([`rewrapping`]), and when nothing needs it any longer
//! it is destroyed ([`retirement`]). Each step finds in the database what there is to do: whoever is killed in the
//! middle is carried on from by any server. [`root`] changes the key that wraps them all.

pub mod api;
mod follow;
pub mod retirement;
pub mod rewrapping;
pub mod root;
pub mod rotation;
pub mod status;

pub use follow::follow;
pub use rotation::{RotationError, rotate};

use chrono::TimeDelta;

/// From when it is stored until it is used. Every server looks each second.
pub const KNOWN_WITHIN: TimeDelta = TimeDelta::seconds(10);
/// From when it is used until the version before it may be destroyed: longer than a request lasts, and than an
/// access token is good.
pub const LET_GO: TimeDelta = TimeDelta::minutes(15);
