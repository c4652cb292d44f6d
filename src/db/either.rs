//! The same work written once for the connection of either database, where it cannot be asked of both at once.

/// `on_either!(conn, conn => …)` does the work with a PostgreSQL or an SQLite connection, whichever it is: an insert of
/// several rows is built by each database for itself.
macro_rules! on_either {
    ($any:expr, $conn:ident => $work:expr) => {
        match $any {
            $crate::db::conn::AnyConnection::Postgres($conn) => $work,
            $crate::db::conn::AnyConnection::Sqlite($conn) => $work,
        }
    };
}
pub(crate) use on_either;
