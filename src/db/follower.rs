//! Reads the log by positions on a connection of its own, for whoever copies it elsewhere.

use super::conn::{AnyConnection, ConnectError, Purpose, open};
use super::sequencer::sequence_all;
use super::url::DatabaseUrl;
use crate::audit::copies::Entry;
use crate::audit::log;
use crate::audit::store::stored;
use crate::error::{Error, Result};

/// The way to the log.
pub(crate) struct LogFollower {
    url: DatabaseUrl,
    conn: Option<AnyConnection>,
}

impl LogFollower {
    pub(crate) fn start(url: &DatabaseUrl) -> Result<Self, ConnectError> {
        let conn = connect(url)?;
        Ok(Self { url: url.clone(), conn: Some(conn) })
    }

    /// How many entries there are; everything that was committed before has a position by then.
    pub(crate) fn size(&mut self) -> Result<i64> {
        self.work(|conn| {
            if let AnyConnection::Postgres(_) = conn {
                sequence_all(conn)?;
            }
            log::size(conn)
        })
    }

    /// Up to `limit` entries from a position on.
    pub(crate) fn entries_from(&mut self, first: i64, limit: i64) -> Result<Vec<Entry>> {
        self.work(|conn| stored(conn, &(first..i64::MAX), limit))
    }

    /// A connection that has failed is opened again next time.
    fn work<T>(&mut self, work: impl FnOnce(&mut AnyConnection) -> Result<T>) -> Result<T> {
        let mut conn = match self.conn.take() {
            Some(conn) => conn,
            None => connect(&self.url).map_err(Error::internal)?,
        };
        let done = work(&mut conn)?;
        self.conn = Some(conn);
        Ok(done)
    }
}

fn connect(url: &DatabaseUrl) -> Result<AnyConnection, ConnectError> {
    open(
        url,
        match url {
            DatabaseUrl::Sqlite(_) => Purpose::Read,
            // It gives positions to what has none yet.
            DatabaseUrl::Postgres(_) => Purpose::Write,
        },
    )
}
