//! Tests alone: stored bytes of format 1, which every later version must still read.
//!
//! `tests/vectors/sealed-v1.json` and `keyring-v1.json` were computed by another implementation of the format as it is
//! described in `envelope`, `padding`, `associated_data` and `share`; here both directions are compared with them.

mod keys;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::keyring::{answer_place, case_key_place, key_place};
use super::secret::Secret;
use super::{
    CaseKey, Ciphertext, KeyPurpose, Keyring, Place, RootKey, SealError, Sealed, SealedContent,
    WrappedCaseKey, WrappedKey, Written, envelope, padding,
};
use crate::access::actor::CaseId;
use crate::audit::Receipt;
use crate::db::types::Timestamp;

/// A JSON text and nothing more.
#[derive(Serialize, Deserialize)]
struct Text(String);
impl SealedContent for Text {}

pub(super) fn from_hex(text: &str) -> Vec<u8> {
    let digits: Vec<u8> =
        text.chars().map(|digit| u8::try_from(digit.to_digit(16).unwrap()).unwrap()).collect();
    digits.chunks_exact(2).map(|pair| pair[0] << 4 | pair[1]).collect()
}

fn vectors() -> Value {
    serde_json::from_str(include_str!("../../tests/vectors/sealed-v1.json")).unwrap()
}

/// What came after that file.
fn later() -> Value {
    serde_json::from_str(include_str!("../../tests/vectors/keyring-v1.json")).unwrap()
}

fn text<'a>(entry: &'a Value, name: &str) -> &'a str {
    entry[name].as_str().unwrap_or_else(|| panic!("no text {name}"))
}

fn bytes(entry: &Value, name: &str) -> Vec<u8> {
    from_hex(text(entry, name))
}

fn nonce(entry: &Value) -> [u8; 24] {
    bytes(entry, "nonce").try_into().unwrap()
}

fn secret(entry: &Value) -> Secret {
    Secret::from_slice(&bytes(entry, "key")).unwrap()
}

fn root_key(vectors: &Value) -> RootKey {
    RootKey::from_text(text(vectors, "root_key").as_bytes(), "the vectors".to_owned()).unwrap()
}

fn wrapped_key(entry: &Value) -> WrappedKey {
    WrappedKey {
        purpose: text(entry, "purpose").parse().unwrap(),
        version: i32::try_from(entry["version"].as_i64().unwrap()).unwrap(),
        wrapped: bytes(entry, "wrapped"),
        handover: None,
        is_in_use: true,
    }
}

/// The first version of every key.
fn wrapped_keys(vectors: &Value) -> Vec<WrappedKey> {
    let first = vectors["keyring"].as_array().unwrap().iter();
    first.chain([&later()["search_texts"]]).map(wrapped_key).collect()
}

fn keyring(vectors: &Value) -> Keyring {
    Keyring::open(&root_key(vectors), text(vectors, "database_id"), &wrapped_keys(vectors)).unwrap()
}

fn case_key(vectors: &Value) -> CaseKey {
    let entry = &vectors["case_key"];
    let row = WrappedCaseKey {
        case_id: text(entry, "case_id").parse().unwrap(),
        key_version: 1,
        wrapped: bytes(entry, "wrapped"),
    };
    keyring(vectors).case_key(&row).unwrap()
}

fn place(entry: &Value, case: CaseId) -> Place {
    let column = |name| -> &'static str { String::leak(text(entry, name).to_owned()) };
    let place = Place::new(column("table"), column("column"), text(entry, "row"), case);
    let place = match entry["field_group"].as_str() {
        Some(group) => place.in_group(group.parse().unwrap()),
        None => place,
    };
    match &entry["written"] {
        Value::Null => place,
        written => place.written(Written {
            version: written["version"].as_i64().unwrap(),
            at: Timestamp::from_micros(written["at_micros"].as_i64().unwrap()),
            by: text(written, "by").parse().unwrap(),
        }),
    }
}

#[test]
fn the_keyring_of_format_1_opens() {
    let vectors = vectors();
    let keyring = keyring(&vectors);
    assert_eq!(keyring.token_signing().kid, text(&vectors, "token_signing_kid"));
    let mac = &vectors["refresh_token_mac"];
    assert_eq!(keyring.refresh_token_mac(text(mac, "message").as_bytes())[..], bytes(mac, "mac"));
    let entry = &vectors["password_secret"];
    let password = keyring.password_secret(1, text(entry, "user_id").parse().unwrap()).unwrap();
    assert_eq!(password[..], bytes(entry, "secret"));
}

#[test]
fn sealed_values_of_format_1_open() {
    let vectors = vectors();
    let key = case_key(&vectors);
    for entry in vectors["values"].as_array().unwrap() {
        let place = place(entry, *key.case());
        let receipt = Receipt::for_committed(Some(*key.case()), place.group().into_iter().collect(), true);
        let sealed = Sealed::<Text>::new(place, Ciphertext::new(bytes(entry, "sealed")));
        assert_eq!(sealed.open(&receipt, &key).unwrap().0, text(entry, "content"));
    }
}

#[test]
fn stored_answers_of_format_1_open() {
    let vectors = vectors();
    let entry = &vectors["stored_answer"];
    let answer = keyring(&vectors).open_answer(text(entry, "context"), &bytes(entry, "sealed")).unwrap();
    assert_eq!(answer[..], *text(entry, "answer").as_bytes());
}

#[test]
fn the_same_inputs_still_give_the_same_bytes() {
    let vectors = vectors();
    let seal = |key: &Secret, place: &[u8], content: &[u8], entry: &Value| {
        envelope::seal_with_nonce(key, 1, place, content, &nonce(entry)).unwrap()
    };

    let root = root_key(&vectors);
    for entry in vectors["keyring"].as_array().unwrap() {
        let purpose: KeyPurpose = text(entry, "purpose").parse().unwrap();
        let place = key_place(text(&vectors, "database_id"), purpose, 1);
        assert_eq!(seal(root.secret(), &place, secret(entry).bytes(), entry), bytes(entry, "wrapped"));
    }

    let entry = &vectors["case_key"];
    let case: CaseId = text(entry, "case_id").parse().unwrap();
    let wrapping = secret(&vectors["keyring"][0]);
    assert_eq!(
        seal(&wrapping, &case_key_place(&case), secret(entry).bytes(), entry),
        bytes(entry, "wrapped")
    );

    let key = case_key(&vectors);
    for entry in vectors["values"].as_array().unwrap() {
        let place = place(entry, case);
        let json = padding::pad(&serde_json::to_vec(&entry["content"]).unwrap()).unwrap();
        let bytes_now = seal(&key.column_key(&place), &place.associated_data(), &json, entry);
        assert_eq!(bytes_now, bytes(entry, "sealed"));
    }

    let entry = &vectors["stored_answer"];
    let answer = padding::pad(text(entry, "answer").as_bytes()).unwrap();
    let answers = secret(&vectors["keyring"][5]);
    assert_eq!(seal(&answers, &answer_place(text(entry, "context")), &answer, entry), bytes(entry, "sealed"));
}
