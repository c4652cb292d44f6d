//! Accounts that nobody uses: whoever has not been logged in for a while is suspended, so that a forgotten account opens
//! nothing to whoever finds its password.

use chrono::TimeDelta;
use diesel::dsl::exists;
use diesel::prelude::*;

use super::codes::UserStatus;
use super::model::User;
use super::{store, users};
use crate::access::permissions::SystemAct;
use crate::access::{Permit, Role, UserId};
use crate::app::App;
use crate::audit::{Action, Event};
use crate::db::schema::{api_keys, refresh_tokens, sessions, users as table};
use crate::db::types::Timestamp;
use crate::db::{Tx, WriteTx};
use crate::error::Result;
use crate::http::Given;
use crate::notices::codes::NoticeKind;
use crate::notices::{About, Whom, tell};

/// In one round.
const AT_ONCE: i64 = 50;

/// How long an account may lie idle, where nothing else is said.
pub const USUAL: TimeDelta = TimeDelta::days(90);

/// Suspends whoever has been away for longer than the network allows; how many they were.
pub async fn suspend(app: &App) -> Result<usize> {
    let Some(longest) = app.longest_idle else { return Ok(0) };
    let look = move |tx: &mut Tx<'_>| idle(tx, longest);
    let mut suspended = 0;
    for user in app.db.unrecorded("which accounts nobody uses", look).await? {
        let event = Event::new(Action::UserSuspendIdle).subject(user);
        let permit = Permit::<SystemAct>::system("upkeep");
        let done = app.db.write(permit, event, move |tx, permit| suspend_one(tx, permit, user, longest));
        suspended += usize::from(done.await.and_then(Given::made)?);
    }
    Ok(suspended)
}

fn idle(tx: &mut Tx<'_>, longest: TimeDelta) -> Result<Vec<UserId>> {
    let since = tx.now().plus(-longest);
    Ok(table::table
        .filter(unused_since(since))
        .order(table::id)
        .limit(AT_ONCE)
        .select(table::id)
        .load(tx.conn())?)
}

/// Active accounts that nobody changed, logged in to or carried a session of on. Whoever has put their own access away has
/// as long from their day on.
#[diesel::dsl::auto_type]
fn unused_since(since: Timestamp) -> _ {
    let logged_in =
        sessions::table.filter(sessions::user_id.eq(table::id)).filter(sessions::created_at.gt(since));
    let carried_on = sessions::table
        .inner_join(refresh_tokens::table.on(refresh_tokens::session_id.eq(sessions::id)))
        .filter(sessions::user_id.eq(table::id))
        .filter(refresh_tokens::issued_at.gt(since));
    let by_a_key = api_keys::table
        .filter(api_keys::user_id.eq(table::id))
        .filter(api_keys::last_used_at.is_not_null())
        .filter(api_keys::last_used_at.assume_not_null().gt(since));
    let active: UserStatus = UserStatus::Active;
    table::status
        .eq(active)
        .and(table::updated_at.le(since))
        .and(table::away_until.is_null().or(table::away_until.assume_not_null().le(since)))
        .and(diesel::dsl::not(exists(logged_in)))
        .and(diesel::dsl::not(exists(carried_on)))
        .and(diesel::dsl::not(exists(by_a_key)))
}

/// False where somebody was there meanwhile, or it is the last administrator.
fn suspend_one(
    tx: &mut WriteTx<'_>,
    permit: &Permit<SystemAct>,
    user: UserId,
    longest: TimeDelta,
) -> Result<bool> {
    let since = tx.now().plus(-longest);
    let still = table::table.filter(table::id.eq(user)).filter(unused_since(since));
    let found: Option<User> = still.select(User::as_select()).first(tx.conn()).optional()?;
    let Some(user) = found else { return Ok(false) };
    if user.role == Role::Administrator && store::other_administrators(tx, user.id)? == 0 {
        return Ok(false);
    }
    users::change(tx, permit, &user, None, Some(UserStatus::Suspended))?;
    let about = About { kind: NoticeKind::UserIdle, subject: user.id.as_str(), not_to: None };
    tell(tx, &[Whom::Administrators, Whom::CoordinatorsOfUser(user.id)], about)?;
    Ok(true)
}
