//! How the log stands: signed or not, how old its newest checkpoint is, who has cosigned it.

pub mod api;
mod store;

use serde::Serialize;
use utoipa::ToSchema;

use super::checkpoint::{self, NotSigned, RefusedToSign};
use super::log;
use crate::app::App;
use crate::db::Tx;
use crate::db::types::Timestamp;
use crate::error::Result;
use crate::verifier::{Note, Policy};

/// How the log stands at one moment.
#[derive(Serialize, ToSchema, Debug)]
#[schema(example = json!({
    "size": 4713,
    "checkpoint": {"size": 4711, "signed_at": "2026-08-01T09:00:00.000000Z", "age_seconds": 3},
    "not_signed": null, "waiting": {"events": 0, "oldest_seconds": null},
    "witnesses": [{"name": "witness.example.org/heron", "size": 4650, "cosigned_at": "2026-08-01T08:55:00.000000Z"}],
    "quorum": {"newest_met": false, "met": {"size": 4650, "signed_at": "2026-08-01T08:54:59.000000Z", "age_seconds": 304}}
}))]
pub struct LogStatus {
    /// How many entries have a position.
    pub size: i64,
    /// The newest checkpoint; none of a log that was never signed.
    pub checkpoint: Option<SignedAt>,
    /// Why the log as it is now is not signed; null when it is, or will be within seconds.
    pub not_signed: Option<WhyNotSigned>,
    /// Events that wait for a position.
    pub waiting: Waiting,
    /// The witnesses of the network's policy, each with the newest checkpoint that it cosigned.
    pub witnesses: Vec<WitnessStatus>,
    /// Whether as many witnesses have cosigned as the policy asks for; null without a policy.
    pub quorum: Option<Quorum>,
}

/// A checkpoint, and when it was signed.
#[derive(Serialize, ToSchema, Debug, Clone)]
pub struct SignedAt {
    /// How many entries it has.
    pub size: i64,
    /// When the log signed it.
    pub signed_at: Timestamp,
    /// How long ago that was.
    pub age_seconds: i64,
}

/// Events without a position; on SQLite there are none.
#[derive(Serialize, ToSchema, Debug)]
pub struct Waiting {
    /// How many.
    pub events: i64,
    /// How long the oldest has waited. More than a minute means that nobody numbers the log.
    pub oldest_seconds: Option<i64>,
}

/// Seconds. Whoever numbers events does it within one; one that waits longer than this is an alarm.
pub const NUMBERED_WITHIN: i64 = 60;

impl Waiting {
    /// Whether nobody numbers the log.
    #[must_use]
    pub fn is_alarm(&self) -> bool {
        self.oldest_seconds > Some(NUMBERED_WITHIN)
    }
}

/// A witness of the policy.
#[derive(Serialize, ToSchema, Debug)]
pub struct WitnessStatus {
    /// The name of its key.
    pub name: String,
    /// How many entries the newest checkpoint has that it cosigned, of the last thousand signatures; null where none is by
    /// it.
    pub size: Option<i64>,
    /// When it did.
    pub cosigned_at: Option<Timestamp>,
}

/// Whether enough witnesses have cosigned.
#[derive(Serialize, ToSchema, Debug)]
pub struct Quorum {
    /// Whether they have cosigned the newest checkpoint.
    pub newest_met: bool,
    /// The newest checkpoint that enough have cosigned, of the last thousand signatures.
    pub met: Option<SignedAt>,
}

/// Why the log is not signed.
#[derive(Serialize, ToSchema, Debug, Clone, Copy, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum WhyNotSigned {
    /// The log is shorter than what was signed: its database was put back from an older copy.
    Shorter,
    /// The log is another one than was signed.
    Forked,
    /// The database does not fit its own checkpoint.
    Edited,
    /// The file of the newest checkpoint is not this network's.
    ForeignFile,
    /// The file of the newest checkpoint cannot be used.
    FileUnusable,
    /// The server has to be restarted to know the log's new key.
    NewerKey,
    /// The server failed.
    Failed,
}

impl From<&NotSigned> for WhyNotSigned {
    fn from(why: &NotSigned) -> Self {
        match why {
            NotSigned::Refused(RefusedToSign::Shorter { .. }) => Self::Shorter,
            NotSigned::Refused(RefusedToSign::Forked { .. }) => Self::Forked,
            NotSigned::Refused(RefusedToSign::Edited { .. }) => Self::Edited,
            NotSigned::Refused(RefusedToSign::ForeignFile(_)) => Self::ForeignFile,
            NotSigned::Refused(RefusedToSign::NewerKey) => Self::NewerKey,
            NotSigned::File { .. } => Self::FileUnusable,
            NotSigned::Refused(RefusedToSign::NothingLost | RefusedToSign::NotTwo) | NotSigned::Failed(_) => {
                Self::Failed
            }
        }
    }
}

