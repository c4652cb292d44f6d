//! The signatures of others under the log's checkpoints: who may give one, and which are kept.
//!
//! Notes and keys are read by the code of the offline verifier: what is taken here is what an auditor will find good.

mod accept;
pub mod api;
pub mod operator;
mod store;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::access::{Permission, Permit};
use crate::app::App;
use crate::audit::{Action, Event};
use crate::error::{Code, Error, Result};
use crate::verifier::{Malformed, Policy, VerifierKey};

/// Why the file is no policy of this network.
#[derive(Debug, thiserror::Error)]
pub enum NoPolicy {
    /// It cannot be read.
    #[error("the policy of witnesses {path} cannot be read: {cause}", path = path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        cause: std::io::Error,
    },
    /// It is none.
    #[error("{path} is no policy of witnesses: {what}", path = path.display())]
    Malformed {
        /// The file.
        path: PathBuf,
        /// What is wrong, and in which line.
        what: Malformed,
    },
    /// Their signatures could not be told apart.
    #[error("the policy of witnesses {path} has two keys of the name {name}: give each witness a name of its own", path = path.display())]
    OneName {
        /// The file.
        path: PathBuf,
        /// The name in both keys.
        name: String,
    },
}

/// Reads the policy of a file.
pub fn read_policy(path: &Path) -> Result<Policy, NoPolicy> {
    let bytes = std::fs::read(path).map_err(|cause| NoPolicy::Unreadable { path: path.to_owned(), cause })?;
    let policy = Policy::parse(&bytes).map_err(|what| NoPolicy::Malformed { path: path.to_owned(), what })?;
    let mut names: Vec<&str> = policy.witnesses().iter().map(VerifierKey::name).collect();
    names.sort_unstable();
    match names.windows(2).find(|pair| pair[0] == pair[1]) {
        Some(pair) => Err(NoPolicy::OneName { path: path.to_owned(), name: pair[0].to_owned() }),
        None => Ok(policy),
    }
}

/// Keeps signatures of witnesses under the checkpoint of `size` entries, if every one of them is good.
pub(crate) async fn hand_in<P: Permission>(
    app: &App,
    permit: Permit<P>,
    size: i64,
    lines: Vec<String>,
) -> Result<()> {
    let policy = app.witnesses.as_ref().map(Arc::clone).ok_or_else(|| {
        Error::new(Code::NoWitnesses, "The operator names the witnesses in the file WAYSTATION_AUDIT_POLICY.")
    })?;
    let event = Event::new(Action::AuditCosign).detail("size", size);
    app.db
        .write(permit, event, move |tx, _| {
            let note = store::note(tx, size)?
                .ok_or_else(|| Error::invalid_field("/size", "There is no checkpoint of this size."))?;
            let now = tx.now();
            let cosignatures = accept::verify(&policy, &note, &lines, now).map_err(Error::invalid)?;
            let witnesses: Vec<&str> = cosignatures.iter().map(|one| one.witness.as_str()).collect();
            tx.event.set_detail("witness", witnesses.join(" "));
            cosignatures.iter().try_for_each(|one| store::keep(tx, size, one))
        })
        .await
        .map(drop)
}
