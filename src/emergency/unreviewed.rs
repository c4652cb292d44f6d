//! Reviews that nobody has made in time: counted for whoever runs the server, and told again each day, on the log and to
//! the auditors, until somebody makes them.

use super::model::EmergencyAccess;
use super::store;
use crate::access::Permit;
use crate::access::permissions::SystemAct;
use crate::app::App;
use crate::audit::{Action, Event};
use crate::db::WriteTx;
use crate::error::{Code, Result};
use crate::http::Given;
use crate::notices::codes::NoticeKind;
use crate::notices::{About, Whom, tell};

/// In one round.
const AT_ONCE: i64 = 100;

/// Reviews that are not made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unreviewed {
    /// How many should have been made by now.
    pub overdue: i64,
}

/// How many there are.
pub async fn count(app: &App) -> Result<Unreviewed> {
    let overdue =
        app.db.unrecorded("how many emergency accesses nobody has reviewed", store::overdue).await?;
    Ok(Unreviewed { overdue })
}

/// Tells of those that nobody was told of for a day; how many that were.
pub async fn remind(app: &App) -> Result<usize> {
    let look = |tx: &mut crate::db::Tx<'_>| store::to_remind_of(tx, AT_ONCE);
    let mut reminded = 0;
    for access in app.db.unrecorded("which emergency accesses nobody has reviewed", look).await? {
        let event = Event::new(Action::EmergencyOverdue).about(access.case_id).subject(access.id);
        let told = app.db.write(Permit::<SystemAct>::system("upkeep"), event, move |tx, _| told(tx, &access));
        match told.await.and_then(Given::made) {
            Ok(()) => reminded += 1,
            // Another server has told of it, or it was reviewed meanwhile.
            Err(error) if error.code() == Code::PreconditionFailed => {}
            Err(error) => return Err(error),
        }
    }
    Ok(reminded)
}

fn told(tx: &mut WriteTx<'_>, access: &EmergencyAccess) -> Result<()> {
    store::reminded(tx, access)?;
    let about = About { kind: NoticeKind::ReviewOverdue, subject: access.id.as_str(), not_to: None };
    tell(tx, &[Whom::Auditors, Whom::CoordinatorsOf(access.hub_id)], about)
}
