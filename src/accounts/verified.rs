//! Signatures that were found good, so that a token is checked once and not at each of its requests.
//!
//! Whether a signature is good never changes, so remembering it decides nothing: times, key versions,
//! session, role and hubs are asked at every request all the same. A check was a sixth of all that reading a
//! case cost the server.

use std::sync::{Mutex, PoisonError};

use sha2::{Digest as _, Sha256};

/// Every token in use for its ten minutes, in networks far larger than any there is; 256 KiB.
const SLOTS: usize = 8192;

type Fingerprint = [u8; 32];

/// A table of fixed size: what falls on a slot takes the place of what was there.
pub(super) struct Verified(Mutex<Box<[Fingerprint]>>);

impl Verified {
    pub(super) fn new() -> Self {
        // What nothing is known to hash to marks a slot as free.
        Self(Mutex::new(vec![[0; 32]; SLOTS].into()))
    }

    /// Whether this very check was passed before; else `check` decides, and what it passes is remembered.
    pub(super) fn or_check<E>(
        &self,
        key: &[u8; 32],
        signature: &[u8; 64],
        message: &[u8],
        check: impl FnOnce() -> Result<(), E>,
    ) -> Result<(), E> {
        // The first two have one length, so no other three parts are the same bytes.
        let hash = Sha256::new().chain_update(key).chain_update(signature).chain_update(message);
        let fingerprint: Fingerprint = hash.finalize().into();
        let slot = usize::from(u16::from_le_bytes([fingerprint[0], fingerprint[1]])) % SLOTS;
        if self.slots()[slot] == fingerprint {
            return Ok(());
        }
        check()?;
        self.slots()[slot] = fingerprint;
        Ok(())
    }

    fn slots(&self) -> std::sync::MutexGuard<'_, Box<[Fingerprint]>> {
        // A slot is written whole, so a panic elsewhere leaves nothing half done.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn checked(verified: &Verified, key: u8, signature: u8, message: &[u8], good: bool) -> (bool, bool) {
        let mut asked = false;
        let outcome = verified.or_check(&[key; 32], &[signature; 64], message, || {
            asked = true;
            good.then_some(()).ok_or(())
        });
        (asked, outcome.is_ok())
    }

    #[test]
    fn what_was_good_is_not_checked_again() {
        let verified = Verified::new();
        assert_eq!(checked(&verified, 1, 2, b"token", true), (true, true));
        assert_eq!(checked(&verified, 1, 2, b"token", false), (false, true));
    }

    #[test]
    fn another_key_signature_or_message_is_checked() {
        let verified = Verified::new();
        assert_eq!(checked(&verified, 1, 2, b"token", true), (true, true));
        assert_eq!(checked(&verified, 3, 2, b"token", false), (true, false));
        assert_eq!(checked(&verified, 1, 3, b"token", false), (true, false));
        assert_eq!(checked(&verified, 1, 2, b"tokem", false), (true, false));
        assert_eq!(checked(&verified, 1, 2, b"", false), (true, false));
    }

    #[test]
    fn what_was_bad_is_checked_again() {
        let verified = Verified::new();
        assert_eq!(checked(&verified, 1, 2, b"token", false), (true, false));
        assert_eq!(checked(&verified, 1, 2, b"token", true), (true, true));
    }

    #[test]
    fn more_tokens_than_slots_are_each_checked_rightly() {
        let verified = Verified::new();
        for number in 0..3 * SLOTS {
            let message = number.to_le_bytes();
            assert_eq!(checked(&verified, 1, 2, &message, number % 2 == 0), (true, number % 2 == 0));
        }
    }
}
