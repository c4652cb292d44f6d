//! The one way to every check of a secret: it bounds how often anybody may guess.
//!
//! A try counts before it is looked at, so that many at once are no more than as many one by one. What is turned away is
//! answered like a wrong password, after the same work. Who guesses slows nobody down for good: the count ends with
//! the day, and a device that was logged in from before has a count of its own.
//!
//! Counts are in memory: addresses are never written down. A server that starts knows the failures of an account today
//! from the log; each server counts for itself.

mod counter;
mod device;
mod earlier;

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use counter::{Bound, Counter, Tried};
pub(crate) use device::Device;

use super::model::User;
use crate::access::UserId;
use crate::clock::Clock;
use crate::db::Db;
use crate::db::types::Timestamp;
use crate::error::Result;

/// Whoever knows the account's name.
const ACCOUNT: Bound = Bound { free: 0, most: 100, together: 4 };
/// A device that the account knows, and whoever is logged in: they may do several things at once.
const KNOWN: Bound = Bound { together: 64, ..ACCOUNT };
/// All devices that an account knows, without a delay of their own.
const DEVICES: Bound = Bound { free: 300, most: 300, together: 64 };
/// Many people may come by one address.
const ADDRESS: Bound = Bound { free: 30, most: 1_000, together: 16 };
/// Above it, what holds nothing is let go.
const MOST_COUNTERS: usize = 65_536;

/// What is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Key {
    /// An account, from devices that it does not know.
    Account(UserId),
    /// A device that the account knows.
    Device(UserId, Device),
    /// All of them together: each login makes one, and whoever once knew the password may have many.
    Devices(UserId),
    /// The password of an account that is logged in already.
    OwnPassword(UserId),
    /// The codes of one. Counted by themselves: whoever knows one of the two must not get rid of what they guessed wrong of
    /// the other.
    OwnCode(UserId),
    /// The failures of an account's activation that are put on the record.
    Activation(UserId),
    /// An address, or the network of one.
    Address(IpAddr),
}

impl Key {
    fn bound(self) -> Bound {
        match self {
            Self::Account(_) | Self::OwnCode(_) | Self::Activation(_) => ACCOUNT,
            Self::Device(..) | Self::OwnPassword(_) => KNOWN,
            Self::Devices(_) => DEVICES,
            Self::Address(_) => ADDRESS,
        }
    }
}

/// The counts. Shared with every ticket.
#[derive(Default)]
struct Counters(Mutex<HashMap<Key, Counter>>);

impl Counters {
    fn lock(&self) -> MutexGuard<'_, HashMap<Key, Counter>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The gate.
pub struct Gate {
    counters: Arc<Counters>,
    clock: Clock,
}

/// Who tries.
pub(crate) enum Attempt<'a> {
    /// Somebody who is not logged in.
    Stranger {
        /// The account, if there is such a one.
        user: Option<&'a User>,
        /// The device, if the account knows it.
        device: Option<Device>,
        /// Where it comes from.
        address: Option<IpAddr>,
    },
    /// The password, by whoever is logged in to this account.
    OwnPassword(UserId),
    /// A code, by the same.
    OwnCode(UserId),
    /// A wrong code of an account that waits for its first password: nobody may fill the log with those.
    Activation(UserId),
}

impl Gate {
    /// One that has seen nobody.
    #[must_use]
    pub fn new(clock: Clock) -> Self {
        Self { counters: Arc::default(), clock }
    }

