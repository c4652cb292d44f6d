//! The door: whether the server is open or sealed, who opens it, and how it is sealed.
//!
//! A sealed server has no key. It answers whether it lives, takes shares or a passphrase ([`Sealed`]), and nothing else.
//! Sealing an open one puts a fresh image of the program in the place of the running one ([`image`]), so that no key is
//! left in any corner of its memory ([decision 12](../../docs/decisions/0012-sealing-replaces-the-process-image.md)).

pub mod api;
pub mod application;
mod collected;
pub mod image;
pub mod keeping;
pub mod marker;
pub mod memory;
mod sealed;
mod tries;

use std::sync::Arc;

use tokio::sync::Notify;

pub use collected::KEPT;
pub use sealed::{Opened, Sealed};

/// Seals the server that it was taken from. Thrown once, it cannot be taken back.
#[derive(Clone, Default)]
pub struct SealSwitch(Arc<Notify>);

impl SealSwitch {
    /// Throws it.
    pub fn throw(&self) {
        self.0.notify_one();
    }

    /// Waits until somebody throws it.
    pub async fn thrown(&self) {
        self.0.notified().await;
    }
}
