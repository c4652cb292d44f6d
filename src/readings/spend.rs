//! What `db` asks before it gives a receipt that opens something sealed of a case.

use super::model::Allowance;
use super::rules::{HOUR, ReadingBudget};
use super::store;
use crate::access::permissions::SystemAct;
use crate::access::{CaseId, Permit, UserId};
use crate::audit::{Action, Event};
use crate::db::{Db, Tx, WriteTx};
use crate::error::{Code, Error, Result};
use crate::notices::codes::NoticeKind;
use crate::notices::{About, Whom, tell};

/// Whether opening the case costs something: it does not while it counts already.
pub(crate) fn costs(tx: &mut Tx<'_>, user: UserId, case: CaseId) -> Result<bool> {
    store::counts(tx, user, case).map(|counts| !counts)
}

/// Counts the case, or refuses, in the commit that puts the reading on the record: however many ask at once, no more are
/// opened than there is room for.
pub(crate) fn spend(tx: &mut WriteTx<'_>, user: UserId, case: CaseId, budget: ReadingBudget) -> Result<()> {
    if store::counts(tx, user, case)? {
        return Ok(());
    }
    let now = tx.now();
    let counted = store::counted(tx, user, Some(case))?;
    let allowance = store::allowance(tx, user)?;
    let more = allowance.as_ref().map_or(0, |allowance| allowance.more_at(now));
    if budget.has_room(store::opened(&counted, now), more) {
        return store::count(tx, user, case);
    }
    let until = allowance.and_then(|allowance| allowance.until_at);
    let room = budget.room_at(&counted, (more, until), now);
    Err(Error::new(
        Code::ReadingBudgetSpent,
        format!(
            "You have opened something sealed of as many cases as you may. Every other coordinator of your hubs is told, and \
             can allow more; else there is room again at {room}."
        ),
    ))
}

/// Tells the coordinators of the user's hubs that somebody waits for them; once in an hour.
pub(crate) async fn tell_coordinators(db: &Db, user: UserId) -> Result<()> {
    let look = move |tx: &mut Tx<'_>| is_told(tx, user);
    if db.unrecorded("whether somebody's coordinators know that they wait", look).await? {
        return Ok(());
    }
    let event = Event::new(Action::ReadingBudgetSpent).subject(user);
    let told = db.write(Permit::<SystemAct>::system("reading budget"), event, move |tx, _| {
        if is_told(tx, user)? {
            return Ok(());
        }
        let none = Allowance { user_id: user, more: 0, until_at: None, allowed_by: None, told_at: None };
        let row = store::allowance(tx, user)?.unwrap_or(none);
        store::put(tx, &Allowance { told_at: Some(tx.now()), ..row })?;
        let about =
            About { kind: NoticeKind::ReadingBudgetSpent, subject: user.as_str(), not_to: Some(user) };
        tell(tx, &[Whom::CoordinatorsOfUser(user)], about)
    });
    told.await.map(drop)
}

fn is_told(tx: &mut Tx<'_>, user: UserId) -> Result<bool> {
    let told = store::allowance(tx, user)?.and_then(|row| row.told_at);
    Ok(told.is_some_and(|at| at > tx.now().plus(-HOUR)))
}
