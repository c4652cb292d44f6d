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
use super::{Action, Event};
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

/// Writes the bundle; `progress` hears how many entries are written, of how many.
pub async fn export(
    app: &Data<App>,
    target: PathBuf,
    mut progress: impl FnMut(u64, u64),
) -> Result<Exported, ExportError> {
    let directory = Arc::new(Directory::create(target)?);
    let event = Event::new(Action::AuditBundle);
    app.db.write(Permit::<SystemAct>::system("operator"), event, |_, _| Ok(())).await?.made()?;
    // Events that get no place are told by the bundle; those that have one are exported all the same.
    let unplaced = app.db.sequence_now().await.err();
    let unsigned = app.notary.publish(&app.db).await.err().or(unplaced.map(NotSigned::Failed));
    let newest = read(app, checkpoint::store::newest_note).await?;
    let Some((size, note)) = newest else {
        return Err(match unsigned {
            Some(refusal) => ExportError::NeverSigned(refusal),
            None => Error::internal(anyhow::anyhow!("a checkpoint was signed and is not there")).into(),
        });
    };
    let size = size.unsigned_abs();
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
    checkpoints(app, &directory).await?;
    let waiting = read(app, store::unsequenced).await?;
    directory.write("unsequenced", &waiting)?;
    directory.write(
        "keys",
        app.notary.verifier_keys().into_iter().map(|key| key + "\n").collect::<String>().as_bytes(),
    )?;
    if let Some(kept) = app.notary.kept().await.map_err(|refusal| Error::internal(refusal))? {
        directory.write("kept-checkpoint", kept.as_bytes())?;
    }
    directory.write("checkpoint", note.as_bytes())?;
    on_disk(move || directory.finish()).await?;
    Ok(Exported { entries: size, unsigned })
}

async fn read<T: Send + 'static>(
    app: &App,
    f: impl Fn(&mut Tx<'_>) -> StoreResult<T> + Send + 'static,
) -> StoreResult<T> {
    app.db.unrecorded("a part of the log that is exported", f).await
}

/// All of them, as many at a time as are read at once.
async fn checkpoints(app: &App, directory: &Directory) -> Result<(), ExportError> {
    let mut file = directory.file("checkpoints")?;
    let mut after = -1;
    loop {
        let notes =
            read(app, move |tx| checkpoint::store::notes_after(tx, after, TILE_WIDTH.cast_signed())).await?;
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
