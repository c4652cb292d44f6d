//! Keys for programs: some of their owner's permissions, for a while, from some addresses, and no longer than their owner.

use std::net::SocketAddr;

use actix_web::http::Method;
use chrono::TimeDelta;
use serde_json::{Value, json};
use waystation::access::permissions::PERMISSIONS;
use waystation::access::{Reach, Role, UserId};
use waystation::db::types::CodeList as _;
use waystation::routes;

use crate::common::{Answer, Client, Person, TestApp};

const HERONS: &str = "four quiet herons at dusk";

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

async fn make(by: &Client, body: Value) -> Answer {
    by.post("/v1/me/api-keys", body).await
}

fn asked(permissions: &[&str]) -> Value {
    json!({"current_password": HERONS, "name": "monthly-report", "permissions": permissions, "days": 90})
}

async fn key(app: &TestApp, by: &Client, body: Value) -> (String, Client) {
    let made = make(by, body).await.expect(201);
    (text(&made["api_key"]["id"]), app.anonymous().with_token(&text(&made["key"])))
}

async fn somebody(app: &TestApp) -> (Person, String) {
    let hub = app.hub(UserId::generate().as_str());
    let heron = app.caseworker(hub);
    app.set_password(&heron, HERONS).await;
    let case = text(&heron.open_case(hub).await["id"]);
    (heron, format!("/v1/cases/{case}"))
}

#[actix_web::test]
async fn a_key_does_what_it_was_made_for_and_is_shown_once() {
    let app = TestApp::new().await;
    let (heron, case) = somebody(&app).await;
    let made = make(&heron, asked(&["case.list", "case.read"])).await.expect(201);
    let secret = text(&made["key"]);
    assert!(secret.starts_with("wsk_"));
    let program = app.anonymous().with_token(&secret);
    let seen = program.get(&case).await;
    seen.expect(200);
    program.get("/v1/cases").await.expect(200);
    for path in ["/history", "/identity", "/team"] {
        program.get(&format!("{case}{path}")).await.expect_problem(403, "forbidden");
    }
    for (method, path) in
        [(Method::GET, "/v1/me"), (Method::GET, "/v1/me/api-keys"), (Method::POST, "/v1/me/password")]
    {
        program.change(method, path, "\"1\"", json!({})).await.expect_problem(403, "forbidden");
    }
    program
        .change(Method::PATCH, &case, "\"1\"", json!({"risk": "low"}))
        .await
        .expect_problem(403, "forbidden");

    let entry = app.events_of(seen.header("x-request-id").unwrap()).await.remove(0);
    assert_eq!(entry.actor_id.as_deref(), Some(heron.id.as_str()));
    assert_ne!(entry.body()["session"], json!(heron.session));
    let listed = heron.get("/v1/me/api-keys").await.expect(200);
    assert_eq!(listed["items"][0]["permissions"], json!(["case.list", "case.read"]));
    assert_eq!(listed["items"][0]["last_used_at"], "2026-03-02T10:00:00.000000Z");
    assert!(!listed.to_string().contains(&secret));
    let sessions = heron.get("/v1/me/sessions").await.expect(200);
    assert_eq!(sessions["items"].as_array().unwrap().len(), 1, "a key is no login");
    let used = app.log().await.into_iter().filter(|entry| entry.action == "api_key.use").count();
    assert_eq!(used, 1, "once in an hour");
    let stored = app.database.raw().texts("SELECT token_hash AS t FROM api_keys").remove(0);
    for token in [stored.clone(), format!("wsk_{stored}"), secret[4..].to_owned()] {
        app.anonymous().with_token(&token).get(&case).await.expect_problem(401, "unauthenticated");
    }
}

#[actix_web::test]
async fn a_key_ends_with_its_day_and_with_whatever_ends_its_owner_s_sessions() {
    let app = TestApp::new().await;
    let (heron, case) = somebody(&app).await;
    let crane =
        app.coordinator(heron.get("/v1/me").await.expect(200)["hubs"][0].as_str().unwrap().parse().unwrap());
    let body = || asked(&["case.read"]);
    let (id, program) = key(&app, &heron, body()).await;
    program.get(&case).await.expect(200);
    let stranger = app.caseworker(app.hub("Seoul"));
    let address = format!("/v1/me/api-keys/{id}");
    stranger.delete(&address).await.expect_problem(404, "not_found");
    heron.delete(&address).await.expect(204);
    heron.delete(&address).await.expect_problem(404, "not_found");
    program.get(&case).await.expect_problem(401, "unauthenticated");

    let (_, program) = key(&app, &heron, body()).await;
    let change = json!({"current_password": HERONS, "new_password": HERONS});
    heron.post("/v1/me/password", change).await.expect(204);
    program.get(&case).await.expect_problem(401, "unauthenticated");
    let (_, program) = key(&app, &heron, body()).await;
    crane.delete(&format!("/v1/users/{}/sessions", heron.id)).await.expect(204);
    program.get(&case).await.expect_problem(401, "unauthenticated");

    let heron = app.renew(&Person { session: app.session_of(heron.id), ..heron.clone() });
    let (_, program) = key(&app, &heron, body()).await;
    app.wait(TimeDelta::days(90) - TimeDelta::seconds(1));
    program.get(&case).await.expect(200);
    app.wait(TimeDelta::seconds(1));
    program.get(&case).await.expect_problem(401, "unauthenticated");
    // A place that is lost is lost to the key.
    let heron = app.renew(&Person { session: app.session_of(heron.id), ..heron.clone() });
    let (_, program) = key(&app, &heron, body()).await;
    app.database.raw().execute("DELETE FROM case_team").unwrap();
    program.get(&case).await.expect_problem(404, "not_found");
}

