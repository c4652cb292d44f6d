//! A sealed server: takes shares or a passphrase until they open the keyring. Every one that is looked at is on the log,
//! with the number of the share and how it ended, and nothing of its content.

use std::sync::Arc;

use secrecy::SecretString;
use tokio::sync::{Mutex, oneshot};

use super::collected::{Added, Collected};
use super::tries::{Passphrases, WrongShares};
use crate::access::Permit;
use crate::access::permissions::SystemAct;
use crate::audit::{Action, Event};
use crate::clock::Clock;
use crate::config::Config;
use crate::crypto::{KeyError, Keyring, RootKey, RootKeySource, Share};
use crate::db::Db;
use crate::db::conn::ConnectError;
use crate::db::key_splits::{self, Dealt, ShareStanding};
use crate::db::keyring_rows::{self, Identity};
use crate::db::url::DatabaseUrl;
use crate::error::{Code, Error, Result};
use crate::http::context::RequestContext;
use crate::waiting_room::WaitingRoom;

/// What is opened: the keys, and the database that they are of.
pub struct Opened {
    pub(crate) keyring: Keyring,
    pub(crate) identity: Identity,
}

/// How many shares are still needed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// None: the server opens.
    pub needed: u8,
}

/// A server without keys.
pub struct Sealed {
    pub(crate) db: Db,
    database: DatabaseUrl,
    source: RootKeySource,
    clock: Clock,
    attempts: Mutex<Attempts>,
    /// Shares that wait for their turn.
    pub(super) waiting: Arc<WaitingRoom>,
}

/// Shares at once; the holders of the most shares that there can be find room.
const MOST_WAITING: usize = 256;

/// One attempt at a time.
struct Attempts {
    collected: Collected,
    wrong_shares: WrongShares,
    passphrases: Passphrases,
    /// Taken when the server opens.
    opened: Option<oneshot::Sender<Opened>>,
}

impl Sealed {
    /// With a database that is fit to be opened; what is opened comes from the receiver.
    pub fn new(config: &Config, clock: Clock) -> Result<(Self, oneshot::Receiver<Opened>), ConnectError> {
        let db = Db::open_sealed(&config.database, clock.clone())?;
        Ok(Self::with(db, config.database.clone(), config.root_key.clone(), clock))
    }

    /// With a database of one's own.
    pub(crate) fn with(
        db: Db,
        database: DatabaseUrl,
        source: RootKeySource,
        clock: Clock,
    ) -> (Self, oneshot::Receiver<Opened>) {
        let (sender, opened) = oneshot::channel();
        let attempts = Attempts {
            collected: Collected::default(),
            wrong_shares: WrongShares::default(),
            passphrases: Passphrases::default(),
            opened: Some(sender),
        };
        let waiting = Arc::new(WaitingRoom::new(MOST_WAITING));
        (Self { db, database, source, clock, attempts: Mutex::new(attempts), waiting }, opened)
    }

    /// Looks at a share.
    pub async fn hand_in(&self, share: Share, context: RequestContext) -> Result<Progress> {
        if self.source != RootKeySource::Shares {
            return Err(self.opens_otherwise());
        }
        let record = Record::new(Action::UnsealShare, context);
        let event = record.event().detail("share", share.index()).detail("split", share.split());
        let mut attempts = self.attempts.lock().await;
        self.forget(&mut attempts).await?;
        if attempts.opened.is_none() {
            return Err(Error::new(Code::NotSealed, "The others were faster: it opens."));
        }
        let dealt = Dealt::from(&share);
        let standing =
            self.db.unrecorded("whether a share counts", move |tx| key_splits::standing(tx.conn(), &dealt));
        let refusal = match standing.await? {
            ShareStanding::Counts if attempts.collected.holds(&share) => Some(Error::new(
                Code::ShareRepeated,
                "Nothing was changed. Somebody else has to hand in another one.",
            )),
            ShareStanding::Counts => None,
            ShareStanding::OfAnEarlierSplit => Some(refused(
                "The share is of an earlier split, and only those of the newest count. Look for the paper that replaced it.",
            )),
            ShareStanding::OfNoSplit => {
                Some(refused("The share is of a split that this network knows nothing of."))
            }
            ShareStanding::MadeUp => {
                Some(refused("It says that it is a share of the newest split, and is none of them."))
            }
        };
        if let Some(refusal) = refusal {
            if !attempts.wrong_shares.look(self.clock.now()) {
                return Err(Error::new(
                    Code::TooManyRequests,
                    "Too many shares were wrong within a minute. Those that count are taken all the same.",
                ));
            }
            return record.failed(&self.db, event, refusal).await;
        }
        // On the record first: a share that counts and is not on the log would open the server unseen.
        record.done(&self.db, event.clone()).await?;
        match attempts.collected.add(share, self.clock.now()) {
            Added::Needs(needed) => Ok(Progress { needed }),
            Added::Repeated => Err(Error::new(Code::ShareRepeated, "Nothing was changed.")),
            Added::Enough(shares) => {
                let root = RootKey::from_shares(&shares).map_err(KeyError::from);
                drop(shares);
                self.open(&mut attempts, &record, root).await
            }
        }
    }

