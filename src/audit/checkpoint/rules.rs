//! Whether the log as it stands may be signed, and by which version of its key.
//!
//! Two signed checkpoints that no proof joins are what the whole log stands against: when in doubt, nothing
//! is signed.

use super::{Checkpoint, SignedCheckpoint};
use crate::audit::tree::Hash;

/// The log at one moment, beside what was signed of it before.
pub(super) struct View {
    /// The log now.
    pub now: Checkpoint,
    /// The newest checkpoint in the database.
    pub stored: Option<Signed>,
    /// The one in the file outside.
    pub kept: Option<Signed>,
    /// The newest version of the log's key that this server holds, and that the database has.
    pub held_key: i32,
    pub newest_key: i32,
    /// How many entries the log must have for the announcement of the key that follows on the one that signed last to
    /// be among them; none where it is not announced, or where none follows.
    pub announced_by: Option<u64>,
}

/// A checkpoint, and the root of the log at that size today; `None` where the log is shorter.
pub(super) struct Signed {
    pub was: SignedCheckpoint,
    pub is: Option<Hash>,
}

/// Why the log is not signed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RefusedToSign {
    /// The database is older than what was signed.
    #[error(
        "the log has {now} entries, and a checkpoint of {signed} was signed: the database was put back from an older copy, \
         or entries were taken out. Nothing more is signed until the copy that was there is put back, or the loss is \
         accepted on the record with `waystation audit accept-fork`"
    )]
    Shorter {
        /// Entries now.
        now: u64,
        /// Entries when it was signed.
        signed: u64,
    },
    /// The same length or longer, and another history.
    #[error(
        "the first {signed} entries of the log are not those that were signed: the log was changed, or this is another copy of \
         the database that went on by itself. Nothing more is signed until the copy that was signed is put back, or the loss \
         is accepted on the record with `waystation audit accept-fork`"
    )]
    Forked {
        /// Entries when it was signed.
        signed: u64,
    },
    /// The database disagrees with its own checkpoint.
    #[error(
        "the log does not fit the checkpoint of {signed} entries in its own database: somebody has changed one of them. Put the \
         database back from a backup, and look at both with `waystation audit verify`"
    )]
    Edited {
        /// Entries when it was signed.
        signed: u64,
    },
    /// The file outside is not ours.
    #[error(
        "{0} holds no checkpoint that this network has signed. If it belongs to another network, move it away; if it should be \
         this one's, it was changed"
    )]
    ForeignFile(String),
    /// There is nothing to accept.
    #[error("the log fits everything that was signed of it: there is no loss to accept")]
    NothingLost,
    /// One person alone, or somebody who does not work with the network.
    #[error("two people accept such a loss: two different users of the network, and both active")]
    NotTwo,
    /// The key was rotated while this server ran.
    #[error("the log's key has a newer version than this server has loaded: restart it")]
    NewerKey,
}

impl RefusedToSign {
    /// Whether an operator may accept it on the record.
    pub(super) fn is_a_fork(&self) -> bool {
        matches!(self, Self::Shorter { .. } | Self::Forked { .. })
    }
}

/// What is to be done.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Next {
    /// There is a checkpoint of the log as it is.
    Signed(SignedCheckpoint),
    /// Sign it with this version of the key.
    Sign(i32),
}

/// Decides.
pub(super) fn next(view: &View) -> Result<Next, RefusedToSign> {
    if view.newest_key > view.held_key {
        return Err(RefusedToSign::NewerKey);
    }
    for (signed, kept) in [(&view.stored, false), (&view.kept, true)] {
        if let Some(signed) = signed {
            fits(view, signed, kept)?;
        }
    }
    let signed = [&view.stored, &view.kept].into_iter().flatten().map(|signed| &signed.was);
    let newest = signed.max_by_key(|signed| signed.checkpoint.size);
    Ok(match newest {
        Some(newest) if newest.checkpoint == view.now => Next::Signed(newest.clone()),
        // The old key signs until one of its checkpoints has the announcement of the new one among its entries.
        Some(newest) if newest.key_version < view.held_key => {
            let covered = view.announced_by.is_some_and(|size| newest.checkpoint.size >= size);
            Next::Sign(newest.key_version + i32::from(covered))
        }
        _ => Next::Sign(view.held_key),
    })
}

