//! One's own keys for programs.

use std::collections::BTreeSet;
use std::net::IpAddr;

use actix_web::web::Data;
use chrono::TimeDelta;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::attempt::answered_before;
use crate::access::permissions::{AccountRead, AccountUpdate};
use crate::access::{Permit, Role, Scope, SessionId};
use crate::accounts::api_keys::model::ApiKey;
use crate::accounts::api_keys::{ApiKeyId, ApiKeyToken, store};
use crate::accounts::codes::SessionEnd;
use crate::accounts::model::{NewSession, User};
use crate::accounts::own_password;
use crate::accounts::second_factor::store as factors;
use crate::accounts::sessions::{self, Ending};
use crate::accounts::store as accounts;
use crate::app::App;
use crate::audit::{Action, Event};
use crate::db::types::Timestamp;
use crate::error::{Error, Fault, Result};
use crate::http::{Body, Given, Issued, Json, NoContent, Path};
use crate::machine::unmet;

/// More than this is a mistake, and each is a door.
const MOST_KEYS: usize = 20;
const MOST_ADDRESSES: usize = 10;
const LONGEST_DAYS: i64 = 365;
const LONGEST_NAME: usize = 40;

/// A key for a program.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "id": "7m5w8z0v4n9qx2c7m1b6t8r4ye", "name": "monthly-report", "permissions": ["report.stages"], "addresses": [],
    "created_at": "2026-03-01T09:00:00.000000Z", "expires_at": "2026-05-30T09:00:00.000000Z", "last_used_at": null
}))]
pub struct ApiKeyView {
    /// Its id.
    id: ApiKeyId,
    /// What its owner calls it.
    name: String,
    /// What it may do of what its owner may.
    permissions: Vec<String>,
    /// From where; empty: from everywhere.
    addresses: Vec<String>,
    /// When it was made.
    created_at: Timestamp,
    /// Until when it is good.
    expires_at: Timestamp,
    /// When it was last used, exact to an hour.
    last_used_at: Option<Timestamp>,
}

impl From<ApiKey> for ApiKeyView {
    fn from(row: ApiKey) -> Self {
        let words = |text: &str| text.split_whitespace().map(ToOwned::to_owned).collect();
        Self {
            permissions: words(&row.permissions),
            addresses: words(&row.addresses),
            id: row.id,
            name: row.name,
            created_at: row.created_at,
            expires_at: row.expires_at,
            last_used_at: row.last_used_at,
        }
    }
}

/// One's own keys.
#[derive(Serialize, ToSchema)]
pub struct ApiKeys {
    /// The oldest first, twenty at most.
    items: Vec<ApiKeyView>,
}

/// A key to make. No `Debug`: it holds a password.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "current_password": "four quiet herons at dusk", "name": "monthly-report", "permissions": ["report.stages"],
    "days": 90, "addresses": ["192.0.2.7"]
}))]
pub struct ApiKeyRequest {
    /// The password, so that nobody makes a key at a session that was left open.
    #[schema(value_type = String, format = Password)]
    current_password: SecretString,
    /// What to call it: 1 to 40 of a-z, 0-9 and hyphens.
    name: String,
    /// Names of permissions, of those that your role has; nothing of your own account, and nothing that asks for a fresh
    /// second factor.
    #[schema(max_items = 200)]
    permissions: Vec<String>,
    /// For how long it is good, 1 to 365.
    #[schema(minimum = 1, maximum = 365)]
    days: i64,
    /// Addresses from which it may come, at most 10; from everywhere where none is named.
    #[serde(default)]
    #[schema(max_items = 10)]
    addresses: Vec<String>,
}

/// What is asked for, once it is right.
struct Wanted {
    name: String,
    scope: Scope,
    lasts: TimeDelta,
    addresses: Vec<IpAddr>,
}

impl ApiKeyRequest {
    fn wanted(&self, role: Role) -> Result<Wanted> {
        let mut faults = Vec::new();
        let of_name = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        if !(1..=LONGEST_NAME).contains(&self.name.len()) || !self.name.bytes().all(of_name) {
            faults.push(Fault::new("/name", "must be 1 to 40 of a-z, 0-9 and hyphens"));
        }
        if !(1..=LONGEST_DAYS).contains(&self.days) {
            faults.push(Fault::new("/days", format!("must be 1 to {LONGEST_DAYS}")));
        }
        let scope = Scope::of(&self.permissions, role);
        match &scope {
            Ok(scope) if scope.is_empty() => faults.push(Fault::new("/permissions", "Name at least one.")),
            Ok(_) => {}
            Err(places) => faults.extend(places.iter().map(|place| {
                let detail = "Name each once, one that your role has, of no own account, and without a fresh second factor; \
                              see docs/access-matrix.md.";
                Fault::new(format!("/permissions/{place}"), detail)
            })),
        }
        let mut addresses = BTreeSet::new();
        for (place, text) in self.addresses.iter().enumerate() {
            let parsed = text.parse::<IpAddr>().ok().map(|address| address.to_canonical());
            if !parsed.is_some_and(|address| addresses.insert(address)) {
                faults.push(Fault::new(
                    format!("/addresses/{place}"),
                    "Name an address, such as 192.0.2.7, once.",
                ));
            }
        }
        if self.addresses.len() > MOST_ADDRESSES {
            faults.push(Fault::new("/addresses", format!("Name at most {MOST_ADDRESSES}.")));
        }
        match scope {
            Ok(scope) if faults.is_empty() => Ok(Wanted {
                name: self.name.clone(),
                scope,
                lasts: TimeDelta::days(self.days),
                addresses: addresses.into_iter().collect(),
            }),
            _ => Err(Error::invalid(faults)),
        }
    }
}

