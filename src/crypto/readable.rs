//! Secrets that a person reads out or writes down.

use secrecy::SecretString;

use super::random;
use crate::db::types::new_id_bytes;

/// 100 random bits in four groups of five letters and digits.
#[must_use]
pub fn generate() -> SecretString {
    let letters = new_id_bytes(random::bytes());
    // The first of an id's letters carries only three bits, so the last twenty are taken.
    let groups: Vec<String> =
        letters[6..].chunks(5).map(|group| group.iter().map(|byte| char::from(*byte)).collect()).collect();
    SecretString::from(groups.join("-"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use secrecy::ExposeSecret as _;

    #[test]
    fn it_is_four_groups_of_five_and_never_the_same() {
        let (one, other) = (generate(), generate());
        assert_eq!(one.expose_secret().split('-').map(str::len).collect::<Vec<_>>(), [5, 5, 5, 5]);
        assert_ne!(one.expose_secret(), other.expose_secret());
    }
}
