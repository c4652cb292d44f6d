//! What was deleted is gone from the database's own files too. Copies that somebody made of them are another matter.

use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Integer, Text};

use super::conn::{AnyConnection, ConnectError, Purpose, open, open_sqlite};
use super::url::DatabaseUrl;

/// How often it is tried while readers are in the write-ahead log.
const TRIES: usize = 100;
const PAUSE: std::time::Duration = std::time::Duration::from_millis(50);
/// How long each of these keeps others from writing.
const LOCKED_MILLIS: u32 = 20;

#[derive(QueryableByName)]
struct Truncated {
    #[diesel(sql_type = Integer)]
    busy: i32,
}

#[derive(QueryableByName)]
struct Moment {
    #[diesel(sql_type = Text)]
    xid: String,
}

#[derive(QueryableByName)]
struct Older {
    #[diesel(sql_type = BigInt)]
    readers: i64,
}

/// Those of this database that began to read before a moment.
const OLDER: &str = "SELECT COUNT(*) AS readers FROM pg_stat_activity WHERE datname = current_database()
     AND pid <> pg_backend_pid() AND backend_xmin IS NOT NULL AND age(backend_xmin) >= age($1::xid)";
/// Small tables whose deleted rows something that is kept might open, and then the space of the others.
const REWRITTEN: [&str; 4] =
    ["VACUUM FULL case_keys", "VACUUM FULL search_texts", "VACUUM sealed_records", "VACUUM case_periods"];

/// SQLite overwrites what is deleted with zeros as it goes (`secure_delete`); left is its write-ahead log, which is cut
/// to nothing. PostgreSQL leaves a deleted row where it was: the small tables of the cases' keys and of what was searched
/// for are written anew, and the space of the others given free.
pub(super) fn wipe(url: &DatabaseUrl) -> Result<bool, ConnectError> {
    match url {
        DatabaseUrl::Sqlite(path) => {
            let mut conn = open_sqlite(path, Purpose::Write)?;
            // It waits for readers with the writer's lock in its hand: no longer than a caseworker would notice.
            conn.batch_execute(&format!("PRAGMA busy_timeout = {LOCKED_MILLIS}"))?;
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
            // Whoever began to read before keeps what was deleted: written anew, it would be copied along.
            let Moment { xid } =
                diesel::sql_query("SELECT pg_current_xact_id()::xid::text AS xid").get_result(conn)?;
            for _ in 0..TRIES {
                let older: Older = diesel::sql_query(OLDER).bind::<Text, _>(&xid).get_result(conn)?;
                if older.readers == 0 {
                    for statement in REWRITTEN {
                        conn.batch_execute(statement)?;
                    }
                    return Ok(true);
                }
                std::thread::sleep(PAUSE);
            }
            Ok(false)
        }
    }
}
