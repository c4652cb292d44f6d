//! What a witness keeps, in a directory of its own:
//!
//! | file | holds |
//! | --- | --- |
//! | `witness.key` | its secret key, for its owner alone |
//! | `logs/LOG/keys` | the keys that it trusts to sign a log, one a line |
//! | `logs/LOG/checkpoint` | the last checkpoint of the log that it cosigned |
//! | `logs/LOG/forked` | there once the log has shown two histories; says where both are |
//! | `evidence/` | checkpoints that contradict each other, side by side |
//! | `lock` | held while any of it is read and written |
//!
//! LOG is made from the log's name. A directory that is put back from an older copy would let the witness sign what
//! contradicts what it signed since: it must never be.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};

use super::cosign::Known;
use super::files;
use super::key::WitnessKey;
use super::request::AddCheckpoint;
use crate::verifier::key::{KeyType, Signed};
use crate::verifier::{Checkpoint, Note, VerifierKey};

/// Why the witness cannot work with its directory.
#[derive(Debug, thiserror::Error)]
pub enum StateError {
    /// The disk.
    #[error("{path} cannot be used: {cause}", path = path.display())]
    File {
        /// What.
        path: PathBuf,
        /// Why.
        cause: io::Error,
    },
    /// There is a witness already.
    #[error("there is a witness in {path} already; nothing was changed. Name another directory", path = .0.display())]
    Exists(PathBuf),
    /// There is none.
    #[error("there is no witness in {path}: name its directory, or make one with `waystation audit witness init`", path = .0.display())]
    NotSetUp(PathBuf),
    /// The key is no secret.
    #[error(
        "others than the owner may use {path}: a key that others could read signs for anybody. If nobody has, run \
         `chmod go-rwx '{path}'`; else make a new witness", path = .0.display()
    )]
    Shared(PathBuf),
    /// Somebody or the disk has changed it. To take it for an empty one would be to forget what was signed.
    #[error("{path} is not as the witness wrote it: {what}. Nothing is cosigned until you know why", path = path.display())]
    Damaged {
        /// What.
        path: PathBuf,
        /// What is wrong with it.
        what: String,
    },
    /// A key of another kind.
    #[error("a log signs with a verifier key of type 0x01; this is the key of a witness")]
    NotOfALog,
}

/// A witness and its directory.
pub struct State {
    directory: PathBuf,
    key: WitnessKey,
    public: VerifierKey,
}

/// The directory while nobody else reads or writes it.
pub struct Locked<'s> {
    state: &'s State,
    _lock: File,
}

/// A log as it is kept.
pub(super) struct Kept {
    /// What the decision needs.
    pub known: Known,
    /// The last checkpoint as a note.
    pub note: Option<String>,
}

impl State {
    /// Makes a witness in a directory that has none.
    pub fn create(directory: &Path, key: WitnessKey) -> Result<Self, StateError> {
        files::make_directory(directory).map_err(at(directory))?;
        let path = directory.join("witness.key");
        files::create(&path, &key.to_text()).map_err(|cause| match cause.kind() {
            io::ErrorKind::AlreadyExists => StateError::Exists(directory.to_owned()),
            _ => at(&path)(cause),
        })?;
        Self::with_key(directory, key)
    }

    /// Opens the witness in a directory.
    pub fn open(directory: &Path) -> Result<Self, StateError> {
        let path = directory.join("witness.key");
        let text = files::read(&path).map_err(at(&path))?.map(zeroize::Zeroizing::new);
        let text = text.ok_or_else(|| StateError::NotSetUp(directory.to_owned()))?;
        if files::is_shared(&path).map_err(at(&path))? {
            return Err(StateError::Shared(path));
        }
        Self::with_key(directory, WitnessKey::parse(&text).map_err(damaged(&path))?)
    }

    fn with_key(directory: &Path, key: WitnessKey) -> Result<Self, StateError> {
        let public = key.public().map_err(damaged(&directory.join("witness.key")))?;
        Ok(Self { directory: directory.to_owned(), key, public })
    }

    /// What others verify its cosignatures with.
    #[must_use]
    pub fn public(&self) -> &VerifierKey {
        &self.public
    }

    pub(super) fn key(&self) -> &WitnessKey {
        &self.key
    }

    /// Waits for whoever has it.
    pub fn lock(&self) -> Result<Locked<'_>, StateError> {
        let path = self.directory.join("lock");
        Ok(Locked { state: self, _lock: files::lock(&path).map_err(at(&path))? })
    }

    fn log(&self, origin: &str) -> PathBuf {
        self.directory.join("logs").join(name_of(origin))
    }
}

