//! The directory of a witness: what it forgets never, and refuses when it was changed.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use super::TestLog;
use crate::verifier::Note;
use crate::verifier::key::Signed;
use crate::witness::add::{Answer, BroughtBy, add_checkpoint};
use crate::witness::cosign::Refusal;
use crate::witness::state::StateError;
use crate::witness::{AddCheckpoint, State, WitnessKey};

fn witness(directory: &Path) -> State {
    State::create(directory, WitnessKey::new("witness.example/heron", &[7; 32]).unwrap()).unwrap()
}

fn trusting(directory: &Path, log: &TestLog) -> State {
    let state = witness(directory);
    state.lock().unwrap().trust(&log.key()).unwrap();
    state
}

fn add(state: &State, request: &AddCheckpoint, by: BroughtBy) -> Answer {
    add_checkpoint(state, request, by, 1_700_000_000).unwrap()
}

fn refusal(answer: Answer) -> Refusal {
    match answer {
        Answer::Refused { refusal, .. } => refusal,
        Answer::Cosigned(line) => panic!("cosigned: {line}"),
    }
}

#[test]
fn what_was_cosigned_is_kept_with_both_signatures_and_the_next_goes_on_from_there() {
    let directory = tempfile::tempdir().unwrap();
    let log = TestLog::new("log.example", 9);
    let state = trusting(directory.path(), &log);
    let Answer::Cosigned(line) = add(&state, &log.request(0, 4), BroughtBy::Anybody) else { panic!() };
    let note = Note::parse(format!("{}{line}", log.note(4)).as_bytes()).unwrap();
    assert_eq!(state.public().verify(&note), Signed::Yes { at: Some(1_700_000_000) });
    // As another process finds it.
    let state = State::open(directory.path()).unwrap();
    let known = state.lock().unwrap().known("log.example").unwrap().unwrap();
    assert_eq!(known.last.unwrap().size, 4);
    assert_eq!(refusal(add(&state, &log.request(0, 9), BroughtBy::Anybody)), Refusal::Stale { size: 4 });
    assert!(matches!(add(&state, &log.request(4, 9), BroughtBy::Anybody), Answer::Cosigned(_)));
    assert!(matches!(add(&state, &log.request(9, 9), BroughtBy::Anybody), Answer::Cosigned(_)), "once more");
    assert_eq!(state.lock().unwrap().logs().unwrap(), ["log.example"]);
}

#[test]
fn only_verified_signatures_are_kept_so_that_nobody_spoils_the_file() {
    let directory = tempfile::tempdir().unwrap();
    let log = TestLog::new("log.example", 4);
    let state = trusting(directory.path(), &log);
    let forged = WitnessKey::new("witness.example/heron", &[7; 32]).unwrap().cosign("another text\n", 1);
    let note = Note::parse(format!("{}{forged}", log.note(4)).as_bytes()).unwrap();
    let request = AddCheckpoint::new(0, Vec::new(), note).unwrap();
    assert!(matches!(add(&state, &request, BroughtBy::Anybody), Answer::Cosigned(_)));
    assert!(matches!(add(&state, &log.request(4, 4), BroughtBy::Anybody), Answer::Cosigned(_)));
}

#[test]
fn two_roots_of_one_size_end_it_for_good_and_both_are_kept() {
    let directory = tempfile::tempdir().unwrap();
    let log = TestLog::new("log.example", 9);
    let fork = log.forked_at(3);
    let state = trusting(directory.path(), &log);
    add(&state, &log.request(0, 8), BroughtBy::Anybody);
    let answer = add(&state, &fork.request(8, 8), BroughtBy::Anybody);
    let Answer::Refused { refusal: Refusal::OtherRoot { size: 8 }, evidence: Some(evidence) } = answer else {
        panic!("{answer:?}")
    };
    let seen = fs::read(evidence.join("seen")).unwrap();
    assert_eq!(Note::parse(&seen).unwrap(), fork.note(8));
    let held = Note::parse(&fs::read(evidence.join("held")).unwrap()).unwrap();
    assert_eq!(held.text(), log.note(8).text());
    assert!(matches!(state.public().verify(&held), Signed::Yes { .. }));
    for request in [log.request(8, 9), log.request(8, 8), fork.request(8, 9)] {
        assert_eq!(
            refusal(add(&State::open(directory.path()).unwrap(), &request, BroughtBy::Anybody)),
            Refusal::Forked
        );
    }
}

