//! Where one is logged in, and logging out there; and who logs others out.

use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::common::{Client, TestApp};

const HERONS: &str = "four quiet herons at dusk";

async fn log_in(app: &TestApp, name: &str) -> (Client, Value) {
    let body = json!({"username": name, "password": HERONS});
    let opened = app.anonymous().post("/v1/sessions", body).await.expect(201);
    (app.anonymous().with_token(opened["access_token"].as_str().unwrap()), opened["refresh_token"].clone())
}

async fn refresh(app: &TestApp, token: &Value) -> crate::common::Answer {
    app.anonymous().post("/v1/sessions/refresh", json!({"refresh_token": token})).await
}

async fn listed(client: &Client) -> Vec<Value> {
    client.get("/v1/me/sessions").await.expect(200)["items"].as_array().unwrap().clone()
}

#[actix_web::test]
async fn a_session_that_its_owner_ends_is_ended_at_once_and_nobody_else_can_end_it() {
    let app = TestApp::new().await;
    let hub = app.hub("Kunming");
    let (heron, tern) = (app.caseworker(hub), app.caseworker(hub));
    app.set_password(&heron, HERONS).await;
    let name = heron.get("/v1/me").await.expect(200)["username"].as_str().unwrap().to_owned();
    app.wait(TimeDelta::minutes(1));
    let (phone, token) = log_in(&app, &name).await;
    app.wait(TimeDelta::minutes(5));
    let successor = refresh(&app, &token).await.expect(200)["refresh_token"].clone();

    let rows = listed(&heron).await;
    let of = |row: &Value, member: &str| row[member].as_str().unwrap().to_owned();
    assert_eq!(rows.len(), 2);
    assert_eq!([&rows[0]["current"], &rows[1]["current"]], [&json!(false), &json!(true)]);
    assert_eq!(rows[1]["id"], json!(heron.session));
    assert_eq!(of(&rows[0], "created_at"), "2026-03-02T10:01:00.000000Z");
    assert_eq!(of(&rows[0], "last_used_at"), "2026-03-02T10:06:00.000000Z");
    assert_eq!(of(&rows[0], "expires_at"), "2026-04-01T10:01:00.000000Z");
    assert_eq!(listed(&tern).await.len(), 1);

    let address = format!("/v1/me/sessions/{}", of(&rows[0], "id"));
    tern.delete(&address).await.expect_problem(404, "not_found");
    phone.get("/v1/me").await.expect(200);
    heron.delete(&address).await.expect(204);
    phone.get("/v1/me").await.expect_problem(401, "unauthenticated");
    refresh(&app, &successor).await.expect_problem(401, "refresh_refused");
    heron.delete(&address).await.expect_problem(404, "not_found");
    assert_eq!(listed(&heron).await.len(), 1);
    let ended: Vec<_> = app.log().await.into_iter().filter(|entry| entry.action == "session.end").collect();
    let outcomes: Vec<&str> = ended.iter().map(|entry| entry.outcome.as_str()).collect();
    assert_eq!(outcomes, ["refused", "done", "refused"]);
}

#[actix_web::test]
async fn what_is_no_longer_open_is_not_listed() {
    let app = TestApp::new().await;
    let heron = app.caseworker(app.hub("Kunming"));
    app.wait(TimeDelta::days(13));
    let heron = app.renew(&heron);
    app.session_of(heron.id);
    assert_eq!(listed(&heron).await.len(), 2);
    app.wait(TimeDelta::days(1));
    let rows = listed(&app.renew(&heron)).await;
    assert_eq!(rows.len(), 1, "the other was not carried on for two weeks");
}

#[actix_web::test]
async fn whoever_hears_of_an_arrest_first_logs_the_helper_out() {
    let app = TestApp::new().await;
    let (hub, elsewhere) = (app.hub("Kunming"), app.hub("Seoul"));
    let heron = app.caseworker(hub);
    app.set_password(&heron, HERONS).await;
    let name = heron.get("/v1/me").await.expect(200)["username"].as_str().unwrap().to_owned();
    let address = format!("/v1/users/{}/sessions", heron.id);
    app.coordinator(elsewhere).delete(&address).await.expect_problem(404, "not_found");
    app.caseworker(hub).delete(&address).await.expect_problem(403, "forbidden");
    for person in [app.coordinator(hub), app.administrator()] {
        let (phone, token) = log_in(&app, &name).await;
        phone.get("/v1/me").await.expect(200);
        person.delete(&address).await.expect(204);
        for client in [&phone, &heron.client] {
            client.get("/v1/me").await.expect_problem(401, "unauthenticated");
        }
        refresh(&app, &token).await.expect_problem(401, "refresh_refused");
    }
    let reasons =
        app.database.raw().texts("SELECT ended_reason AS t FROM sessions WHERE ended_at IS NOT NULL");
    assert_eq!(reasons, ["withdrawn"; 3]);
}
