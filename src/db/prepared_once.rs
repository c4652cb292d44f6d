//! An update that a connection prepares once and keeps.
//!
//! diesel prepares every `UPDATE` anew, because its text depends on which columns a changeset sets; a third
//! of what a stage move costs the writer was SQLite reading the same two sentences again.

use diesel::QueryResult;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::query_dsl::RunQueryDsl;

use super::Backend;
use super::conn::AnyConnection;

/// For a statement that comes in few texts, each of which every connection then keeps.
pub(crate) struct PreparedOnce<T>(pub(crate) T);

impl<T: QueryFragment<Backend>> QueryFragment<Backend> for PreparedOnce<T> {
    fn walk_ast<'b>(&'b self, pass: AstPass<'_, 'b, Backend>) -> QueryResult<()> {
        self.0.walk_ast(pass)
    }

    fn is_safe_to_cache_prepared(&self, _: &Backend) -> QueryResult<bool> {
        Ok(true)
    }
}

/// Kept by its text.
impl<T> QueryId for PreparedOnce<T> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<T> RunQueryDsl<AnyConnection> for PreparedOnce<T> {}
