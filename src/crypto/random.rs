//! The one door to randomness: the operating system's generator.

/// `N` random bytes.
///
/// # Panics
/// When the operating system gives no randomness: to go on would be to make guessable keys.
#[must_use]
#[expect(clippy::expect_used, reason = "without randomness there is nothing safe left to do")]
pub fn bytes<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).expect("the operating system gives no randomness");
    bytes
}
