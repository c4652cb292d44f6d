//! The whole log as a bundle: a directory that anybody can check without the server, its database or its keys.
//!
//! Everything is written as it is stored, also what cannot be right: finding that is the verifier's part. The form is
//! in `docs/AUDIT.md`.

mod directory;
mod store;

use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use actix_web::web::Data;
use directory::Directory;
use store::Block;

use super::checkpoint::{self, NotSigned};
use super::tree::{ResourceKind, TILE_WIDTH, TilePath};
use super::{Action, Event, status};
use crate::access::Permit;
use crate::access::permissions::SystemAct;
use crate::app::App;
use crate::db::Tx;
use crate::error::{Error, Result as StoreResult};

/// Why there is no bundle.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// It would be written over something.
    #[error("{} is there already; nothing was changed. Name a directory that is not there yet", .0.display())]
    Exists(PathBuf),
    /// The disk.
    #[error("{path} cannot be written: {cause}", path = path.display())]
    Write {
        /// What.
        path: PathBuf,
        /// Why.
        cause: io::Error,
    },
    /// The database.
    #[error("the log cannot be read: {0:?}")]
    Read(Error),
    /// Nothing is cosigned yet.
    #[error(
        "no checkpoint of the log is cosigned by as many witnesses as the policy in WAYSTATION_AUDIT_POLICY asks for, or there \
         is no policy: look at `waystation doctor`"
    )]
    NotCosigned,
    /// There is nothing to export.
    #[error("the log has never been signed, and cannot be signed now: {0}")]
    NeverSigned(NotSigned),
}

impl From<Error> for ExportError {
    fn from(error: Error) -> Self {
        Self::Read(error)
    }
}

/// What was exported.
pub struct Exported {
    /// Entries.
    pub entries: u64,
    /// Why the newest checkpoint is not of the log as it is now.
    pub unsigned: Option<NotSigned>,
}

/// How much of the log is exported.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Until {
    /// All of it, signed now.
    Now,
    /// What the newest checkpoint spans that enough witnesses have cosigned.
    Cosigned,
}

/// Writes the bundle; `progress` hears how many entries are written, of how many.
pub async fn export(
    app: &Data<App>,
    target: PathBuf,
    until: Until,
    mut progress: impl FnMut(u64, u64),
) -> Result<Exported, ExportError> {
    let directory = Arc::new(Directory::create(target)?);
    let event = Event::new(Action::AuditBundle);
    app.db.write(Permit::<SystemAct>::system("operator"), event, |_, _| Ok(())).await?.made()?;
    // Events that get no place are told by the bundle; those that have one are exported all the same.
    let unplaced = app.db.sequence_now().await.err().map(NotSigned::Failed);
    let (size, note, unsigned, kept) = match until {
        Until::Now => newest(app).await?,
        Until::Cosigned => {
            let (size, note) = read(app, cosigned(app)).await?.ok_or(ExportError::NotCosigned)?;
            // What is kept is of the newest checkpoint; beside an older one it would say that the log was cut off.
            (size.unsigned_abs(), note, None, None)
        }
    };
    for bundle in TilePath::all(ResourceKind::Entries, size) {
        let block = read(app, move |tx| Block::load(tx, bundle)).await?;
        let directory = Arc::clone(&directory);
        on_disk(move || block.write(&directory)).await?;
        progress(bundle.first() + bundle.width, size);
    }
    for level in 1.. {
        let mut tiles = TilePath::all(ResourceKind::Hashes(level), size).peekable();
        if tiles.peek().is_none() {
            break;
        }
        for tile in tiles {
            let hashes = read(app, move |tx| store::subtrees(tx, level, tile)).await?;
            directory.write(&format!("tile/{tile}"), &hashes)?;
        }
    }
    checkpoints(app, &directory, size).await?;
    let waiting = read(app, store::unsequenced).await?;
    directory.write("unsequenced", &waiting)?;
    directory.write(
        "keys",
        app.notary.verifier_keys().into_iter().map(|key| key + "\n").collect::<String>().as_bytes(),
    )?;
    if let Some(kept) = kept {
        directory.write("kept-checkpoint", kept.as_bytes())?;
    }
    directory.write("checkpoint", note.as_bytes())?;
    on_disk(move || directory.finish()).await?;
    Ok(Exported { entries: size, unsigned: unsigned.or(unplaced) })
}

/// How many entries, their checkpoint, why the log as it is now is not signed, and what is kept outside the database.
type Newest = (u64, String, Option<NotSigned>, Option<String>);

/// The log signed as it is now or, where it cannot be, as it was last.
async fn newest(app: &App) -> Result<Newest, ExportError> {
    let unsigned = app.notary.publish(&app.db).await.err();
    // Before the newest is read: signing goes on, and what is kept must not be of more entries than are exported.
    let kept = app.notary.kept().await.map_err(Error::internal)?;
    match (read(app, checkpoint::store::newest_note).await?, unsigned) {
        (Some((size, note)), unsigned) => Ok((size.unsigned_abs(), note, unsigned, kept)),
        (None, Some(refusal)) => Err(ExportError::NeverSigned(refusal)),
        (None, None) => {
            Err(Error::internal(anyhow::anyhow!("a checkpoint was signed and is not there")).into())
        }
    }
}

/// Finds the newest checkpoint that enough witnesses have cosigned.
fn cosigned(app: &App) -> impl Fn(&mut Tx<'_>) -> StoreResult<Option<(i64, String)>> + Send + use<> {
    let policy = app.witnesses.clone();
    move |tx| policy.as_deref().map_or(Ok(None), |policy| status::newest_with_quorum(tx, policy))
}

async fn read<T: Send + 'static>(
    app: &App,
    f: impl Fn(&mut Tx<'_>) -> StoreResult<T> + Send + 'static,
) -> StoreResult<T> {
    app.db.unrecorded("a part of the log that is exported", f).await
}

/// All of them up to this size, as many at a time as are read at once.
async fn checkpoints(app: &App, directory: &Directory, size: u64) -> Result<(), ExportError> {
    let most = i64::try_from(size).map_err(Error::internal)?;
    let mut file = directory.file("checkpoints")?;
    let mut after = -1;
    loop {
        let some = TILE_WIDTH.cast_signed();
        let notes = read(app, move |tx| checkpoint::store::notes_within(tx, after, most, some)).await?;
        let Some((last, _)) = notes.last() else { break };
        let first = after == -1;
        after = *last;
        let text = notes.into_iter().map(|(_, note)| note).collect::<Vec<_>>().join("\n");
        file.append(if first { "" } else { "\n" })?;
        file.append(&text)?;
    }
    file.finish()
}

async fn on_disk(work: impl FnOnce() -> Result<(), ExportError> + Send + 'static) -> Result<(), ExportError> {
    tokio::task::spawn_blocking(work).await.map_err(Error::internal)?
}
