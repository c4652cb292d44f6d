//! How often a sealed server looks at what is wrong. Pure: a moment in, a decision out.
//!
//! A share has 256 random bits, which nobody guesses: what is bounded is how fast strangers can fill the log. A passphrase
//! was thought up by a person, so each wrong one makes the next wait.

use chrono::TimeDelta;

use crate::db::types::Timestamp;

/// Seconds before the next passphrase is looked at, after one, two, three, and more wrong ones.
const DELAYS: [i64; 4] = [1, 3, 5, 10];
/// Wrong shares that are looked at within a minute.
const WRONG_SHARES: u32 = 10;

/// Tries of a passphrase.
#[derive(Default)]
pub(super) struct Passphrases {
    wrong: usize,
    next: Option<Timestamp>,
}

impl Passphrases {
    /// How many seconds are left until one is looked at; none when it is time.
    pub(super) fn wait(&self, now: Timestamp) -> Option<i64> {
        let next = self.next.filter(|next| now < *next)?;
        Some((next.micros() - now.micros() + 999_999) / 1_000_000)
    }

    /// One was wrong.
    pub(super) fn failed(&mut self, now: Timestamp) {
        let delay = DELAYS[self.wrong.min(DELAYS.len() - 1)];
        self.wrong += 1;
        self.next = Some(now.plus(TimeDelta::seconds(delay)));
    }
}

/// Wrong shares.
#[derive(Default)]
pub(super) struct WrongShares {
    since: Option<Timestamp>,
    seen: u32,
}

impl WrongShares {
    /// Whether one more is looked at, and so put on the log.
    pub(super) fn look(&mut self, now: Timestamp) -> bool {
        if self.since.is_none_or(|since| now >= since.plus(TimeDelta::minutes(1)) || now < since) {
            *self = Self { since: Some(now), seen: 0 };
        }
        self.seen += 1;
        self.seen <= WRONG_SHARES
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_micros(seconds * 1_000_000)
    }

    #[test]
    fn each_wrong_passphrase_makes_the_next_wait_longer_up_to_ten_seconds() {
        let mut tries = Passphrases::default();
        assert_eq!(tries.wait(at(0)), None);
        let mut now = 0;
        for delay in [1, 3, 5, 10, 10, 10] {
            tries.failed(at(now));
            assert_eq!(tries.wait(at(now)), Some(delay));
            assert_eq!(tries.wait(at(now + delay - 1)), Some(1));
            assert_eq!(tries.wait(at(now + delay)), None);
            now += delay;
        }
    }

    #[test]
    fn so_many_wrong_shares_are_looked_at_in_a_minute() {
        let mut wrong = WrongShares::default();
        let looked = |wrong: &mut WrongShares, now| (0..50).filter(|_| wrong.look(at(now))).count();
        assert_eq!(looked(&mut wrong, 0), 10);
        assert_eq!(looked(&mut wrong, 59), 0);
        assert_eq!(looked(&mut wrong, 60), 10);
        // A clock that was set back must not shut the door for long.
        assert_eq!(looked(&mut wrong, 10), 10);
    }
}
