//! The one door to randomness: the operating system's generator.

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
