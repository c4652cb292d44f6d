//! Copies of checkpoints, scattered: what leaves the server says how the log stood, so that whoever keeps a report can
//! prove later that the log was not changed behind it (`waystation audit verify --against`).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::store;
use crate::audit::tree::Hash;
use crate::db::Tx;
use crate::db::conn::AnyConnection;
use crate::error::Result;

/// The log as it was signed last.
#[derive(Serialize, Deserialize, ToSchema, Clone, Debug, PartialEq, Eq)]
#[schema(example = json!({
    "size": 5, "root": "dbzDjcrPfIxXjyUxx1xyXXRAqw4VonUl5ZcvfN21gYk=",
    "checkpoint": "log.example.org/river\n5\ndbzDjcrPfIxXjyUxx1xyXXRAqw4VonUl5ZcvfN21gYk=\n\n\u{2014} log.example.org/river ...\n"
}))]
pub struct Anchor {
    /// How many entries it had.
    pub size: i64,
    /// The root over them, in base64.
    pub root: String,
    /// The same with the log's signature: C2SP tlog-checkpoint.
    pub checkpoint: String,
}

impl Anchor {
    /// That of now; none in a network whose log was never signed.
    pub(crate) fn now(tx: &mut Tx<'_>) -> Result<Option<Self>> {
        Self::of(tx.conn())
    }

    /// The same on a connection.
    pub(crate) fn of(conn: &mut AnyConnection) -> Result<Option<Self>> {
        let newest = store::newest_of(conn)?;
        Ok(newest.map(|row| Self {
            size: row.tree_size,
            root: STANDARD.encode(&row.root),
            checkpoint: row.note,
        }))
    }

    /// Whether it says this root.
    pub(crate) fn has_root(&self, root: &Hash) -> bool {
        STANDARD.encode(root) == self.root
    }
}
