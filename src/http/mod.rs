//! What every route shares: who asks, request ids, limits, bodies, versions, lists, problems.
//! Nothing here knows a domain.

pub mod authenticate;
pub mod body;
pub mod client_address;
pub mod context;
pub mod csv;
pub mod cursor;
pub mod describe;
pub mod etag;
pub mod export;
pub mod given;
pub mod idempotency;
pub(crate) mod json;
pub mod page;
pub mod patch;
pub mod path;
pub mod problem;
pub mod query;
mod quiet;
pub mod reply;
pub mod table;

pub use body::Body;
pub use cursor::CursorQuery;
pub use etag::{IfMatch, WriteCondition};
pub use given::Given;
pub use page::{ListQuery, Page, Unfiltered};
pub use path::Path;
pub use query::Query;
pub use reply::{Created, Done, Issued, Json, NoContent, Octets, PlainText, Versioned};