#[test]
fn a_proof_that_does_not_fit_ends_it_when_the_log_itself_has_no_better_one() {
    for (by, then) in [(BroughtBy::TheLog, Some(Refusal::Forked)), (BroughtBy::Anybody, None)] {
        let directory = tempfile::tempdir().unwrap();
        let log = TestLog::new("log.example", 9);
        let state = trusting(directory.path(), &log);
        add(&state, &log.request(0, 8), BroughtBy::Anybody);
        let not = add(&state, &log.forked_at(3).request(8, 9), by);
        let Answer::Refused { refusal: Refusal::NotConsistent { from: 8, to: 9 }, evidence } = not else {
            panic!("{by:?}: {not:?}")
        };
        assert_eq!(evidence.is_some(), then.is_some(), "anybody could fill the disk with it");
        match (add(&state, &log.request(8, 9), by), then) {
            (Answer::Cosigned(_), None) => {}
            (Answer::Refused { refusal, .. }, Some(then)) => assert_eq!(refusal, then),
            (answer, _) => panic!("{by:?}: {answer:?}"),
        }
    }
}

#[test]
fn a_log_is_known_by_the_keys_that_were_trusted_for_its_name() {
    let directory = tempfile::tempdir().unwrap();
    let (log, other) = (TestLog::new("log.example", 3), TestLog::new("other.example", 3));
    let state = trusting(directory.path(), &log);
    assert_eq!(refusal(add(&state, &other.request(0, 3), BroughtBy::Anybody)), Refusal::UnknownLog);
    let locked = state.lock().unwrap();
    locked.trust(&log.key()).unwrap();
    assert_eq!(locked.known("log.example").unwrap().unwrap().keys, [log.key()], "once");
    assert!(matches!(locked.trust(state.public()), Err(StateError::NotOfALog)));
}

#[test]
fn a_directory_that_was_changed_signs_nothing() {
    let directory = tempfile::tempdir().unwrap();
    let log = TestLog::new("log.example", 9);
    let state = trusting(directory.path(), &log);
    add(&state, &log.request(0, 8), BroughtBy::Anybody);
    let logs = fs::read_dir(directory.path().join("logs")).unwrap().next().unwrap().unwrap().path();
    let path = logs.join("checkpoint");
    let kept = fs::read_to_string(&path).unwrap();
    for changed in [String::new(), kept.replacen("\n8\n", "\n4\n", 1), log.note(4).to_string()] {
        fs::write(&path, changed).unwrap();
        let refused = add_checkpoint(&state, &log.request(8, 9), BroughtBy::Anybody, 1);
        assert!(matches!(refused, Err(StateError::Damaged { .. })), "{refused:?}");
    }
    fs::write(&path, kept).unwrap();
    assert!(matches!(add(&state, &log.request(8, 9), BroughtBy::Anybody), Answer::Cosigned(_)));
}

#[test]
fn the_key_is_for_its_owner_alone_and_never_written_over() {
    let directory = tempfile::tempdir().unwrap();
    assert!(matches!(State::open(directory.path()), Err(StateError::NotSetUp(_))));
    witness(directory.path());
    let path = directory.path().join("witness.key");
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    let again = State::create(directory.path(), WitnessKey::new("other.example", &[8; 32]).unwrap());
    assert!(matches!(again, Err(StateError::Exists(_))));
    fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
    assert!(matches!(State::open(directory.path()), Err(StateError::Shared(_))));
}

#[test]
fn of_many_at_once_each_size_is_gone_on_from_once() {
    let directory = tempfile::tempdir().unwrap();
    let log = TestLog::new("log.example", 12);
    let fork = log.forked_at(6);
    trusting(directory.path(), &log);
    // Each opens the directory anew, as a process of its own does; half of them bring another history.
    let cosigned: Vec<u64> = std::thread::scope(|threads| {
        let running: Vec<_> = (0..8)
            .map(|number| {
                let (log, directory) = (if number % 2 == 0 { &log } else { &fork }, directory.path());
                threads.spawn(move || {
                    let state = State::open(directory).unwrap();
                    let answer = add(&state, &log.request(0, 12), BroughtBy::Anybody);
                    matches!(answer, Answer::Cosigned(_)).then_some(number)
                })
            })
            .collect();
        running.into_iter().filter_map(|thread| thread.join().unwrap()).collect()
    });
    assert_eq!(cosigned.len(), 1, "{cosigned:?}");
}
