//! Which shelter has a free bed over the whole of a stay.

use chrono::NaiveDate;

use super::arrests::BANGKOK_ARRESTS;
use super::figures::{FIRST_DAY, LAST_DAY};
use super::network::{RAIDED, RAIDED_LATER, SHELTERS};

/// Beds taken, by shelter and day. The day of leaving counts as taken, so that on one day the order
/// in which one leaves and another comes does not matter.
pub struct Beds(Vec<Vec<u16>>);

impl Beds {
    /// Every bed free.
    pub fn new() -> Self {
        Self(vec![vec![0; place(LAST_DAY) + 1]; SHELTERS.len()])
    }

    /// Whether there is a bed from the one day to the other, both included.
    pub fn is_free(&self, shelter: usize, from: NaiveDate, until: NaiveDate) -> bool {
        let mut days = self.0[shelter].iter().skip(place(from)).take(length(from, until));
        days.all(|&taken| taken < SHELTERS[shelter].beds)
    }

    /// Takes it.
    pub fn take(&mut self, shelter: usize, from: NaiveDate, until: NaiveDate) {
        for taken in self.0[shelter].iter_mut().skip(place(from)).take(length(from, until)) {
            *taken += 1;
        }
    }

    /// A shelter of the hub with a bed for the stay, looked for from `start` on, other than `except`.
    pub fn find(
        &self,
        hub: usize,
        start: usize,
        except: Option<usize>,
        from: NaiveDate,
        until: NaiveDate,
    ) -> Option<usize> {
        let count = SHELTERS.len();
        (0..count).map(|step| (start + step) % count).find(|&shelter| {
            SHELTERS[shelter].hub == hub
                && except != Some(shelter)
                && SHELTERS[shelter].state != "paused"
                && raided_on(shelter).is_none_or(|raid| until < raid)
                && self.is_free(shelter, from, until)
        })
    }
}

/// The day of the raid: who was there then was arrested, and nobody comes any more.
pub fn raided_on(shelter: usize) -> Option<NaiveDate> {
    match shelter {
        RAIDED => Some(BANGKOK_ARRESTS[0].on),
        RAIDED_LATER => Some(BANGKOK_ARRESTS[1].on),
        _ => None,
    }
}

fn place(day: NaiveDate) -> usize {
    usize::try_from((day - FIRST_DAY).num_days()).unwrap_or_default()
}

/// Days from the one to the other, both included; those after the last day are nobody's business.
fn length(from: NaiveDate, until: NaiveDate) -> usize {
    usize::try_from((until - from).num_days() + 1).unwrap_or_default()
}
