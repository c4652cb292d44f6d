//! Signing the log: at most one checkpoint at a time, each kept outside the database before anybody sees it.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use ed25519_dalek::VerifyingKey;
use tokio::sync::Mutex;

use super::kept::{KeptFile, Locked};
use super::note::{self, verifier_key};
use super::rules::{self, Next, Signed, View};
use super::store::{self, CheckpointRow};
use super::{Checkpoint, LogOrigin, LossReason, RefusedToSign, SignedCheckpoint, loss, statement};
use crate::access::permissions::SystemAct;
use crate::access::{Permit, UserId};
use crate::audit::tree::{self, StoredTiles};
use crate::audit::{Action, Event};
use crate::clock::Clock;
use crate::crypto::Keyring;
use crate::db::{Db, Tx};
use crate::error::{Error, Result as StoreResult};

/// Signs the log for one server.
pub struct Notary {
    keyring: Arc<Keyring>,
    origin: LogOrigin,
    kept: KeptFile,
    clock: Clock,
    /// Those who ask in this process wait here, and one of them for the file.
    turn: Mutex<()>,
}

/// Why there is no checkpoint.
#[derive(Debug, thiserror::Error)]
pub enum NotSigned {
    /// It must not be signed.
    #[error(transparent)]
    Refused(#[from] RefusedToSign),
    /// The file outside cannot be read or written.
    #[error("the file {} cannot be used: {cause}", path.display())]
    File {
        /// Where it is.
        path: PathBuf,
        /// What is wrong with it.
        cause: io::Error,
    },
    /// The database failed.
    #[error("the log cannot be read: {0:?}")]
    Failed(Error),
}

impl From<Error> for NotSigned {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}

impl Notary {
    /// The notary of the log of this name, with its file at `kept`.
    #[must_use]
    pub fn new(keyring: Arc<Keyring>, origin: LogOrigin, kept: PathBuf, clock: Clock) -> Self {
        Self { keyring, origin, kept: KeptFile::at(kept), clock, turn: Mutex::new(()) }
    }

    /// The log's name.
    #[must_use]
    pub fn origin(&self) -> &LogOrigin {
        &self.origin
    }

    /// The public halves of the log's keys, the oldest first, as verifiers are given them.
    #[must_use]
    pub fn verifier_keys(&self) -> Vec<String> {
        let keys = self.keyring.audit_verifying();
        keys.iter().map(|(_, key)| verifier_key(&self.origin, key)).collect()
    }

    /// The checkpoint of the log as it is now, signed if it was not yet.
    pub async fn publish(&self, db: &Db) -> Result<SignedCheckpoint, NotSigned> {
        let _turn = self.turn.lock().await;
        let (locked, kept) = self.take_file().await?;
        let view = self.view(db, kept).await?;
        self.sign(db, locked, &view).await
    }

    /// The same, with all that was committed before.
    pub async fn publish_all(&self, db: &Db) -> Result<SignedCheckpoint, NotSigned> {
        db.sequence_now().await?;
        self.publish(db).await
    }

    /// Whether the log as it is now may be signed; signs nothing.
    pub async fn may_sign(&self, db: &Db) -> Result<(), NotSigned> {
        let _turn = self.turn.lock().await;
        let (_locked, kept) = self.take_file().await?;
        Ok(rules::next(&self.view(db, kept).await?).map(drop)?)
    }

    /// What is kept outside the database.
    pub(crate) async fn kept(&self) -> Result<Option<String>, NotSigned> {
        self.on_file(|file| file.lock().and_then(|locked| locked.read())).await
    }

    /// Accepts on the record that entries which were signed are lost, and signs the log as it is now.
    ///
    /// The entry tells what was signed of the lost history, so that whoever kept that checkpoint finds it told, and is
    /// signed itself, with the two who accept it and the reason.
    pub async fn accept_fork(
        &self,
        db: &Db,
        mut by: [UserId; 2],
        reason: LossReason,
    ) -> Result<SignedCheckpoint, NotSigned> {
        by.sort_unstable();
        if !db.unrecorded("whether two people accept a loss", move |tx| loss::are_two(tx, &by)).await? {
            return Err(RefusedToSign::NotTwo.into());
        }
        let _turn = self.turn.lock().await;
        let (locked, kept) = self.take_file().await?;
        let view = self.view(db, kept).await?;
        let lost = match (rules::next(&view), &view.kept) {
            (Err(refused), Some(kept)) if refused.is_a_fork() => kept.was.checkpoint.clone(),
            (Err(refused), _) => return Err(refused.into()),
            (Ok(_), _) => return Err(RefusedToSign::NothingLost.into()),
        };
        let key = self.keyring.audit_signing(view.held_key).ok_or(RefusedToSign::NewerKey)?;
        let event = statement::lost(&self.origin, &key, &lost, &by, reason);
        db.write(Permit::<SystemAct>::system("operator"), event, |_, _| Ok(())).await?.made()?;
        db.sequence_now().await?;
        let view = self.view(db, None).await?;
        self.sign(db, locked, &view).await
    }

    /// The signature under the manifest of a backup, of which this is the SHA-256.
    pub(crate) fn vouch_for_backup(&self, manifest: &str) -> String {
        let newest = self.keyring.newest_audit_signing();
        note::signature(&statement::backup(&self.origin, manifest), &self.origin, &newest.key)
    }

