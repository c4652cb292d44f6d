//! Keys that follow on each other: each vouched for by the one before it.

use serde_json::json;

use super::log::{self, Log};
use super::{codes, told};
use crate::verifier::Verdict;
use crate::verifier::findings::Code;

fn rotated() -> Log {
    let mut log = Log::new(300, 5).rotate(100, 5).rotate(200, 5);
    log.signed_at = vec![50, 100, 101, 150, 250, 260, 300];
    log
}

#[test]
fn a_key_that_the_one_before_it_vouches_for_is_trusted() {
    let log = rotated();
    // The old key signs the first that covers the entry, the next key all that follow.
    let report = told(&log.files(), &log.pinned(), &[&log.checkpoints()[1]]);
    assert_eq!((report.verdict, report.checkpoints_before_key), (Verdict::Whole, 0), "{:?}", report.findings);
}

#[test]
fn with_a_later_key_the_signatures_before_it_are_told_as_unchecked() {
    let log = rotated();
    let report = told(&log.files(), &log::vkey(&log.keys[1]), &[&log.checkpoints()[0]]);
    assert_eq!((report.verdict, report.checkpoints_before_key), (Verdict::Whole, 3), "{:?}", report.findings);
    assert!(report.warnings[0].contains("3 checkpoints are older than the key"));
    // The key of the last rotation signs the last checkpoints alone.
    let report = told(&log.files(), &log::vkey(&log.keys[2]), &[]);
    assert_eq!((report.verdict, report.checkpoints_before_key), (Verdict::Whole, 5));
}

#[test]
fn checkpoints_by_the_wrong_key_of_the_log_are_told() {
    let log = rotated();
    let signed_by = |place: usize, key: usize| {
        let mut checkpoints = log.checkpoints();
        checkpoints[place] = log::checkpoint(&log.entries[..log.signed_at[place]], &log.keys[key]);
        let mut files = log.files();
        files.insert("checkpoints".to_owned(), checkpoints.join("\n").into_bytes());
        told(&files, &log.pinned(), &[])
    };
    // The new key before the old one has covered its announcement; the old one after that.
    for (place, key, told) in [(2, 1, "that no checkpoint"), (3, 0, "was replaced")] {
        let report = signed_by(place, key);
        assert!(codes(&report).contains(&Code::CheckpointKey), "{:?}", report.findings);
        assert!(report.findings[0].what.contains(told), "{:?}", report.findings);
    }
    // Before anything by the pinned key, a key that follows on it later vouches for nothing.
    assert_eq!(codes(&signed_by(0, 1)), [Code::CheckpointKey]);
}

#[test]
fn a_key_that_nothing_announced_is_told() {
    let mut log = rotated();
    log.keys[2] = log::signing_key(9, 9);
    let report = told(&log.files(), &log.pinned(), &[]);
    assert_eq!(
        codes(&report),
        [Code::CheckpointSignature, Code::CheckpointKey, Code::KeysFile, Code::CopyNotSigned]
    );
    assert!(report.findings[0].what.contains("nothing announced"), "{:?}", report.findings);
}

#[test]
fn a_chain_of_keys_that_breaks_is_told_at_its_entry() {
    for change in
        [json!({ "new_key": "x", "old_key": "y" }), json!({ "old_key": log::vkey(&log::signing_key(9, 9)) })]
    {
        let mut log = rotated();
        log.edit(200, |entry| {
            entry["details"].as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        });
        let report = told(&log.files(), &log.pinned(), &[]);
        assert_eq!(report.first_wrong_position, Some(200));
        for code in [Code::KeyRotation, Code::CheckpointKey] {
            assert!(codes(&report).contains(&code), "{:?}", report.findings);
        }
    }
}

#[test]
fn a_log_that_never_had_the_pinned_key_is_told() {
    let log = rotated();
    let report = told(&log.files(), &log::vkey(&log::signing_key(9, 9)), &[]);
    assert!(codes(&report).contains(&Code::PinnedKeyUnseen), "{:?}", report.findings);
    assert!(codes(&report).contains(&Code::KeyRotation), "{:?}", report.findings);
}

#[test]
fn the_list_of_keys_begins_with_those_that_the_log_tells() {
    let log = rotated();
    let keys: Vec<String> = log.keys.iter().map(|key| log::vkey(key) + "\n").collect();
    let listed = |keys: String| {
        let mut files = log.files();
        files.insert("keys".to_owned(), keys.into_bytes());
        codes(&told(&files, &log.pinned(), &[]))
    };
    assert_eq!(listed(keys.concat() + &log::vkey(&log::signing_key(9, 9)) + "\n"), []);
    for wrong in
        [keys[..2].concat(), keys[1..].concat(), keys.concat() + "key\n", keys.concat().trim_end().to_owned()]
    {
        assert_eq!(listed(wrong), [Code::KeysFile]);
    }
}

#[test]
fn a_key_that_the_key_before_it_did_not_name_is_trusted_by_nobody() {
    // As somebody writes it who owns the database and has no key of the log: the log is signed with it in its place.
    let mut log = Log::new(300, 5);
    let (stranger, old) = (log::signing_key(9, 9), log.keys[0].clone());
    for signer in [&stranger, &log::signing_key(5, 3)] {
        let (old, new) = (log::vkey(&old), log::vkey(&stranger));
        let signature = log::statement("audit.key_rotate", &[&old, &new], signer);
        log.edit(100, |entry| {
            entry["action"] = json!("audit.key_rotate");
            entry["outcome"] = json!("done");
            entry["details"] = json!({ "new_key": new, "old_key": old, "signature": signature });
        });
        let report = told(&log.files(), &log.pinned(), &[]);
        assert_eq!((codes(&report), report.first_wrong_position), (vec![Code::KeyRotation], Some(100)));
    }
}