/// A key that was made.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "key": "wsk_c2V2ZW4gaGVyb25zIGF0IGR1c2sgYnkgdGhlIHJpdmVy",
    "api_key": {
        "id": "7m5w8z0v4n9qx2c7m1b6t8r4ye", "name": "monthly-report", "permissions": ["report.stages"], "addresses": [],
        "created_at": "2026-03-01T09:00:00.000000Z", "expires_at": "2026-05-30T09:00:00.000000Z", "last_used_at": null
    }
}))]
pub struct MadeApiKey {
    /// Shown this once. Send it as `Authorization: Bearer ...`.
    key: String,
    /// What it may do.
    api_key: ApiKeyView,
}

/// `GET /v1/me/api-keys`
pub async fn list_api_keys(permit: Permit<AccountRead>, app: Data<App>) -> Result<Json<ApiKeys>> {
    let event = Event::new(Action::ApiKeyList);
    let read = app.db.read(permit, event, |tx, permit| store::good(tx, permit.person()?));
    Ok(Json(ApiKeys { items: read.await?.value.into_iter().map(Into::into).collect() }))
}

/// `POST /v1/me/api-keys`
pub async fn make_api_key(
    permit: Permit<AccountUpdate>,
    app: Data<App>,
    body: Body<ApiKeyRequest>,
) -> Result<Issued<MadeApiKey>> {
    permit.require_fresh_factor()?;
    let own = permit.clone();
    let user =
        app.db.unrecorded("who makes a key", move |tx| accounts::find(tx, &own, own.person()?)).await?;
    let wanted = body.0.wanted(user.role)?;
    let event = Event::new(Action::ApiKeyMake).subject(user.id);
    let (origin, planned) = (permit.origin(), event.clone());
    let known = own_password::known(&app, &user, body.0.current_password).await?;
    let made = if known.is_some() {
        make(permit, &app, planned, user, wanted).await
    } else {
        answered_before(permit, &app, planned, own_password::wrong).await
    };
    app.db.recorded(event, origin, made).await.map(Issued)
}

async fn make(
    permit: Permit<AccountUpdate>,
    app: &App,
    event: Event,
    user: User,
    wanted: Wanted,
) -> Result<Given<MadeApiKey>> {
    let made = app.db.write(permit, event, move |tx, _| {
        if store::good(tx, user.id)?.len() >= MOST_KEYS {
            let guard = unmet("few_keys", format!("you have {MOST_KEYS} keys: end one that is not used"));
            return Err(Error::unmet(vec![guard]));
        }
        let (now, session_id, token) = (tx.now(), SessionId::generate(), ApiKeyToken::generate());
        let expires_at = now.plus(wanted.lasts);
        sessions::insert(tx, &NewSession { id: session_id, user_id: user.id, created_at: now, expires_at })?;
        // Its owner gave a code to make it; and it never is a fresh one.
        factors::given(tx, session_id)?;
        let addresses: Vec<String> = wanted.addresses.iter().map(ToString::to_string).collect();
        let key = ApiKey {
            id: ApiKeyId::generate(),
            user_id: user.id,
            session_id,
            name: wanted.name.clone(),
            token_hash: token.hash(),
            permissions: wanted.scope.to_text(),
            addresses: addresses.join(" "),
            created_at: now,
            expires_at,
            last_used_at: None,
        };
        store::insert(tx, &key)?;
        tx.event.set_detail("key", key.id);
        tx.event.set_detail("permissions", &key.permissions);
        Ok(MadeApiKey { key: token.to_text(), api_key: key.into() })
    });
    made.await
}

/// `DELETE /v1/me/api-keys/{api_key}`
pub async fn end_api_key(
    permit: Permit<AccountUpdate>,
    app: Data<App>,
    path: Path<ApiKeyId>,
) -> Result<NoContent> {
    let id = path.0;
    let event = Event::new(Action::ApiKeyEnd).subject(id);
    let ended = app.db.write(permit, event, move |tx, permit| {
        let person = permit.person()?;
        let key = store::find(tx, person, id)?;
        sessions::end(tx, person, Ending::One(key.session_id), SessionEnd::Logout)
    });
    ended.await?;
    Ok(NoContent)
}
