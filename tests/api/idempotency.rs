//! `Idempotency-Key`: one request stays one, however often, wherever and however concurrently it is sent.

use actix_web::http::Method;
use chrono::TimeDelta;
use serde_json::{Value, json};
use waystation::access::HubId;

use crate::common::{Client, Person, Raw, TestApp, assert_without_gap, hex, together};

const KEY: &str = "6f8a1c1e-4b1d-4f6e-9a53-0d5d2f0a7c11";

pub fn case_in(hub: HubId) -> Value {
    json!({"hub_id": hub, "sex": "male", "age_band": "12-17", "origin_country": "PRK", "risk": "high", "opened_on": "2026-03-01"})
}

async fn network() -> (TestApp, HubId, Person) {
    let app = TestApp::new().await;
    let hub = app.hub("Kunming");
    let heron = app.caseworker(hub);
    (app, hub, heron)
}

fn cases(app: &TestApp) -> i64 {
    app.database.raw().count("SELECT COUNT(*) FROM cases")
}

#[actix_web::test]
async fn the_same_key_and_body_give_the_same_answer_and_one_case() {
    let (app, hub, heron) = network().await;
    let first = heron.post_once(KEY, "/v1/cases", case_in(hub)).await;
    let view = first.expect(201);
    app.wait(TimeDelta::minutes(5));
    let again = heron.post_once(KEY, "/v1/cases", case_in(hub)).await;
    assert_eq!(again.expect(201), view);
    assert_eq!(again.header("location"), first.header("location"));
    assert_eq!(again.etag(), first.etag());
    assert_ne!(again.header("x-request-id"), first.header("x-request-id"));
    assert_eq!(cases(&app), 1);
}

#[actix_web::test]
async fn a_repeat_is_on_the_record_as_a_repeat() {
    let (app, hub, heron) = network().await;
    heron.post_once(KEY, "/v1/cases", case_in(hub)).await.expect(201);
    let again = heron.post_once(KEY, "/v1/cases", case_in(hub)).await;
    let events = app.events_of(again.header("x-request-id").unwrap()).await;
    assert_eq!(events.len(), 1);
    assert_eq!((events[0].action.as_str(), events[0].outcome.as_str()), ("answer.repeat", "done"));
    assert_eq!(events[0].body()["details"], json!({"repeat": "case.create"}));
    assert_eq!(events[0].case_id.as_deref(), again.json()["id"].as_str());
}

#[actix_web::test]
async fn sent_sixteen_times_at_once_it_makes_one_case() {
    let (app, hub, heron) = network().await;
    let answers = together((0..16).map(|_| {
        let client = heron.client.clone();
        async move { client.post_once(KEY, "/v1/cases", case_in(hub)).await }
    }))
    .await;
    let views: Vec<_> = answers.iter().map(|answer| answer.expect(201)).collect();
    assert!(views.iter().all(|view| *view == views[0]));
    assert_eq!(cases(&app), 1);
    assert_without_gap(&app.log().await);
}

#[actix_web::test]
async fn a_restarted_server_gives_the_same_answer() {
    let (app, hub, heron) = network().await;
    let view = heron.post_once(KEY, "/v1/cases", case_in(hub)).await.expect(201);
    let restarted = app.beside().await;
    drop(app);
    let heron = heron.client.at(&restarted);
    assert_eq!(heron.post_once(KEY, "/v1/cases", case_in(hub)).await.expect(201), view);
    assert_eq!(cases(&restarted), 1);
}

