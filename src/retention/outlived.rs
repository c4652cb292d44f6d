//! What the rules of retention do: they ask, as a person would, that whoever has been gone for long enough be erased. A
//! coordinator decides, and then there is time to object as with any other.

use chrono::TimeDelta;

use super::asking;
use super::codes::ErasureReason;
use super::policy::Rule;
use super::store::{self, ClosedKey};
use crate::access::permissions::SystemAct;
use crate::access::{CaseId, Permit};
use crate::app::App;
use crate::audit::{Action, Event};
use crate::db::{Tx, WriteTx};
use crate::error::{Code, Result};
use crate::http::Given;

/// Closed cases that are looked at in one read.
const AT_ONCE: i64 = 200;

/// One look.
struct Look {
    outlived: Vec<CaseId>,
    /// Where it ended, if there may be more.
    next: Option<ClosedKey>,
}

/// Asks for all whom the rules name; how many that were.
pub async fn run(app: &App) -> Result<usize> {
    let mut asked = 0;
    for rule in &app.retention.rules {
        let (rule, mut after) = (*rule, None);
        loop {
            let look = app.db.unrecorded("who has been gone for long", move |tx| look(tx, rule, after));
            let Look { outlived, next } = look.await?;
            for case in outlived {
                asked += usize::from(ask(app, case).await?);
            }
            after = next;
            if after.is_none() {
                break;
            }
        }
    }
    Ok(asked)
}

/// Two questions, so that those who are erased, held or refused make neither of them longer.
fn look(tx: &mut Tx<'_>, rule: Rule, after: Option<ClosedKey>) -> Result<Look> {
    let kept_since = tx.now().plus(-TimeDelta::days(rule.days.into()));
    let closed = store::closed_by(tx, rule.outcome, kept_since.date(), after, AT_ONCE)?;
    let full = i64::try_from(closed.len()).is_ok_and(|closed| closed == AT_ONCE);
    let next = closed.last().copied().filter(|_| full);
    let closed: Vec<CaseId> = closed.into_iter().map(|(_, case)| case).collect();
    Ok(Look { outlived: store::to_ask_for(tx, &closed, kept_since)?, next })
}

/// Whether it was asked for: another server may have been first, or somebody may have come back.
async fn ask(app: &App, id: CaseId) -> Result<bool> {
    let reason = ErasureReason::Retention;
    let event = Event::new(Action::ErasureRequest).about(id).detail("reason", reason);
    let written =
        app.db.write(Permit::<SystemAct>::system("retention"), event, move |tx: &mut WriteTx<'_>, _| {
            let case = store::case(tx, id)?;
            asking::ask(tx, &case, reason, None).map(drop)
        });
    match written.await.and_then(Given::made) {
        Ok(()) => Ok(true),
        Err(error) if [Code::GuardsUnmet, Code::PreconditionFailed].contains(&error.code()) => Ok(false),
        Err(error) => Err(error),
    }
}
