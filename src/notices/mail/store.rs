//! Queries on addresses: each user's own, and who is to be told by now.

use chrono::TimeDelta;
use diesel::dsl::exists;
use diesel::prelude::*;

use super::model::MailAddress;
use crate::access::UserId;
use crate::accounts::codes::UserStatus;
use crate::accounts::store::can_act;
use crate::db::schema::{mail_addresses, notices, users};
use crate::db::types::Timestamp;
use crate::db::{Tx, WriteTx};
use crate::error::Result;
use crate::notices::codes::NoticeKind;

/// So long after a message there is another one of what can wait.
const PAUSE: TimeDelta = TimeDelta::hours(1);
/// So long after one was begun it is begun again, by whichever server, unless it was taken.
const TRY_AGAIN: TimeDelta = TimeDelta::minutes(10);
/// So long after the mail server refused one for good.
const TRY_LATER: TimeDelta = TimeDelta::days(1);
/// In one round.
const AT_ONCE: i64 = 50;
/// What cannot wait.
const URGENT: [NoticeKind; 2] = [NoticeKind::Duress, NoticeKind::EmergencyOpened];

/// The user's own.
pub(super) fn find(tx: &mut Tx<'_>, user: UserId) -> Result<Option<MailAddress>> {
    Ok(mail_addresses::table.find(user).select(MailAddress::as_select()).first(tx.conn()).optional()?)
}

/// Keeps an address in place of the one that there was. A first message goes to it.
pub(super) fn put(tx: &mut WriteTx<'_>, user: UserId, sealed: Vec<u8>) -> Result<()> {
    let now = tx.now();
    remove(tx, user)?;
    let row =
        MailAddress { user_id: user, sealed, set_at: now, told_to: now, not_before: now, mailed_at: None };
    diesel::insert_into(mail_addresses::table).values(row).execute(tx.conn())?;
    Ok(())
}

/// Forgets it.
pub(crate) fn remove(tx: &mut WriteTx<'_>, user: UserId) -> Result<()> {
    diesel::delete(mail_addresses::table.find(user)).execute(tx.conn())?;
    Ok(())
}

/// Forgets it, if it was set at this moment or later.
pub(crate) fn remove_since(tx: &mut WriteTx<'_>, user: UserId, since: Timestamp) -> Result<()> {
    let later = mail_addresses::table.find(user).filter(mail_addresses::set_at.ge(since));
    diesel::delete(later).execute(tx.conn())?;
    Ok(())
}

/// Who is to be told now, who has waited longest first.
pub(super) fn due(tx: &mut Tx<'_>) -> Result<Vec<UserId>> {
    let now = tx.now();
    Ok(mail_addresses::table
        .inner_join(users::table)
        .filter(is_due(now))
        .order((mail_addresses::not_before, mail_addresses::user_id))
        .limit(AT_ONCE)
        .select(mail_addresses::user_id)
        .load(tx.conn())?)
}

/// Who was never told, so that they see that it arrives; and for whom something waits that they were not told of. Whoever is
/// under duress or away is told of nothing: somebody may look at their device.
#[diesel::dsl::auto_type]
fn is_due(now: Timestamp) -> _ {
    let active: UserStatus = UserStatus::Active;
    let paused_since: Timestamp = now.plus(-PAUSE);
    let urgent: [NoticeKind; 2] = URGENT;
    let unseen = notices::table
        .filter(notices::user_id.eq(mail_addresses::user_id))
        .filter(notices::seen_at.is_null())
        .filter(notices::told_at.gt(mail_addresses::told_to))
        .filter(
            notices::kind.eq_any(urgent).or(mail_addresses::mailed_at.assume_not_null().le(paused_since)),
        );
    let acts: can_act = can_act(now);
    let is_told = acts.and(exists(unseen));
    users::status
        .eq(active)
        .and(mail_addresses::not_before.le(now))
        .and(mail_addresses::mailed_at.is_null().or(is_told))
}

/// Notes that a message is begun, and gives the address; none where another server was faster.
pub(super) fn begin(tx: &mut WriteTx<'_>, user: UserId) -> Result<Option<MailAddress>> {
    let now = tx.now();
    let due: Option<MailAddress> = mail_addresses::table
        .inner_join(users::table)
        .filter(mail_addresses::user_id.eq(user))
        .filter(is_due(now))
        .select(MailAddress::as_select())
        .first(tx.conn())
        .optional()?;
    if let Some(row) = &due {
        wait(tx, row, TRY_AGAIN)?;
    }
    // What is told from now on is not in this message.
    Ok(due.map(|row| MailAddress { told_to: now, ..row }))
}

/// Begins no other one for a while.
fn wait(tx: &mut WriteTx<'_>, row: &MailAddress, pause: TimeDelta) -> Result<()> {
    let not_before = tx.now().plus(pause);
    let same = mail_addresses::table.find(row.user_id).filter(mail_addresses::set_at.eq(row.set_at));
    diesel::update(same).set(mail_addresses::not_before.eq(not_before)).execute(tx.conn())?;
    Ok(())
}

/// Notes that the mail server refused it for good.
pub(super) fn refused(tx: &mut WriteTx<'_>, begun: &MailAddress) -> Result<()> {
    wait(tx, begun, TRY_LATER)
}

/// Notes that the mail server has taken it; unless the address is another by now.
pub(super) fn sent(tx: &mut WriteTx<'_>, begun: &MailAddress) -> Result<()> {
    let now = tx.now();
    let same = mail_addresses::table.find(begun.user_id).filter(mail_addresses::set_at.eq(begun.set_at));
    let taken = (
        mail_addresses::told_to.eq(begun.told_to),
        mail_addresses::not_before.eq(now),
        mail_addresses::mailed_at.eq(now),
    );
    diesel::update(same).set(taken).execute(tx.conn())?;
    Ok(())
}

/// Every address.
pub(super) fn all(tx: &mut Tx<'_>) -> Result<Vec<(UserId, Vec<u8>)>> {
    let columns = (mail_addresses::user_id, mail_addresses::sealed);
    Ok(mail_addresses::table.order(mail_addresses::user_id).select(columns).load(tx.conn())?)
}

/// Puts what is sealed anew in place of what was read; where it is another by now, that stays.
pub(super) fn put_anew(tx: &mut WriteTx<'_>, user: UserId, read: &[u8], anew: &[u8]) -> Result<()> {
    let same = mail_addresses::table.find(user).filter(mail_addresses::sealed.eq(read));
    diesel::update(same).set(mail_addresses::sealed.eq(anew)).execute(tx.conn())?;
    Ok(())
}

/// Whether an address is sealed under this version of the pepper.
pub(crate) fn any_sealed_by(tx: &mut Tx<'_>, version: i32) -> Result<bool> {
    Ok(all(tx)?.iter().any(|(_, sealed)| crate::crypto::key_version(sealed) == Some(version)))
}
