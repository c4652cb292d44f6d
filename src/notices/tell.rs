//! Whom a notice goes to, as they are at that moment.

use std::collections::BTreeSet;

use diesel::prelude::*;

use super::codes::NoticeKind;
use super::model::{Notice, NoticeId};
use super::store;
use crate::access::{HubId, Role, UserId};
use crate::accounts;
use crate::accounts::codes::UserStatus;
use crate::accounts::store::users_in;
use crate::db::schema::users;
use crate::db::{Tx, WriteTx};
use crate::error::Result;

/// Who is told.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Whom {
    /// The coordinators of a hub.
    CoordinatorsOf(HubId),
    /// The coordinators of every hub of a user, who is among them if they are one.
    CoordinatorsOfUser(UserId),
    /// Every auditor.
    Auditors,
    /// Every administrator.
    Administrators,
    /// One user.
    User(UserId),
}

/// What waits.
#[derive(Clone, Copy, Debug)]
pub(crate) struct About<'a> {
    pub kind: NoticeKind,
    /// Its id.
    pub subject: &'a str,
    /// Whoever did it knows of it.
    pub not_to: Option<UserId>,
}

impl Whom {
    fn users(self, tx: &mut Tx<'_>) -> Result<Vec<UserId>> {
        let active = users::table.filter(users::status.eq(UserStatus::Active));
        Ok(match self {
            Self::CoordinatorsOf(hub) => coordinators_of(tx, vec![hub])?,
            Self::CoordinatorsOfUser(user) => {
                let hubs = accounts::store::every_hub_of(tx, user)?;
                coordinators_of(tx, hubs)?
            }
            Self::Auditors | Self::Administrators => {
                let role = if matches!(self, Self::Auditors) { Role::Auditor } else { Role::Administrator };
                active.filter(users::role.eq(role)).select(users::id).load(tx.conn())?
            }
            Self::User(user) => active.filter(users::id.eq(user)).select(users::id).load(tx.conn())?,
        })
    }
}

fn coordinators_of(tx: &mut Tx<'_>, hubs: Vec<HubId>) -> Result<Vec<UserId>> {
    let members = users_in(hubs);
    Ok(users::table
        .filter(users::status.eq(UserStatus::Active))
        .filter(users::role.eq(Role::Coordinator))
        .filter(users::id.eq_any(members))
        .select(users::id)
        .load(tx.conn())?)
}

/// Tells them in the transaction of what happened. Whoever has not seen an earlier notice of the same gets no second one.
pub(crate) fn tell(tx: &mut WriteTx<'_>, whom: &[Whom], about: About<'_>) -> Result<()> {
    let mut told = BTreeSet::new();
    for whom in whom {
        told.extend(whom.users(tx)?);
    }
    for user in told.into_iter().filter(|user| Some(*user) != about.not_to) {
        if store::waits(tx, user, about)? {
            continue;
        }
        let notice = Notice {
            id: NoticeId::generate(tx.now()),
            user_id: user,
            kind: about.kind,
            subject: about.subject.to_owned(),
            told_at: tx.now(),
            seen_at: None,
        };
        store::insert(tx, &notice)?;
    }
    Ok(())
}
