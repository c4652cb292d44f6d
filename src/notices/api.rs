//! One's own notices.

use actix_web::web::Data;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::codes::{NoticeKind, NoticeState};
use super::model::{Notice, NoticeId};
use super::store;
use crate::access::Permit;
use crate::access::permissions::{AccountRead, AccountUpdate};
use crate::app::App;
use crate::audit::{Action, Event};
use crate::db::types::Timestamp;
use crate::error::{Error, Result};
use crate::http::{ListQuery, NoContent, Page, Path};

/// That something waits for whoever asks.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "id": "0k5w8z0v4n9qx2c7m1b6t8r4ye", "kind": "emergency_opened", "subject": "3k5w8z0v4n9qx2c7m1b6t8r4ye",
    "told_at": "2008-03-01T02:40:00.000000Z", "seen_at": null
}))]
pub struct NoticeView {
    /// Its id.
    id: NoticeId,
    /// What waits.
    kind: NoticeKind,
    /// The id of what waits: of an emergency access, an erasure, a pair of cases.
    subject: String,
    /// Since when.
    told_at: Timestamp,
    /// When it was marked as seen.
    seen_at: Option<Timestamp>,
}

impl From<Notice> for NoticeView {
    fn from(row: Notice) -> Self {
        Self { id: row.id, kind: row.kind, subject: row.subject, told_at: row.told_at, seen_at: row.seen_at }
    }
}

/// Which notices to list.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct NoticeListQuery {
    /// Those that are marked as seen, or those that are not; all where nothing is said.
    #[serde(default)]
    #[param(inline)]
    state: Option<NoticeState>,
}

/// `GET /v1/me/notices`
pub async fn list_notices(
    permit: Permit<AccountRead>,
    app: Data<App>,
    query: ListQuery<NoticeListQuery>,
) -> Result<Page<NoticeView>> {
    let ListQuery { filter, page } = query;
    let (limit, start) = (page.limit(), page.start()?);
    let event =
        Event::new(Action::NoticeList).narrowed_by([("state", filter.state.map(|state| state.to_string()))]);
    let read = app.db.read(permit, event, move |tx, permit| {
        // In an empty network nothing waits.
        if permit.is_under_duress() {
            return Ok(Vec::new());
        }
        store::list(tx, permit.person()?, filter.state, start, limit + 1)
    });
    Page::of(read.await?.value, &page, |row| (row.told_at, row.id), Into::into)
}

/// `PUT /v1/me/notices/{notice}/seen`
pub async fn see_notice(
    permit: Permit<AccountUpdate>,
    app: Data<App>,
    path: Path<NoticeId>,
) -> Result<NoContent> {
    let notice = path.0;
    let event = Event::new(Action::NoticeSee).subject(notice);
    let seen = app.db.write(permit, event, move |tx, permit| {
        if permit.is_under_duress() {
            return Err(Error::not_found());
        }
        store::see(tx, permit.person()?, notice)
    });
    seen.await?;
    Ok(NoContent)
}
