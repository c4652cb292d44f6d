//! A sealed value as a column holds it.

use std::fmt;

use diesel::backend::Backend;
use diesel::deserialize::{self, FromSql, FromSqlRow};
use diesel::expression::AsExpression;
use diesel::serialize::{self, Output, ToSql};
use diesel::sql_types::Binary;

use super::primitives;

/// The bytes of an [`envelope`](super::envelope); they tell nothing without the key.
#[derive(Clone, PartialEq, Eq, AsExpression, FromSqlRow)]
#[diesel(sql_type = Binary)]
pub struct Ciphertext(Vec<u8>);

impl Ciphertext {
    pub(super) fn new(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }

    /// The bytes as stored.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// Hash of the stored bytes, which the log keeps of every write.
    #[must_use]
    pub fn sha256(&self) -> [u8; 32] {
        primitives::sha256(&self.0)
    }
}

/// diesel asks `Debug` of every bound value; the length is all that it is told.
impl fmt::Debug for Ciphertext {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Ciphertext({} bytes)", self.0.len())
    }
}

impl<DB> ToSql<Binary, DB> for Ciphertext
where
    DB: Backend,
    [u8]: ToSql<Binary, DB>,
{
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, DB>) -> serialize::Result {
        self.0.as_slice().to_sql(out)
    }
}

impl<DB> FromSql<Binary, DB> for Ciphertext
where
    DB: Backend,
    Vec<u8>: FromSql<Binary, DB>,
{
    fn from_sql(bytes: DB::RawValue<'_>) -> deserialize::Result<Self> {
        Vec::from_sql(bytes).map(Self)
    }
}

#[cfg(test)]
mod tests {
    use diesel::prelude::*;

    use super::*;

    #[test]
    fn a_column_gives_back_what_it_was_given() {
        let mut conn = SqliteConnection::establish(":memory:").unwrap();
        let given = Ciphertext::new((0..=255).collect());
        let found: Ciphertext =
            diesel::select(given.clone().into_sql::<Binary>()).get_result(&mut conn).unwrap();
        assert!(found == given);
        assert_eq!(found.sha256(), given.sha256());
    }

    #[test]
    fn both_databases_take_it() {
        fn column<DB: Backend, T: ToSql<Binary, DB> + FromSql<Binary, DB>>() {}
        column::<diesel::sqlite::Sqlite, Ciphertext>();
        column::<diesel::pg::Pg, Ciphertext>();
    }

    #[test]
    fn printing_it_tells_its_length_alone() {
        assert_eq!(format!("{:?}", Ciphertext::new(vec![7; 300])), "Ciphertext(300 bytes)");
    }
}