/// What the database says of it.
fn load(tx: &mut Tx<'_>, policy: Option<&Policy>) -> Result<LogStatus> {
    let now = tx.now();
    let newest = checkpoint::store::newest(tx)?;
    let newest = newest.map(|row| SignedAt::new(row.tree_size, row.signed_at, now));
    let mut status = LogStatus {
        size: log::size(tx.conn())?,
        checkpoint: newest,
        not_signed: None,
        waiting: store::waiting(tx)?,
        witnesses: Vec::new(),
        quorum: None,
    };
    if let Some(policy) = policy {
        let unseen = |name: &str| WitnessStatus { name: name.to_owned(), size: None, cosigned_at: None };
        status.witnesses = policy.witnesses().iter().map(|witness| unseen(witness.name())).collect();
        let newest = status.checkpoint.as_ref().map(|newest| newest.size);
        let quorum = quorum(tx, policy, newest, &mut status.witnesses)?;
        status.quorum = Some(quorum);
    }
    Ok(status)
}

/// The newest checkpoint that as many witnesses have cosigned as the policy asks for, of the last thousand signatures.
pub(super) fn newest_with_quorum(tx: &mut Tx<'_>, policy: &Policy) -> Result<Option<(i64, String)>> {
    let has_quorum =
        |note: &str| Note::parse(note.as_bytes()).is_ok_and(|note| policy.evaluate(&note).quorum);
    let found = store::cosigned(tx)?.into_iter().find(|(_, _, note)| has_quorum(note));
    Ok(found.map(|(size, _, note)| (size, note)))
}

/// Goes back through what was cosigned, until every witness and enough of them together are found.
fn quorum(
    tx: &mut Tx<'_>,
    policy: &Policy,
    newest: Option<i64>,
    witnesses: &mut [WitnessStatus],
) -> Result<Quorum> {
    let now = tx.now();
    let mut quorum = Quorum { newest_met: false, met: None };
    for (size, signed_at, note) in store::cosigned(tx)? {
        let Ok(note) = Note::parse(note.as_bytes()) else { continue };
        let evaluation = policy.evaluate(&note);
        for (name, at) in evaluation.witnesses {
            let unseen = witnesses.iter_mut().find(|witness| witness.name == name && witness.size.is_none());
            if let Some(witness) = unseen {
                witness.size = Some(size);
                witness.cosigned_at = moment(at);
            }
        }
        if evaluation.quorum && quorum.met.is_none() {
            quorum.newest_met = newest == Some(size);
            quorum.met = Some(SignedAt::new(size, signed_at, now));
        }
        if quorum.met.is_some() && witnesses.iter().all(|witness| witness.size.is_some()) {
            break;
        }
    }
    Ok(quorum)
}

impl SignedAt {
    fn new(size: i64, signed_at: Timestamp, now: Timestamp) -> Self {
        Self { size, signed_at, age_seconds: now.since(signed_at).num_seconds() }
    }
}

fn moment(seconds: u64) -> Option<Timestamp> {
    i64::try_from(seconds).ok()?.checked_mul(1_000_000).map(Timestamp::from_micros)
}

/// The events that wait for a position, alone.
pub async fn waiting(app: &App) -> Result<Waiting> {
    app.db.unrecorded("whether events wait for their positions", store::waiting).await
}

/// The status for the operator, with the whole reason why the log is not signed.
pub async fn now(app: &App) -> Result<(LogStatus, Option<NotSigned>)> {
    let policy = app.witnesses.clone();
    let read = move |tx: &mut Tx<'_>| load(tx, policy.as_deref());
    let status = app.db.unrecorded("how the log stands", read).await?;
    Ok(with_signing(app, status).await)
}

/// Completes it by what the file outside the database says.
async fn with_signing(app: &App, status: LogStatus) -> (LogStatus, Option<NotSigned>) {
    let refusal = app.notary.may_sign(&app.db).await.err();
    let not_signed = refusal.as_ref().map(WhyNotSigned::from);
    (LogStatus { not_signed, ..status }, refusal)
}
