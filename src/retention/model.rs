//! Rows of erasures and legal holds.

use diesel::prelude::*;

use super::codes::{ErasureReason, ErasureState, HoldReason};
use crate::access::{CaseId, UserId};
use crate::db::schema::{erasures, legal_holds};
use crate::db::types::{Timestamp, id};

id!(ErasureId, "An erasure of a person.");
id!(HoldId, "A legal hold on a case.");
crate::http::path::path_id! { ErasureId: "The erasure's id, from the case's erasures." }
crate::http::path::path_id! { HoldId: "The hold's id, from the case's holds." }

/// An erasure, from the request on.
#[derive(Insertable, Queryable, Selectable, Clone)]
#[diesel(table_name = erasures)]
pub(crate) struct ErasureRow {
    pub id: ErasureId,
    pub case_id: CaseId,
    pub state: ErasureState,
    pub reason: ErasureReason,
    /// Nobody where a rule of retention asked.
    pub requested_by: Option<UserId>,
    pub requested_at: Timestamp,
    pub decided_by: Option<UserId>,
    pub decided_at: Option<Timestamp>,
    pub due_at: Option<Timestamp>,
    pub ended_at: Option<Timestamp>,
    /// When what was deleted was gone from the database's own files too.
    pub wiped_at: Option<Timestamp>,
    pub certificate: Option<String>,
    pub version: i64,
}

impl ErasureRow {
    /// One that is asked for now.
    pub(super) fn requested(
        case_id: CaseId,
        reason: ErasureReason,
        requested_by: Option<UserId>,
        requested_at: Timestamp,
    ) -> Self {
        Self {
            id: ErasureId::generate(),
            case_id,
            state: ErasureState::Requested,
            reason,
            requested_by,
            requested_at,
            decided_by: None,
            decided_at: None,
            due_at: None,
            ended_at: None,
            wiped_at: None,
            certificate: None,
            version: 1,
        }
    }
}

/// A hold; it stands until it is lifted.
#[derive(Insertable, Queryable, Selectable, Clone)]
#[diesel(table_name = legal_holds)]
pub(crate) struct HoldRow {
    pub id: HoldId,
    pub case_id: CaseId,
    pub reason: HoldReason,
    pub placed_by: UserId,
    pub placed_at: Timestamp,
    pub lifted_by: Option<UserId>,
    pub lifted_at: Option<Timestamp>,
    pub version: i64,
}
