//! What was deleted is gone from the database's own files too. Copies that somebody made of them are another matter.

use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;
use diesel::sql_types::Integer;

use super::conn::{AnyConnection, ConnectError, Purpose, open, open_sqlite};
use super::url::DatabaseUrl;

/// How often it is tried while readers are in the write-ahead log.
const TRIES: usize = 200;
const PAUSE: std::time::Duration = std::time::Duration::from_millis(50);

#[derive(QueryableByName)]
struct Truncated {
    #[diesel(sql_type = Integer)]
    busy: i32,
}

/// SQLite overwrites what is deleted with zeros as it goes (`secure_delete`); left is its write-ahead log, which is cut
/// to nothing. PostgreSQL leaves a deleted row where it was: the small table of the cases' keys is written anew, and the
/// space of the others given free.
pub(super) fn wipe(url: &DatabaseUrl) -> Result<bool, ConnectError> {
    match url {
        DatabaseUrl::Sqlite(path) => {
            let mut conn = open_sqlite(path, Purpose::Write)?;
            for _ in 0..TRIES {
                let truncated: Truncated =
                    diesel::sql_query("PRAGMA wal_checkpoint(TRUNCATE)").get_result(&mut conn)?;
                if truncated.busy == 0 {
                    return Ok(true);
                }
                std::thread::sleep(PAUSE);
            }
            Ok(false)
        }
        DatabaseUrl::Postgres(_) => {
            let mut conn = open(url, Purpose::Write)?;
            let AnyConnection::Postgres(conn) = &mut conn else { return Ok(false) };
            for statement in ["VACUUM FULL case_keys", "VACUUM sealed_records", "VACUUM case_periods"] {
                conn.batch_execute(statement)?;
            }
            Ok(true)
        }
    }
}
