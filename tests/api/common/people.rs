//! Users of every role, and the requests they send.

use actix_web::http::Method;
use actix_web::test::TestRequest;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use waystation::access::{FactorRule, HubId, Role, SessionId, UserId};
use waystation::accounts::access_token::Bearer;
use waystation::accounts::grants::GrantId;

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
        if FactorRule::standard().needs(role) {
            self.enrol(id);
        }
        let session = self.session_of(id);
        let (token, _) = self.app.tokens.issue(Bearer { user: id, session }).unwrap();
        Person { id, session, client: Client::new(self.clone(), Some(token)) }
    }

    /// Gives a user a second factor, as if they had enrolled one and given its code in every session.
    pub fn enrol(&self, user: UserId) {
        let mut raw = self.database.raw();
        let secret = raw.literal(&self.app.keyring.seal_second_factor(user, &[7; 20]).unwrap());
        let now = self.now().micros();
        let sql = format!(
            "INSERT INTO second_factors (user_id, secret, enrolled_at, last_step) VALUES ('{user}', {secret}, {now}, 0);
             UPDATE sessions SET factor_at = {now} WHERE user_id = '{user}'"
        );
        raw.execute(&sql).unwrap();
    }

    /// A key of somebody's for a program, with these permissions, as if they had made it: its id, and who acts by it.
    pub fn key_of(&self, person: &Person, permissions: &str) -> (String, Client) {
        let (session, key) = (self.session_of(person.id), UserId::generate().to_string());
        let bytes = Sha256::digest(&key);
        let text = format!("wsk_{}", URL_SAFE_NO_PAD.encode(bytes));
        let hash = Sha256::new().chain_update(b"waystation api key v1").chain_update(bytes).finalize();
        let (now, until) = (self.now().micros(), self.now().micros() + 86_400_000_000);
        let sql = format!(
            "INSERT INTO api_keys (id, user_id, session_id, name, token_hash, permissions, addresses, created_at, expires_at)
             VALUES ('{key}', '{}', '{session}', 'made-for-a-test', '{}', '{permissions}', '', {now}, {until})",
            person.id,
            super::hex(&hash)
        );
        self.database.raw().execute(&sql).unwrap();
        (key, Client::new(self.clone(), Some(text)))
    }

    /// What an administrator asked for a user: that they be let in. Nobody has decided; its id.
    pub fn grant_for(&self, person: &Person) -> String {
        let (id, now) = (GrantId::generate(self.now()), self.now().micros());
        let (asks, until) = (self.administrator().id, now + 86_400_000_000);
        let sql = format!(
            "UPDATE users SET status = 'invited' WHERE id = '{0}';
             INSERT INTO account_grants (id, user_id, kind, role, asked_by, asked_as, asked_at, expires_at)
             VALUES ('{id}', '{0}', 'invitation', 'caseworker', '{asks}', 'administrator', {now}, {until})",
            person.id
        );
        self.database.raw().execute(&sql).unwrap();
        id.to_string()
    }

    /// Decides what was asked for, as another administrator.
    pub async fn decide(&self, grant: &Value, approve: bool) -> Answer {
        let path = format!("/v1/grants/{}/decision", grant["id"].as_str().unwrap());
        self.administrator().post(&path, json!({"approve": approve})).await
    }

    /// Gives a person another role, by two administrators; the answer to the second one.
    pub async fn give_role(&self, person: &Person, role: Role) -> Answer {
        let path = format!("/v1/users/{}/role", person.id);
        let asked = self.administrator().post(&path, json!({"role": role})).await.expect(201);
        self.decide(&asked, true).await
    }

    /// Lets somebody in, by two administrators; their id.
    pub async fn let_in(&self, username: &str, role: Role, password: &str) -> String {
        let body = json!({"username": username, "role": role});
        let asked = self.administrator().post("/v1/users", body).await.expect(201);
        let given = self.decide(&asked["grant"], true).await.expect(200);
        let chosen = json!({"username": username, "code": given["activation_code"], "password": password});
        self.anonymous().post("/v1/activations", chosen).await.expect(204);
        asked["id"].as_str().unwrap().to_owned()
    }

    /// Another open session of a user.
    pub fn session_of(&self, user: UserId) -> SessionId {
        let (id, now) = (SessionId::generate(), self.now().micros());
        let until = now + 86_400_000_000 * 30;
        let sql = format!(
            "INSERT INTO sessions (id, user_id, created_at, expires_at, factor_at) VALUES ('{id}', '{user}', {now}, {until}, {now})"
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

    /// The same person with a token that is good now, and a code of their second factor given.
    pub fn renew(&self, person: &Person) -> Person {
        let given = format!(
            "UPDATE sessions SET factor_at = {} WHERE id = '{}'",
            self.now().micros(),
            person.session
        );
        self.database.raw().execute(&given).unwrap();
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

    /// Restricts a case that nobody has changed since it was opened, by its address.
    pub async fn restrict(&self, case: &str) {
        let body = json!({"restricted": true});
        self.change(Method::PUT, &format!("{case}/restriction"), "\"1\"", body).await.expect(200);
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
