//! A checkpoint is brought to the witness: looked at, kept, and only then signed for.

use std::path::PathBuf;

use super::cosign::{Refusal, decide};
use super::request::AddCheckpoint;
use super::state::{State, StateError};
use crate::verifier::VerifierKey;

/// Who brought the checkpoint and its proof.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BroughtBy {
    /// The log's own server: when its proof does not fit, it has no better one.
    TheLog,
    /// Anybody, who may have lost or changed the proof on the way.
    Anybody,
}

/// What the witness says.
#[derive(Debug, PartialEq, Eq)]
pub enum Answer {
    /// The signature line, with its end.
    Cosigned(String),
    /// None.
    Refused {
        /// Why.
        refusal: Refusal,
        /// Where both sides of a contradiction are kept.
        evidence: Option<PathBuf>,
    },
}

/// Cosigns a checkpoint, or says why not; `now` is in seconds since 1970.
///
/// What was cosigned is on the disk before the signature is handed out: a crash between the two loses a signature, and
/// never the memory of one.
pub fn add_checkpoint(
    state: &State,
    request: &AddCheckpoint,
    by: BroughtBy,
    now: u64,
) -> Result<Answer, StateError> {
    let locked = state.lock()?;
    let origin = &request.checkpoint.origin;
    let kept = locked.read(origin)?;
    if let Err(refusal) = decide(kept.as_ref().map(|kept| &kept.known), request) {
        // Two roots of one size are the log's own word against itself, whoever brings it. A proof that does not fit is
        // nothing but that, unless the log has no better one.
        let has_forked = match refusal {
            Refusal::OtherRoot { .. } => true,
            Refusal::NotConsistent { .. } => by == BroughtBy::TheLog,
            _ => false,
        };
        let evidence = match kept.and_then(|kept| kept.note).filter(|_| has_forked) {
            Some(held) => Some(locked.keep_evidence(&held, request)?),
            None => None,
        };
        if let Some(evidence) = &evidence {
            locked.mark_forked(origin, evidence)?;
        }
        return Ok(Answer::Refused { refusal, evidence });
    }
    let line = state.key().cosign(request.note.text(), now);
    let keys = kept.map(|kept| kept.known.keys).unwrap_or_default();
    locked.keep(origin, &to_keep(request, &keys, &line))?;
    Ok(Answer::Cosigned(line))
}

/// The log sends less than the witness has cosigned: nothing is proven by it, but both are kept.
pub fn keep_shrunk(state: &State, request: &AddCheckpoint) -> Result<Option<PathBuf>, StateError> {
    let locked = state.lock()?;
    let held = locked.read(&request.checkpoint.origin)?.and_then(|kept| kept.note);
    held.map(|held| locked.keep_evidence(&held, request)).transpose()
}

/// The checkpoint with the signatures that were verified and no other.
fn to_keep(request: &AddCheckpoint, keys: &[VerifierKey], line: &str) -> String {
    let by_log = request
        .note
        .signatures()
        .iter()
        .filter(|signature| keys.iter().any(|key| key.signs_as(signature)))
        .map(ToString::to_string);
    let signatures: String = by_log.chain([line.to_owned()]).collect();
    format!("{}\n{signatures}", request.note.text())
}
