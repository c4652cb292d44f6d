//! The walk through a log from its first entry to its last, with everything that is compared on the way.

use super::abandoned::Abandoned;
use super::bundle::{Bundle, Notes, Unreadable};
use super::checkpoint::Checkpoint;
use super::columns;
use super::copies::KeptCopy;
use super::difference::explain;
use super::entry::Entry;
use super::findings::{Code, Findings};
use super::group::Group;
use super::key::VerifierKey;
use super::levels::Levels;
use super::merkle::{Hash, Node, Tree};
use super::moments::Moments;
use super::note::Note;
use super::report::Fits;
use super::roots::{self, Roots};
use super::stored::Stored;
use super::succession::Succession;

/// What is known at the place where it stands.
pub(super) struct Walk<'a> {
    bundle: &'a Bundle<'a>,
    size: u64,
    /// The tree over the entries as they are in the bundle.
    entries: Tree,
    /// The tree over the leaves that the log stored. It is another only where something is wrong.
    leaves: Tree,
    levels: Levels,
    completed: [Vec<Node>; 2],
    pub moments: Moments,
    pub succession: Succession,
    pub stored: Stored,
    pub roots: Roots,
    pub copies: Vec<KeptCopy>,
    pub abandoned: Vec<Abandoned>,
    pub findings: Findings,
}

impl<'a> Walk<'a> {
    /// Stands before the first entry of a log of this size.
    pub(super) fn new(
        bundle: &'a Bundle<'a>,
        size: u64,
        key: VerifierKey,
        mut copies: Vec<KeptCopy>,
        mut findings: Findings,
    ) -> Result<Self, Unreadable> {
        let notes = bundle.open("checkpoints")?.map(Notes::new);
        if notes.is_none() {
            findings.add(Code::FileMissing, "checkpoints is missing");
        }
        copies.sort_by_key(KeptCopy::size);
        Ok(Self {
            bundle,
            size,
            entries: Tree::default(),
            leaves: Tree::default(),
            levels: Levels::new(size),
            completed: [Vec::new(), Vec::new()],
            moments: Moments::default(),
            stored: Stored::new(notes, key.name()),
            succession: Succession::new(key),
            roots: Roots::default(),
            copies,
            abandoned: Vec::new(),
            findings,
        })
    }

    /// Goes to the end, or to where neither an entry nor its hash is there.
    pub(super) fn go(&mut self, progress: &mut dyn FnMut(u64, u64)) -> Result<(), Unreadable> {
        self.compare_roots()?;
        let mut index = 0;
        while let Some(group) = Group::read(self.bundle, index, self.size, &mut self.findings)? {
            if !self.pass(&group)? {
                break;
            }
            index += 1;
            progress(self.position(), self.size);
        }
        Ok(())
    }

    /// How many entries lie behind.
    pub(super) fn position(&self) -> u64 {
        self.entries.size()
    }

    /// What the newest checkpoint fits, at the end of the walk.
    pub(super) fn compare_newest(&mut self, note: &Note, newest: &Checkpoint) -> Fits {
        if self.position() != newest.size {
            return Fits::NotKnown;
        }
        // As the last of the stored ones it was taken already.
        if !self.stored.ends_with(note) {
            self.roots.take(newest, &self.entries, &self.leaves);
        }
        roots::compare(newest, &self.entries, &self.leaves)
    }

    fn pass(&mut self, group: &Group) -> Result<bool, Unreadable> {
        let mut lines = group.columns();
        for (place, position) in (0..group.width).zip(group.start..) {
            let (computed, stored) = match (group.computed.get(place), group.stored.get(place)) {
                (Some(computed), Some(stored)) => (computed, stored),
                (Some(only), None) | (None, Some(only)) => (only, only),
                (None, None) => return Ok(false),
            };
            if computed != stored {
                self.findings
                    .at(Code::EntryDiffers, position, || explain(&group.computed, &group.stored, place));
            }
            let line = lines.next();
            if let Some(bytes) = group.entry(place) {
                self.look(position, bytes, line);
            }
            self.grow(*computed, *stored)?;
            self.compare_roots()?;
        }
        Ok(true)
    }

    fn look(&mut self, position: u64, bytes: &[u8], line: Option<&[u8]>) {
        let findings = &mut self.findings;
        let entry = match Entry::read(bytes) {
            Ok(entry) => entry,
            Err((code, what)) => return findings.at(code, position, || what),
        };
        if let Some(difference) = line.and_then(|line| columns::difference(line, &entry, position)) {
            findings.at(Code::ColumnsDiffer, position, || difference);
        }
        self.moments.look(position, &entry, findings);
        if entry.tells("audit.key_rotate") {
            self.succession.announce(position, &entry, findings);
        }
        if entry.tells("audit.fork_accept") {
            match Abandoned::read(&entry, position, self.succession.origin()) {
                Some(abandoned) => self.abandoned.push(abandoned),
                None => findings.at(Code::EntryMalformed, position, || {
                    "an accepted fork does not say which checkpoint was given up, which two accepted it, or why".to_owned()
                }),
            }
        }
    }

    fn grow(&mut self, computed: Hash, stored: Hash) -> Result<(), Unreadable> {
        let [of_entries, of_leaves] = &mut self.completed;
        let keep = |kept: &mut Vec<Node>, node: Node| {
            if Levels::of(&node).is_some() {
                kept.push(node);
            }
        };
        self.entries.push(computed, |node| keep(of_entries, node));
        self.leaves.push(stored, |node| keep(of_leaves, node));
        // Both trees have the same size, and so complete the same subtrees.
        for (entries, leaves) in of_entries.drain(..).zip(of_leaves.drain(..)) {
            if let Some(level) = Levels::of(&entries) {
                self.levels.check(self.bundle, level, &entries, &leaves, &mut self.findings)?;
            }
        }
        Ok(())
    }

    /// Everything that says what the root is at this size.
    fn compare_roots(&mut self) -> Result<(), Unreadable> {
        let size = self.position();
        while let Some((note, checkpoint)) = self.stored.at(size, &mut self.findings)? {
            self.roots.take(&checkpoint, &self.entries, &self.leaves);
            self.succession.judge(&note, &checkpoint, &mut self.findings);
        }
        let from = self.copies.partition_point(|copy| copy.size() < size);
        for copy in self.copies[from..].iter_mut().take_while(|copy| copy.size() == size) {
            copy.compare(&[self.entries.root(), self.leaves.root()]);
        }
        Ok(())
    }
}
