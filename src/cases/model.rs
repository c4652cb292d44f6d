//! Rows of cases, their keys, their periods, their teams.

use diesel::prelude::*;
use serde::{Deserialize, Serialize};

use super::code::CaseCode;
use super::codes::{AgeBand, Outcome, Risk, Sex, Stage, Status};
use super::reasons::PeriodReason;
use crate::access::{CaseId, FieldGroup, HubId, UserId};
use crate::crypto::{Ciphertext, WrappedCaseKey};
use crate::db::schema::{case_keys, case_periods, case_team, cases, sealed_records};
use crate::db::types::{Country, Day, Timestamp, id};

id!(PeriodId, "A stretch of a case's history.", dated);
id!(RecordId, "One version of a sealed record.");

/// A case as stored: nothing in it tells who the person is.
#[derive(Queryable, Selectable, Clone)]
#[diesel(table_name = cases)]
pub struct Case {
    /// Its id.
    pub id: CaseId,
    /// Its code for people.
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
    /// How it ended.
    pub outcome: Option<Outcome>,
    /// The case that it was merged into, and to which it leads.
    pub merged_into: Option<CaseId>,
    /// The day it began.
    pub opened_on: Day,
    /// Since when stage and status are what they are.
    pub since: Day,
    /// When it was entered.
    pub created_at: Timestamp,
    /// When its row last changed.
    pub updated_at: Timestamp,
    /// Its version.
    pub version: i64,
}

/// A case to insert.
#[derive(Insertable)]
#[diesel(table_name = cases, treat_none_as_default_value = false)]
pub(crate) struct NewCase {
    pub id: CaseId,
    pub code: CaseCode,
    pub hub_id: HubId,
    pub stage: Stage,
    pub status: Status,
    pub risk: Risk,
    pub sex: Sex,
    pub age_band: AgeBand,
    pub origin_country: Country,
    pub destination_country: Option<Country>,
    pub restricted: bool,
    pub opened_on: Day,
    pub since: Day,
    pub created_by: UserId,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    pub version: i64,
}

impl From<NewCase> for Case {
    fn from(new: NewCase) -> Self {
        Self {
            id: new.id,
            code: new.code,
            hub_id: new.hub_id,
            stage: new.stage,
            status: new.status,
            risk: new.risk,
            sex: new.sex,
            age_band: new.age_band,
            origin_country: new.origin_country,
            destination_country: new.destination_country,
            restricted: new.restricted,
            outcome: None,
            merged_into: None,
            opened_on: new.opened_on,
            since: new.since,
            created_at: new.created_at,
            updated_at: new.updated_at,
            version: new.version,
        }
    }
}

/// What of a case's row changes; the version and the moment always do.
#[derive(AsChangeset, Default)]
#[diesel(table_name = cases)]
pub(crate) struct CasePatch {
    pub stage: Option<Stage>,
    pub status: Option<Status>,
    pub risk: Option<Risk>,
    pub sex: Option<Sex>,
    pub age_band: Option<AgeBand>,
    pub origin_country: Option<Country>,
    pub destination_country: Option<Option<Country>>,
    pub restricted: Option<bool>,
    pub outcome: Option<Option<Outcome>>,
    pub merged_into: Option<Option<CaseId>>,
    pub opened_on: Option<Day>,
    pub since: Option<Day>,
}

/// A case's wrapped key.
#[derive(Insertable, Queryable, Selectable)]
#[diesel(table_name = case_keys)]
pub(crate) struct CaseKeyRow {
    pub case_id: CaseId,
    pub wrapped: Vec<u8>,
    pub key_version: i32,
    pub created_at: Timestamp,
}

impl CaseKeyRow {
    pub(crate) fn wrapped(self) -> WrappedCaseKey {
        WrappedCaseKey { case_id: self.case_id, key_version: self.key_version, wrapped: self.wrapped }
    }
}

/// A stretch of a case's history.
#[derive(Insertable, Queryable, Selectable, Clone)]
#[diesel(table_name = case_periods, treat_none_as_default_value = false)]
pub(crate) struct PeriodRow {
    pub id: PeriodId,
    pub case_id: CaseId,
    pub hub_id: HubId,
    pub stage: Stage,
    pub status: Status,
    pub outcome: Option<Outcome>,
    pub reason: PeriodReason,
    pub from_on: Day,
    pub until_on: Option<Day>,
    pub sequence: i64,
    pub note: Option<Ciphertext>,
    pub recorded_at: Timestamp,
    pub recorded_by: UserId,
    pub superseded_at: Option<Timestamp>,
}

