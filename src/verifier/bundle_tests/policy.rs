//! Policies of witnesses: what is one, what it asks for, and what is told where that is not met.

use super::codes;
use super::log::{Log, cosign, lay, sign, signing_key, vkey, vkey_of};
use crate::verifier::findings::Code;
use crate::verifier::{Note, Policy, Request, VerifierKey, verify};

fn witness(number: u64) -> String {
    vkey_of(&format!("witness.example/{number}"), 4, &signing_key(number, 0))
}

fn policy(rest: &str) -> String {
    let witnesses: String =
        (1..=5).map(|number| format!("witness w{number} {}\n", witness(number))).collect();
    format!("# A comment\n\n \tlog {} https://log.example\n{witnesses}{rest}", vkey(&signing_key(7, 0)))
}

fn refusal(policy: &str) -> String {
    Policy::parse(policy.as_bytes()).unwrap_err().to_string()
}

/// Whether the policy is met by these witnesses.
fn is_met(rest: &str, signed: &[u64]) -> bool {
    let text = "waystation.example/log\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n";
    let mut note = sign(text, &signing_key(7, 0));
    for number in signed {
        let line =
            cosign(&note, &format!("witness.example/{number}"), &signing_key(*number, 0), 1_700_000_000);
        note += &line;
    }
    let evaluation =
        Policy::parse(policy(rest).as_bytes()).unwrap().evaluate(&Note::parse(note.as_bytes()).unwrap());
    let expected: Vec<_> =
        signed.iter().map(|number| (format!("witness.example/{number}"), 1_700_000_000)).collect();
    assert_eq!((evaluation.log, evaluation.witnesses), (true, expected));
    assert_eq!(evaluation.falsely, [""; 0]);
    evaluation.quorum
}

#[test]
fn groups_within_groups_are_counted() {
    let rest = "group x 2 w1 w2 w3\ngroup y any w4 w5\ngroup both all x y\nquorum both\n";
    assert!(is_met(rest, &[1, 3, 5]));
    assert!(!is_met(rest, &[1, 5]) && !is_met(rest, &[1, 2, 3]) && !is_met(rest, &[]));
    assert!(is_met("quorum none", &[]));
    assert!(is_met("quorum w2", &[2]) && !is_met("quorum w2", &[1]));
}

#[test]
fn what_is_no_policy_is_refused_with_its_line() {
    for (rest, told) in [
        ("", "a line `quorum NAME`"),
        ("quorum w9", "line 9: the quorum must be defined"),
        ("quorum w1\nquorum w1", "line 10: there is a second quorum"),
        ("group g 1 w9", "line 9: a member must be defined"),
        ("group g 3 w1 w2", "no more than it has"),
        ("group g 0 w1", "one member at least"),
        ("group g all", "one member at least"),
        ("group g 01 w1", "`any`, `all` or a number"),
        ("group g any w1 w1", "one group only"),
        ("group g any w1\ngroup h any w1", "line 10: a member belongs to one group only"),
        ("group w1 any w2", "defined a second time"),
        ("group none any w2", "`none` is no name"),
        ("group g any none", "a member must be defined"),
        ("quorum", "a line is `log KEY [URL]`"),
        ("quorum w1\r", "no control character"),
    ] {
        let refused = refusal(&policy(rest));
        assert!(refused.contains(told), "{rest}: {refused}");
    }
    let again = format!("witness w6 {}", witness(1));
    assert!(refusal(&policy(&again)).contains("a key is listed a second time"));
    assert!(refusal(&format!("log {}", witness(1))).contains("of type 0x01"));
    assert!(refusal(&format!("witness w {}", vkey(&signing_key(7, 0)))).contains("of type 0x04"));
}

#[test]
fn the_newest_checkpoint_is_held_to_the_policy() {
    let log = Log::new(3, 7);
    let told = |rest: &str, lines: &[String]| {
        let mut files = log.files();
        files.get_mut("checkpoint").unwrap().extend(lines.concat().bytes());
        let directory = tempfile::tempdir().unwrap();
        lay(&files, directory.path());
        let key = VerifierKey::parse(&log.pinned()).unwrap();
        let policy = Some(Policy::parse(policy(rest).as_bytes()).unwrap());
        let request = Request { bundle: directory.path(), key, copies: Vec::new(), policy };
        verify(request, &mut |_, _| ()).unwrap()
    };
    let newest = log.checkpoints().pop().unwrap();
    let by = |number| cosign(&newest, &format!("witness.example/{number}"), &signing_key(number, 0), 1);
    let report = told("quorum w1", &[by(1), by(2)]);
    assert_eq!(codes(&report), []);
    assert_eq!(report.witnesses, ["witness.example/1", "witness.example/2"]);
    assert_eq!(codes(&told("quorum w1", &[by(2)])), [Code::QuorumUnmet]);
    let forged = cosign("another\n\n", "witness.example/1", &signing_key(1, 0), 1);
    assert_eq!(codes(&told("quorum w2", &[forged, by(2)])), [Code::CosignatureFalse]);
}
