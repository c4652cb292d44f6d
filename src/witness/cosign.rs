//! Whether a checkpoint may be cosigned: the checks of C2SP tlog-witness, in their order.

use super::request::AddCheckpoint;
use crate::verifier::key::Signed;
use crate::verifier::merkle::{empty_root, verify_consistency};
use crate::verifier::{Checkpoint, Note, VerifierKey};

/// What the witness knows of a log.
#[derive(Debug, Clone)]
pub struct Known {
    /// The keys that it trusts to sign the log.
    pub keys: Vec<VerifierKey>,
    /// The last checkpoint that it cosigned.
    pub last: Option<Checkpoint>,
    /// Whether it has seen the log fork.
    pub forked: bool,
}

impl Known {
    /// Whether one of the trusted keys has signed it; a false signature in the name of one of them spoils it (C2SP
    /// signed-note).
    #[must_use]
    pub fn has_signed(&self, note: &Note) -> bool {
        let signed: Vec<Signed> = self.keys.iter().map(|key| key.verify(note)).collect();
        signed.iter().any(|signed| matches!(signed, Signed::Yes { .. })) && !signed.contains(&Signed::Falsely)
    }
}

/// Why it is not cosigned.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// No key is known for its origin.
    #[error("this witness does not know the log")]
    UnknownLog,
    /// Not signed by a trusted key.
    #[error("the checkpoint is not signed by the key that this witness trusts for the log")]
    NotSigned,
    /// This log has shown two histories.
    #[error(
        "this witness has seen the log fork, and keeps both checkpoints as evidence; it cosigns it no more"
    )]
    Forked,
    /// It would go backwards.
    #[error("the old size is larger than the checkpoint")]
    OldTooLarge,
    /// The proof begins elsewhere.
    #[error("the proof has to begin at the checkpoint of {size} entries, which was cosigned last")]
    Stale {
        /// The size that was cosigned last.
        size: u64,
    },
    /// The same size with another root: proof of two histories, signed by the log.
    #[error("the log has signed two different roots of {size} entries: it has two histories")]
    OtherRoot {
        /// The size of both.
        size: u64,
    },
    /// The proof does not show that the log only grew.
    #[error("the proof does not show that the log of {to} entries begins with the {from} that were cosigned")]
    NotConsistent {
        /// The size that was cosigned last.
        from: u64,
        /// The size of the checkpoint.
        to: u64,
    },
}

impl Refusal {
    /// The HTTP status of the specification.
    #[must_use]
    pub fn status(self) -> u16 {
        match self {
            Self::UnknownLog => 404,
            Self::NotSigned | Self::Forked => 403,
            Self::OldTooLarge => 400,
            Self::Stale { .. } | Self::OtherRoot { .. } => 409,
            Self::NotConsistent { .. } => 422,
        }
    }
}

/// Decides; `known` is what is known of the log that the checkpoint names.
pub fn decide(known: Option<&Known>, request: &AddCheckpoint) -> Result<(), Refusal> {
    let known = known.ok_or(Refusal::UnknownLog)?;
    if !known.has_signed(&request.note) {
        return Err(Refusal::NotSigned);
    }
    if known.forked {
        return Err(Refusal::Forked);
    }
    let (old, new) = (request.old, &request.checkpoint);
    if old > new.size {
        return Err(Refusal::OldTooLarge);
    }
    let last = known.last.as_ref();
    let size = last.map_or(0, |last| last.size);
    if old != size {
        return Err(Refusal::Stale { size });
    }
    if last.is_some_and(|last| last.size == new.size && last.root != new.root) {
        return Err(Refusal::OtherRoot { size });
    }
    let root = last.map_or_else(empty_root, |last| last.root);
    if !verify_consistency(old, &root, new.size, &new.root, &request.proof) {
        return Err(Refusal::NotConsistent { from: old, to: new.size });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::witness_tests::TestLog;
    use super::*;

    fn known(log: &TestLog, size: u64) -> Known {
        Known {
            keys: vec![log.key()],
            last: (size > 0).then(|| Checkpoint::parse(log.note(size).text()).unwrap()),
            forked: false,
        }
    }

    #[test]
    fn a_log_that_only_grew_is_cosigned_from_any_size_to_any_larger_one() {
        let log = TestLog::new("log.example", 20);
        for old in 0..=20 {
            for new in old.max(1)..=20 {
                assert_eq!(decide(Some(&known(&log, old)), &log.request(old, new)), Ok(()), "{old} {new}");
            }
        }
    }

    #[test]
    fn each_answer_of_the_specification_has_its_status() {
        let log = TestLog::new("log.example", 12);
        let fork = log.forked_at(6);
        let other = TestLog::new("other.example", 12);
        let request = log.request(8, 12);
        let refused = |known: Option<&Known>, request: &AddCheckpoint| {
            let refusal = decide(known, request).unwrap_err();
            (refusal, refusal.status())
        };
        assert_eq!(refused(None, &request), (Refusal::UnknownLog, 404));
        let strange = Known { keys: vec![other.key()], ..known(&log, 8) };
        assert_eq!(refused(Some(&strange), &request), (Refusal::NotSigned, 403));
        let forked = Known { forked: true, ..known(&log, 8) };
        assert_eq!(refused(Some(&forked), &request), (Refusal::Forked, 403));
        let backwards = AddCheckpoint { old: 13, ..request.clone() };
        assert_eq!(refused(Some(&known(&log, 8)), &backwards), (Refusal::OldTooLarge, 400));
        assert_eq!(refused(Some(&known(&log, 7)), &request), (Refusal::Stale { size: 7 }, 409));
        assert_eq!(refused(Some(&known(&log, 0)), &request), (Refusal::Stale { size: 0 }, 409));
        let same = fork.request(12, 12);
        assert_eq!(refused(Some(&known(&log, 12)), &same), (Refusal::OtherRoot { size: 12 }, 409));
        let not = (Refusal::NotConsistent { from: 8, to: 12 }, 422);
        assert_eq!(refused(Some(&known(&log, 8)), &fork.request(8, 12)), not);
        for proof in [vec![], [request.proof.clone(), vec![[0; 32]]].concat(), log.request(7, 12).proof] {
            assert_eq!(refused(Some(&known(&log, 8)), &AddCheckpoint { proof, ..request.clone() }), not);
        }
    }

    #[test]
    fn where_nothing_was_cosigned_the_proof_is_empty() {
        let log = TestLog::new("log.example", 5);
        let request = AddCheckpoint { proof: vec![[0; 32]], ..log.request(0, 5) };
        let refused = decide(Some(&known(&log, 0)), &request);
        assert_eq!(refused, Err(Refusal::NotConsistent { from: 0, to: 5 }));
        assert_eq!(decide(Some(&known(&log, 0)), &log.request(0, 0)), Ok(()), "the empty log");
    }

    #[test]
    fn a_false_signature_in_the_name_of_the_log_spoils_the_checkpoint() {
        let log = TestLog::new("log.example", 5);
        let (good, bad) = (log.note(5).to_string(), log.note(4));
        let both = format!("{good}{}", bad.signatures()[0]);
        let note = Note::parse(both.as_bytes()).unwrap();
        let request = AddCheckpoint::new(0, Vec::new(), note).unwrap();
        assert_eq!(decide(Some(&known(&log, 0)), &request), Err(Refusal::NotSigned));
    }
}
