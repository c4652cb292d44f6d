//! What reading is unusual, with the reasons in words.

use std::ops::Range;

use actix_web::web::Data;
use chrono::TimeDelta;
use serde::Serialize;
use utoipa::ToSchema;

use super::seen::TimeQuery;
use crate::access::Permit;
use crate::access::permissions::AuditAsk;
use crate::app::App;
use crate::audit::checkpoint::Anchor;
use crate::audit::unreadable::Unreadable;
use crate::audit::unusual::{self, Finding};
use crate::audit::{Action, Event};
use crate::db::types::Timestamp;
use crate::error::{Error, Result};
use crate::http::{Json, Query};

/// The time asked about when not said.
const USUAL: TimeDelta = TimeDelta::days(7);
/// The longest time that may be asked about.
const LONGEST: TimeDelta = TimeDelta::days(31);

/// The time asked about: seven days when not said, 31 at most.
fn window(query: &TimeQuery, now: Timestamp) -> Result<Range<Timestamp>> {
    let before = query.before.unwrap_or(now);
    let after = query.after.unwrap_or_else(|| before.plus(-USUAL));
    if after >= before {
        return Err(Error::malformed_field("after", "Send a moment before `before`."));
    }
    if before.since(after) > LONGEST {
        return Err(Error::malformed_field("after", "Ask about 31 days at most."));
    }
    Ok(after..before)
}

/// Reading that is unlike what is usual.
#[derive(Serialize, ToSchema)]
pub struct UnusualReading {
    /// From which moment on was looked.
    after: Timestamp,
    /// Before which moment.
    before: Timestamp,
    /// From which moment on the time before `after` was looked at for what is usual: 30 days, less where the log
    /// is too long for that.
    compared_since: Timestamp,
    /// What was found: reasons to look, and no proof of anything.
    findings: Vec<Finding>,
    /// Entries that may tell more and cannot be read, because somebody has edited them past the server: the first 50.
    unreadable: Vec<Unreadable>,
    /// How the log stood: keep the answer, and it shows later whether the log is still the same.
    log: Option<Anchor>,
}

/// `GET /v1/audit/unusual`
pub async fn find_unusual_reading(
    permit: Permit<AuditAsk>,
    app: Data<App>,
    query: Query<TimeQuery>,
) -> Result<Json<UnusualReading>> {
    let window = window(&query.0, app.clock.now())?;
    let event = Event::new(Action::AuditUnusual).detail("after", window.start).detail("before", window.end);
    let read = app.db.read_log(permit, event, move |tx, permit| {
        let look = unusual::store::look(tx, permit, window.clone())?;
        let findings = unusual::findings(&look);
        tx.event.set_detail("findings", findings.len());
        Ok(UnusualReading {
            after: window.start,
            before: window.end,
            compared_since: look.since,
            findings,
            unreadable: look.unread.told(),
            log: Anchor::now(tx)?,
        })
    });
    Ok(Json(read.await?.value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_week_when_nothing_is_said_and_a_month_at_most() {
        let now: Timestamp = "2026-03-31T10:00:00Z".parse().unwrap();
        let window = |after: Option<&str>, before: Option<&str>| {
            let moment = |text: Option<&str>| text.map(|text| text.parse().unwrap());
            super::window(&TimeQuery { after: moment(after), before: moment(before) }, now)
        };
        let start = |after, before| window(after, before).unwrap().start.to_string();
        assert_eq!(start(None, None), "2026-03-24T10:00:00.000000Z");
        assert_eq!(start(None, Some("2026-03-10T00:00:00Z")), "2026-03-03T00:00:00.000000Z");
        assert!(window(Some("2026-02-28T10:00:00Z"), None).is_ok());
        assert!(window(Some("2026-02-28T09:59:59Z"), None).is_err());
        assert!(window(Some("2026-03-31T10:00:00Z"), None).is_err());
    }
}