    /// A ticket for one check; `None` when nothing is checked now.
    pub(crate) async fn enter(&self, db: &Db, attempt: Attempt<'_>) -> Result<Option<Ticket>> {
        let keys: Vec<Key> = match attempt {
            Attempt::OwnPassword(user) => vec![Key::OwnPassword(user)],
            Attempt::OwnCode(user) => vec![Key::OwnCode(user)],
            Attempt::Activation(user) => vec![Key::Activation(user)],
            // Counted by devices that the account knows alone: no stranger can bring that to a stop.
            Attempt::Stranger { user: Some(user), device: Some(device), .. } => {
                vec![Key::Device(user.id, device), Key::Devices(user.id)]
            }
            Attempt::Stranger { user, address, .. } => {
                let account = user.map(|user| Key::Account(user.id));
                self.remember(db, user.map(|user| user.id)).await?;
                account.into_iter().chain(address.map(network).map(Key::Address)).collect()
            }
        };
        let now = self.clock.now();
        let mut counters = self.counters.lock();
        if counters.len() > MOST_COUNTERS {
            counters.retain(|key, counter| !counter.is_idle(now, key.bound()));
        }
        for (place, key) in keys.iter().enumerate() {
            if !of(&mut counters, *key, now).enter(now, key.bound()) {
                for entered in &keys[..place] {
                    of(&mut counters, *entered, now).leave(now, entered.bound(), Tried::Unchecked);
                }
                return Ok(None);
            }
        }
        drop(counters);
        let (counters, clock) = (Arc::clone(&self.counters), self.clock.clone());
        Ok(Some(Ticket { counters, clock, keys, tried: Tried::Wrong }))
    }

    /// What the log knows of an account that this server has not seen yet. It is asked at every try, of an account that
    /// there is not too: how long an answer takes tells nothing of that.
    async fn remember(&self, db: &Db, user: Option<UserId>) -> Result<()> {
        let failures = earlier::failures(db, user.unwrap_or_else(UserId::generate)).await?;
        if let Some(user) = user {
            let earlier = || Counter::with_failures(self.clock.now(), failures);
            self.counters.lock().entry(Key::Account(user)).or_insert_with(earlier);
        }
        Ok(())
    }
}

/// Good for one check. Whoever goes away before the answer has failed.
pub(crate) struct Ticket {
    counters: Arc<Counters>,
    clock: Clock,
    keys: Vec<Key>,
    tried: Tried,
}

impl Ticket {
    /// Whether it is of somebody whom this server knows: by their device, or because they are logged in.
    pub(crate) fn is_of_somebody_known(&self) -> bool {
        self.keys.iter().all(|key| {
            matches!(key, Key::Device(..) | Key::Devices(_) | Key::OwnPassword(_) | Key::OwnCode(_))
        })
    }

    /// It was right.
    pub(crate) fn right(mut self) {
        self.tried = Tried::Right;
    }

    /// It was the password of whoever is made to give one.
    pub(crate) fn right_under_duress(mut self) {
        self.tried = Tried::RightUnderDuress;
    }

    /// Nobody looked at it.
    pub(crate) fn unchecked(mut self) {
        self.tried = Tried::Unchecked;
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        let now = self.clock.now();
        let mut counters = self.counters.lock();
        for key in &self.keys {
            // One password that is known does not make an address a good one.
            let tried = match (key, self.tried) {
                (Key::Address(_), Tried::Right | Tried::RightUnderDuress) => Tried::Unchecked,
                (_, tried) => tried,
            };
            of(&mut counters, *key, now).leave(now, key.bound(), tried);
        }
    }
}

fn of(counters: &mut HashMap<Key, Counter>, key: Key, now: Timestamp) -> &mut Counter {
    counters.entry(key).or_insert_with(|| Counter::with_failures(now, 0))
}

/// What one customer of a provider has at once: an address of IPv4, 64 bits of IPv6.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            IpAddr::from([a, b, c, d, 0, 0, 0, 0])
        }
        address @ IpAddr::V4(_) => address,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_one_network_are_one() {
        let of = |text: &str| network(text.parse().unwrap());
        assert_eq!(of("2001:db8::1"), of("2001:db8::ffff:1"));
        assert_ne!(of("2001:db8::1"), of("2001:db8:0:1::1"));
        assert_eq!(of("::ffff:192.0.2.7"), of("192.0.2.7"));
        assert_ne!(of("192.0.2.7"), of("192.0.2.8"));
    }
}
