//! Rows of emergency accesses, and the explanation, which is sealed.

use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::codes::{EmergencyReason, ReviewFinding};
use super::rules;
use crate::access::{CaseId, HubId, UserId};
use crate::cases::records::text::LongText;
use crate::crypto::{Ciphertext, Place, SealedContent};
use crate::db::schema::emergency_accesses;
use crate::db::types::{Timestamp, id};

id!(EmergencyAccessId, "An emergency access to a case.");
crate::http::path::path_id! { EmergencyAccessId: "The emergency access's id, from the list of them." }

/// One, from the moment it began. It has ended when `ends_at` has come.
#[derive(Insertable, Queryable, Selectable, Clone)]
#[diesel(table_name = emergency_accesses)]
pub(crate) struct EmergencyAccess {
    pub id: EmergencyAccessId,
    pub case_id: CaseId,
    /// The case's hub then: whose coordinators were told.
    pub hub_id: HubId,
    pub user_id: UserId,
    pub reason: EmergencyReason,
    /// Gone when the person is erased.
    pub explanation: Option<Ciphertext>,
    pub began_at: Timestamp,
    pub ends_at: Timestamp,
    /// Who ended it before its time.
    pub ended_by: Option<UserId>,
    pub finding: Option<ReviewFinding>,
    pub reviewed_by: Option<UserId>,
    pub reviewed_at: Option<Timestamp>,
    /// When it was last said that nobody has reviewed it in time.
    pub reminded_at: Option<Timestamp>,
    pub version: i64,
}

impl EmergencyAccess {
    /// Until when an auditor has to have reviewed it.
    pub(crate) fn review_due_at(&self) -> Timestamp {
        self.began_at.plus(rules::REVIEWED_WITHIN)
    }
}

/// Why the case has to be opened, in the words of whoever opens it.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(transparent)]
pub struct Explanation(LongText);

impl SealedContent for Explanation {}

impl Explanation {
    /// How many characters it has.
    #[must_use]
    pub fn length(&self) -> usize {
        self.0.as_str().chars().count()
    }

    /// Where it is sealed.
    #[must_use]
    pub fn place(id: EmergencyAccessId, case: CaseId) -> Place {
        Place::new("emergency_accesses", "explanation", id.as_str(), case)
    }
}
