//! Travel mode: before a border somebody puts their own access away, so that nobody can make them open anything there. They
//! cannot take it back before its day; somebody else can.

use actix_web::web::Data;
use chrono::TimeDelta;
use serde::Deserialize;
use utoipa::ToSchema;

use super::UserView;
use crate::access::permissions::{AccountUpdate, UserEndAway};
use crate::access::{Permit, UserId};
use crate::accounts::{store, users};
use crate::app::App;
use crate::audit::{Action, Event};
use crate::db::types::Timestamp;
use crate::error::{Error, Result};
use crate::http::{Body, NoContent, Path, Versioned};
use crate::machine::unmet;

/// The longest that somebody puts it away for at once.
const LONGEST: TimeDelta = TimeDelta::days(90);

/// Until when.
#[derive(Deserialize, ToSchema, Clone, Copy)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"until": "2026-03-09T09:00:00Z"}))]
pub struct AwayRequest {
    /// A moment within the next 90 days; when one is away already, not before the end of that.
    until: Timestamp,
}

/// `POST /v1/me/away`
pub async fn begin_away(
    permit: Permit<AccountUpdate>,
    app: Data<App>,
    body: Body<AwayRequest>,
) -> Result<Versioned<UserView>> {
    let until = body.0.until;
    let event = Event::new(Action::AwayBegin).subject(permit.person()?).detail("until", until);
    let view = app.db.write(permit, event, move |tx, permit| {
        let user = store::find(tx, permit, permit.person()?)?;
        let now = tx.now();
        if until <= now || until > now.plus(LONGEST) {
            return Err(Error::invalid_field("/until", "Name a moment within the next 90 days."));
        }
        if user.away_until.is_some_and(|before| before > until) {
            return Err(Error::invalid_field(
                "/until",
                "You are away for longer already: somebody else can give your access back.",
            ));
        }
        let user = users::put_away(tx, &user, until)?;
        UserView::load(tx, permit, user)
    });
    Ok(Versioned(view.await?))
}

/// `DELETE /v1/users/{user}/away`
pub async fn end_away(permit: Permit<UserEndAway>, app: Data<App>, path: Path<UserId>) -> Result<NoContent> {
    let id = path.0;
    let event = Event::new(Action::AwayEnd).subject(id);
    app.db
        .write(permit, event, move |tx, permit| {
            let user = store::find(tx, permit, id)?;
            if permit.user() == Some(user.id) {
                let guard = unmet("ended_by_another", "somebody else gives your access back");
                return Err(Error::unmet(vec![guard]));
            }
            users::give_back(tx, &user)
        })
        .await?;
    Ok(NoContent)
}
