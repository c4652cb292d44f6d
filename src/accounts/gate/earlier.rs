//! What the log says of an account: a server that was started anew has not forgotten who guessed today.

use std::ops::ControlFlow;

use crate::access::UserId;
use crate::audit::Action;
use crate::audit::Outcome;
use crate::audit::entry::SubjectId;
use crate::audit::times::Stretch;
use crate::audit::walk::Way;
use crate::db::Db;
use crate::db::types::CodeList as _;
use crate::error::{Error, Result};

/// More entries of one account on one day are not looked at: that many failures are a stop already.
const MOST_ENTRIES: u32 = 400;

/// Failed logins of this account since the day (UTC) began.
pub(super) async fn failures(db: &Db, user: UserId) -> Result<u32> {
    let subject: SubjectId = user.as_str().parse().map_err(|_| Error::internal(anyhow::anyhow!("no id")))?;
    let count = move |tx: &mut crate::db::Tx<'_>| {
        let today = Stretch { after: Some(tx.now().start_of_day()), before: None };
        let within = today.positions(tx)?;
        let (mut failures, mut seen) = (0, 0);
        Way::Subject(subject).back(tx, within, i64::from(MOST_ENTRIES), |row| {
            let failed = row.action == Action::SessionCreate.code() && row.outcome == Outcome::Failed.code();
            failures += u32::from(failed && today.holds(row.at));
            seen += 1;
            Ok(if seen < MOST_ENTRIES { ControlFlow::Continue(()) } else { ControlFlow::Break(()) })
        })?;
        Ok(failures)
    };
    db.unrecorded("how often somebody failed to log in today", count).await
}
