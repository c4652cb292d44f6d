//! A bounded number of requests that wait for the same thing; one more is told to come again.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// The room.
pub(crate) struct WaitingRoom {
    waiting: AtomicUsize,
    places: usize,
}

/// The same for a task that outlives its request.
pub(crate) struct OwnedPlace(Arc<WaitingRoom>);

/// A place in it; given back also when the client goes away while it waits.
pub(crate) struct Place<'a>(&'a AtomicUsize);

impl WaitingRoom {
    /// An empty room.
    pub(crate) const fn new(places: usize) -> Self {
        Self { waiting: AtomicUsize::new(0), places }
    }

    /// A place, unless all are taken.
    pub(crate) fn enter(&self) -> Option<Place<'_>> {
        let place = Place(&self.waiting);
        (self.waiting.fetch_add(1, Ordering::Relaxed) < self.places).then_some(place)
    }

    /// The same, to be taken along.
    pub(crate) fn enter_owned(self: Arc<Self>) -> Option<OwnedPlace> {
        let place = OwnedPlace(Arc::clone(&self));
        (self.waiting.fetch_add(1, Ordering::Relaxed) < self.places).then_some(place)
    }
}

impl Drop for OwnedPlace {
    fn drop(&mut self) {
        self.0.waiting.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_that_is_left_or_refused_is_free_again() {
        let room = WaitingRoom::new(1);
        for _ in 0..3 {
            let place = room.enter();
            assert!(place.is_some());
            assert!(room.enter().is_none() && room.enter().is_none());
        }
        let room = Arc::new(room);
        for _ in 0..3 {
            let place = Arc::clone(&room).enter_owned();
            assert!(place.is_some() && Arc::clone(&room).enter_owned().is_none());
        }
    }
}
