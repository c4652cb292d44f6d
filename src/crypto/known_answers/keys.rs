//! What came after `sealed-v1.json`: searches, keys that follow on others, shares, and two keys to one ciphertext.

use super::*;
use crate::crypto::Share;
use crate::crypto::keyring::{handover_key, handover_place, search_place};
use crate::crypto::primitives;

#[test]
fn search_texts_of_format_1_open_and_are_still_made_so() {
    let (vectors, later) = (vectors(), later());
    let entry = &later["search_text"];
    let (search, said) = (text(entry, "search"), text(entry, "text"));
    let opened = keyring(&vectors).open_search_text(search, &bytes(entry, "sealed")).unwrap();
    assert_eq!(opened[..], *said.as_bytes());
    let padded = padding::pad(said.as_bytes()).unwrap();
    let key = secret(&later["search_texts"]);
    let again = envelope::seal_with_nonce(&key, 1, &search_place(search), &padded, &nonce(entry));
    assert_eq!(again.unwrap(), bytes(entry, "sealed"));
}

#[test]
fn a_key_handed_over_in_format_1_is_taken_over() {
    let (vectors, later) = (vectors(), later());
    let (entry, database) = (&later["stored_answers_2"], text(&vectors, "database_id"));
    let followed = keyring(&vectors);
    let mut rows = wrapped_keys(&vectors);
    rows.push(WrappedKey { handover: Some(bytes(entry, "handover")), ..wrapped_key(entry) });
    assert!(followed.follow(&rows).unwrap());
    let opened = Keyring::open(&root_key(&vectors), database, &rows).unwrap();
    let sealed = followed.seal_answer("an actor/a key", b"made under the second").unwrap();
    assert_eq!(opened.open_answer("an actor/a key", &sealed).unwrap()[..], *b"made under the second");

    let giver = handover_key(&secret(&vectors["keyring"][5]));
    let place = handover_place(database, KeyPurpose::StoredAnswers, 2);
    let given = bytes(entry, "handover_nonce").try_into().unwrap();
    let again = envelope::seal_with_nonce(&giver, 2, &place, secret(entry).bytes(), &given).unwrap();
    assert_eq!(again, bytes(entry, "handover"));
}

#[test]
fn shares_on_paper_still_make_the_key() {
    let split = &later()["split"];
    let papers = split["shares"].as_array().unwrap();
    let shares = |places: [usize; 3]| places.map(|place| Share::parse(text(&papers[place], "text")).unwrap());
    for hand in [[0, 1, 2], [4, 2, 0], [1, 3, 4]] {
        let found = RootKey::from_shares(&shares(hand)).unwrap();
        assert_eq!(found.secret().bytes(), root_key(&vectors()).secret().bytes());
    }
    for paper in papers {
        let share = Share::parse(text(paper, "text")).unwrap();
        assert_eq!(u64::from(share.index()), paper["index"]);
        assert_eq!((share.split().as_str(), share.threshold()), (text(split, "split"), 3));
        assert_eq!(share.check_words(), text(paper, "check_words"));
        assert_eq!(share.to_text().split_whitespace().collect::<String>(), text(paper, "text"));
    }
}

/// The tag of Poly1305 is right under both keys, as anybody can arrange who holds both; the commitment is of one alone.
#[test]
fn a_ciphertext_made_to_open_under_two_keys_opens_under_the_committed_one_alone() {
    let later = later();
    let entry = &later["two_keys"];
    let keys: Vec<Secret> = entry["keys"].as_array().unwrap().iter().map(of_hex).collect();
    let (place, nonce, ending) = (text(entry, "place"), nonce(entry), bytes(entry, "ciphertext_and_tag"));
    let (ciphertext, tag) = ending.split_last_chunk().unwrap();
    for (one, other) in [(&keys[0], &keys[1]), (&keys[1], &keys[0])] {
        let derived = envelope::derive(one, 1, &nonce, place.as_bytes());
        let mut told = ciphertext.to_vec();
        primitives::decrypt(&derived.encryption, &nonce, &derived.bound, &mut told, tag).unwrap();
        let header = [&[1_u8][..], &1_i32.to_be_bytes(), &nonce, &derived.commitment[..]].concat();
        let sealed = [header, ending.clone()].concat();
        assert_eq!(envelope::open(one, 1, place.as_bytes(), &sealed).unwrap()[..], told[..]);
        assert_eq!(envelope::open(other, 1, place.as_bytes(), &sealed), Err(SealError::DoesNotOpen));
    }
}

fn of_hex(key: &Value) -> Secret {
    Secret::from_slice(&from_hex(key.as_str().unwrap())).unwrap()
}