fn fits(view: &View, signed: &Signed, kept: bool) -> Result<(), RefusedToSign> {
    let size = signed.was.checkpoint.size;
    match signed.is {
        Some(root) if root == signed.was.checkpoint.root => Ok(()),
        None if kept => Err(RefusedToSign::Shorter { now: view.now.size, signed: size }),
        Some(_) if kept => Err(RefusedToSign::Forked { signed: size }),
        _ => Err(RefusedToSign::Edited { signed: size }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn checkpoint(size: u64, history: u8) -> Checkpoint {
        Checkpoint { size, root: [history ^ size.to_be_bytes()[7]; 32] }
    }

    fn signed(size: u64, history: u8, key_version: i32) -> SignedCheckpoint {
        SignedCheckpoint {
            checkpoint: checkpoint(size, history),
            key_version,
            note: format!("{size} {key_version}\n"),
        }
    }

    /// A log of history 0 with 10 entries and what was signed of it before.
    fn view(stored: Option<SignedCheckpoint>, kept: Option<SignedCheckpoint>) -> View {
        let beside = |was: SignedCheckpoint| {
            let size = was.checkpoint.size;
            Signed { is: (size <= 10).then(|| checkpoint(size, 0).root), was }
        };
        View {
            now: checkpoint(10, 0),
            stored: stored.map(beside),
            kept: kept.map(beside),
            held_key: 1,
            newest_key: 1,
            announced_by: None,
        }
    }

    #[test]
    fn a_log_that_goes_on_is_signed_and_one_that_stands_is_not_signed_twice() {
        assert_eq!(next(&view(None, None)), Ok(Next::Sign(1)));
        assert_eq!(next(&view(Some(signed(7, 0, 1)), Some(signed(7, 0, 1)))), Ok(Next::Sign(1)));
        let done = signed(10, 0, 1);
        assert_eq!(next(&view(Some(done.clone()), Some(done.clone()))), Ok(Next::Signed(done.clone())));
        // A crash came between the file and the database: the note that was made is taken, not made again.
        assert_eq!(next(&view(Some(signed(7, 0, 1)), Some(done.clone()))), Ok(Next::Signed(done.clone())));
        // Another server has signed since.
        assert_eq!(next(&view(Some(done.clone()), Some(signed(7, 0, 1)))), Ok(Next::Signed(done)));
    }

    #[test]
    fn what_does_not_fit_what_was_signed_is_never_signed() {
        let kept = |signed| next(&view(None, Some(signed)));
        assert_eq!(kept(signed(11, 0, 1)), Err(RefusedToSign::Shorter { now: 10, signed: 11 }));
        assert_eq!(kept(signed(9, 1, 1)), Err(RefusedToSign::Forked { signed: 9 }));
        assert_eq!(kept(signed(10, 1, 1)), Err(RefusedToSign::Forked { signed: 10 }));
        let stored = |signed| next(&view(Some(signed), None));
        for edited in [signed(11, 0, 1), signed(9, 1, 1)] {
            let size = edited.checkpoint.size;
            assert_eq!(stored(edited), Err(RefusedToSign::Edited { signed: size }));
        }
    }

    #[test]
    fn the_old_key_signs_until_it_has_covered_the_new_one() {
        let rotated = |newest: SignedCheckpoint, announced_by, held_key| {
            let announced_by = Some(announced_by);
            next(&View { held_key, newest_key: held_key, announced_by, ..view(Some(newest), None) })
        };
        assert_eq!(rotated(signed(7, 0, 1), 8, 2), Ok(Next::Sign(1)));
        assert_eq!(rotated(signed(8, 0, 1), 8, 2), Ok(Next::Sign(2)));
        assert_eq!(rotated(signed(9, 0, 2), 8, 2), Ok(Next::Sign(2)));
        // Rotated twice before anything was signed: each version signs before the next, and once only behind the entry
        // that names it.
        assert_eq!(rotated(signed(9, 0, 1), 9, 3), Ok(Next::Sign(2)));
        let not_announced = View { held_key: 2, newest_key: 2, ..view(Some(signed(9, 0, 1)), None) };
        assert_eq!(next(&not_announced), Ok(Next::Sign(1)));
        let not_loaded = View { newest_key: 2, ..view(None, None) };
        assert_eq!(next(&not_loaded), Err(RefusedToSign::NewerKey));
    }
}