#[actix_web::test]
async fn an_answer_that_an_earlier_version_kept_is_given_as_it_was() {
    let (app, hub, heron) = network().await;
    let first = heron.post_once(KEY, "/v1/cases", case_in(hub)).await;
    let id = first.expect(201)["id"].as_str().unwrap().to_owned();
    // It lacks members that a case has today, has one that no case has, a code that no list has, and an order
    // of its own.
    let earlier = format!(r#"{{"version":1,"stage":"hidden", "id":"{id}","nickname":null}}"#);
    let kept = app.app.keyring.seal_answer(&format!("{}/{KEY}", heron.id), earlier.as_bytes()).unwrap();
    let mut raw = app.database.raw();
    let bytes = match &raw {
        Raw::Sqlite(_) => format!("X'{}'", hex(&kept)),
        Raw::Postgres(_) => format!("'\\x{}'", hex(&kept)),
    };
    raw.execute(&format!("UPDATE idempotency_keys SET answer = {bytes}")).unwrap();

    let again = heron.post_once(KEY, "/v1/cases", case_in(hub)).await;
    again.expect(201);
    assert_eq!(again.text(), earlier);
    assert_eq!(again.etag(), first.etag());
    assert_eq!(again.header("location"), Some(format!("/v1/cases/{id}").as_str()));
    assert_eq!(cases(&app), 1);
}

#[actix_web::test]
async fn two_servers_on_one_database_make_one_case_of_one_request() {
    let (app, hub, heron) = network().await;
    let beside = app.beside().await;
    let servers: [Client; 2] = [heron.client.clone(), heron.client.at(&beside)];
    for round in 0..8 {
        let key = format!("{KEY}-{round}");
        let answers = together((0..8).map(|sender: usize| {
            let (client, key) = (servers[sender % 2].clone(), key.clone());
            async move { client.post_once(&key, "/v1/cases", case_in(hub)).await }
        }))
        .await;
        let views: Vec<_> = answers.iter().map(|answer| answer.expect(201)).collect();
        assert!(views.iter().all(|view| *view == views[0]));
    }
    assert_eq!(cases(&app), 8);
    assert_without_gap(&app.log().await);
}

#[actix_web::test]
async fn another_body_or_address_under_the_same_key_is_refused() {
    let (app, hub, heron) = network().await;
    let view = heron.post_once(KEY, "/v1/cases", case_in(hub)).await.expect(201);
    let mut other = case_in(hub);
    other["risk"] = json!("low");
    heron.post_once(KEY, "/v1/cases", other).await.expect_problem(422, "idempotency_key_reused");
    let path = format!("/v1/cases/{}/status", view["id"].as_str().unwrap());
    let step = json!({"to": "detained", "reason": "arrest", "on": "2026-03-01"});
    let request = heron.request(Method::POST, &path).insert_header(("Idempotency-Key", KEY));
    heron
        .send(request.insert_header(("If-Match", "\"1\"")).set_json(step))
        .await
        .expect_problem(422, "idempotency_key_reused");
    assert_eq!(cases(&app), 1);
    assert_eq!(app.database.raw().count("SELECT COUNT(*) FROM case_periods"), 1);
}

#[actix_web::test]
async fn another_user_may_use_the_same_key() {
    let (app, hub, heron) = network().await;
    let tern = app.caseworker(hub);
    let first = heron.post_once(KEY, "/v1/cases", case_in(hub)).await.expect(201);
    let second = tern.post_once(KEY, "/v1/cases", case_in(hub)).await.expect(201);
    assert_ne!(first["id"], second["id"]);
    assert_eq!(cases(&app), 2);
}

#[actix_web::test]
async fn a_repeat_by_whoever_has_lost_the_case_is_answered_as_if_it_were_not_there() {
    let (app, hub, heron) = network().await;
    let case = heron.post_once(KEY, "/v1/cases", case_in(hub)).await.expect(201)["id"].clone();
    let case = case.as_str().unwrap();
    let swan = app.coordinator(hub);
    swan.delete(&format!("/v1/cases/{case}/team/{}", heron.id)).await.expect(204);
    let again = heron.post_once(KEY, "/v1/cases", case_in(hub)).await;
    let problem = again.expect_problem(404, "not_found");
    let absent = heron.get("/v1/cases/0123456789abcdefghjkmnpqrs").await.expect(404);
    assert_eq!((&problem["title"], &problem["detail"]), (&absent["title"], &absent["detail"]));
    let entry = app.events_of(again.header("x-request-id").unwrap()).await.remove(0);
    assert_eq!((entry.outcome.as_str(), entry.case_id.as_deref()), ("refused", Some(case)));
    assert_eq!(entry.body()["details"], json!({"repeat": "case.create"}));

    swan.put(&format!("/v1/cases/{case}/team/{}", heron.id), json!({"field_groups": []})).await.expect(200);
    heron.post_once(KEY, "/v1/cases", case_in(hub)).await.expect(201);
    assert_eq!(cases(&app), 1);
}

#[actix_web::test]
async fn a_repeat_by_whoever_has_lost_the_hub_is_not_told_of_its_shelter() {
    let app = TestApp::new().await;
    let hub = app.hub("Kunming");
    let swan = app.coordinator(hub);
    let body = json!({"hub_id": hub, "codename": "Larch", "beds": 6});
    swan.post_once(KEY, "/v1/shelters", body.clone()).await.expect(201);
    let membership = format!("/v1/users/{}/hubs/{hub}", swan.id);
    app.administrator().delete(&membership).await.expect(204);
    let again = swan.post_once(KEY, "/v1/shelters", body).await;
    again.expect_problem(422, "invalid_fields");
    assert_eq!(again.pointers(), ["/hub_id"]);
}

#[actix_web::test]
async fn a_change_of_password_can_be_sent_again_and_helps_nobody_to_guess() {
    let (app, _, heron) = network().await;
    app.set_password(&heron, "nine slow barges upstream").await;
    let change = |current: &str, new: &str| {
        let body = json!({"current_password": current, "new_password": new});
        heron.post_once(KEY, "/v1/me/password", body)
    };
    let (old, new) = ("nine slow barges upstream", "four quiet herons at dusk");
    change(old, new).await.expect(204);
    let again = change(old, new).await;
    again.expect(204);
    let entry = app.events_of(again.header("x-request-id").unwrap()).await.remove(0);
    assert_eq!((entry.action.as_str(), entry.outcome.as_str()), ("answer.repeat", "done"));
    assert_eq!(entry.body()["details"], json!({"repeat": "password.change"}));
    let version = format!("SELECT version FROM users WHERE id = '{}'", heron.id);
    assert_eq!(app.database.raw().count(&version), 2, "changed once");

    let guess = change(old, "four quiet herons at dawn").await;
    guess.expect_problem(422, "invalid_fields");
    assert_eq!(guess.pointers(), ["/current_password"]);
    let entries = app.events_of(guess.header("x-request-id").unwrap()).await;
    assert_eq!(entries.iter().map(|entry| entry.outcome.as_str()).collect::<Vec<_>>(), ["failed"]);
    // Who knows the password is told that the key is taken, once they may try again.
    app.wait(chrono::TimeDelta::seconds(3));
    change(new, old).await.expect_problem(422, "idempotency_key_reused");
}

#[actix_web::test]
async fn a_malformed_key_is_refused_before_anything_is_done() {
    let (app, hub, heron) = network().await;
    for key in ["", "with space", "\"\"", &"k".repeat(65), "k\t"] {
        let answer = heron.post_once(key, "/v1/cases", case_in(hub)).await;
        answer.expect_problem(400, "malformed_request");
        assert_eq!(answer.pointers(), ["Idempotency-Key"], "{key:?}");
    }
    assert_eq!(cases(&app), 0);
}

#[actix_web::test]
async fn a_request_that_failed_is_not_remembered() {
    let (app, hub, heron) = network().await;
    let (mut late, mut elsewhere) = (case_in(hub), case_in(hub));
    late["opened_on"] = json!("2026-03-09");
    elsewhere["hub_id"] = json!(HubId::generate());
    heron.post_once(KEY, "/v1/cases", late).await.expect_problem(409, "guards_unmet");
    heron.post_once(KEY, "/v1/cases", elsewhere).await.expect_problem(422, "invalid_fields");
    heron.post_once(KEY, "/v1/cases", json!({})).await.expect_problem(422, "invalid_fields");
    assert_eq!(app.database.raw().count("SELECT COUNT(*) FROM idempotency_keys"), 0);
    heron.post_once(KEY, "/v1/cases", case_in(hub)).await.expect(201);
    assert_eq!(cases(&app), 1);
}

#[actix_web::test]
async fn a_step_sent_twice_is_taken_once_although_its_etag_has_passed() {
    let (app, hub, heron) = network().await;
    let path = format!("/v1/cases/{}/status", heron.open_case(hub).await["id"].as_str().unwrap());
    let send = || {
        let request = heron.request(Method::POST, &path).insert_header(("Idempotency-Key", KEY));
        let step = json!({"to": "detained", "reason": "arrest", "on": "2026-03-01"});
        heron.send(request.insert_header(("If-Match", "\"1\"")).set_json(step))
    };
    let first = send().await;
    assert_eq!(send().await.expect(200), first.expect(200));
    assert_eq!(app.database.raw().count("SELECT COUNT(*) FROM case_periods"), 2);
}

#[actix_web::test]
async fn the_stored_answer_is_sealed() {
    let (app, hub, heron) = network().await;
    let view = heron.post_once(KEY, "/v1/cases", case_in(hub)).await.expect(201);
    let mut raw = app.database.raw();
    let hex = raw.hex("answer");
    let answer = crate::common::unhex(&raw.texts(&format!("SELECT {hex} AS t FROM idempotency_keys"))[0]);
    for plain in [view["code"].as_str().unwrap(), view["id"].as_str().unwrap(), "PRK", "risk"] {
        assert!(!answer.windows(plain.len()).any(|part| part == plain.as_bytes()), "{plain}");
    }
}

#[actix_web::test]
async fn an_answer_is_forgotten_after_a_day() {
    let (app, hub, heron) = network().await;
    heron.post_once(KEY, "/v1/cases", case_in(hub)).await.expect(201);
    app.wait(TimeDelta::hours(23));
    waystation::upkeep::forget_old_answers(&app.app).await.unwrap();
    assert_eq!(app.database.raw().count("SELECT COUNT(*) FROM idempotency_keys"), 1);
    app.wait(TimeDelta::hours(2));
    waystation::upkeep::forget_old_answers(&app.app).await.unwrap();
    assert_eq!(app.database.raw().count("SELECT COUNT(*) FROM idempotency_keys"), 0);
    let log = app.log().await;
    let forgotten = log.last().unwrap();
    assert_eq!((forgotten.action.as_str(), forgotten.actor_id.as_deref()), ("system.maintain", None));
}