impl Locked<'_> {
    /// Trusts a key to sign the log of its name; one that is trusted already is so only once.
    pub fn trust(&self, key: &VerifierKey) -> Result<(), StateError> {
        if key.key_type() != KeyType::Log {
            return Err(StateError::NotOfALog);
        }
        let directory = self.state.log(key.name());
        files::make_directory(&directory).map_err(at(&directory))?;
        let mut keys = Self::keys(&directory)?;
        if keys.contains(key) {
            return Ok(());
        }
        keys.push(key.clone());
        let text: String = keys.iter().map(|key| format!("{key}\n")).collect();
        let path = directory.join("keys");
        files::replace(&path, &text).map_err(at(&path))
    }

    /// The names of the logs that it trusts a key of.
    pub fn logs(&self) -> Result<Vec<String>, StateError> {
        let directory = self.state.directory.join("logs");
        let found = match std::fs::read_dir(&directory) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            found => found.map_err(at(&directory))?,
        };
        let mut names = Vec::new();
        for entry in found {
            let path = entry.map_err(at(&directory))?.path();
            names.extend(Self::keys(&path)?.first().map(|key| key.name().to_owned()));
        }
        names.sort_unstable();
        Ok(names)
    }

    /// What is known of a log; `None` of one that no key is trusted for.
    pub fn known(&self, origin: &str) -> Result<Option<Known>, StateError> {
        Ok(self.read(origin)?.map(|kept| kept.known))
    }

    pub(super) fn read(&self, origin: &str) -> Result<Option<Kept>, StateError> {
        let directory = self.state.log(origin);
        let keys = Self::keys(&directory)?;
        if keys.is_empty() {
            return Ok(None);
        }
        let path = directory.join("checkpoint");
        let note = files::read(&path).map_err(at(&path))?;
        let last = note.as_deref().map(|note| self.own(origin, note).map_err(damaged(&path))).transpose()?;
        let forked = directory.join("forked").exists();
        Ok(Some(Kept { known: Known { keys, last, forked }, note }))
    }

    /// A checkpoint of this log that this witness has signed.
    fn own(&self, origin: &str, note: &str) -> Result<Checkpoint, String> {
        let note = Note::parse(note.as_bytes()).map_err(|error| error.to_string())?;
        let checkpoint = Checkpoint::parse(note.text()).map_err(|error| error.to_string())?;
        let signed = matches!(self.state.public.verify(&note), Signed::Yes { .. });
        if signed && checkpoint.origin == origin {
            Ok(checkpoint)
        } else {
            Err("it is not signed by this witness, or of another log".to_owned())
        }
    }

    fn keys(directory: &Path) -> Result<Vec<VerifierKey>, StateError> {
        let path = directory.join("keys");
        let text = files::read(&path).map_err(at(&path))?.unwrap_or_default();
        text.lines().map(|line| VerifierKey::parse(line).map_err(damaged(&path))).collect()
    }

    /// Keeps the checkpoint as the last one that was cosigned; when this returns, it is on the disk.
    pub(super) fn keep(&self, origin: &str, note: &str) -> Result<(), StateError> {
        let path = self.state.log(origin).join("checkpoint");
        files::replace(&path, note).map_err(at(&path))
    }

    /// Keeps two checkpoints that contradict each other, and says where.
    pub(super) fn keep_evidence(&self, held: &str, seen: &AddCheckpoint) -> Result<PathBuf, StateError> {
        let Checkpoint { origin, size, root } = &seen.checkpoint;
        let root: String = root[..4].iter().map(|byte| format!("{byte:02x}")).collect();
        let directory =
            self.state.directory.join("evidence").join(format!("{}-{size}-{root}", &name_of(origin)[..8]));
        files::make_directory(&directory).map_err(at(&directory))?;
        for (name, text) in [("held", held), ("seen", &seen.note.to_string())] {
            let path = directory.join(name);
            files::replace(&path, text).map_err(at(&path))?;
        }
        Ok(directory)
    }

    /// From now on the log is not cosigned any more.
    pub(super) fn mark_forked(&self, origin: &str, evidence: &Path) -> Result<(), StateError> {
        let path = self.state.log(origin).join("forked");
        files::replace(&path, &format!("{}\n", evidence.display())).map_err(at(&path))
    }
}

/// A name of a directory that no log's name can make into a path.
fn name_of(origin: &str) -> String {
    Sha256::digest(origin)[..16].iter().map(|byte| format!("{byte:02x}")).collect()
}

fn at(path: &Path) -> impl Fn(io::Error) -> StateError {
    let path = path.to_owned();
    move |cause| StateError::File { path: path.clone(), cause }
}

fn damaged<E: std::fmt::Display>(path: &Path) -> impl Fn(E) -> StateError {
    let path = path.to_owned();
    move |what| StateError::Damaged { path: path.clone(), what: what.to_string() }
}
