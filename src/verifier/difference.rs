//! Why an entry does not have the hash that is stored at its place: told from its neighbours.

use super::merkle::Hash;

/// Both are of the same run of places; `at` is the first at which they differ.
pub(super) fn explain(entries: &[Hash], stored: &[Hash], at: usize) -> String {
    let (Some(found), Some(right)) = (entries.get(at), stored.get(at)) else { return String::new() };
    let belongs = stored.iter().skip(at).position(|hash| hash == found);
    let went = entries.iter().skip(at).position(|hash| hash == right);
    match (belongs, went) {
        (Some(there), Some(here)) if there == here => {
            format!("the entry has changed places with the one {there} further on")
        }
        (Some(1), _) => "the entry of this place is missing, and the next one stands in it".to_owned(),
        (_, Some(1)) => "an entry was put in: the one of this place comes after it".to_owned(),
        _ => "the bytes of the entry do not have the hash that is stored for it".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(entries: &str, stored: &str) -> String {
        let hashes = |text: &str| text.bytes().map(|byte| [byte; 32]).collect::<Vec<Hash>>();
        let at = entries.bytes().zip(stored.bytes()).position(|(entry, leaf)| entry != leaf).unwrap();
        explain(&hashes(entries), &hashes(stored), at)
    }

    #[test]
    fn neighbours_tell_what_happened() {
        assert!(told("axcd", "abcd").contains("the bytes"));
        assert!(told("acde", "abcd").contains("is missing"));
        assert!(told("axbc", "abcd").contains("was put in"));
        assert!(told("adcb", "abcd").contains("places with the one 2 further on"));
        assert!(told("acbd", "abcd").contains("places with the one 1 further on"));
    }
}
