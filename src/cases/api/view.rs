//! A case as a client sees it.

use serde::Serialize;
use utoipa::ToSchema;

use crate::access::{CaseId, HubId};
use crate::cases::code::CaseCode;
use crate::cases::codes::{AgeBand, Outcome, Risk, Sex, Stage, Status};
use crate::cases::model::Case;
use crate::db::types::{Country, Day, Timestamp};
use crate::http::reply::HasVersion;

/// A case: one person. Who it is stands in the sealed records.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "id": "3k5w8z0v4n9qx2c7m1b6t8r4ye", "code": "WS-7K3M-9QXV-R", "hub_id": "1a5w8z0v4n9qx2c7m1b6t8r4ye",
    "stage": "shelter", "status": "active", "risk": "high", "sex": "female", "age_band": "18-59",
    "origin_country": "PRK", "destination_country": "KOR", "restricted": false, "outcome": null,
    "opened_on": "2006-08-01", "since": "2006-08-01", "created_at": "2006-08-01T09:00:00.000000Z",
    "updated_at": "2006-08-01T09:00:00.000000Z", "version": 1
}))]
pub struct CaseView {
    /// Its id.
    pub id: CaseId,
    /// Its code for people; the last character checks the others.
    pub code: CaseCode,
    /// The hub that helps.
    pub hub_id: HubId,
    /// Stage now.
    pub stage: Stage,
    /// Status now.
    pub status: Status,
    /// Risk now.
    pub risk: Risk,
    /// Sex.
    pub sex: Sex,
    /// Age band when last said.
    pub age_band: AgeBand,
    /// Where the person fled from.
    pub origin_country: Country,
    /// Where the person means to live.
    pub destination_country: Option<Country>,
    /// Whether only the team may reach it.
    pub restricted: bool,
    /// How it ended, when it is closed.
    pub outcome: Option<Outcome>,
    /// The day it began.
    pub opened_on: Day,
    /// Since when stage and status are what they are.
    pub since: Day,
    /// When it was entered.
    pub created_at: Timestamp,
    /// When its row last changed.
    pub updated_at: Timestamp,
    /// Its version, as in its ETag.
    pub version: i64,
}

impl From<Case> for CaseView {
    fn from(case: Case) -> Self {
        Self {
            id: case.id,
            code: case.code,
            hub_id: case.hub_id,
            stage: case.stage,
            status: case.status,
            risk: case.risk,
            sex: case.sex,
            age_band: case.age_band,
            origin_country: case.origin_country,
            destination_country: case.destination_country,
            restricted: case.restricted,
            outcome: case.outcome,
            opened_on: case.opened_on,
            since: case.since,
            created_at: case.created_at,
            updated_at: case.updated_at,
            version: case.version,
        }
    }
}

impl HasVersion for CaseView {
    fn version(&self) -> i64 {
        self.version
    }
}

/// A case by both its names.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({"id": "3k5w8z0v4n9qx2c7m1b6t8r4ye", "code": "WS-7K3M-9QXV-R"}))]
pub struct NamedCase {
    /// Its id.
    pub id: CaseId,
    /// Its code.
    pub code: CaseCode,
}

/// A case with the names of others that lead to it.
#[derive(Serialize, ToSchema)]
pub struct CaseWithMerged {
    /// The case.
    #[serde(flatten)]
    case: CaseView,
    /// Cases of the same person that were merged into it: their ids and codes lead here. Absent where there are none.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    merged: Vec<NamedCase>,
}

impl CaseWithMerged {
    /// What the store found.
    pub(super) fn new((case, merged): (Case, Vec<(CaseId, CaseCode)>)) -> Self {
        let merged = merged.into_iter().map(|(id, code)| NamedCase { id, code }).collect();
        Self { case: case.into(), merged }
    }
}

impl HasVersion for CaseWithMerged {
    fn version(&self) -> i64 {
        self.case.version
    }
}
