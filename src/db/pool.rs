//! Pooled connections for blocking work, with a bounded number of requests waiting for them.

use std::sync::Arc;
use std::time::{Duration, Instant};

use diesel::r2d2::{ManageConnection, Pool as R2d2Pool};
use tokio::sync::Semaphore;

use super::conn::{AnyConnection, ConnectError, Purpose, open};
use super::url::DatabaseUrl;
use crate::error::{Code, Error, Result};
use crate::waiting_room::WaitingRoom;

/// Requests that may wait for a connection; one more is told to come again.
const MOST_WAITING: usize = 512;
/// How long a request waits for a connection before it is told to come again.
const LONGEST_WAIT: Duration = Duration::from_secs(10);

/// A connection that has not been used for this long may have lost its server, and is tried first.
const LONGEST_TRUST: Duration = Duration::from_secs(1);

/// Connections to one database, for one purpose.
pub(super) struct Pool {
    connections: R2d2Pool<Manager>,
    free: Arc<Semaphore>,
    waiting: WaitingRoom,
}

impl Pool {
    pub(super) fn new(url: &DatabaseUrl, purpose: Purpose, size: u32) -> Result<Self, ConnectError> {
        // One connection is opened here, so that what is wrong is told at the start and in full.
        drop(open(url, purpose)?);
        let connections = R2d2Pool::builder()
            .max_size(size)
            .min_idle(Some(1))
            .connection_timeout(Duration::from_secs(5))
            .test_on_check_out(true)
            .build_unchecked(Manager { url: url.clone(), purpose });
        Ok(Self {
            connections,
            free: Arc::new(Semaphore::new(size as usize)),
            waiting: WaitingRoom::new(MOST_WAITING),
        })
    }

    /// Runs blocking work on a connection, off the async threads.
    pub(super) async fn run<T, F>(&self, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&mut AnyConnection) -> Result<T> + Send + 'static,
    {
        let ticket = self.ticket().await?;
        let connections = self.connections.clone();
        let done = tokio::task::spawn_blocking(move || {
            let _ticket = ticket;
            let mut conn = connections.get().map_err(|error| Error::caused(Code::Unavailable, error))?;
            conn.last_used = Instant::now();
            work(&mut conn.conn)
        });
        done.await.map_err(Error::internal)?
    }

    async fn ticket(&self) -> Result<tokio::sync::OwnedSemaphorePermit> {
        if let Ok(ticket) = Arc::clone(&self.free).try_acquire_owned() {
            return Ok(ticket);
        }
        let place = self.waiting.enter().ok_or_else(Error::overloaded)?;
        let waited = tokio::time::timeout(LONGEST_WAIT, Arc::clone(&self.free).acquire_owned()).await;
        drop(place);
        waited.map_err(|_| Error::overloaded())?.map_err(Error::internal)
    }
}

struct Manager {
    url: DatabaseUrl,
    purpose: Purpose,
}

struct Pooled {
    conn: AnyConnection,
    last_used: Instant,
}

impl ManageConnection for Manager {
    type Connection = Pooled;
    type Error = ConnectError;

    fn connect(&self) -> Result<Pooled, ConnectError> {
        Ok(Pooled { conn: open(&self.url, self.purpose)?, last_used: Instant::now() })
    }

    /// Asked of the server only after a pause: who comes in a crowd does not pay for a round trip.
    fn is_valid(&self, pooled: &mut Pooled) -> Result<(), ConnectError> {
        if pooled.last_used.elapsed() < LONGEST_TRUST {
            return Ok(());
        }
        diesel::r2d2::R2D2Connection::ping(&mut pooled.conn).map_err(ConnectError::Setting)
    }

    fn has_broken(&self, pooled: &mut Pooled) -> bool {
        std::thread::panicking() || diesel::r2d2::R2D2Connection::is_broken(&mut pooled.conn)
    }
}
