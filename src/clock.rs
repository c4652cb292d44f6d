//! Time, from one place, so that tests are exact.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use crate::db::types::Timestamp;

/// The system's clock, or one that a test or the demo sets.
#[derive(Clone, Default)]
pub struct Clock(Option<Arc<AtomicI64>>);

impl Clock {
    /// The system's clock.
    #[must_use]
    pub fn system() -> Self {
        Self(None)
    }

    /// A clock that stands at `moment` until it is set.
    #[must_use]
    pub fn fixed(moment: Timestamp) -> Self {
        Self(Some(Arc::new(AtomicI64::new(moment.micros()))))
    }

    /// The moment.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        match &self.0 {
            Some(set) => Timestamp::from_micros(set.load(Ordering::SeqCst)),
            None => system_now(),
        }
    }

    /// Sets a fixed clock; the system's clock is left alone.
    pub fn set(&self, moment: Timestamp) {
        if let Some(set) = &self.0 {
            set.store(moment.micros(), Ordering::SeqCst);
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "this is the one door to the system's clock")]
fn system_now() -> Timestamp {
    Timestamp::from_utc(chrono::Utc::now())
}