    /// The entry by which the newest key that is held names the next.
    pub(crate) fn announcing(&self, next: &VerifyingKey) -> Event {
        statement::next_key(&self.origin, &self.keyring.newest_audit_signing(), next)
    }

    /// A note of these lines that the log's newest key signs.
    pub(crate) fn certify(&self, action: Action, lines: &[String]) -> String {
        statement::certificate(&self.origin, &self.keyring.newest_audit_signing(), action, lines)
    }

    /// The file, locked, and the checkpoint in it.
    async fn take_file(&self) -> Result<(Locked, Option<SignedCheckpoint>), NotSigned> {
        let (locked, text) = self
            .on_file(|file| file.lock().and_then(|locked| locked.read().map(|text| (locked, text))))
            .await?;
        let kept = text.map(|text| self.open(&text).ok_or_else(|| self.foreign())).transpose()?;
        Ok((locked, kept))
    }

    async fn on_file<T: Send + 'static>(
        &self,
        work: impl FnOnce(&KeptFile) -> io::Result<T> + Send + 'static,
    ) -> Result<T, NotSigned> {
        let file = self.kept.clone();
        let done = tokio::task::spawn_blocking(move || work(&file)).await.map_err(Error::internal)?;
        done.map_err(|cause| NotSigned::File { path: self.kept.path().to_owned(), cause })
    }

    fn open(&self, note: &str) -> Option<SignedCheckpoint> {
        SignedCheckpoint::open(note, &self.origin, &self.keyring)
    }

    fn foreign(&self) -> RefusedToSign {
        RefusedToSign::ForeignFile(self.kept.path().display().to_string())
    }

    async fn view(&self, db: &Db, kept: Option<SignedCheckpoint>) -> Result<View, NotSigned> {
        let (keyring, origin) = (Arc::clone(&self.keyring), self.origin.clone());
        let read = move |tx: &mut Tx<'_>| view(tx, &keyring, &origin, kept.clone());
        Ok(db.read_to_sign(read).await?)
    }

    async fn sign(&self, db: &Db, locked: Locked, view: &View) -> Result<SignedCheckpoint, NotSigned> {
        let signed = match rules::next(view)? {
            Next::Signed(signed) => signed,
            Next::Sign(version) => {
                let key = self.keyring.audit_signing(version).ok_or(RefusedToSign::NewerKey)?;
                SignedCheckpoint::sign(view.now.clone(), &self.origin, version, &key.key)
            }
        };
        // First outside: what was handed out can then never be forgotten by a database that is put back.
        let note = signed.note.clone();
        let is_kept = view.kept.as_ref().is_some_and(|kept| kept.was.note == note);
        let locked = if is_kept {
            locked
        } else {
            self.on_file(move |_| locked.replace(&note).map(|()| locked)).await?
        };
        if view.stored.as_ref().is_none_or(|stored| stored.was.checkpoint != signed.checkpoint) {
            db.store_checkpoint(CheckpointRow::new(&signed, self.clock.now())?).await?;
        }
        drop(locked);
        Ok(signed)
    }
}

fn view(
    tx: &mut Tx<'_>,
    keyring: &Keyring,
    origin: &LogOrigin,
    kept: Option<SignedCheckpoint>,
) -> StoreResult<View> {
    let stored = store::newest(tx)?.map(|row| stored(&row, keyring, origin)).transpose()?;
    let conn = tx.conn();
    let size = store::size(conn)?;
    // They are read once for all three roots, which lie close together.
    let mut tiles = StoredTiles::new(conn);
    let now = Checkpoint { size, root: tree::root(&mut tiles, size)? };
    let mut beside = |was: SignedCheckpoint| -> StoreResult<Signed> {
        let earlier = was.checkpoint.size;
        let is = if earlier <= size { Some(tree::root(&mut tiles, earlier)?) } else { None };
        Ok(Signed { was, is })
    };
    let (stored, kept) = (stored.map(&mut beside).transpose()?, kept.map(&mut beside).transpose()?);
    let signed_by = [&stored, &kept].into_iter().flatten().map(|signed| &signed.was);
    let newest = signed_by.max_by_key(|signed| signed.checkpoint.size);
    // Of the key that follows on the one that signed last: there may be several that have never signed.
    let follows = newest.and_then(|newest| keyring.audit_signing(newest.key_version + 1));
    let announced_by = match follows {
        Some(next) => store::announced_by(conn, &verifier_key(origin, &next.key.verifying_key()))?,
        None => None,
    };
    Ok(View {
        now,
        held_key: keyring.audit_signing_version(),
        newest_key: store::newest_key(conn)?,
        announced_by,
        stored,
        kept,
    })
}

/// A row whose note does not say what its columns say was edited.
fn stored(row: &CheckpointRow, keyring: &Keyring, origin: &LogOrigin) -> StoreResult<SignedCheckpoint> {
    SignedCheckpoint::open(&row.note, origin, keyring)
        .filter(|signed| {
            u64::try_from(row.tree_size) == Ok(signed.checkpoint.size)
                && signed.checkpoint.root.as_slice() == row.root
                && signed.key_version == row.key_version
        })
        .ok_or_else(|| {
            Error::internal(anyhow::anyhow!(
                "the stored checkpoint of {} entries is not as it was signed",
                row.tree_size
            ))
        })
}
