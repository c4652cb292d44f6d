//! Texts as bytes: SQLite keeps what it is given, also what is no UTF-8, and a query for a text would fail on it.

use diesel::dsl::sql;
use diesel::expression::SqlLiteral;
use diesel::sql_types::{Binary, Nullable};

use super::conn::AnyConnection;

/// A column of texts, as its bytes.
pub(crate) fn bytes_of(conn: &AnyConnection, column: &'static str) -> SqlLiteral<Nullable<Binary>> {
    match conn {
        AnyConnection::Sqlite(_) => sql(&format!("CAST({column} AS BLOB)")),
        AnyConnection::Postgres(_) => sql(&format!("convert_to({column}, 'UTF8')")),
    }
}
