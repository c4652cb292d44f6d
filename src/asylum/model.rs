//! Rows of asylum applications.

use diesel::prelude::*;

use super::codes::{ApplicationState, Authority, Level};
use crate::access::CaseId;
use crate::db::schema::asylum_applications;
use crate::db::types::{Country, Day, Timestamp, id};

id!(ApplicationId, "An asylum application.");

crate::http::path::path_id! { ApplicationId: "The application's id." }

/// An application as stored. Its story and its papers are in the sealed record `legal`.
#[derive(Insertable, Queryable, Selectable, Clone)]
#[diesel(table_name = asylum_applications)]
pub struct Application {
    /// Its id.
    pub id: ApplicationId,
    /// Whose it is.
    pub case_id: CaseId,
    /// Where protection is asked for.
    pub country: Country,
    /// Who decides.
    pub authority: Authority,
    /// At which level of the procedure.
    pub level: Level,
    /// How far it is.
    pub state: ApplicationState,
    /// The day it was lodged.
    pub applied_on: Day,
    /// Since when it is in its state.
    pub state_on: Day,
    /// The day it was decided, while a decision or a closure stands.
    pub decided_on: Option<Day>,
    /// When it was entered.
    pub created_at: Timestamp,
    /// When its row last changed.
    pub updated_at: Timestamp,
    /// Its version.
    pub version: i64,
}
