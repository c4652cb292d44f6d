use ed25519_dalek::{Signer, Verifier};

use super::rows::wrap;
use super::*;

const DATABASE: &str = "3k5w8z0v4n9qx2c7m1b6t8r4ye";

fn made() -> (RootKey, Keyring, Vec<WrappedKey>) {
    let root = RootKey::generate();
    let (keyring, rows) = Keyring::create(&root, DATABASE).unwrap();
    (root, keyring, rows)
}

fn copy(row: &WrappedKey) -> WrappedKey {
    WrappedKey { wrapped: row.wrapped.clone(), handover: row.handover.clone(), ..*row }
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
    let keys = keyring.keys();
    assert_ne!(keys.case_wrapping.current().1.bytes(), keys.stored_answers.current().1.bytes());
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
        let rest: Vec<_> = rows.iter().filter(|row| row.purpose != *missing).map(copy).collect();
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
    let kids: Vec<_> = rotated.token_verifying().iter().map(|key| key.kid.clone()).collect();
    assert_eq!(kids, [rotated.token_signing().kid.clone(), keyring.token_signing().kid.clone()]);

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

/// The rows once each key has a further version, and that in use or not.
fn further(root: &RootKey, keyring: &Keyring, rows: &[WrappedKey], is_in_use: bool) -> Vec<WrappedKey> {
    let next = KeyPurpose::all().iter().map(|&purpose| keyring.next(root, purpose).unwrap().row);
    rows.iter().map(copy).chain(next.map(|row| WrappedKey { is_in_use, ..row })).collect()
}

#[test]
fn a_server_without_the_root_key_follows_to_versions_that_were_handed_over() {
    let (root, keyring, rows) = made();
    let (_, case_key) = keyring.new_case_key(CaseId::generate()).unwrap();
    assert!(!keyring.follow(&rows).unwrap(), "there is nothing new");

    let waiting = further(&root, &keyring, &rows, false);
    assert!(keyring.follow(&waiting).unwrap());
    assert_eq!(keyring.pepper_version(), 1, "known and not used yet");
    let ahead: Vec<_> = waiting.iter().map(|row| WrappedKey { is_in_use: true, ..copy(row) }).collect();
    let another = Keyring::open(&root, DATABASE, &ahead).unwrap();
    let (_, closed_ahead) = another.new_case_key(CaseId::generate()).unwrap();
    assert!(
        keyring.case_key(&closed_ahead).is_ok(),
        "what another server closes with it is open to this one"
    );

    assert!(keyring.follow(&ahead).unwrap());
    assert_eq!((keyring.pepper_version(), keyring.case_wrapping_version()), (2, 2));
    assert_eq!(keyring.token_signing().kid, another.token_signing().kid);
    assert!(keyring.case_key(&case_key).is_ok());
    let rewrapped = keyring.rewrap_case_key(&case_key).unwrap();
    assert_eq!(rewrapped.key_version, 2);

    // Two steps at once, for a server that was away for the first.
    let twice = further(&root, &keyring, &ahead, true);
    let late = Keyring::open(&root, DATABASE, &rows).unwrap();
    assert!(late.follow(&twice).unwrap());
    assert_eq!(late.case_wrapping_version(), 3);

    let retired: Vec<_> = twice.iter().filter(|row| row.version == 3).map(copy).collect();
    assert!(late.follow(&retired).unwrap());
    assert_eq!(
        late.case_key(&rewrapped).err(),
        Some(SealError::UnknownKeyVersion(2)),
        "it is gone from memory"
    );
}

#[test]
fn what_was_not_handed_over_is_refused_and_nothing_is_forgotten() {
    let (root, keyring, rows) = made();
    let next = further(&root, &keyring, &rows, true);
    let without: Vec<_> = next.iter().map(|row| WrappedKey { handover: None, ..copy(row) }).collect();
    let error = keyring.follow(&without).err().unwrap();
    assert!(matches!(error, KeyError::NotHandedOver { version: 2, .. }), "{error}");

    // One purpose's handover is no other's, nor another database's.
    let mut swapped: Vec<_> = next.iter().map(copy).collect();
    let (first, second) = (rows.len(), rows.len() + 1);
    let handover = swapped[first].handover.take();
    swapped[first].handover = swapped[second].handover.take();
    swapped[second].handover = handover;
    assert!(matches!(keyring.follow(&swapped), Err(KeyError::NotHandedOver { .. })));
    assert_eq!(keyring.pepper_version(), 1);
    assert!(keyring.follow(&next).unwrap());
}

#[test]
fn another_root_key_wraps_the_same_keys() {
    let (root, keyring, rows) = made();
    let all = further(&root, &keyring, &rows, false);
    keyring.follow(&all).unwrap();
    let new = RootKey::generate();
    let rewrapped = keyring.wrapped_by(&new).unwrap();
    assert_eq!(rewrapped.len(), all.len());
    let again = Keyring::open(&new, DATABASE, &rewrapped).unwrap();
    assert_eq!(again.audit_signing(1).unwrap().kid, keyring.audit_signing(1).unwrap().kid);
    assert!(matches!(error(Keyring::open(&root, DATABASE, &rewrapped)), KeyError::WrongRootKey { .. }));
}
