//! A history that was lost, and given up on the record: what was lost, who accepted it, and why.

use super::base64;
use super::checkpoint::number;
use super::entry::{Entry, is_id};
use super::merkle::Hash;
use super::statement::Statement;

/// What an entry gives up.
#[derive(Debug, Clone)]
pub(super) struct Abandoned {
    pub position: u64,
    pub size: u64,
    pub root: Hash,
    pub statement: Statement,
    accepted_by: [String; 2],
    reason: String,
}

impl Abandoned {
    /// What an entry gives up; `None` if its details do not say what, or not which two accepted it and why.
    pub(super) fn read(entry: &Entry, position: u64, origin: &str) -> Option<Self> {
        let size = number(entry.detail("abandoned_size")?)?;
        let root = base64::decode_hash(entry.detail("abandoned_root")?)?;
        let (one, other) = entry.detail("accepted_by")?.split_once(' ')?;
        let accepted_by =
            (is_id(one) && is_id(other) && one != other).then(|| [one.to_owned(), other.to_owned()])?;
        let reason = entry.detail("reason").filter(|reason| is_code(reason))?.to_owned();
        let named = ["abandoned_size", "abandoned_root", "accepted_by", "reason"];
        let statement = Statement::read(entry, "audit.fork_accept", origin, &named)?;
        Some(Self { position, size, root, statement, accepted_by, reason })
    }

    /// The same in words.
    pub(super) fn told(&self) -> String {
        let [one, other] = &self.accepted_by;
        format!(
            "the entry at position {} gives up a history of {} entries that was signed: {} [{}]. It was accepted by the users {one} \
             and {other}; what happened in that history and is not in this log is lost",
            self.position,
            self.size,
            self.why(),
            self.reason
        )
    }

    fn why(&self) -> &'static str {
        match self.reason.as_str() {
            "restored_backup" => "the database was put back from an older backup",
            "other_copy" => "another copy of the database was taken for the right one",
            "damage" => "the log was damaged or tampered with",
            _ => "for a reason that is not known here",
        }
    }
}

fn is_code(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_')
}
