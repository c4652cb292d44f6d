//! Every sealed value in the database against what the log says was stored there last.
//!
//! A sealed value that somebody changes by plain SQL does not open any more; one that is deleted, or put back from an
//! older copy, leaves no trace in its own row. The log has the hash of each that was ever stored, and the log itself is
//! checked first: against its signed checkpoint, from its bytes.

mod claims;
mod rows;

use actix_web::web::Data;

use super::checkpoint::{NotSigned, SignedCheckpoint};
use super::{Action, Event};
use crate::access::Permit;
use crate::access::permissions::SystemAct;
use crate::app::App;
use crate::error::{Error, Result};
use claims::Claims;

pub use rows::SEALED_COLUMNS;

/// What a sealed value should be and is not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The column, as `table.column`.
    pub column: String,
    /// The row's id.
    pub row: String,
    /// The entry that tells what was stored there last; none where no entry tells of the row.
    pub position: Option<u64>,
    /// What is wrong.
    pub wrong: Wrong,
}

/// What is wrong with a sealed value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wrong {
    /// Other bytes than were stored.
    Edited,
    /// What an earlier entry says, and not the last one.
    PutBack {
        /// That entry.
        position: u64,
    },
    /// The row, or the value in it, is gone.
    Deleted,
    /// It is there, and no entry says that it was ever stored.
    Unrecorded,
    /// It is in the row of another case than the one it was stored for.
    Moved,
    /// Its row says another field group, version or writer than it was stored with.
    Relabelled,
}

impl Wrong {
    /// Its code, for scripts.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Edited => "edited",
            Self::PutBack { .. } => "put_back",
            Self::Deleted => "deleted",
            Self::Unrecorded => "unrecorded",
            Self::Moved => "moved",
            Self::Relabelled => "relabelled",
        }
    }
}

impl std::fmt::Display for Wrong {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Edited => f.write_str("its bytes are not those that were stored"),
            Self::PutBack { position } => {
                write!(f, "it is an older value, stored by entry {position}, put back")
            }
            Self::Deleted => f.write_str("it was stored and is gone"),
            Self::Unrecorded => f.write_str("it is there, and no entry says who stored it"),
            Self::Moved => f.write_str("it was moved to another case"),
            Self::Relabelled => {
                f.write_str("its row says another field group, version or writer than it was stored with")
            }
        }
    }
}

/// Why the values cannot be checked.
#[derive(Debug, thiserror::Error)]
pub enum StateError {
    /// Without a log that is whole nothing is known of them.
    #[error(
        "the log itself is not whole, so nothing is known of the values: {0}. See `waystation audit verify`"
    )]
    LogBroken(String),
    /// The log is not signed.
    #[error("the log cannot be signed as it is, so nothing is known of the values: {0}")]
    NotSigned(#[from] NotSigned),
    /// The database.
    #[error("the database cannot be read: {0:?}")]
    Read(Error),
}

impl From<Error> for StateError {
    fn from(error: Error) -> Self {
        Self::Read(error)
    }
}

/// What was checked, and what is wrong with it.
pub struct State {
    /// Sealed values that are as the log says.
    pub whole: u64,
    /// The others.
    pub findings: Vec<Finding>,
    /// The checkpoint against which the log was checked.
    pub checkpoint: SignedCheckpoint,
}

/// Checks all of them. What is written meanwhile is explained by the entries that came meanwhile.
pub async fn verify(app: &Data<App>, mut progress: impl FnMut(u64, u64)) -> Result<State, StateError> {
    let event = Event::new(Action::AuditVerifyState);
    app.db.write(Permit::<SystemAct>::system("operator"), event, |_, _| Ok(())).await?.made()?;
    let checkpoint = app.notary.publish_all(&app.db).await?;
    let mut claims = Claims::new();
    claims.read(app, &checkpoint.checkpoint, &mut progress).await?;
    let compared = rows::compare(app, &claims).await?;
    if compared.doubtful.is_empty() {
        return Ok(State { whole: compared.whole, findings: compared.gone, checkpoint });
    }
    // Written since the log was read, or changed by somebody: the entries that came since tell.
    let checkpoint = app.notary.publish_all(&app.db).await?;
    claims.read(app, &checkpoint.checkpoint, &mut progress).await?;
    let (whole, findings) = compared.judge(&claims);
    Ok(State { whole, findings, checkpoint })
}
