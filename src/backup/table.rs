//! What a backup knows of a table, and the macro that says it of each.

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::format::Part;
use crate::db::conn::AnyConnection;
use crate::error::Result;

/// Rows that are read, written and kept in memory at a time.
pub(super) const BATCH: usize = 200;
/// The same for a query.
pub(super) const LIMIT: i64 = 200;

/// A table that is in backups.
pub(crate) trait Table {
    /// A row of it, with every column.
    type Row: Serialize + DeserializeOwned + Send + 'static;
    /// Its name in the databases and in a backup.
    const NAME: &'static str;
    /// In which part of a backup it is.
    const PART: Part;

    /// How many rows it has.
    fn count(conn: &mut AnyConnection) -> Result<i64>;
    /// At most [`BATCH`] rows by their key, those behind `after`.
    fn page(conn: &mut AnyConnection, after: Option<&Self::Row>) -> Result<Vec<Self::Row>>;
    /// Puts rows into it, by one statement.
    fn insert(conn: &mut AnyConnection, rows: &[Self::Row]) -> Result<()>;
}

/// What is done with each table in turn.
pub(crate) trait Visitor {
    /// Why it breaks off.
    type Error;
    /// Does it.
    fn visit<T: Table>(&mut self) -> Result<(), Self::Error>;
}

/// Declares the tables of a backup, in an order in which each stands behind those that it refers to.
///
/// `data hub_members by (hub_id, user_id) { hub_id: String, user_id: String, created_at: i64 }` expands to
/// `hub_members::Row` with those columns, which is read from JSON without a column too many, and to the [`Table`]
/// `hub_members::Rows`, which is read page by page along that key. The columns are compared with those of
/// `db/schema.rs` by the compiler: a column that is not here, or in another place, does not compile. `by log` reads
/// the log: by positions, and behind them what has none yet, in the order in which it would be given them.
macro_rules! tables {
    ($($part:ident $table:ident by $key:tt { $($column:ident: $type:ty),+ $(,)? })+) => {
        $(
            #[doc = concat!("The table `", stringify!($table), "`.")]
            pub(crate) mod $table {
                #[allow(unused_imports, reason = "not every table has bytes or days")]
                use super::{AnyConnection, Bytes, Day, LIMIT, Part, Result, Table};
                use crate::db::schema::$table as schema;
                use diesel::prelude::*;

                /// A row.
                #[derive(serde::Serialize, serde::Deserialize, diesel::Queryable, diesel::Insertable)]
                #[serde(deny_unknown_fields)]
                #[diesel(table_name = crate::db::schema::$table, treat_none_as_default_value = false)]
                pub(crate) struct Row { $(pub $column: $type),+ }

                const _: ($(schema::$column,)+) = schema::all_columns;

                /// The table.
                pub(crate) struct Rows;

                impl Table for Rows {
                    type Row = Row;
                    const NAME: &'static str = stringify!($table);
                    const PART: Part = $crate::backup::table::tables!(@part $part);

                    fn count(conn: &mut AnyConnection) -> Result<i64> {
                        Ok(schema::table.count().get_result(conn)?)
                    }

                    fn page(conn: &mut AnyConnection, after: Option<&Row>) -> Result<Vec<Row>> {
                        $crate::backup::table::tables!(@page conn, after, $key)
                    }

                    fn insert(conn: &mut AnyConnection, rows: &[Row]) -> Result<()> {
                        $crate::db::on_either!(conn, conn => {
                            diesel::insert_into(schema::table).values(rows).execute(conn)?
                        });
                        Ok(())
                    }
                }
            }
        )+

        /// Does something with each table of a part, in their order.
        pub(crate) fn visit<V: Visitor>(part: Part, visitor: &mut V) -> Result<(), V::Error> {
            $(if <$table::Rows as Table>::PART == part {
                visitor.visit::<$table::Rows>()?;
            })+
            Ok(())
        }

        /// Names of all of them.
        pub(super) const NAMES: &[&str] = &[$(stringify!($table)),+];
    };
    (@part data) => { Part::Data };
    (@part keys) => { Part::Keys };
    (@page $conn:ident, $after:ident, log) => { super::log_page($conn, $after) };
    (@page $conn:ident, $after:ident, ($one:ident)) => {{
        let mut rows = schema::table.order(schema::$one).limit(LIMIT).into_boxed();
        if let Some(after) = $after {
            rows = rows.filter(schema::$one.gt(after.$one.clone()));
        }
        Ok(rows.load($conn)?)
    }};
    (@page $conn:ident, $after:ident, ($one:ident, $two:ident)) => {{
        let mut rows = schema::table.order((schema::$one, schema::$two)).limit(LIMIT).into_boxed();
        if let Some(after) = $after {
            let (one, two) = (after.$one.clone(), after.$two.clone());
            // Written so that both databases begin at the place in the index.
            rows = rows.filter(schema::$one.ge(one.clone()));
            rows = rows.filter(BoolExpressionMethods::or(schema::$one.gt(one), schema::$two.gt(two)));
        }
        Ok(rows.load($conn)?)
    }};
    (@page $conn:ident, $after:ident, ($one:ident, $two:ident, $three:ident)) => {{
        let order = (schema::$one, schema::$two, schema::$three);
        let mut rows = schema::table.order(order).limit(LIMIT).into_boxed();
        if let Some(after) = $after {
            let (one, two, three) = (after.$one.clone(), after.$two.clone(), after.$three.clone());
            rows = rows.filter(schema::$one.ge(one.clone()));
            let in_two = schema::$two.eq(two.clone()).and(schema::$three.gt(three));
            let later = BoolExpressionMethods::or(schema::$two.gt(two), in_two);
            rows = rows.filter(BoolExpressionMethods::or(schema::$one.gt(one), later));
        }
        Ok(rows.load($conn)?)
    }};
}
pub(super) use tables;
