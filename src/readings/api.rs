//! Seeing a reading budget, and allowing more of it for a while.

use actix_web::web::Data;
use chrono::TimeDelta;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::model::Allowance;
use super::rules::{LONGEST_MINUTES, MOST_MORE, ReadingBudget};
use super::store;
use crate::access::permissions::{AccountRead, ReadingAllow, ReadingRead};
use crate::access::{Permit, UserId};
use crate::accounts;
use crate::app::App;
use crate::audit::{Action, Event};
use crate::db::types::Timestamp;
use crate::db::{Tx, WriteTx};
use crate::error::{Error, Fault, Result};
use crate::http::{Body, Done, Json, NoContent, Path};
use crate::machine::unmet;
use crate::notices::codes::NoticeKind;
use crate::notices::{self, About, Whom, tell};

/// Of how many different cases something sealed was opened.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({"opened": 12, "most": 30}))]
pub struct OpenedView {
    /// Of so many.
    opened: i64,
    /// Of so many at most, with what is allowed beside the budget.
    most: i64,
}

/// What a coordinator allows beside the budget.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "more": 20, "until": "2026-03-02T12:00:00.000000Z", "allowed_by": "2b5w8z0v4n9qx2c7m1b6t8r4ye"
}))]
pub struct AllowanceView {
    /// So many more cases, in the hour and in the day.
    more: i64,
    /// Until then.
    until: Timestamp,
    /// Who allows it.
    allowed_by: UserId,
}

/// A user's reading budget: a case counts once, for an hour and for a day from when something sealed of it was opened.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "user_id": "3b5w8z0v4n9qx2c7m1b6t8r4ye",
    "hour": {"opened": 12, "most": 30}, "day": {"opened": 40, "most": 100}, "allowance": null
}))]
pub struct ReadingBudgetView {
    /// Whose it is.
    user_id: UserId,
    /// Within the last hour.
    hour: OpenedView,
    /// Within the last 24 hours.
    day: OpenedView,
    /// What is allowed beside it now.
    allowance: Option<AllowanceView>,
}

impl ReadingBudgetView {
    fn load(tx: &mut Tx<'_>, user: UserId, budget: ReadingBudget) -> Result<Self> {
        let now = tx.now();
        let opened = store::opened(&store::counted(tx, user, None)?, now);
        let allowance = store::allowance(tx, user)?.and_then(|row| view(&row, now));
        let more = allowance.as_ref().map_or(0, |allowance| allowance.more);
        Ok(Self {
            user_id: user,
            hour: OpenedView { opened: opened.hour, most: budget.hour + more },
            day: OpenedView { opened: opened.day, most: budget.day + more },
            allowance,
        })
    }
}

fn view(row: &Allowance, now: Timestamp) -> Option<AllowanceView> {
    let until = row.until_at.filter(|until| *until > now)?;
    Some(AllowanceView { more: row.more, until, allowed_by: row.allowed_by? })
}

/// `GET /v1/me/reading-budget`
pub async fn get_own_reading_budget(
    permit: Permit<AccountRead>,
    app: Data<App>,
) -> Result<Json<ReadingBudgetView>> {
    let (user, budget) = (permit.person()?, app.db.reading_budget());
    let event = Event::new(Action::ReadingBudgetRead).subject(user);
    let read = app.db.read(permit, event, move |tx, permit| {
        // In an empty network nobody has opened anything.
        let whose = if permit.is_under_duress() { UserId::generate() } else { user };
        Ok(ReadingBudgetView { user_id: user, ..ReadingBudgetView::load(tx, whose, budget)? })
    });
    Ok(Json(read.await?.value))
}

