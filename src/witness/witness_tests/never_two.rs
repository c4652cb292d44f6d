//! Random schedules of a log that grows, forks and lies, and of a witness that crashes: it never signs two checkpoints of
//! which neither begins with the other.

use proptest::prelude::*;

use super::TestLog;
use crate::witness::add::{Answer, BroughtBy, add_checkpoint};
use crate::witness::{State, WitnessKey};

#[derive(Clone, Copy, Debug)]
enum Step {
    /// One of the histories gets an entry of its own.
    Grow(usize),
    /// The second history goes on from where the first stands.
    Fork,
    /// A checkpoint of a history is brought, with the proof from what the witness says it has, or from elsewhere.
    Bring { history: usize, back: u64, from: Option<u64>, by_log: bool },
    /// The process ends and another one opens the directory.
    Restart,
    /// The process ends before the file is written: the disk is as it was before the next request.
    CrashBefore { history: usize },
}

fn step() -> impl Strategy<Value = Step> {
    let history = || 0..2_usize;
    prop_oneof![
        4 => history().prop_map(Step::Grow),
        1 => Just(Step::Fork),
        6 => (history(), 0..3_u64, prop::option::weighted(0.3, 0..6_u64), any::<bool>()).prop_map(
            |(history, back, from, by_log)| Step::Bring { history, back, from, by_log }
        ),
        1 => Just(Step::Restart),
        1 => history().prop_map(|history| Step::CrashBefore { history }),
    ]
}

struct World {
    directory: tempfile::TempDir,
    state: State,
    histories: [TestLog; 2],
    entries: u64,
    /// Every checkpoint that was signed, as its history and its size, whether or not anybody got the signature.
    signed: Vec<(TestLog, u64)>,
}

impl World {
    fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let log = TestLog::new("log.example", 1);
        let key = WitnessKey::new("witness.example", &[7; 32]).unwrap();
        let state = State::create(directory.path(), key).unwrap();
        state.lock().unwrap().trust(&log.key()).unwrap();
        Self { directory, state, histories: [log.clone(), log], entries: 1, signed: Vec::new() }
    }

    fn known(&self) -> u64 {
        let known = self.state.lock().unwrap().known("log.example").unwrap().unwrap();
        known.last.map_or(0, |last| last.size)
    }

    fn take(&mut self, step: Step) {
        match step {
            Step::Grow(history) => {
                self.entries += 1;
                self.histories[history].grow(self.entries);
            }
            Step::Fork => self.histories[1] = self.histories[0].clone(),
            Step::Bring { history, back, from, by_log } => self.bring(history, back, from, by_log),
            Step::Restart => self.state = State::open(self.directory.path()).unwrap(),
            Step::CrashBefore { history } => {
                let before = Snapshot::take(self.directory.path());
                let signed = self.signed.len();
                self.bring(history, 0, None, false);
                // Neither written nor handed out.
                self.signed.truncate(signed);
                before.put_back(self.directory.path());
            }
        }
    }

    fn bring(&mut self, history: usize, back: u64, from: Option<u64>, by_log: bool) {
        let log = &self.histories[history];
        let size = log.size().saturating_sub(back).max(1);
        let from = from.unwrap_or_else(|| self.known()).min(log.size());
        let by = if by_log { BroughtBy::TheLog } else { BroughtBy::Anybody };
        let answer = add_checkpoint(&self.state, &log.request(from, size), by, self.entries).unwrap();
        if matches!(answer, Answer::Cosigned(_)) {
            self.signed.push((log.clone(), size));
        }
    }

    fn contradiction(&self) -> Option<(u64, u64)> {
        self.signed.iter().enumerate().find_map(|(place, (log, size))| {
            let contradicts =
                |(other, smaller): &&(TestLog, u64)| smaller > size || !log.agrees_with(other, *smaller);
            self.signed[..place].iter().find(contradicts).map(|(_, other)| (*other, *size))
        })
    }
}

/// All files of the witness.
struct Snapshot(tempfile::TempDir);

impl Snapshot {
    fn take(directory: &std::path::Path) -> Self {
        let copy = tempfile::tempdir().unwrap();
        copy_all(directory, copy.path());
        Self(copy)
    }

    fn put_back(&self, directory: &std::path::Path) {
        std::fs::remove_dir_all(directory).unwrap();
        std::fs::create_dir(directory).unwrap();
        copy_all(self.0.path(), directory);
    }
}

fn copy_all(from: &std::path::Path, to: &std::path::Path) {
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            std::fs::create_dir(&target).unwrap();
            copy_all(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn no_two_cosigned_checkpoints_contradict_each_other(steps in prop::collection::vec(step(), 1..40)) {
        let mut world = World::new();
        for step in steps {
            world.take(step);
        }
        prop_assert_eq!(world.contradiction(), None);
    }
}

#[test]
fn a_schedule_without_lies_is_cosigned_at_every_step() {
    let mut world = World::new();
    for _ in 0..10 {
        world.take(Step::Grow(0));
        world.take(Step::Bring { history: 0, back: 0, from: None, by_log: true });
        world.take(Step::Restart);
    }
    assert_eq!(world.signed.iter().map(|(_, size)| *size).collect::<Vec<_>>(), (2..=11).collect::<Vec<_>>());
}
