//! Random schedules of everything that can befall a log: it grows, is signed, put back from an older copy, goes on in
//! two copies, and the server crashes between any two steps of signing. Never are two checkpoints signed that do not
//! fit each other.

use proptest::prelude::*;

use super::rules::{Next, RefusedToSign, Signed, View, next};
use super::{Checkpoint, LogOrigin, SignedCheckpoint};
use crate::audit::tree::{Hash, node_hash};

/// A copy of the database.
#[derive(Clone, Default)]
struct Database {
    entries: Vec<Hash>,
    stored: Option<SignedCheckpoint>,
}

#[derive(Clone, Copy, Debug)]
enum Step {
    /// An entry is added to a copy, one that no other copy has.
    Grow(usize),
    /// A copy is signed; the crash comes after so many of its steps, if at all.
    Sign(usize, u8),
    /// A copy is kept as a backup, and one is put back.
    Backup(usize),
    Restore(usize, usize),
    /// A copy goes on from where another stands.
    Copy(usize, usize),
}

fn step() -> impl Strategy<Value = Step> {
    let copy = || 0..2_usize;
    prop_oneof![
        4 => copy().prop_map(Step::Grow),
        4 => (copy(), 0..4_u8).prop_map(|(copy, crash)| Step::Sign(copy, crash)),
        1 => copy().prop_map(Step::Backup),
        1 => (copy(), 0..4_usize).prop_map(|(copy, backup)| Step::Restore(copy, backup)),
        1 => (copy(), copy()).prop_map(|(from, to)| Step::Copy(from, to)),
    ]
}

/// The root of the definition (RFC 6962, section 2.1); never of an empty log.
fn root(entries: &[Hash]) -> Hash {
    match entries {
        [entry] => *entry,
        _ => {
            let (left, right) = entries.split_at(entries.len().next_power_of_two() / 2);
            node_hash(&root(left), &root(right))
        }
    }
}

struct World {
    copies: [Database; 2],
    backups: Vec<Database>,
    /// The file outside, which both copies share.
    kept: Option<SignedCheckpoint>,
    /// Whether the file is heeded at all.
    heeded: bool,
    /// The entries under every checkpoint that anybody may have seen: those that were written somewhere.
    seen: Vec<Vec<Hash>>,
    entries: u64,
}

impl World {
    fn new(heeded: bool) -> Self {
        let mut world = Self {
            copies: Default::default(),
            backups: Vec::new(),
            kept: None,
            heeded,
            seen: Vec::new(),
            entries: 0,
        };
        world.take(Step::Grow(0));
        world.copies[1] = world.copies[0].clone();
        world
    }

    fn take(&mut self, step: Step) {
        match step {
            Step::Grow(copy) => {
                self.entries += 1;
                self.copies[copy].entries.push(crate::audit::entry::leaf_hash(&self.entries.to_be_bytes()));
            }
            // A refusal changes nothing.
            Step::Sign(copy, crash) => drop(self.sign(copy, crash)),
            Step::Backup(copy) => self.backups.push(self.copies[copy].clone()),
            Step::Restore(copy, backup) => {
                if let Some(backup) = self.backups.get(backup) {
                    self.copies[copy] = backup.clone();
                }
            }
            Step::Copy(from, to) => self.copies[to] = self.copies[from].clone(),
        }
    }

    /// The steps of [`super::Notary::publish`], in their order.
    fn sign(&mut self, copy: usize, crash: u8) -> Result<(), RefusedToSign> {
        let database = &self.copies[copy];
        let now = Checkpoint { size: database.entries.len() as u64, root: root(&database.entries) };
        let beside = |was: &SignedCheckpoint| {
            let is = usize::try_from(was.checkpoint.size)
                .ok()
                .and_then(|size| database.entries.get(..size))
                .map(root);
            Signed { was: was.clone(), is }
        };
        let view = View {
            now: now.clone(),
            stored: database.stored.as_ref().map(beside),
            kept: self.kept.as_ref().filter(|_| self.heeded).map(beside),
            held_key: 1,
            newest_key: 1,
            announced_by: None,
        };
        let signed = match next(&view)? {
            Next::Signed(signed) => signed,
            Next::Sign(key_version) => {
                let note = now.text(&LogOrigin::of_database("model"));
                SignedCheckpoint { checkpoint: now, key_version, note }
            }
        };
        if crash == 1 {
            return Ok(());
        }
        self.kept = Some(signed.clone());
        self.seen.push(database.entries[..usize::try_from(signed.checkpoint.size).unwrap()].to_vec());
        if crash != 2 {
            self.copies[copy].stored = Some(signed);
        }
        Ok(())
    }

    /// Two of which neither is the beginning of the other.
    fn contradiction(&self) -> Option<(usize, usize)> {
        let beginning = |one: &[Hash], other: &[Hash]| {
            let shorter = one.len().min(other.len());
            one[..shorter] == other[..shorter]
        };
        self.seen.iter().enumerate().find_map(|(place, one)| {
            let other = self.seen[..place].iter().find(|other| !beginning(one, other))?;
            Some((one.len(), other.len()))
        })
    }
}

fn after(steps: &[Step], heeded: bool) -> World {
    let mut world = World::new(heeded);
    for step in steps {
        world.take(*step);
    }
    world
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 10_000, ..ProptestConfig::default() })]

    #[test]
    fn no_two_checkpoints_that_were_seen_contradict_each_other(steps in prop::collection::vec(step(), 1..40)) {
        prop_assert_eq!(after(&steps, true).contradiction(), None);
    }
}

#[test]
fn without_the_file_outside_a_copy_that_is_put_back_contradicts_what_was_seen() {
    let steps = [
        Step::Backup(0),
        Step::Grow(0),
        Step::Sign(0, 0),
        Step::Restore(0, 0),
        Step::Grow(0),
        Step::Sign(0, 0),
    ];
    assert_eq!(after(&steps, false).contradiction(), Some((2, 2)));
    assert_eq!(after(&steps, true).contradiction(), None);
}
