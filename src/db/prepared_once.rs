//! A change that a connection prepares once and keeps.
//!
//! diesel prepares every `UPDATE` anew, because its text depends on which columns a changeset sets; and a
//! statement that goes through a connection to either database is written out again for each of its passes.
//! The one thread that writes spent a sixth of its time so, and therefore the busiest changes are handed to the
//! connection itself.

use diesel::pg::Pg;
use diesel::query_builder::{AsChangeset, AstPass, QueryFragment, QueryId};
use diesel::query_dsl::methods::ExecuteDsl;
use diesel::sql_types::Bool;
use diesel::sqlite::Sqlite;
use diesel::{AppearsOnTable, Expression, QueryResult, QuerySource, Table};

use super::conn::AnyConnection;

/// For a statement that comes in few texts, each of which every connection then keeps.
pub(crate) struct PreparedOnce<T>(pub(crate) T);

impl<T> PreparedOnce<T>
where
    T: QueryFragment<Pg> + QueryFragment<Sqlite> + QueryId,
{
    /// Makes the change; how many rows it met.
    pub(crate) fn execute(self, conn: &mut AnyConnection) -> QueryResult<usize> {
        match conn {
            AnyConnection::Postgres(conn) => ExecuteDsl::execute(self.0, conn),
            AnyConnection::Sqlite(conn) => ExecuteDsl::execute(self.0, conn),
        }
    }
}

impl<F, V, U> PreparedOnce<Update<F, V, U>> {
    /// Sets what `changes` names, and that is something, in the rows of a table that meet a condition.
    pub(crate) fn update<T, C>(table: T, changes: C, condition: U) -> Self
    where
        T: Table + QuerySource<FromClause = F> + Copy,
        C: AsChangeset<Target = T, Changeset = V>,
        U: Expression<SqlType = Bool> + AppearsOnTable<T>,
    {
        Self(Update { table: table.from_clause(), changes: changes.as_changeset(), condition })
    }
}

/// An `UPDATE` that may be kept, by its text.
pub(crate) struct Update<F, V, U> {
    table: F,
    changes: V,
    condition: U,
}

impl<F, V, U, DB> QueryFragment<DB> for Update<F, V, U>
where
    DB: diesel::backend::Backend,
    F: QueryFragment<DB>,
    V: QueryFragment<DB>,
    U: QueryFragment<DB>,
{
    fn walk_ast<'b>(&'b self, mut pass: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        pass.push_sql("UPDATE ");
        self.table.walk_ast(pass.reborrow())?;
        pass.push_sql(" SET ");
        self.changes.walk_ast(pass.reborrow())?;
        pass.push_sql(" WHERE ");
        self.condition.walk_ast(pass)
    }
}

impl<F, V, U> QueryId for Update<F, V, U> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}
