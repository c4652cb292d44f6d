//! Queries on emergency accesses, within the reach of the permit.

use std::collections::BTreeMap;

use diesel::dsl::{exists, sql};
use diesel::prelude::*;
use diesel::sql_types::Bool;

use super::codes::{ReviewFinding, ReviewState};
use super::model::{EmergencyAccess, EmergencyAccessId};
use super::rules::{self, Facts};
use crate::access::{HubId, Permission, Permit, Reach, UserId};
use crate::cases::model::Case;
use crate::db::schema::emergency_accesses;
use crate::db::types::Timestamp;
use crate::db::{Backend, Tx, WriteTx, changed_one};
use crate::error::{Error, Result};

type Filter = Box<dyn BoxableExpression<emergency_accesses::table, Backend, SqlType = Bool>>;

/// Those of a permit: one's own, with those of one's hubs, or all. A coordinator who leaves a hub can still end their own,
/// which would keep them from opening another. A list asks each way for itself, so that each may use the
/// index that serves it.
fn ways<P: Permission>(permit: &Permit<P>) -> Vec<Filter> {
    let of_hub = |hub: &HubId| -> Filter { Box::new(emergency_accesses::hub_id.eq(*hub)) };
    let of_user = |user| -> Filter { Box::new(emergency_accesses::user_id.eq(user)) };
    match permit.reach() {
        Reach::All => vec![Box::new(sql::<Bool>("1 = 1"))],
        Reach::Hub | Reach::Lead => {
            permit.hubs().iter().map(of_hub).chain(permit.user().map(of_user)).collect()
        }
        Reach::Own => permit.user().map(of_user).into_iter().collect(),
        Reach::Team | Reach::Emergency | Reach::No | Reach::Nothing => Vec::new(),
    }
}

/// What the rules ask before `user` opens the case.
pub(super) fn facts(tx: &mut Tx<'_>, case: &Case, user: UserId) -> Result<Facts> {
    let now = tx.now();
    let own = emergency_accesses::table.filter(emergency_accesses::user_id.eq(user));
    let of_late = own.filter(emergency_accesses::began_at.gt(now.plus(-rules::COUNTED_FOR)));
    let open = of_late.filter(emergency_accesses::ends_at.gt(now));
    Ok(Facts {
        restricted: case.restricted,
        has_open: diesel::select(exists(open)).get_result(tx.conn())?,
        lately: of_late.count().get_result(tx.conn())?,
    })
}

/// A new one.
pub(super) fn insert(tx: &mut WriteTx<'_>, row: &EmergencyAccess) -> Result<()> {
    diesel::insert_into(emergency_accesses::table).values(row).execute(tx.conn())?;
    tx.event.set_subject(row.id);
    Ok(())
}

/// One within reach; not within reach and not there are one answer.
pub(super) fn find<P: Permission>(
    tx: &mut Tx<'_>,
    permit: &Permit<P>,
    id: EmergencyAccessId,
) -> Result<EmergencyAccess> {
    let nowhere: Filter = Box::new(sql::<Bool>("1 = 0"));
    let reached = ways(permit).into_iter().fold(nowhere, |filter, way| Box::new(filter.or(way)));
    let query = emergency_accesses::table.filter(emergency_accesses::id.eq(id)).filter(reached);
    let found: EmergencyAccess = query.select(EmergencyAccess::as_select()).first(tx.conn())?;
    tx.event.set_case(found.case_id);
    Ok(found)
}

/// Where a page ends.
pub(super) type Key = (Timestamp, EmergencyAccessId);

/// Up to `limit` of those within reach, the oldest first, after `start`, noted on the event, and one more where there are
/// more: only those that wait for a review, only those that had one, or all.
pub(super) fn list<P: Permission>(
    tx: &mut Tx<'_>,
    permit: &Permit<P>,
    review: Option<ReviewState>,
    start: Option<Key>,
    limit: i64,
) -> Result<Vec<EmergencyAccess>> {
    use emergency_accesses::{began_at, id, reviewed_at};
    let mut found: BTreeMap<Key, EmergencyAccess> = BTreeMap::new();
    for way in ways(permit) {
        let mut query = emergency_accesses::table.filter(way).into_boxed();
        query = match review {
            Some(ReviewState::Reviewed) => query.filter(reviewed_at.is_not_null()),
            Some(ReviewState::Waiting) => query.filter(reviewed_at.is_null()),
            None => query,
        };
        if let Some((at, after)) = start {
            query = query.filter(began_at.gt(at).or(began_at.eq(at).and(id.gt(after))));
        }
        let query = query.order((began_at, id)).limit(limit + 1);
        let rows: Vec<EmergencyAccess> = query.select(EmergencyAccess::as_select()).load(tx.conn())?;
        found.extend(rows.into_iter().map(|row| ((row.began_at, row.id), row)));
    }
    let shown = usize::try_from(limit).map_err(Error::internal)?;
    let rows: Vec<EmergencyAccess> = found.into_values().take(shown + 1).collect();
    tx.event.set_cases(rows.iter().take(shown).map(|row| row.case_id));
    Ok(rows)
}

