use ed25519_dalek::{Signer, Verifier};

use super::*;

const DATABASE: &str = "3k5w8z0v4n9qx2c7m1b6t8r4ye";

fn made() -> (RootKey, Keyring, Vec<WrappedKey>) {
    let root = RootKey::generate();
    let (keyring, rows) = Keyring::create(&root, DATABASE).unwrap();
    (root, keyring, rows)
}

fn error(result: Result<Keyring, KeyError>) -> KeyError {
    result.err().unwrap()
}

#[test]
fn what_was_made_opens_again() {
    let (root, keyring, rows) = made();
    assert_eq!(rows.len(), KeyPurpose::all().len());
    assert!(rows.iter().all(|row| row.version == 1));
    let again = Keyring::open(&root, DATABASE, &rows).unwrap();
    assert_eq!(keyring.token_signing().kid, again.token_signing().kid);
    let user = UserId::generate();
    assert_eq!(keyring.password_secret(1, user), again.password_secret(1, user));
    assert_eq!(keyring.refresh_token_mac(b"token"), again.refresh_token_mac(b"token"));
    assert_eq!(keyring.password_secret(2, user), None);
}

#[test]
fn it_can_be_shared_between_threads() {
    fn shared<T: Send + Sync>() {}
    shared::<Keyring>();
    shared::<CaseKey>();
}

#[test]
fn every_purpose_has_a_key_of_its_own() {
    let (_, keyring, _) = made();
    assert_ne!(keyring.token_signing().kid, keyring.audit_signing(1).unwrap().kid);
    assert_ne!(keyring.case_wrapping.current().1.bytes(), keyring.stored_answers.current().1.bytes());
}

#[test]
fn a_wrong_root_key_is_told_as_such() {
    let (_, _, rows) = made();
    let error = error(Keyring::open(&RootKey::generate(), DATABASE, &rows));
    assert!(matches!(error, KeyError::WrongRootKey { .. }));
    assert!(error.to_string().contains(DATABASE), "{error}");
}

#[test]
fn the_keyring_of_another_database_does_not_open() {
    let (root, _, rows) = made();
    assert!(matches!(error(Keyring::open(&root, "another", &rows)), KeyError::WrongRootKey { .. }));
}

#[test]
fn a_missing_purpose_is_named() {
    let (root, _, rows) = made();
    for missing in KeyPurpose::all() {
        let rest: Vec<_> = rows
            .iter()
            .filter(|row| row.purpose != *missing)
            .map(|row| WrappedKey {
                purpose: row.purpose,
                version: row.version,
                wrapped: row.wrapped.clone(),
            })
            .collect();
        let error = error(Keyring::open(&root, DATABASE, &rest));
        assert!(matches!(error, KeyError::Incomplete(purpose) if purpose == *missing), "{error}");
    }
    assert!(matches!(error(Keyring::open(&root, DATABASE, &[])), KeyError::Incomplete(_)));
}

#[test]
fn keys_that_changed_places_are_damage() {
    let (root, _, mut rows) = made();
    let (first, rest) = rows.split_at_mut(1);
    std::mem::swap(&mut first[0].wrapped, &mut rest[0].wrapped);
    assert!(matches!(error(Keyring::open(&root, DATABASE, &rows)), KeyError::Damaged { version: 1, .. }));
}

#[test]
fn a_newer_format_is_told_apart() {
    let (root, _, mut rows) = made();
    rows[3].wrapped[0] = 2;
    assert!(matches!(error(Keyring::open(&root, DATABASE, &rows)), KeyError::NewerFormat(2)));
}

#[test]
fn the_newest_version_is_used_and_older_ones_still_open() {
    let (root, keyring, mut rows) = made();
    let case = CaseId::generate();
    let (_, old_case_key) = keyring.new_case_key(case).unwrap();
    let old_answer = keyring.seal_answer("post", b"answer").unwrap();
    for &purpose in KeyPurpose::all() {
        rows.push(wrap(&root, DATABASE, purpose, 2, &Secret::generate()).unwrap());
    }

    let rotated = Keyring::open(&root, DATABASE, &rows).unwrap();
    assert!(rotated.case_key(&old_case_key).is_ok());
    assert_eq!(rotated.open_answer("post", &old_answer).unwrap()[..], *b"answer");
    assert_eq!(rotated.new_case_key(case).unwrap().1.key_version, 2);
    assert_eq!((keyring.pepper_version(), rotated.pepper_version()), (1, 2));
    let user = UserId::generate();
    assert_eq!(rotated.password_secret(1, user), keyring.password_secret(1, user));
    assert_ne!(rotated.password_secret(2, user), keyring.password_secret(1, user));
    assert_ne!(rotated.password_secret(1, UserId::generate()), keyring.password_secret(1, user));
    let kids: Vec<_> = rotated.token_verifying().map(|key| key.kid.as_str()).collect();
    assert_eq!(kids, [rotated.token_signing().kid.as_str(), keyring.token_signing().kid.as_str()]);

    let new_answer = rotated.seal_answer("post", b"answer").unwrap();
    assert_eq!(keyring.open_answer("post", &new_answer), Err(SealError::UnknownKeyVersion(2)));
}

#[test]
fn a_case_key_opens_for_its_case_and_version_alone() {
    let (_, keyring, _) = made();
    let (key, row) = keyring.new_case_key(CaseId::generate()).unwrap();
    assert!(keyring.case_key(&row).unwrap().case() == key.case());

    let moved = WrappedCaseKey { case_id: CaseId::generate(), key_version: 1, wrapped: row.wrapped.clone() };
    assert_eq!(keyring.case_key(&moved).err(), Some(SealError::DoesNotOpen));
    let unknown = WrappedCaseKey { key_version: 9, ..row };
    assert_eq!(keyring.case_key(&unknown).err(), Some(SealError::UnknownKeyVersion(9)));
}

#[test]
fn an_answer_opens_in_its_own_context_alone() {
    let (_, keyring, _) = made();
    let sealed = keyring.seal_answer("actor/key", b"{\"id\":1}").unwrap();
    assert_eq!(keyring.open_answer("actor/key", &sealed).unwrap()[..], *b"{\"id\":1}");
    assert_eq!(keyring.open_answer("actor/other", &sealed), Err(SealError::DoesNotOpen));
    assert_eq!(keyring.open_answer("actor/key", &sealed[1..]), Err(SealError::DoesNotOpen));
    assert_eq!(sealed.len(), keyring.seal_answer("actor/key", b"").unwrap().len());
}

#[test]
fn a_key_id_is_the_public_keys_own() {
    let (_, keyring, _) = made();
    let signing = keyring.token_signing();
    assert_eq!(signing.kid.len(), 22);
    let signature = signing.key.sign(b"message");
    assert!(signing.key.verifying_key().verify(b"message", &signature).is_ok());
}