#[actix_web::test]
async fn a_key_comes_from_where_it_may() {
    let app = TestApp::new().await;
    let (heron, case) = somebody(&app).await;
    let mut body = asked(&["case.read"]);
    body["addresses"] = json!(["192.0.2.7", "2001:db8::7"]);
    let (_, program) = key(&app, &heron, body).await;
    let from = async |address: Option<&str>| {
        let request = program.request(Method::GET, &case);
        let request = match address {
            Some(address) => request.peer_addr(SocketAddr::new(address.parse().unwrap(), 4_000)),
            None => request,
        };
        program.send(request).await.status.as_u16()
    };
    assert_eq!((from(Some("192.0.2.7")).await, from(Some("2001:db8::7")).await), (200, 200));
    assert_eq!((from(Some("192.0.2.8")).await, from(None).await), (401, 401));
}

#[actix_web::test]
async fn what_a_key_cannot_have_is_told_at_once_and_nobody_has_a_hundred() {
    let app = TestApp::new().await;
    let (heron, _) = somebody(&app).await;
    let body = json!({
        "current_password": HERONS, "name": "Monthly Report", "days": 366, "addresses": ["192.0.2.7", "here", "192.0.2.7"],
        "permissions": ["case.read", "audit.read", "case.read", "account.update", "own_copy.make", "nothing"]
    });
    let answer = make(&heron, body).await;
    answer.expect_problem(422, "invalid_fields");
    assert_eq!(
        answer.pointers(),
        [
            "/name",
            "/days",
            "/permissions/1",
            "/permissions/2",
            "/permissions/3",
            "/permissions/4",
            "/permissions/5",
            "/addresses/1",
            "/addresses/2"
        ]
    );
    assert_eq!(make(&heron, asked(&[])).await.pointers(), ["/permissions"]);
    let mut wrong = asked(&["case.read"]);
    wrong["current_password"] = json!("nine slow barges upstream");
    assert_eq!(make(&heron, wrong).await.pointers(), ["/current_password"]);
    app.wait(TimeDelta::seconds(10));
    for _ in 0..20 {
        make(&heron, asked(&["case.read"])).await.expect(201);
    }
    assert_eq!(make(&heron, asked(&["case.read"])).await.guards(), ["few_keys"]);
    // Where a second factor is enrolled, a fresh code of it is asked for.
    let owl = app.auditor();
    app.set_password(&owl, HERONS).await;
    make(&owl, asked(&["audit.read"])).await.expect(201);
    app.wait(TimeDelta::minutes(6));
    make(&owl, asked(&["audit.read"])).await.expect_problem(403, "step_up_needed");
}

/// Every route of every role, by a key that has another permission, and by one that has its own.
#[actix_web::test]
async fn no_route_is_answered_to_a_key_without_its_permission() {
    let app = TestApp::new().await;
    let hub = app.hub("Kunming");
    let mut asked = 0;
    for role in Role::all() {
        let hubs = if [Role::Caseworker, Role::Coordinator].contains(role) { vec![hub] } else { Vec::new() };
        let person = app.person(*role, &hubs);
        let (_, narrow) = app.key_of(&person, "code_list.read");
        let all: Vec<&str> = PERMISSIONS.iter().map(|row| row.name).collect();
        for route in routes::all() {
            let Some(row) = (route.describe)().permission.filter(|row| row.reach_of(*role) != Reach::No)
            else {
                continue;
            };
            let path: Vec<&str> =
                route.path.split('/').map(|part| if part.starts_with('{') { "0" } else { part }).collect();
            let path = path.join("/");
            let send =
                async |client: &Client| client.change(route.method.clone(), &path, "\"1\"", json!({})).await;
            let what = format!("{} {} as {role}", route.method, route.path);
            if row.name != "code_list.read" {
                let refused = send(&narrow).await;
                let detail = refused.expect_problem(403, "forbidden")["detail"].clone();
                assert_eq!(detail, "The key does not have this permission.", "{what}");
                asked += 1;
            }
            let others: Vec<&str> = all.iter().filter(|name| **name != row.name).copied().collect();
            let (_, without) = app.key_of(&person, &others.join(" "));
            if row.name != "code_list.read" {
                send(&without).await.expect_problem(403, "forbidden");
            }
            if row.step_up || row.own_account {
                continue;
            }
            let (_, with) = app.key_of(&person, row.name);
            let answer = send(&with).await;
            let told = if answer.text().starts_with('{') { answer.json() } else { Value::Null };
            assert_ne!(told["detail"], "The key does not have this permission.", "{what}");
        }
    }
    assert!(asked > 200, "{asked}");
}
