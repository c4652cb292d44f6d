//! Who saw a case, and what a user saw. Cases are named by their ids alone: an auditor sees none of them.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use actix_web::web::Data;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::access::permissions::AuditAsk;
use crate::access::{CaseId, Permit, UserId};
use crate::app::App;
use crate::audit::checkpoint::Anchor;
use crate::audit::sight::Sight;
use crate::audit::times::Stretch;
use crate::audit::unreadable::Unreadable;
use crate::audit::{Action, Event, seen};
use crate::db::types::Timestamp;
use crate::error::Result;
use crate::http::{CursorQuery, Json, Path};

/// Narrowing by time.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct TimeQuery {
    /// Only at or after this moment.
    pub after: Option<Timestamp>,
    /// Only before this moment.
    pub before: Option<Timestamp>,
}

impl TimeQuery {
    fn stretch(&self) -> Stretch {
        Stretch { after: self.after, before: self.before }
    }

    fn event(&self, action: Action) -> Event {
        Event::new(action).narrowed_by([
            ("after", self.after.map(|moment| moment.to_string())),
            ("before", self.before.map(|moment| moment.to_string())),
        ])
    }
}

/// What one user saw of a case.
#[derive(Serialize, ToSchema)]
pub struct SeenByUser {
    /// The user; null for the server itself and for the operator at the machine.
    user: Option<UserId>,
    /// Their pseudonym.
    username: Option<String>,
    /// What they saw and did.
    seen: Sight,
}

/// Who saw a case, who saw it last first.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "case": "3k5w8z0v4n9qx2c7m1b6t8r4ye",
    "users": [{
        "user": "2b5w8z0v4n9qx2c7m1b6t8r4ye", "username": "heron",
        "seen": {
            "first": "2006-08-01T09:00:00.000000Z", "last": "2006-08-03T16:20:00.000000Z", "opened": 12,
            "listed": 4, "written": 3, "denied": 0, "groups": ["identity", "legal"], "notes": true
        }
    }],
    "unreadable": [], "log": null, "complete": true, "next_cursor": null
}))]
pub struct CaseSeenBy {
    /// The case.
    case: CaseId,
    /// Everybody of whom the entries tell.
    users: Vec<SeenByUser>,
    /// Entries that may tell more and cannot be read, because somebody has edited them past the server: the first 50.
    unreadable: Vec<Unreadable>,
    /// How the log stood: keep the answer, and it shows later whether the log is still the same.
    log: Option<Anchor>,
    /// Whether all entries of the time asked for were looked at.
    complete: bool,
    /// Send it as `cursor` for the entries before these, and add up; null when it is complete.
    next_cursor: Option<String>,
}

/// `GET /v1/audit/cases/{case}/seen-by`
pub async fn who_saw_case(
    permit: Permit<AuditAsk>,
    app: Data<App>,
    path: Path<CaseId>,
    query: CursorQuery<TimeQuery>,
) -> Result<Json<CaseSeenBy>> {
    let (case, times, start) = (path.0, query.filter.stretch(), query.place.start()?);
    let event = query.filter.event(Action::AuditSeenBy).subject(case);
    let read = app.db.read_log(permit, event, move |tx, permit| {
        let seen = seen::by_whom(tx, permit, case, &times, start)?;
        let ids: BTreeSet<UserId> = seen.sights.keys().copied().flatten().collect();
        Ok((seen, seen::usernames(tx, &ids)?, Anchor::now(tx)?))
    });
    let (seen, mut usernames, log) = read.await?.value;
    let mut users: Vec<SeenByUser> = seen
        .sights
        .into_iter()
        .map(|(user, seen)| {
            let username = user.and_then(|user| usernames.remove(&user));
            SeenByUser { user, username, seen }
        })
        .collect();
    users.sort_by_key(|row| Reverse(row.seen.last()));
    let next_cursor = seen.next.map(|position| query.place.next(position)).transpose()?;
    let complete = next_cursor.is_none();
    Ok(Json(CaseSeenBy { case, users, unreadable: seen.unreadable, log, complete, next_cursor }))
}

/// What a user saw of one case.
#[derive(Serialize, ToSchema)]
pub struct SeenCase {
    /// The case.
    case: CaseId,
    /// What they saw and did.
    seen: Sight,
}

/// What a user saw, the case that they saw last first.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "user": "2b5w8z0v4n9qx2c7m1b6t8r4ye", "username": "heron",
    "cases": [{
        "case": "3k5w8z0v4n9qx2c7m1b6t8r4ye",
        "seen": {
            "first": "2006-08-01T09:00:00.000000Z", "last": "2006-08-03T16:20:00.000000Z", "opened": 12,
            "listed": 4, "written": 3, "denied": 0, "groups": ["identity", "legal"], "notes": true
        }
    }],
    "unreadable": [], "log": null, "complete": true, "next_cursor": null
}))]
pub struct UserSaw {
    /// The user.
    user: UserId,
    /// Their pseudonym; null where there is no such user.
    username: Option<String>,
    /// Every case of which the entries tell.
    cases: Vec<SeenCase>,
    /// Entries that may tell more and cannot be read, because somebody has edited them past the server: the first 50.
    unreadable: Vec<Unreadable>,
    /// How the log stood: keep the answer, and it shows later whether the log is still the same.
    log: Option<Anchor>,
    /// Whether all entries of the time asked for were looked at.
    complete: bool,
    /// Send it as `cursor` for the entries before these, and add up; null when it is complete.
    next_cursor: Option<String>,
}

/// `GET /v1/audit/users/{user}/seen`
pub async fn what_user_saw(
    permit: Permit<AuditAsk>,
    app: Data<App>,
    path: Path<UserId>,
    query: CursorQuery<TimeQuery>,
) -> Result<Json<UserSaw>> {
    let (user, times, start) = (path.0, query.filter.stretch(), query.place.start()?);
    let event = query.filter.event(Action::AuditSeen).subject(user);
    let read = app.db.read_log(permit, event, move |tx, permit| {
        let seen = seen::by_user(tx, permit, user, &times, start)?;
        Ok((seen, seen::usernames(tx, &BTreeSet::from([user]))?, Anchor::now(tx)?))
    });
    let (seen, mut usernames, log) = read.await?.value;
    let mut cases: Vec<SeenCase> =
        seen.sights.into_iter().map(|(case, seen)| SeenCase { case, seen }).collect();
    cases.sort_by_key(|row| Reverse(row.seen.last()));
    let next_cursor = seen.next.map(|position| query.place.next(position)).transpose()?;
    Ok(Json(UserSaw {
        user,
        username: usernames.remove(&user),
        cases,
        unreadable: seen.unreadable,
        log,
        complete: next_cursor.is_none(),
        next_cursor,
    }))
}
