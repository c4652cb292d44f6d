//! Queries on what is granted, within the reach of the permit.

use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::Bool;

use super::model::{Grant, GrantId};
use crate::access::{Permission, Permit, Reach, UserId};
use crate::accounts::codes::{GrantDecision, GrantState};
use crate::accounts::store::users_in;
use crate::db::schema::account_grants;
use crate::db::types::Timestamp;
use crate::db::{Backend, Tx, WriteTx, changed_one, on_duplicate};
use crate::error::{Code, Error, Result};

type GrantFilter = Box<dyn BoxableExpression<account_grants::table, Backend, SqlType = Bool>>;

/// What concerns users whom the permit reaches.
fn within<P: Permission>(permit: &Permit<P>) -> GrantFilter {
    match permit.reach() {
        Reach::All => Box::new(sql::<Bool>("1 = 1")),
        Reach::Hub | Reach::Lead => {
            Box::new(account_grants::user_id.eq_any(users_in(permit.hubs().to_vec())))
        }
        Reach::Own | Reach::Team | Reach::Emergency | Reach::No | Reach::Nothing => {
            Box::new(sql::<Bool>("1 = 0"))
        }
    }
}

/// One of a user within reach; not within reach and not there are one answer.
pub(crate) fn find<P: Permission>(tx: &mut Tx<'_>, permit: &Permit<P>, id: GrantId) -> Result<Grant> {
    let query = account_grants::table.filter(account_grants::id.eq(id)).filter(within(permit));
    Ok(query.select(Grant::as_select()).first(tx.conn())?)
}

/// What waits of a user.
pub(crate) fn waiting(tx: &mut Tx<'_>, user: UserId) -> Result<Option<Grant>> {
    let open = account_grants::table
        .filter(account_grants::user_id.eq(user))
        .filter(account_grants::decision.is_null());
    Ok(open.select(Grant::as_select()).first(tx.conn()).optional()?)
}

/// Where a page ends.
pub(crate) type Key = (Timestamp, GrantId);

/// Those of users within reach, or of one, the newest first, after `start`; those in a state, or all.
pub(crate) fn list<P: Permission>(
    tx: &mut Tx<'_>,
    permit: &Permit<P>,
    (state, user): (Option<GrantState>, Option<UserId>),
    start: Option<Key>,
    limit: i64,
) -> Result<Vec<Grant>> {
    use account_grants::{asked_at, decision, expires_at, id};
    let now = tx.now();
    let mut query = account_grants::table.filter(within(permit)).into_boxed();
    query = match state {
        Some(GrantState::Open) => query.filter(decision.is_null()).filter(expires_at.gt(now)),
        Some(GrantState::Expired) => query.filter(decision.is_null()).filter(expires_at.le(now)),
        Some(GrantState::Decided) => query.filter(decision.is_not_null()),
        None => query,
    };
    if let Some(user) = user {
        query = query.filter(account_grants::user_id.eq(user));
    }
    if let Some((at, after)) = start {
        query = query.filter(asked_at.lt(at).or(asked_at.eq(at).and(id.lt(after))));
    }
    let query = query.order((asked_at.desc(), id.desc())).limit(limit);
    Ok(query.select(Grant::as_select()).load(tx.conn())?)
}

/// A new one. What waits already is in its way.
pub(crate) fn insert(tx: &mut WriteTx<'_>, grant: &Grant) -> Result<()> {
    diesel::insert_into(account_grants::table).values(grant).execute(tx.conn()).map_err(|error| {
        on_duplicate(error, || Error::new(Code::AlreadyExists, "Something waits for a decision already."))
    })?;
    Ok(())
}

/// Stores what somebody decided about one that was open.
pub(crate) fn decide(
    tx: &mut WriteTx<'_>,
    grant: &Grant,
    (decision, by): (GrantDecision, UserId),
    code: Option<(String, Timestamp)>,
) -> Result<Grant> {
    let now = tx.now();
    let (code_hash, code_expires_at) = code.unzip();
    let open = account_grants::table.find(grant.id).filter(account_grants::decision.is_null());
    let changed = diesel::update(open)
        .set((
            account_grants::decision.eq(decision),
            account_grants::decided_by.eq(by),
            account_grants::decided_at.eq(now),
            account_grants::code_hash.eq(code_hash),
            account_grants::code_expires_at.eq(code_expires_at),
        ))
        .execute(tx.conn())?;
    changed_one(changed)?;
    Ok(account_grants::table.find(grant.id).select(Grant::as_select()).first(tx.conn())?)
}

/// What a code activates now.
pub(crate) fn by_code(tx: &mut Tx<'_>, user: UserId, hash: &str) -> Result<Option<Grant>> {
    let good = account_grants::table
        .filter(account_grants::code_hash.eq(hash))
        .filter(account_grants::user_id.eq(user))
        .filter(account_grants::code_expires_at.gt(tx.now()))
        .filter(account_grants::activated_at.is_null());
    Ok(good.select(Grant::as_select()).first(tx.conn()).optional()?)
}

/// Notes that it was activated; every other code of the user counts no more.
pub(crate) fn activated(tx: &mut WriteTx<'_>, grant: &Grant) -> Result<()> {
    let now = tx.now();
    let unused = account_grants::table.find(grant.id).filter(account_grants::activated_at.is_null());
    let changed = diesel::update(unused).set(account_grants::activated_at.eq(now)).execute(tx.conn())?;
    changed_one(changed)?;
    end_codes(tx, grant.user_id)
}

/// No code of the user counts any more.
pub(crate) fn end_codes(tx: &mut WriteTx<'_>, user: UserId) -> Result<()> {
    let now = tx.now();
    let codes = account_grants::table
        .filter(account_grants::user_id.eq(user))
        .filter(account_grants::code_expires_at.gt(now));
    diesel::update(codes).set(account_grants::code_expires_at.eq(now)).execute(tx.conn())?;
    Ok(())
}
