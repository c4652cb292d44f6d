//! Column types that both databases store alike: ids, coded texts, days, moments.
//!
//! PostgreSQL's own `uuid`, `timestamptz` and enums are not to be had on a connection that may be
//! either database, so each has one portable form here and nowhere else.

mod country;
mod day;
mod id;
mod invisible;
mod text_column;
mod text_enum;
mod timestamp;

pub use country::{Country, NoCountry};
pub(crate) use day::digits;
pub use day::{Day, FIRST_YEAR, LAST_YEAR};
pub(crate) use id::id;
pub use id::{ID_LEN, new_dated_id_bytes, new_id_bytes, parse_id_bytes};
pub(crate) use invisible::is_invisible;
pub(crate) use text_column::text_column;
pub use text_enum::CodeList;
pub(crate) use text_enum::text_enum;
pub use timestamp::Timestamp;
