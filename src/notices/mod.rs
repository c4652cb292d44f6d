//! What waits for a user: that there is something, of what kind, and its id. Never what it says, so that a notice may be
//! read over a shoulder, and asking for it shows no case to anybody whom it does not concern.

pub mod api;
pub mod codes;
pub mod mail;
pub(crate) mod model;
pub(crate) mod store;
mod tell;

pub use model::NoticeId;
pub(crate) use tell::{About, Whom, tell};