    /// Looks at a passphrase.
    pub async fn say(&self, passphrase: SecretString, context: RequestContext) -> Result<Progress> {
        let RootKeySource::Passphrase(file) = &self.source else { return Err(self.opens_otherwise()) };
        let record = Record::new(Action::UnsealPassphrase, context);
        // One at a time: Argon2 takes a quarter of a gigabyte.
        let mut attempts = self.attempts.try_lock().map_err(|_| Error::overloaded())?;
        if let Some(seconds) = attempts.passphrases.wait(self.clock.now()) {
            let detail = format!("A passphrase was wrong. The next one is looked at in {seconds} seconds.");
            return Err(Error::new(Code::TooManyRequests, detail));
        }
        if attempts.opened.is_none() {
            return Err(Error::new(Code::NotSealed, "Somebody else was faster: it opens."));
        }
        let file = file.clone();
        let opening = move || RootKey::protected(&file)?.open(&passphrase);
        let root = tokio::task::spawn_blocking(opening).await.map_err(Error::internal)?;
        match root {
            Err(KeyError::WrongPassphrase) => {
                attempts.passphrases.failed(self.clock.now());
                record.failed(&self.db, record.event(), refused("The passphrase is wrong.")).await
            }
            root => {
                if root.is_ok() {
                    record.done(&self.db, record.event()).await?;
                }
                self.open(&mut attempts, &record, root).await
            }
        }
    }

    /// The proof: the root key opens the keyring, or it is none.
    async fn open(
        &self,
        attempts: &mut Attempts,
        record: &Record,
        root: Result<RootKey, KeyError>,
    ) -> Result<Progress> {
        let (database, now) = (self.database.clone(), self.clock.now());
        let opening = move || -> Result<Result<Opened, KeyError>> {
            let root = match root {
                Ok(root) => root,
                Err(error) => return Ok(Err(error)),
            };
            let identity = keyring_rows::load(&database, now)
                .map_err(|error| Error::caused(Code::Unavailable, error))?;
            let identity = identity.ok_or_else(|| Error::internal(anyhow::anyhow!("the network is gone")))?;
            let keyring = Keyring::open(&root, &identity.database_id, &identity.keys);
            Ok(keyring.map(|keyring| Opened { keyring, identity }))
        };
        let opened = tokio::task::spawn_blocking(opening).await.map_err(Error::internal)??;
        let event = Event::new(Action::SystemUnseal);
        match opened {
            Ok(opened) => {
                record.done(&self.db, event).await?;
                if let Some(sender) = attempts.opened.take() {
                    // Nobody waits any more when the server is told to stop at this very moment.
                    drop(sender.send(opened));
                }
                Ok(Progress { needed: 0 })
            }
            Err(error) => {
                // The operator at the machine may know why; whoever asks over the network learns that it was not enough.
                tracing::error!("the server stays sealed: {error}");
                let refusal = refused(
                    "They do not open the keys of this database. The operator finds the reason in the server's log.",
                );
                record.failed(&self.db, event, refusal).await
            }
        }
    }

    /// Forgets shares that have waited too long for others.
    pub async fn forget_old(&self) -> Result<()> {
        let mut attempts = self.attempts.lock().await;
        self.forget(&mut attempts).await
    }

    async fn forget(&self, attempts: &mut Attempts) -> Result<()> {
        let forgotten = attempts.collected.forget_old(self.clock.now());
        if forgotten == 0 {
            return Ok(());
        }
        let event = Event::new(Action::UnsealForget).detail("shares", forgotten);
        self.db.write(Permit::<SystemAct>::system("unseal"), event, |_, _| Ok(())).await?.made()
    }

    fn opens_otherwise(&self) -> Error {
        refused(match self.source {
            RootKeySource::Shares => "This server takes shares.",
            RootKeySource::Passphrase(_) => "This server takes a passphrase.",
            RootKeySource::File(_) | RootKeySource::Environment(_) => {
                "This server was sealed by hand and has its key at its machine: its operator opens it there."
            }
        })
    }
}

fn refused(why: &'static str) -> Error {
    Error::new(Code::UnsealRefused, why)
}

/// Puts one attempt on the record, which nobody of the network is known to stand behind.
struct Record {
    action: Action,
    context: RequestContext,
}

impl Record {
    fn new(action: Action, context: RequestContext) -> Self {
        Self { action, context }
    }

    fn event(&self) -> Event {
        Event::new(self.action)
    }

    fn permit(&self) -> Permit<SystemAct> {
        Permit::system_in("unseal", self.context.clone())
    }

    async fn done(&self, db: &Db, event: Event) -> Result<()> {
        db.write(self.permit(), event, |_, _| Ok(())).await?.made()
    }

    /// Gives the refusal once it is on the record.
    async fn failed<T>(&self, db: &Db, event: Event, refusal: Error) -> Result<T> {
        db.record_failure(event, self.permit().origin(), refusal.code()).await?;
        Err(refusal.mark_recorded())
    }
}
