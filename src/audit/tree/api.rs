//! The log as others check it: tiles, bundles of entries, proofs.

use actix_web::web::Data;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{IntoParams, ToSchema};

use super::{Hash, ResourceKind, StoredTiles, TilePath, consistency, inclusion, store};
use crate::access::Permit;
use crate::access::permissions::AuditVerify;
use crate::app::App;
use crate::audit::checkpoint;
use crate::audit::entry::EventId;
use crate::audit::{Action, Event, withheld};
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::http::path::PathSegment;
use crate::http::{Json, Octets, Path, PlainText, Query};

impl PathSegment for TilePath {
    const ABOUT: &'static str = "A tile of hashes or a bundle of entries, named as in C2SP tlog-tiles: `0/x001/067`, \
        `1/000.p/17`, `entries/x001/067`. The name has slashes, which are sent as they are.";

    fn parse(text: &str) -> Result<Self> {
        text.parse().map_err(|_| Error::not_found())
    }

    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new().schema_type(Type::String).examples(["entries/000.p/17"]).into()
    }
}

/// `GET /v1/audit/log/tile/{tile}`
pub async fn get_log_tile(
    permit: Permit<AuditVerify>,
    app: Data<App>,
    path: Path<TilePath>,
) -> Result<Octets> {
    let tile = path.0;
    let event = Event::new(Action::AuditFetch).detail("part", format!("tile/{tile}"));
    let seen = app.db.read_log(permit, event, move |tx, _| {
        let size = checkpoint::store::size(tx.conn())?;
        if tile.needs().is_none_or(|needed| needed > size) {
            return Err(Error::not_found());
        }
        withheld::refuse_withheld(tx, tile)?;
        match tile.kind {
            ResourceKind::Hashes(level) => store::hashes(tx, level, tile),
            ResourceKind::Entries => store::entries(tx, tile),
        }
    });
    Ok(Octets(seen.await?.value))
}

/// How many entries a tree has.
#[derive(Clone, Copy, Deserialize)]
#[serde(try_from = "String")]
pub struct TreeSize(u64);

impl TryFrom<String> for TreeSize {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse().map(Self).map_err(|_| "must be a number of entries, such as 1024")
    }
}

/// Which two trees.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ConsistencyQuery {
    /// Entries of the earlier tree; none when not said, and of an empty tree there is nothing to prove.
    #[param(value_type = Option<u64>, example = 1000)]
    from: Option<TreeSize>,
    /// Entries of the later tree; as many as the newest checkpoint has when not said.
    #[param(value_type = Option<u64>, example = 1024)]
    to: Option<TreeSize>,
}

/// The proof that one tree begins with another (RFC 6962, section 2.1.2).
#[derive(Serialize, ToSchema)]
#[schema(example = json!({"from": 2, "to": 3, "hashes": ["n4bQgYhMfWWaL+qgxVrQFaO/TxsrC4Is0V1sFbDwCgg="]}))]
pub struct ConsistencyProof {
    /// Entries of the earlier tree.
    from: u64,
    /// Entries of the later tree.
    to: u64,
    /// The hashes, in base64.
    hashes: Vec<String>,
}

/// `GET /v1/audit/log/consistency`
pub async fn get_log_consistency(
    permit: Permit<AuditVerify>,
    app: Data<App>,
    query: Query<ConsistencyQuery>,
) -> Result<Json<ConsistencyProof>> {
    let (from, to) = (query.0.from.map_or(0, |TreeSize(from)| from), query.0.to);
    let event = Event::new(Action::AuditFetch).detail("part", "consistency").detail("from", from);
    let seen = app.db.read_log(permit, event, move |tx, _| {
        let size = checkpoint::store::size(tx.conn())?;
        let to = match to {
            Some(TreeSize(to)) => to,
            None => signed_size(tx)?.unwrap_or(size),
        };
        if to > size {
            return Err(Error::malformed_field("to", format!("The log has {size} entries.")));
        }
        if from > to {
            return Err(Error::malformed_field("from", format!("Ask for a tree of at most {to} entries.")));
        }
        tx.event.set_detail("to", to);
        let hashes = consistency(&mut StoredTiles::new(tx.conn()), from, to)?;
        Ok(ConsistencyProof { from, to, hashes: hashes.iter().map(base64).collect() })
    });
    Ok(Json(seen.await?.value))
}

fn signed_size(tx: &mut Tx<'_>) -> Result<Option<u64>> {
    let newest = checkpoint::store::newest(tx)?;
    newest.map(|row| u64::try_from(row.tree_size).map_err(Error::internal)).transpose()
}

fn base64(hash: &Hash) -> String {
    STANDARD.encode(hash)
}

/// `GET /v1/audit/events/{event}/proof`
pub async fn get_audit_event_proof(
    permit: Permit<AuditVerify>,
    app: Data<App>,
    path: Path<EventId>,
) -> Result<PlainText> {
    let id = path.0;
    let event = Event::new(Action::AuditFetch).subject(id).detail("part", "proof");
    let found = app.db.read_log(permit, event, move |tx, _| {
        Ok((store::position(tx, id)?, checkpoint::store::newest_note(tx)?))
    });
    let (position, newest) = found.await?.value;
    let (size, note) = match newest {
        Some((size, note)) if u64::try_from(size).is_ok_and(|size| size > position) => {
            (size.unsigned_abs(), note)
        }
        // Younger than the newest checkpoint: there is one more now.
        _ => {
            let signed = app.notary.publish(&app.db).await?;
            (signed.checkpoint.size, signed.note)
        }
    };
    let prove = move |tx: &mut Tx<'_>| inclusion(&mut StoredTiles::new(tx.conn()), position, size);
    let hashes = app.db.unrecorded("hashes that prove the entry", prove).await?;
    let hashes: String = hashes.iter().map(|hash| base64(hash) + "\n").collect();
    Ok(PlainText(format!("c2sp.org/tlog-proof@v1\nindex {position}\n{hashes}\n{note}")))
}
