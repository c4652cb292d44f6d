//! One unambiguous encoding of "what this is and where it belongs", for associated data and for HKDF.
//!
//! Every part carries its length, so that no two lists of parts have the same bytes: `("ab", "c")`
//! is not `("a", "bc")`. What kind of thing it is comes first, so that a wrapped key can never pass
//! for a sealed value.

/// The parts in order, each behind its length (8 bytes, big-endian).
pub(super) fn encode(kind: &str, parts: &[&[u8]]) -> Vec<u8> {
    let mut encoded = Vec::with_capacity(64 + parts.iter().map(|part| part.len() + 8).sum::<usize>());
    for part in std::iter::once(&kind.as_bytes()).chain(parts) {
        encoded.extend_from_slice(&(part.len() as u64).to_be_bytes());
        encoded.extend_from_slice(part);
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::encode;

    #[test]
    fn no_two_lists_encode_alike() {
        let all = [
            encode("k", &[b"ab", b"c"]),
            encode("k", &[b"a", b"bc"]),
            encode("k", &[b"abc"]),
            encode("k", &[b"abc", b""]),
            encode("ka", &[b"b", b"c"]),
            encode("k", &[]),
        ];
        let distinct: std::collections::BTreeSet<_> = all.iter().collect();
        assert_eq!(distinct.len(), all.len());
    }
}
