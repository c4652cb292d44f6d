//! A proof that an entry is in the log, in one text (C2SP tlog-proof).

use super::base64;
use super::checkpoint::{Checkpoint, number};
use super::key::{Signed, VerifierKey};
use super::malformed::Malformed;
use super::merkle::{self, Hash, leaf_hash};
use super::note::{LONGEST_NOTE, Note};

const FIRST_LINE: &str = "c2sp.org/tlog-proof@v1";
/// A tree of 64-bit size is no higher.
const MOST_HASHES: usize = 64;

/// A proof as it was read. Nothing in it is to be believed before it is verified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proof {
    index: u64,
    hashes: Vec<Hash>,
    note: Note,
    checkpoint: Checkpoint,
}

/// What a proof shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Included {
    /// The position of the entry.
    pub position: u64,
    /// The checkpoint that covers it.
    pub checkpoint: Checkpoint,
}

/// Why a proof shows nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotShown {
    /// None of the trusted keys signed the checkpoint.
    NotSigned,
    /// The checkpoint bears a false signature in the name of a trusted key.
    SignedFalsely,
    /// The hashes do not lead from the entry to the root.
    NotIncluded,
}

impl std::fmt::Display for NotShown {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::NotSigned => "the checkpoint in the proof is not signed by a trusted key",
            Self::SignedFalsely => "the signature of the checkpoint in the proof does not fit its text",
            Self::NotIncluded => "the proof is not of this entry: its hashes do not lead to the signed root",
        })
    }
}

impl std::error::Error for NotShown {}

impl Proof {
    /// Reads a proof.
    pub fn parse(bytes: &[u8]) -> Result<Self, Malformed> {
        if bytes.len() > LONGEST_NOTE {
            return Err(Malformed::new("a proof has at most 1 MiB"));
        }
        let text = std::str::from_utf8(bytes).map_err(|_| Malformed::new("a proof is UTF-8"))?;
        let Some((head, note)) = text.split_once("\n\n") else {
            return Err(Malformed::new("a proof has an empty line before its checkpoint"));
        };
        let mut lines = head.split('\n').peekable();
        if lines.next() != Some(FIRST_LINE) {
            return Err(Malformed::new("the first line of a proof is c2sp.org/tlog-proof@v1"));
        }
        if let Some(extra) = lines.next_if(|line| line.starts_with("extra "))
            && base64::decode(&extra["extra ".len()..]).is_none()
        {
            return Err(Malformed::new("the extra data of a proof is base64"));
        }
        let index = lines
            .next()
            .and_then(|line| number(line.strip_prefix("index ")?))
            .ok_or(Malformed::new("a proof has a line `index NUMBER`"))?;
        let hashes: Vec<Hash> = lines
            .take(MOST_HASHES + 1)
            .map(base64::decode_hash)
            .collect::<Option<_>>()
            .filter(|hashes: &Vec<Hash>| hashes.len() <= MOST_HASHES)
            .ok_or(Malformed::new("the proof itself is at most 64 lines, each the base64 of 32 bytes"))?;
        let note = Note::parse(note.as_bytes())?;
        let checkpoint = Checkpoint::parse(note.text())?;
        Ok(Self { index, hashes, note, checkpoint })
    }

    /// Verifies it for an entry.
    pub fn verify(self, entry: &[u8], trusted: &[VerifierKey]) -> Result<Included, NotShown> {
        let by_its_log: Vec<Signed> = trusted
            .iter()
            .filter(|key| key.name() == self.checkpoint.origin)
            .map(|key| key.verify(&self.note))
            .collect();
        if by_its_log.contains(&Signed::Falsely) {
            return Err(NotShown::SignedFalsely);
        }
        if !by_its_log.iter().any(|signed| matches!(signed, Signed::Yes { .. })) {
            return Err(NotShown::NotSigned);
        }
        let Checkpoint { size, root, .. } = &self.checkpoint;
        if !merkle::verify_inclusion(self.index, &leaf_hash(entry), *size, root, &self.hashes) {
            return Err(NotShown::NotIncluded);
        }
        Ok(Included { position: self.index, checkpoint: self.checkpoint })
    }
}
