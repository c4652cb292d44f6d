//! Plaintext in a few sizes, so that the length of a stored value does not tell what it says.
//!
//! Up to 4 KiB the sizes double from 256 bytes: nearly every record has one of five lengths. Above,
//! a step is 4 KiB or an eighth of the next power of two, whichever is more: four to eight sizes
//! between one power of two and the next, at a cost of less than a quarter once it matters. The true
//! length is inside, in the first four bytes.

use zeroize::Zeroizing;

use super::error::SealError;

const LENGTH_LEN: usize = 4;
const SMALLEST: usize = 256;
const DOUBLES_TO: usize = 4096;

fn padded_len(len: usize) -> usize {
    let doubled = len.next_power_of_two();
    if len <= DOUBLES_TO {
        doubled.max(SMALLEST)
    } else {
        len.next_multiple_of((doubled / 8).max(DOUBLES_TO))
    }
}

/// Length, content, zeros.
pub(super) fn pad(content: &[u8]) -> Result<Zeroizing<Vec<u8>>, SealError> {
    let len = u32::try_from(content.len()).map_err(|_| SealError::TooLong)?;
    let mut padded = Zeroizing::new(Vec::with_capacity(padded_len(LENGTH_LEN + content.len())));
    padded.extend_from_slice(&len.to_be_bytes());
    padded.extend_from_slice(content);
    let size = padded_len(padded.len());
    padded.resize(size, 0);
    Ok(padded)
}

/// The content of exactly what [`pad`] makes: one content has one padded form.
pub(super) fn unpad(padded: &[u8]) -> Result<&[u8], SealError> {
    let (len, rest) = padded.split_first_chunk::<LENGTH_LEN>().ok_or(SealError::DoesNotOpen)?;
    let len = usize::try_from(u32::from_be_bytes(*len)).map_err(|_| SealError::DoesNotOpen)?;
    let (content, zeros) = rest.split_at_checked(len).ok_or(SealError::DoesNotOpen)?;
    let canonical = padded.len() == padded_len(LENGTH_LEN + len) && zeros.iter().all(|&byte| byte == 0);
    canonical.then_some(content).ok_or(SealError::DoesNotOpen)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_thousand_lengths_have_one_size() {
        let sizes: std::collections::BTreeSet<_> =
            (3_000..4_000).map(|len| pad(&vec![b'x'; len]).unwrap().len()).collect();
        assert_eq!(sizes, [4096].into());
    }

    #[test]
    fn the_sizes_are_few_and_cost_at_most_4_kib_or_a_quarter() {
        assert_eq!(
            [0, 252, 253, 508, 4092, 4093, 8189].map(|n| pad(&vec![1; n]).unwrap().len()),
            [256, 256, 512, 512, 4096, 8192, 12288]
        );
        let mut sizes = std::collections::BTreeSet::new();
        for len in (DOUBLES_TO + 1..4_000_000).step_by(997) {
            let padded = padded_len(len);
            assert!(padded >= len);
            assert!(padded - len < (len / 4 + 1).max(DOUBLES_TO), "{len}");
            sizes.insert(padded);
        }
        assert!(sizes.len() < 64, "{}", sizes.len());
    }

    #[test]
    fn only_the_one_padded_form_is_read() {
        let padded = pad(b"content").unwrap();
        let mut changed = padded.to_vec();
        *changed.last_mut().unwrap() = 1;
        assert!(unpad(&changed).is_err(), "padding that is not zero");
        assert!(unpad(&padded[..128]).is_err(), "shorter than its size");
        assert!(unpad(&[&padded[..], &[0; 256]].concat()).is_err(), "a larger size than needed");
        assert!(unpad(&[0, 0, 0]).is_err() && unpad(&[]).is_err(), "no length");
        let mut beyond = padded.to_vec();
        beyond[..4].copy_from_slice(&u32::MAX.to_be_bytes());
        assert!(unpad(&beyond).is_err(), "a length beyond the end");
    }

    proptest! {
        #[test]
        fn every_content_comes_back(content in prop::collection::vec(any::<u8>(), 0..10_000)) {
            let padded = pad(&content).unwrap();
            prop_assert_eq!(unpad(&padded).unwrap(), &content[..]);
        }

        #[test]
        fn no_bytes_panic(bytes in prop::collection::vec(any::<u8>(), 0..600)) {
            if let Ok(content) = unpad(&bytes) {
                prop_assert_eq!(&pad(content).unwrap()[..], &bytes[..]);
            }
        }
    }
}