/// One version of a sealed record.
#[derive(Insertable, Queryable, Selectable)]
#[diesel(table_name = sealed_records)]
pub(crate) struct RecordRow {
    pub id: RecordId,
    pub case_id: CaseId,
    pub field_group: FieldGroup,
    pub version: i64,
    pub sealed: Ciphertext,
    pub recorded_at: Timestamp,
    pub recorded_by: UserId,
}

/// A place on a team.
#[derive(Insertable, Queryable, Selectable, Clone)]
#[diesel(table_name = case_team)]
pub(crate) struct TeamRow {
    pub case_id: CaseId,
    pub user_id: UserId,
    #[diesel(embed)]
    pub groups: GroupSet,
    pub ends_at: Option<Timestamp>,
    pub added_by: UserId,
    pub added_at: Timestamp,
    pub changed_by: Option<UserId>,
    pub changed_at: Timestamp,
    pub version: i64,
}

impl TeamRow {
    /// A place that `giver` gives now.
    pub(crate) fn new(
        case_id: CaseId,
        user_id: UserId,
        (groups, ends_at): (GroupSet, Option<Timestamp>),
        giver: UserId,
        now: Timestamp,
    ) -> Self {
        Self {
            case_id,
            user_id,
            groups,
            ends_at,
            added_by: giver,
            added_at: now,
            changed_by: Some(giver),
            changed_at: now,
            version: 1,
        }
    }

    /// What two places on a team open together, until the later of their ends; none is later than any.
    pub(crate) fn together(&self, other: &Self) -> (GroupSet, Option<Timestamp>) {
        let ends_at = self.ends_at.zip(other.ends_at).map(|(one, other)| one.max(other));
        (self.groups.or(other.groups), ends_at)
    }

    /// Whether the place has not ended; in SQL `scope::lasts`.
    pub(crate) fn lasts(&self, now: Timestamp) -> bool {
        self.ends_at.is_none_or(|end| end > now)
    }
}

/// Which field groups a place on a team opens.
#[derive(
    Insertable,
    Queryable,
    Selectable,
    AsChangeset,
    Clone,
    Copy,
    Default,
    PartialEq,
    Eq,
    Debug,
    Serialize,
    Deserialize,
)]
#[diesel(table_name = case_team)]
#[expect(clippy::struct_excessive_bools, reason = "a column for each field group")]
pub(crate) struct GroupSet {
    identity: bool,
    contact: bool,
    family: bool,
    protection: bool,
    health: bool,
    legal: bool,
    passage: bool,
}

impl GroupSet {
    /// Every group.
    pub(crate) fn all() -> Self {
        use crate::db::types::CodeList as _;
        FieldGroup::all().iter().copied().collect()
    }

    fn flag(&mut self, group: FieldGroup) -> &mut bool {
        match group {
            FieldGroup::Identity => &mut self.identity,
            FieldGroup::Contact => &mut self.contact,
            FieldGroup::Family => &mut self.family,
            FieldGroup::Protection => &mut self.protection,
            FieldGroup::Health => &mut self.health,
            FieldGroup::Legal => &mut self.legal,
            FieldGroup::Passage => &mut self.passage,
        }
    }

    /// Whether the group is in it.
    pub(crate) fn has(mut self, group: FieldGroup) -> bool {
        *self.flag(group)
    }

    /// Every group that is in either.
    pub(crate) fn or(self, other: Self) -> Self {
        self.to_vec().into_iter().chain(other.to_vec()).collect()
    }

    /// The groups in it, in the order of the code list.
    pub(crate) fn to_vec(mut self) -> Vec<FieldGroup> {
        use crate::db::types::CodeList as _;
        FieldGroup::all().iter().copied().filter(|group| *self.flag(*group)).collect()
    }
}

impl FromIterator<FieldGroup> for GroupSet {
    fn from_iter<I: IntoIterator<Item = FieldGroup>>(groups: I) -> Self {
        groups.into_iter().fold(Self::default(), |mut set, group| {
            *set.flag(group) = true;
            set
        })
    }
}
