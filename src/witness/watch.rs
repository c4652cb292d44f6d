//! One look at the log of a server: is it the one that was cosigned, and has it only grown?

use std::path::PathBuf;

use super::add::{Answer, BroughtBy, add_checkpoint, keep_shrunk};
use super::client::{ClientError, Server, Session, Which};
use super::cosign::{Known, Refusal};
use super::request::AddCheckpoint;
use super::state::{State, StateError};
use crate::verifier::{Checkpoint, Malformed, Note};

/// What was seen.
#[derive(Debug)]
pub enum Seen {
    /// It only grew, and is cosigned.
    Cosigned {
        /// How many entries were cosigned before; none the first time.
        from: Option<u64>,
        /// How many are now.
        to: u64,
        /// Why the server did not take the signature.
        not_handed_in: Option<ClientError>,
    },
    /// It is shorter than what was cosigned.
    Shrunk {
        /// How many entries were cosigned.
        from: u64,
        /// How many the server shows.
        to: u64,
        /// Where both checkpoints are kept.
        evidence: Option<PathBuf>,
    },
    /// It shows the log of another name.
    AnotherLog,
    /// It is not cosigned.
    Refused {
        /// Why.
        refusal: Refusal,
        /// Where both checkpoints are kept.
        evidence: Option<PathBuf>,
    },
}

/// Why nothing was seen.
#[derive(Debug, thiserror::Error)]
pub enum NotSeen {
    /// The server.
    #[error(transparent)]
    Server(#[from] ClientError),
    /// The directory of the witness.
    #[error(transparent)]
    State(#[from] StateError),
    /// What the server sent.
    #[error("the server's checkpoint is none: {0}")]
    Malformed(#[from] Malformed),
    /// No key was trusted.
    #[error("the witness trusts no key of this log: run `waystation audit witness trust` first")]
    NotTrusted,
}

impl NotSeen {
    /// Whether it may be otherwise when asked again.
    #[must_use]
    pub fn may_pass(&self) -> bool {
        matches!(self, Self::Server(ClientError::Away(_)))
    }
}

/// Looks once, as of `now` in seconds since 1970, at the log of this name.
pub fn look(state: &State, origin: &str, server: &Server, now: u64) -> Result<Seen, NotSeen> {
    let known = state.lock()?.known(origin)?.ok_or(NotSeen::NotTrusted)?;
    if known.forked {
        return Ok(Seen::Refused { refusal: Refusal::Forked, evidence: None });
    }
    let session = server.log_in()?;
    let seen = look_in(state, origin, &known, &session, now);
    // What was seen stands whether or not the session could be ended; it ends by itself.
    drop(session.end());
    seen
}

fn look_in(
    state: &State,
    origin: &str,
    known: &Known,
    session: &Session<'_>,
    now: u64,
) -> Result<Seen, NotSeen> {
    let from = known.last.as_ref().map(|last| last.size);
    let note = choose(known.last.as_ref(), session)?;
    let mut request = AddCheckpoint::new(from.unwrap_or(0), Vec::new(), note)?;
    let to = request.checkpoint.size;
    if request.checkpoint.origin != origin {
        return Ok(Seen::AnotherLog);
    }
    if !known.has_signed(&request.note) {
        return Ok(Seen::Refused { refusal: Refusal::NotSigned, evidence: None });
    }
    if let Some(from) = from.filter(|from| to < *from) {
        return Ok(Seen::Shrunk { from, to, evidence: keep_shrunk(state, &request)? });
    }
    if let Some(from) = from.filter(|from| 0 < *from && *from < to) {
        request.proof = session.consistency(from, to)?;
    }
    match add_checkpoint(state, &request, BroughtBy::TheLog, now)? {
        Answer::Cosigned(line) => {
            let not_handed_in = session.hand_in(to, &line).err();
            Ok(Seen::Cosigned { from, to, not_handed_in })
        }
        Answer::Refused { refusal, evidence } => Ok(Seen::Refused { refusal, evidence }),
    }
}

/// The checkpoint that other witnesses have cosigned, as long as this one has not: enough of them meet on one only if
/// nobody runs ahead. Whoever is with the others goes on to the newest.
fn choose(last: Option<&Checkpoint>, session: &Session<'_>) -> Result<Note, NotSeen> {
    let cosigned = session.checkpoint(Which::Cosigned)?;
    let shown = Checkpoint::parse(cosigned.text())?;
    let is_behind =
        last.is_none_or(|last| shown.size > last.size || (shown.size == last.size && shown != *last));
    if is_behind { Ok(cosigned) } else { Ok(session.checkpoint(Which::Last)?) }
}