/// Ends the version that was read, now.
pub(super) fn end(tx: &mut WriteTx<'_>, read: &EmergencyAccess, by: UserId) -> Result<EmergencyAccess> {
    let row = EmergencyAccess { ends_at: tx.now(), ended_by: Some(by), ..read.clone() };
    let ended = (emergency_accesses::ends_at.eq(row.ends_at), emergency_accesses::ended_by.eq(row.ended_by));
    let changed = diesel::update(as_read(read)).set((ended, next(read))).execute(tx.conn())?;
    changed_one(changed)?;
    Ok(EmergencyAccess { version: read.version + 1, ..row })
}

/// Stores what an auditor found about the version that was read.
pub(super) fn review(
    tx: &mut WriteTx<'_>,
    read: &EmergencyAccess,
    finding: ReviewFinding,
    by: UserId,
) -> Result<EmergencyAccess> {
    let row = EmergencyAccess {
        finding: Some(finding),
        reviewed_by: Some(by),
        reviewed_at: Some(tx.now()),
        ..read.clone()
    };
    let reviewed = (
        emergency_accesses::finding.eq(row.finding),
        emergency_accesses::reviewed_by.eq(row.reviewed_by),
        emergency_accesses::reviewed_at.eq(row.reviewed_at),
    );
    let changed = diesel::update(as_read(read)).set((reviewed, next(read))).execute(tx.conn())?;
    changed_one(changed)?;
    Ok(EmergencyAccess { version: read.version + 1, ..row })
}

#[diesel::dsl::auto_type]
fn as_read<'a>(read: &'a EmergencyAccess) -> _ {
    let version: i64 = read.version;
    let id: EmergencyAccessId = read.id;
    emergency_accesses::table
        .filter(emergency_accesses::id.eq(id))
        .filter(emergency_accesses::version.eq(version))
}

#[diesel::dsl::auto_type]
fn next<'a>(read: &'a EmergencyAccess) -> _ {
    let version: i64 = read.version + 1;
    emergency_accesses::version.eq(version)
}

/// How many wait for a review that should have been made by now.
pub(super) fn overdue(tx: &mut Tx<'_>) -> Result<i64> {
    let due = tx.now().plus(-rules::REVIEWED_WITHIN);
    Ok(unreviewed_since(due).count().get_result(tx.conn())?)
}

/// Those of which nobody was reminded for as long as [`rules::REMINDED_EACH`], the oldest first.
pub(super) fn to_remind_of(tx: &mut Tx<'_>, limit: i64) -> Result<Vec<EmergencyAccess>> {
    let (due, again) = (tx.now().plus(-rules::REVIEWED_WITHIN), tx.now().plus(-rules::REMINDED_EACH));
    let reminded = emergency_accesses::reminded_at;
    Ok(unreviewed_since(due)
        .filter(reminded.is_null().or(reminded.assume_not_null().le(again)))
        .order((emergency_accesses::began_at, emergency_accesses::id))
        .limit(limit)
        .select(EmergencyAccess::as_select())
        .load(tx.conn())?)
}

#[diesel::dsl::auto_type]
fn unreviewed_since(due: Timestamp) -> _ {
    emergency_accesses::table
        .filter(emergency_accesses::reviewed_at.is_null())
        .filter(emergency_accesses::began_at.le(due))
}

/// Notes that it was reminded of one now, unless another server has, or it was reviewed meanwhile. Nothing of what is shown
/// of it changes, so it stays the version that an auditor has read.
pub(super) fn reminded(tx: &mut WriteTx<'_>, read: &EmergencyAccess) -> Result<()> {
    let now = tx.now();
    let last = emergency_accesses::reminded_at;
    let not_since = last.is_null().or(last.assume_not_null().le(now.plus(-rules::REMINDED_EACH)));
    let changed = diesel::update(emergency_accesses::table.find(read.id))
        .filter(emergency_accesses::reviewed_at.is_null())
        .filter(not_since)
        .set(last.eq(now))
        .execute(tx.conn())?;
    changed_one(changed)
}
