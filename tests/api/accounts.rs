//! Accounts: whose password opens what, and what an attempt leaves on the log.

use serde_json::json;
use waystation::access::Role;

use crate::common::{Answer, Client, Entry, TestApp};

const HERONS: &str = "four quiet herons at dusk";
const BARGES: &str = "nine slow barges upstream";

async fn log_in(app: &TestApp, username: &str, password: &str) -> Answer {
    app.anonymous().post("/v1/sessions", json!({"username": username, "password": password})).await
}

async fn entries_of(app: &TestApp, answer: &Answer) -> Vec<Entry> {
    app.events_of(answer.header("x-request-id").unwrap()).await
}

#[actix_web::test]
async fn a_hash_in_the_row_of_another_user_fits_no_password() {
    let app = TestApp::new().await;
    let user = async |name: &str, password: &str| app.let_in(name, Role::Caseworker, password).await;
    let (kestrel, tern) = (user("kestrel", HERONS).await, user("tern", BARGES).await);
    let opened = log_in(&app, "tern", BARGES).await.expect(201);
    let in_row = |from: &str, to: &str| {
        app.database
            .raw()
            .execute(&format!(
                "UPDATE users SET password_hash = (SELECT password_hash FROM users WHERE id = '{from}') WHERE id = '{to}'"
            ))
            .unwrap();
    };
    in_row(&kestrel, &tern);
    for password in [HERONS, BARGES] {
        log_in(&app, "tern", password).await.expect_problem(401, "login_refused");
    }
    let terns = app.anonymous().with_token(opened["access_token"].as_str().unwrap());
    let change = json!({"current_password": HERONS, "new_password": "seven loud geese at dawn"});
    let answer = terns.post("/v1/me/password", change).await;
    answer.expect_problem(422, "invalid_fields");
    assert_eq!(answer.pointers(), ["/current_password"]);
    let opened = log_in(&app, "kestrel", HERONS).await.expect(201);
    // A password that is changed is bound to its user like the first one.
    let kestrels = app.anonymous().with_token(opened["access_token"].as_str().unwrap());
    let geese = "seven loud geese at dawn";
    let change = json!({"current_password": HERONS, "new_password": geese});
    kestrels.post("/v1/me/password", change).await.expect(204);
    log_in(&app, "kestrel", geese).await.expect(201);
    in_row(&kestrel, &tern);
    app.wait(chrono::TimeDelta::seconds(10));
    log_in(&app, "tern", geese).await.expect_problem(401, "login_refused");
}

#[actix_web::test]
async fn a_new_password_that_is_not_good_tells_nothing_of_the_present_one() {
    let app = TestApp::new().await;
    let heron = app.caseworker(app.hub("Kunming"));
    app.set_password(&heron, HERONS).await;
    for new in ["short", "aaaaaaaaaaaaaaaa"] {
        let mut answers = Vec::new();
        for current in [HERONS, BARGES] {
            let change = json!({"current_password": current, "new_password": new});
            let answer = heron.post("/v1/me/password", change).await;
            answer.expect_problem(422, "invalid_fields");
            assert_eq!(answer.pointers(), ["/new_password"]);
            assert!(entries_of(&app, &answer).await.is_empty(), "{new}");
            answers.push(answer.json()["faults"].clone());
        }
        assert_eq!(answers[0], answers[1]);
    }
}

