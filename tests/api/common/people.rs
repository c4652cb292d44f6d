//! Users of every role, and the requests they send.

use actix_web::http::Method;
use actix_web::test::TestRequest;
use serde_json::{Value, json};
use waystation::access::{HubId, Role, SessionId, UserId};
use waystation::accounts::access_token::Bearer;

use super::{Answer, TestApp};

/// A user with an open session.
#[derive(Clone)]
pub struct Person {
    /// The user.
    pub id: UserId,
    /// The session.
    pub session: SessionId,
    /// Requests in their name.
    pub client: Client,
}

/// Sends requests with one token, or none.
#[derive(Clone)]
pub struct Client {
    app: TestApp,
    token: Option<String>,
}

impl std::ops::Deref for Person {
    type Target = Client;
    fn deref(&self) -> &Client {
        &self.client
    }
}

impl TestApp {
    /// A hub.
    pub fn hub(&self, name: &str) -> HubId {
        let id = HubId::generate();
        let now = self.now().micros();
        self.database
            .raw()
            .execute(&format!("INSERT INTO hubs (id, name, country, state, version, created_at, updated_at) VALUES ('{id}', '{name}', 'CHN', 'open', 1, {now}, {now})"))
            .unwrap();
        id
    }

    /// A user of `role` in `hubs`, logged in.
    pub fn person(&self, role: Role, hubs: &[HubId]) -> Person {
        let (id, now) = (UserId::generate(), self.now().micros());
        let mut sql = format!(
            "INSERT INTO users (id, username, role, status, password_hash, version, created_at, updated_at) VALUES ('{id}', 'u{}', '{role}', 'active', '-', 1, {now}, {now});",
            &id.as_str()[..12]
        );
        for hub in hubs {
            sql += &format!(
                "INSERT INTO hub_members (hub_id, user_id, created_at) VALUES ('{hub}', '{id}', {now});"
            );
        }
        self.database.raw().execute(&sql).unwrap();
        let session = self.session_of(id);
        let (token, _) = self.app.tokens.issue(Bearer { user: id, session }).unwrap();
        Person { id, session, client: Client::new(self.clone(), Some(token)) }
    }

    /// Another open session of a user.
    pub fn session_of(&self, user: UserId) -> SessionId {
        let (id, now) = (SessionId::generate(), self.now().micros());
        let until = now + 86_400_000_000 * 30;
        let sql = format!(
            "INSERT INTO sessions (id, user_id, created_at, expires_at) VALUES ('{id}', '{user}', {now}, {until})"
        );
        self.database.raw().execute(&sql).unwrap();
        id
    }

    /// Gives somebody a password to log in with.
    pub async fn set_password(&self, person: &Person, password: &str) {
        let hash = self.app.passwords.hash(person.id, password.to_owned().into()).await.unwrap();
        let sql = format!("UPDATE users SET password_hash = '{hash}' WHERE id = '{}'", person.id);
        self.database.raw().execute(&sql).unwrap();
    }

    /// The same person with a token that is good now.
    pub fn renew(&self, person: &Person) -> Person {
        let bearer = Bearer { user: person.id, session: person.session };
        let (token, _) = self.app.tokens.issue(bearer).unwrap();
        Person { client: Client::new(self.clone(), Some(token)), ..person.clone() }
    }

    /// A caseworker of a hub.
    pub fn caseworker(&self, hub: HubId) -> Person {
        self.person(Role::Caseworker, &[hub])
    }

    /// A coordinator of a hub.
    pub fn coordinator(&self, hub: HubId) -> Person {
        self.person(Role::Coordinator, &[hub])
    }

    /// An auditor.
    pub fn auditor(&self) -> Person {
        self.person(Role::Auditor, &[])
    }

    /// An administrator.
    pub fn administrator(&self) -> Person {
        self.person(Role::Administrator, &[])
    }
}

impl Client {
    pub(super) fn new(app: TestApp, token: Option<String>) -> Self {
        Self { app, token }
    }

    /// The same network, another token.
    pub fn with_token(&self, token: &str) -> Self {
        Self { app: self.app.clone(), token: Some(token.to_owned()) }
    }

    /// The same token at another server.
    pub fn at(&self, app: &TestApp) -> Self {
        Self { app: app.clone(), token: self.token.clone() }
    }

    /// The network that it asks.
    pub fn app(&self) -> &TestApp {
        &self.app
    }

    /// The token.
    pub fn token(&self) -> Option<String> {
        self.token.clone()
    }

    /// A request with this client's token.
    pub fn request(&self, method: Method, path: &str) -> TestRequest {
        let request = TestRequest::with_uri(path).method(method);
        match &self.token {
            Some(token) => request.insert_header(("Authorization", format!("Bearer {token}"))),
            None => request,
        }
    }

    /// Sends any request.
    pub async fn send(&self, request: TestRequest) -> Answer {
        self.app.send(request).await
    }

    /// GET.
    pub async fn get(&self, path: &str) -> Answer {
        self.send(self.request(Method::GET, path)).await
    }

    /// POST.
    pub async fn post(&self, path: &str, body: Value) -> Answer {
        self.send(self.request(Method::POST, path).set_json(body)).await
    }

    /// POST under an idempotency key.
    pub async fn post_once(&self, key: &str, path: &str, body: Value) -> Answer {
        self.send(self.request(Method::POST, path).insert_header(("Idempotency-Key", key)).set_json(body))
            .await
    }

    /// Any method with a body and `If-Match`.
    pub async fn change(&self, method: Method, path: &str, etag: &str, body: Value) -> Answer {
        self.send(self.request(method, path).insert_header(("If-Match", etag)).set_json(body)).await
    }

    /// POST with `If-Match`.
    pub async fn post_if(&self, path: &str, etag: &str, body: Value) -> Answer {
        self.change(Method::POST, path, etag, body).await
    }

    /// PUT, with `If-None-Match: *` for the first version.
    pub async fn put_new(&self, path: &str, body: Value) -> Answer {
        self.send(self.request(Method::PUT, path).insert_header(("If-None-Match", "*")).set_json(body)).await
    }

    /// PUT without a condition.
    pub async fn put(&self, path: &str, body: Value) -> Answer {
        self.send(self.request(Method::PUT, path).set_json(body)).await
    }

    /// DELETE.
    pub async fn delete(&self, path: &str) -> Answer {
        self.send(self.request(Method::DELETE, path)).await
    }

    /// Opens a case in `hub`, and gives its view.
    pub async fn open_case(&self, hub: HubId) -> Value {
        self.open_case_with(hub, json!({})).await
    }

    /// Opens a case in `hub` with some members other than usual.
    pub async fn open_case_with(&self, hub: HubId, members: Value) -> Value {
        let mut body = json!({
            "hub_id": hub, "sex": "female", "age_band": "18-59", "origin_country": "PRK",
            "destination_country": "KOR", "risk": "high", "opened_on": "2026-03-01"
        });
        for (name, value) in members.as_object().expect("an object") {
            body[name] = value.clone();
        }
        self.post("/v1/cases", body).await.expect(201)
    }
}
