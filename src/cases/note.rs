//! A note beside a step of a case's history: free text about a person, so it is sealed.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::model::PeriodId;
use super::records::text::LongText;
use crate::access::CaseId;
use crate::crypto::{Place, SealedContent};

/// What a caseworker writes about a step.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(transparent)]
pub struct Note(LongText);

impl SealedContent for Note {}

impl Note {
    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    /// Where the note of a period is sealed.
    #[must_use]
    pub fn place(period: PeriodId, case: CaseId) -> Place {
        Place::new("case_periods", "note", period.as_str(), case)
    }
}
