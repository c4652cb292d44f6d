//! Splitting the root key among people (Shamir 1979, over GF(256), by `blahaj`), and putting it together again.
//!
//! Nothing here asks which split is the newest one: that is a rule of the network, and stands in its database.

use blahaj::Sharks;
use zeroize::Zeroizing;

use super::random::SystemRandom;
use super::root_key::RootKey;
use super::secret::Secret;
use super::share::{Share, SplitId};

/// More people than this cannot be told apart on the phone, and are too many to trust.
pub const MOST_SHARES: u8 = 20;

/// How many shares there are, and how many of them are needed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Proportion {
    threshold: u8,
    shares: u8,
}

impl Proportion {
    /// At least two are needed: with one, every share would be the key.
    pub fn new(threshold: u8, shares: u8) -> Result<Self, &'static str> {
        match (threshold, shares) {
            (..2, _) => {
                Err("at least two shares must be needed: with one, each of them would be the whole key")
            }
            (_, ..=MOST_SHARES) if threshold <= shares => Ok(Self { threshold, shares }),
            (_, ..=MOST_SHARES) => Err("more shares would be needed than there are"),
            _ => Err("there are at most 20 shares"),
        }
    }

    /// How many are needed.
    #[must_use]
    pub fn threshold(self) -> u8 {
        self.threshold
    }

    /// How many there are.
    #[must_use]
    pub fn shares(self) -> u8 {
        self.shares
    }
}

/// Shares that make no key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SplitError {
    /// Not of one split.
    #[error("the shares are of different splits: take those whose papers bear the same split")]
    Mixed,
    /// One of them twice.
    #[error("share {0} is there twice: each counts once")]
    Twice(u8),
    /// Too few.
    #[error("{given} shares are there, and {needed} are needed")]
    TooFew {
        /// How many there are.
        given: usize,
        /// How many it takes.
        needed: u8,
    },
    /// The arithmetic failed.
    #[error("the shares do not fit together")]
    Unfit,
}

impl RootKey {
    /// Splits the key. Each split is of its own: shares of two never fit together.
    pub fn split(&self, proportion: Proportion) -> Result<Vec<Share>, SplitError> {
        let split = SplitId::generate();
        let dealer = Sharks(proportion.threshold).dealer_rng(self.secret().bytes(), &mut SystemRandom);
        let dealt = dealer.take(usize::from(proportion.shares));
        let shares = dealt.map(|dealt| {
            let mut secret = Zeroizing::new([0; 32]);
            secret.iter_mut().zip(&dealt.y).for_each(|(byte, point)| *byte = point.0);
            Share::new(split, proportion.threshold, dealt.x.0, Secret::new(&secret))
        });
        let shares: Vec<Share> = shares.collect();
        // Both ends of the hand: what does not come back now would never come back.
        let needed = usize::from(proportion.threshold);
        for hand in [&shares[..needed], &shares[shares.len() - needed..]] {
            let again = Self::from_shares(hand)?;
            if again.secret().bytes() != self.secret().bytes() {
                return Err(SplitError::Unfit);
            }
        }
        Ok(shares)
    }

    /// Puts the key together. That it is the right one is known once it opens something.
    pub fn from_shares(shares: &[Share]) -> Result<Self, SplitError> {
        let Some(first) = shares.first() else { return Err(SplitError::TooFew { given: 0, needed: 2 }) };
        let needed = first.threshold();
        for (place, share) in shares.iter().enumerate() {
            if (share.split(), share.threshold()) != (first.split(), needed) {
                return Err(SplitError::Mixed);
            }
            if shares[..place].iter().any(|earlier| earlier.index() == share.index()) {
                return Err(SplitError::Twice(share.index()));
            }
        }
        if shares.len() < usize::from(needed) {
            return Err(SplitError::TooFew { given: shares.len(), needed });
        }
        let points: Vec<blahaj::Share> =
            shares.iter().map(point).collect::<Option<_>>().ok_or(SplitError::Unfit)?;
        let secret = Zeroizing::new(Sharks(needed).recover(&points).map_err(|_| SplitError::Unfit)?);
        let secret = Secret::from_slice(&secret).ok_or(SplitError::Unfit)?;
        Ok(Self::of(secret, format!("{} shares of the split {}", shares.len(), first.split())))
    }
}

fn point(share: &Share) -> Option<blahaj::Share> {
    let mut bytes = Zeroizing::new([0; 33]);
    bytes[0] = share.index();
    bytes[1..].copy_from_slice(share.secret().bytes());
    blahaj::Share::try_from(&bytes[..]).ok()
}

#[cfg(test)]
mod tests;