#[actix_web::test]
async fn a_failed_login_is_about_the_account_and_by_nobody() {
    let app = TestApp::new().await;
    let hub = app.hub("Kunming");
    let (heron, owl, admin) = (app.caseworker(hub), app.auditor(), app.administrator());
    app.set_password(&heron, HERONS).await;
    let me = heron.get("/v1/me").await.expect(200);
    let username = me["username"].as_str().unwrap();
    let failed = log_in(&app, username, BARGES).await;
    failed.expect_problem(401, "login_refused");
    let stranger = log_in(&app, "nobody-of-ours", BARGES).await;
    stranger.expect_problem(401, "login_refused");
    app.wait(chrono::TimeDelta::seconds(1));
    let done = log_in(&app, username, HERONS).await;
    done.expect(201);

    let entry = entries_of(&app, &failed).await.remove(0);
    assert_eq!((entry.action.as_str(), entry.outcome.as_str()), ("session.create", "failed"));
    assert_eq!((entry.actor_id.as_deref(), entry.body().get("actor")), (None, None));
    assert_eq!(entry.body()["subject"], json!(heron.id));
    let entry = entries_of(&app, &stranger).await.remove(0);
    assert_eq!((entry.actor_id.as_deref(), entry.body().get("subject")), (None, None));
    let entry = entries_of(&app, &done).await.remove(0);
    assert_eq!(entry.actor_id.as_deref(), Some(heron.id.as_str()));

    let path = |name: &str| format!("/v1/audit/events?{name}={}&action=session.create", heron.id);
    let outcomes = async |client: &Client, path: &str| -> Vec<String> {
        let page = client.get(path).await.expect(200);
        let items = page["items"].as_array().unwrap().iter();
        items.map(|row| row["entry"]["outcome"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(outcomes(&owl, &path("subject")).await, ["failed"]);
    assert_eq!(outcomes(&owl, &path("actor")).await, ["done"]);
    // An administrator sees what they did, and so not who tried whose account.
    assert!(outcomes(&admin, &path("subject")).await.is_empty());
    let narrowed = owl.get("/v1/audit/events?limit=1&action=audit.list").await.expect(200);
    assert_eq!(narrowed["items"][0]["entry"]["details"]["subject"], json!(heron.id));
    owl.get("/v1/audit/events?subject=heron").await.expect_problem(400, "malformed_request");
}

#[actix_web::test]
async fn a_refresh_token_that_was_never_issued_leaves_no_entry() {
    let app = TestApp::new().await;
    let heron = app.caseworker(app.hub("Kunming"));
    app.set_password(&heron, HERONS).await;
    let username = heron.get("/v1/me").await.expect(200)["username"].as_str().unwrap().to_owned();
    let issued = log_in(&app, &username, HERONS).await.expect(201)["refresh_token"].clone();
    let before = app.log().await.len();
    let refresh = async |token: &serde_json::Value| {
        app.anonymous().post("/v1/sessions/refresh", json!({"refresh_token": token})).await
    };
    for token in ["", "x", &"A".repeat(43), &"A".repeat(10_000), "김철수"] {
        refresh(&json!(token)).await.expect_problem(401, "refresh_refused");
    }
    assert_eq!(app.log().await.len(), before);
    refresh(&issued).await.expect(200);
    assert_eq!(app.log().await.len(), before + 1);
}

#[actix_web::test]
async fn a_right_password_leaves_an_entry_whatever_stops_the_request() {
    let app = TestApp::new().await;
    let hub = app.hub("Kunming");
    let heron = app.caseworker(hub);
    app.set_password(&heron, HERONS).await;
    let case = json!({
        "hub_id": hub, "sex": "female", "age_band": "18-59", "origin_country": "PRK", "risk": "high",
        "opened_on": "2026-03-01"
    });
    heron.post_once("used", "/v1/cases", case).await.expect(201);
    for (current, code) in [(HERONS, "idempotency_key_reused"), (BARGES, "invalid_fields")] {
        let change = json!({"current_password": current, "new_password": "seven loud geese at dawn"});
        let answer = heron.post_once("used", "/v1/me/password", change).await;
        answer.expect_problem(422, code);
        let entries = entries_of(&app, &answer).await;
        let [entry] = entries.as_slice() else { panic!("{entries:?}") };
        assert_eq!((entry.action.as_str(), entry.outcome.as_str()), ("password.change", "failed"));
        assert_eq!(entry.body()["code"], code);
        assert_eq!(entry.body()["subject"], json!(heron.id));
    }

    let fault = if app.database.is_postgres() {
        "CREATE FUNCTION fault() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'fault'; END $$;
         CREATE TRIGGER fault BEFORE INSERT ON sessions FOR EACH ROW EXECUTE FUNCTION fault()"
    } else {
        "CREATE TRIGGER fault BEFORE INSERT ON sessions BEGIN SELECT RAISE(ABORT, 'fault'); END"
    };
    let username = heron.get("/v1/me").await.expect(200)["username"].as_str().unwrap().to_owned();
    app.database.raw().execute(fault).unwrap();
    let answer = log_in(&app, &username, HERONS).await;
    answer.expect_problem(500, "internal");
    let entry = entries_of(&app, &answer).await.remove(0);
    assert_eq!((entry.action.as_str(), entry.outcome.as_str()), ("session.create", "failed"));
    assert_eq!(
        (entry.body().get("actor"), &entry.body()["subject"], &entry.body()["code"]),
        (None, &json!(heron.id), &json!("internal"))
    );
}

#[actix_web::test]
async fn a_refresh_token_that_comes_again_is_about_the_account_and_by_nobody() {
    let app = TestApp::new().await;
    let heron = app.caseworker(app.hub("Kunming"));
    app.set_password(&heron, HERONS).await;
    let username = heron.get("/v1/me").await.expect(200)["username"].as_str().unwrap().to_owned();
    let issued = log_in(&app, &username, HERONS).await;
    let session = entries_of(&app, &issued).await.remove(0).body()["subject"].clone();
    let token = json!({"refresh_token": issued.expect(201)["refresh_token"]});
    app.anonymous().post("/v1/sessions/refresh", token.clone()).await.expect(200);
    app.wait(chrono::TimeDelta::minutes(1));
    let again = app.anonymous().post("/v1/sessions/refresh", token).await;
    again.expect_problem(401, "refresh_refused");
    let entry = entries_of(&app, &again).await.remove(0);
    assert_eq!((entry.action.as_str(), entry.outcome.as_str()), ("session.reuse", "done"));
    assert_eq!((entry.actor_id.as_deref(), entry.body().get("actor")), (None, None));
    assert_eq!(entry.body()["subject"], json!(heron.id));
    assert_eq!(entry.body()["details"]["session"], session);
    let about = format!("/v1/audit/events?subject={}&action=session.reuse", heron.id);
    assert_eq!(app.auditor().get(&about).await.expect(200)["items"].as_array().unwrap().len(), 1);
}