/// `GET /v1/users/{user}/reading-budget`
pub async fn get_reading_budget(
    permit: Permit<ReadingRead>,
    app: Data<App>,
    path: Path<UserId>,
) -> Result<Json<ReadingBudgetView>> {
    let (id, budget) = (path.0, app.db.reading_budget());
    let event = Event::new(Action::ReadingBudgetRead).subject(id);
    let read = app.db.read(permit, event, move |tx, permit| {
        let user = accounts::store::find(tx, permit, id)?;
        ReadingBudgetView::load(tx, user.id, budget)
    });
    Ok(Json(read.await?.value))
}

/// What is allowed beside the budget, in place of what was.
#[derive(Deserialize, ToSchema, Clone, Copy)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"more": 20, "minutes": 120}))]
pub struct AllowanceRequest {
    /// So many more cases, 1 to 200.
    #[schema(minimum = 1, maximum = 200)]
    more: i64,
    /// For so long, 1 to 1440.
    #[schema(minimum = 1, maximum = 1440)]
    minutes: i64,
}

impl AllowanceRequest {
    fn check(self) -> Result<Self> {
        let bounds = [("/more", self.more, MOST_MORE), ("/minutes", self.minutes, LONGEST_MINUTES)];
        let wrong = bounds.into_iter().filter(|(_, given, most)| !(1..=*most).contains(given));
        let faults: Vec<Fault> =
            wrong.map(|(pointer, _, most)| Fault::new(pointer, format!("must be 1 to {most}"))).collect();
        if faults.is_empty() { Ok(self) } else { Err(Error::invalid(faults)) }
    }
}

/// `POST /v1/users/{user}/reading-allowance`
pub async fn allow_more_reading(
    permit: Permit<ReadingAllow>,
    app: Data<App>,
    path: Path<UserId>,
    body: Body<AllowanceRequest>,
) -> Result<Done<ReadingBudgetView>> {
    let (id, request, budget) = (path.0, body.0.check()?, app.db.reading_budget());
    let event = Event::new(Action::ReadingBudgetAllow)
        .subject(id)
        .detail("more", request.more)
        .detail("minutes", request.minutes);
    let find = move |tx: &mut WriteTx<'_>, permit: &Permit<_>| accounts::store::find(tx, permit, id);
    let view = app.db.write_within(permit, event, find, move |tx, permit| {
        let by = other_than(tx, permit, id)?;
        let row = Allowance {
            user_id: id,
            more: request.more,
            until_at: Some(tx.now().plus(TimeDelta::minutes(request.minutes))),
            allowed_by: Some(by),
            // Whoever has used that up waits anew.
            told_at: None,
        };
        store::put(tx, &row)?;
        notices::store::settle(tx, NoticeKind::ReadingBudgetSpent, id.as_str())?;
        let about = About { kind: NoticeKind::ReadingAllowed, subject: id.as_str(), not_to: None };
        tell(tx, &[Whom::User(id)], about)?;
        ReadingBudgetView::load(tx, id, budget)
    });
    Ok(Done(view.await?))
}

/// `DELETE /v1/users/{user}/reading-allowance`
pub async fn take_allowance_back(
    permit: Permit<ReadingAllow>,
    app: Data<App>,
    path: Path<UserId>,
) -> Result<NoContent> {
    let id = path.0;
    let event = Event::new(Action::ReadingBudgetTakeBack).subject(id);
    let taken = app.db.write(permit, event, move |tx, permit| {
        other_than(tx, permit, id)?;
        let Some(row) = store::allowance(tx, id)? else { return Ok(()) };
        store::put(tx, &Allowance { more: 0, until_at: None, allowed_by: None, ..row })
    });
    taken.await?;
    Ok(NoContent)
}

/// Who decides about a user within their reach, and never about themselves.
fn other_than(tx: &mut WriteTx<'_>, permit: &Permit<ReadingAllow>, id: UserId) -> Result<UserId> {
    let (user, by) = (accounts::store::find(tx, permit, id)?, permit.person()?);
    if by == user.id {
        let guard = unmet("allowed_by_another", "another coordinator of your hub allows you more");
        return Err(Error::unmet(vec![guard]));
    }
    Ok(by)
}
