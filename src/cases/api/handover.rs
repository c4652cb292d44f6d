//! Whoever leaves hands their cases over: every place that they have on teams, in one call.

use std::collections::{BTreeMap, BTreeSet};

use actix_web::web::Data;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::access::permissions::TeamHandOver;
use crate::access::{CaseId, Permit, UserId};
use crate::accounts;
use crate::app::App;
use crate::audit::{Action, Event};
use crate::cases::code::CaseRef;
use crate::cases::store::handover::{self, Place, Places};
use crate::cases::store::team;
use crate::db::WriteTx;
use crate::error::{Error, Fault, Result};
use crate::http::{Body, Done, Path};
use crate::notices::codes::NoticeKind;
use crate::notices::{About, Whom, tell};

/// More than this in one request is a mistake: divide them among several requests.
const MOST_EXCEPTIONS: usize = 200;

/// To whom a user's places on teams go.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "to": "3b5w8z0v4n9qx2c7m1b6t8r4ye",
    "except": [{"case": "KC-7Q3M-9D2X-K", "to": "4b5w8z0v4n9qx2c7m1b6t8r4ye"}]
}))]
pub struct HandoverRequest {
    /// Who gets them: an active caseworker or coordinator.
    to: UserId,
    /// Cases that somebody else gets, each named once, at most 200; a case that was merged goes with the one that it was
    /// merged into.
    #[serde(default)]
    #[schema(max_items = 200)]
    except: Vec<HandoverException>,
}

/// A case that somebody else gets.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"case": "KC-7Q3M-9D2X-K", "to": "4b5w8z0v4n9qx2c7m1b6t8r4ye"}))]
pub struct HandoverException {
    /// The case, by id or code.
    #[schema(value_type = String)]
    case: CaseRef,
    /// Who gets it: an active caseworker or coordinator.
    to: UserId,
}

/// What was handed over.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "places": 12, "left": 0, "received": [
        {"user_id": "3b5w8z0v4n9qx2c7m1b6t8r4ye", "username": "tern", "places": 11},
        {"user_id": "4b5w8z0v4n9qx2c7m1b6t8r4ye", "username": "swan", "places": 1}
    ]
}))]
pub struct HandoverView {
    /// How many places, on as many cases; those that were merged into others count too.
    places: usize,
    /// On how many cases of your hubs the user has a place still, because they were too many for one request: send another.
    left: i64,
    /// How many of them each receiver got.
    received: Vec<Received>,
}

/// How many places somebody got.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({"user_id": "3b5w8z0v4n9qx2c7m1b6t8r4ye", "username": "tern", "places": 11}))]
pub struct Received {
    /// Who.
    user_id: UserId,
    /// Their pseudonym.
    username: String,
    /// How many.
    places: usize,
}

/// `POST /v1/users/{user}/handover`
pub async fn hand_over_cases(
    permit: Permit<TeamHandOver>,
    app: Data<App>,
    path: Path<UserId>,
    body: Body<HandoverRequest>,
) -> Result<Done<HandoverView>> {
    let (leaver, request) = (path.0, body.0);
    if request.except.len() > MOST_EXCEPTIONS {
        return Err(Error::invalid_field("/except", format!("Name at most {MOST_EXCEPTIONS} cases.")));
    }
    let named: Vec<CaseRef> = request.except.iter().map(|exception| exception.case).collect();
    let event = Event::new(Action::UserHandOver).subject(leaver);
    let find = move |tx: &mut WriteTx<'_>, permit: &Permit<_>| accounts::store::find(tx, permit, leaver);
    let view = app.db.write_within(permit, event, find, move |tx, permit| {
        let Places { places, left } = handover::places(tx, permit, leaver, &named)?;
        let given = divided(places, &request)?;
        let names = receivers(tx, leaver, &request)?;
        handover::hand_over(tx, leaver, &given, permit.person()?)?;
        tx.event.set_detail("places", given.len());
        tell_receivers(tx, &given, leaver, permit.person()?)?;
        Ok(seen(&given, left, names))
    });
    Ok(Done(view.await?))
}

/// Each place with who gets it.
fn divided(places: Vec<Place>, request: &HandoverRequest) -> Result<Vec<(Place, UserId)>> {
    let mut to: BTreeMap<CaseId, UserId> = BTreeMap::new();
    let mut faults = Vec::new();
    for (index, exception) in request.except.iter().enumerate() {
        let named = places.iter().find(|place| exception.case.names(place.case.id, place.case.code));
        let pointer = || format!("/except/{index}/case");
        match named {
            // Not theirs to hand over, not the leaver's and not there are one answer.
            None => faults
                .push(Fault::new(pointer(), "The user has no place on this case that you can hand over.")),
            Some(place) if to.insert(place.followed(), exception.to).is_some() => {
                faults.push(Fault::new(pointer(), "This case is named twice."));
            }
            Some(_) => {}
        }
    }
    if !faults.is_empty() {
        return Err(Error::invalid(faults));
    }
    let with_receiver = |place: Place| {
        let receiver = to.get(&place.followed()).copied().unwrap_or(request.to);
        (place, receiver)
    };
    Ok(places.into_iter().map(with_receiver).collect())
}

/// The pseudonyms of all who are named as receivers, who can have places.
fn receivers(
    tx: &mut WriteTx<'_>,
    leaver: UserId,
    request: &HandoverRequest,
) -> Result<BTreeMap<UserId, String>> {
    let exceptions = request.except.iter().enumerate();
    let named = std::iter::once(("/to".to_owned(), request.to))
        .chain(exceptions.map(|(index, exception)| (format!("/except/{index}/to"), exception.to)));
    let (mut names, mut faults) = (BTreeMap::new(), Vec::new());
    for (pointer, to) in named {
        if to == leaver {
            faults.push(Fault::new(pointer, "Name somebody else than the user whose places these are."));
        } else if let Some(name) = team::assignable(tx, to)? {
            names.insert(to, name);
        } else {
            faults.push(Fault::new(pointer, "Name an active caseworker or coordinator."));
        }
    }
    if faults.is_empty() { Ok(names) } else { Err(Error::invalid(faults)) }
}

/// Whoever had a hand in it knows of it.
fn tell_receivers(
    tx: &mut WriteTx<'_>,
    given: &[(Place, UserId)],
    leaver: UserId,
    giver: UserId,
) -> Result<()> {
    let receivers: BTreeSet<UserId> = given.iter().map(|(_, to)| *to).collect();
    let whom: Vec<Whom> = receivers.into_iter().map(Whom::User).collect();
    let about = About { kind: NoticeKind::CasesHandedOver, subject: leaver.as_str(), not_to: Some(giver) };
    tell(tx, &whom, about)
}

fn seen(given: &[(Place, UserId)], left: i64, names: BTreeMap<UserId, String>) -> HandoverView {
    let received = names.into_iter().filter_map(|(user_id, username)| {
        let places = given.iter().filter(|(_, to)| *to == user_id).count();
        (places > 0).then_some(Received { user_id, username, places })
    });
    HandoverView { places: given.len(), left, received: received.collect() }
}
