//! The one door to randomness: the operating system's generator.

use std::convert::Infallible;

use rand_core::{TryCryptoRng, TryRng};

/// `N` random bytes.
///
/// # Panics
/// When the operating system gives no randomness: to go on would be to make guessable keys.
#[must_use]
pub fn bytes<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    fill(&mut bytes);
    bytes
}

/// Random bytes in place, so that a key has no copy on the stack.
///
/// # Panics
/// As [`bytes`].
#[expect(clippy::disallowed_methods, reason = "this is the one door to the operating system's generator")]
#[expect(clippy::expect_used, reason = "without randomness there is nothing safe left to do")]
pub fn fill(bytes: &mut [u8]) {
    getrandom::fill(bytes).expect("the operating system gives no randomness");
}

/// The same door, for a library that asks for a generator.
pub(super) struct SystemRandom;

impl TryRng for SystemRandom {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        Ok(u32::from_ne_bytes(bytes()))
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        Ok(u64::from_ne_bytes(bytes()))
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        fill(bytes);
        Ok(())
    }
}

impl TryCryptoRng for SystemRandom {}
