//! Guessing a password: from many addresses, at many accounts, past a restart. Nobody gets past the published bound, and
//! whoever has logged in from a device before still gets in.

use actix_web::http::Method;
use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::common::{Answer, Person, TestApp, scaled};

/// `TEST_GUESSES=10000` guesses as often.
const GUESSES: usize = 1_500;
const HERONS: &str = "four quiet herons at dusk";
const WRONG: &str = "nine slow barges upstream";

async fn log_in(app: &TestApp, address: &str, body: &Value) -> Answer {
    let request = app.anonymous().request(Method::POST, "/v1/sessions").set_json(body);
    app.send(request.peer_addr(format!("{address}:40000").parse().unwrap())).await
}

fn with(name: &str, password: &str) -> Value {
    json!({"username": name, "password": password})
}

/// Somebody with that password, by name.
async fn person(app: &TestApp) -> (Person, String) {
    let heron = app.caseworker(app.hub("Kunming"));
    app.set_password(&heron, HERONS).await;
    let name = heron.get("/v1/me").await.expect(200)["username"].as_str().unwrap().to_owned();
    (heron, name)
}

fn from(number: usize) -> String {
    format!("10.{}.{}.{}", number / 65_536, number / 256 % 256, number % 256)
}

#[actix_web::test]
async fn a_wrong_guess_costs_a_second_and_then_more_and_the_answer_tells_nothing_of_it() {
    let app = TestApp::new().await;
    let (_, name) = person(&app).await;
    let mut refused = Vec::new();
    for delay in [1, 3, 5, 10, 10] {
        refused.push(log_in(&app, "192.0.2.1", &with(&name, WRONG)).await);
        app.wait(TimeDelta::seconds(delay) - TimeDelta::microseconds(1));
        refused.push(log_in(&app, "192.0.2.2", &with(&name, HERONS)).await);
        app.wait(TimeDelta::microseconds(1));
    }
    refused.push(log_in(&app, "192.0.2.1", &with("nobody-of-ours", HERONS)).await);
    let told = |answer: &Answer| {
        let mut problem = answer.expect_problem(401, "login_refused");
        problem["request_id"].take();
        problem
    };
    assert!(refused.iter().all(|answer| told(answer) == told(&refused[0])));
    log_in(&app, "192.0.2.1", &with(&name, HERONS)).await.expect(201);
    log_in(&app, "192.0.2.1", &with(&name, HERONS)).await.expect(201);
}

#[actix_web::test]
async fn any_number_of_guesses_at_one_account_are_a_hundred_and_its_own_device_still_gets_in() {
    let app = TestApp::new().await;
    let (_, name) = person(&app).await;
    let opened = log_in(&app, "192.0.2.1", &with(&name, HERONS)).await.expect(201);
    let mut known = with(&name, HERONS);
    known["device_token"] = opened["device_token"].clone();
    for number in 0..100 {
        log_in(&app, &from(number), &with(&name, WRONG)).await.expect_problem(401, "login_refused");
        app.wait(TimeDelta::seconds(10));
    }
    // From now on every guess is the right one, and none of them is looked at.
    let guesses = scaled("TEST_GUESSES", GUESSES);
    for number in 100..guesses {
        log_in(&app, &from(number % 1_000), &with(&name, HERONS)).await.expect_problem(401, "login_refused");
    }
    log_in(&app, "192.0.2.1", &known).await.expect(201);
    // Neither a restart nor a token that was made up helps.
    let again = app.beside().await;
    log_in(&again, "192.0.2.9", &with(&name, HERONS)).await.expect_problem(401, "login_refused");
    known["device_token"] = json!("AAAA");
    log_in(&again, "192.0.2.9", &known).await.expect_problem(401, "login_refused");
    app.wait(TimeDelta::days(1));
    log_in(&app, "192.0.2.9", &with(&name, HERONS)).await.expect(201);
    let failed = app
        .log()
        .await
        .iter()
        .filter(|entry| entry.action == "session.create" && entry.outcome == "failed")
        .count();
    assert_eq!(failed, guesses + 2, "each is on the log, looked at or not");
}

#[actix_web::test]
async fn ten_thousand_guesses_at_a_thousand_accounts_from_one_address_are_a_thousand() {
    let app = TestApp::new().await;
    let (_, name) = person(&app).await;
    let known = log_in(&app, "192.0.2.1", &with(&name, HERONS)).await.expect(201)["device_token"].clone();
    let names: Vec<String> = (0..999).map(|number| format!("stork-{number}")).collect();
    for round in 0..2 {
        for target in &names {
            log_in(&app, "203.0.113.7", &with(target, WRONG)).await.expect_problem(401, "login_refused");
            app.wait(TimeDelta::seconds(if round == 0 { 10 } else { 0 }));
        }
    }
    // Nobody is let in by this address any more who does not come with a device that the account knows.
    app.wait(TimeDelta::seconds(10));
    for _ in 0..100 {
        log_in(&app, "203.0.113.7", &with(&name, HERONS)).await.expect_problem(401, "login_refused");
    }
    let mut body = with(&name, HERONS);
    log_in(&app, "203.0.113.8", &body).await.expect(201);
    body["device_token"] = known;
    log_in(&app, "203.0.113.7", &body).await.expect(201);
}

#[actix_web::test]
async fn guesses_at_the_same_moment_are_no_more_than_four() {
    let app = TestApp::new().await;
    let (_, name) = person(&app).await;
    let guess = |number: usize| {
        let (app, body) = (app.clone(), with(&name, WRONG));
        async move { log_in(&app, &from(number), &body).await.status.as_u16() }
    };
    assert_eq!(crate::common::together((0..50).map(guess)).await, [401; 50]);
    // Had all of them been looked at, a hundred would be full by now.
    for number in 0..95 {
        app.wait(TimeDelta::seconds(10));
        log_in(&app, &from(number), &with(&name, WRONG)).await.expect_problem(401, "login_refused");
    }
    app.wait(TimeDelta::seconds(10));
    log_in(&app, &from(7), &with(&name, HERONS)).await.expect(201);
}

#[actix_web::test]
async fn whoever_holds_a_session_guesses_its_password_no_faster() {
    let app = TestApp::new().await;
    let (heron, _) = person(&app).await;
    let change =
        |current: &str| json!({"current_password": current, "new_password": "seven loud geese at dawn"});
    heron.post("/v1/me/password", change(WRONG)).await.expect_problem(422, "invalid_fields");
    heron.post("/v1/me/password", change(HERONS)).await.expect_problem(422, "invalid_fields");
    app.wait(TimeDelta::seconds(1));
    heron.post("/v1/me/password", change(HERONS)).await.expect(204);
}
