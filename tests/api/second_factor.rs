//! The second factor: who needs it does nothing before; a code is good once; what is dangerous asks for a fresh one.

use chrono::TimeDelta;
use serde_json::{Value, json};
use totp_rs::{Builder, Secret};
use waystation::access::permissions::Row;
use waystation::access::{Reach, Role};
use waystation::clock::Clock;
use waystation::crypto::KeyPurpose;
use waystation::db::types::CodeList as _;
use waystation::{keys, routes};

use crate::common::server::Installation;
use crate::common::{Answer, Client, Person, TestApp, together};

const PASSWORD: &str = "four quiet herons at dusk";

/// An authenticator app.
#[derive(Clone)]
struct Device(String);

impl Device {
    fn code(&self, app: &TestApp) -> String {
        let secret = Secret::try_from_base32(&self.0).unwrap();
        let totp = Builder::new().with_secret(secret).with_account_name("-").build().unwrap();
        totp.generate(u64::try_from(app.now().micros() / 1_000_000).unwrap()).to_string()
    }

    /// One that is not of any step about now.
    fn wrong(&self, app: &TestApp) -> String {
        let (right, digits) = (self.code(app), ["000000", "111111", "222222", "333333"]);
        digits.into_iter().find(|code| *code != right).unwrap().to_owned()
    }
}

/// Somebody who has a password and no second factor yet; their name.
async fn somebody(app: &TestApp, role: Role) -> (Person, String) {
    let hubs = if role == Role::Coordinator { vec![app.hub(role.code())] } else { Vec::new() };
    let person = app.person(role, &hubs);
    app.set_password(&person, PASSWORD).await;
    let name = format!("SELECT username AS t FROM users WHERE id = '{}'", person.id);
    let name = app.database.raw().texts(&name).remove(0);
    let none = format!("DELETE FROM second_factors WHERE user_id = '{}'", person.id);
    app.database.raw().execute(&none).unwrap();
    (person, name)
}

async fn try_to_log_in(app: &TestApp, name: &str, code: Option<&str>) -> Answer {
    let mut body = json!({"username": name, "password": PASSWORD});
    if let Some(code) = code {
        body["code"] = code.into();
    }
    app.anonymous().post("/v1/sessions", body).await
}

async fn log_in(app: &TestApp, name: &str, code: Option<&str>) -> (Client, Value) {
    let opened = try_to_log_in(app, name, code).await.expect(201);
    (app.anonymous().with_token(opened["access_token"].as_str().unwrap()), opened)
}

async fn begin(client: &Client) -> Device {
    let begun = client.post("/v1/me/second-factor", json!({"current_password": PASSWORD})).await.expect(201);
    let secret = begun["secret"].as_str().unwrap().to_owned();
    assert!(begun["otpauth"].as_str().unwrap().contains(&secret));
    assert!(begun["qr_code"].as_str().unwrap().contains("<svg"));
    Device(secret)
}

async fn confirm(client: &Client, code: &str) -> Answer {
    client.post("/v1/me/second-factor/confirmation", json!({"code": code})).await
}

async fn enrol(app: &TestApp, client: &Client) -> (Device, Vec<String>) {
    let device = begin(client).await;
    let confirmed = confirm(client, &device.code(app)).await.expect(201);
    let codes = confirmed["recovery_codes"].as_array().unwrap();
    (device, codes.iter().map(|code| code.as_str().unwrap().to_owned()).collect())
}

async fn give(client: &Client, code: &str) -> Answer {
    client.post("/v1/sessions/current/second-factor", json!({"code": code})).await
}

#[actix_web::test]
async fn a_role_that_needs_one_and_has_none_can_do_nothing_but_enrol() {
    let app = TestApp::new().await;
    let (_, name) = somebody(&app, Role::Coordinator).await;
    let (crane, opened) = log_in(&app, &name, None).await;
    assert_eq!(opened["second_factor"], "to_enrol");
    crane.get("/v1/cases").await.expect_problem(403, "second_factor_needed");
    assert_eq!(crane.get("/v1/me/second-factor").await.expect(200)["standing"], "to_enrol");

    let password = json!({"current_password": "seven loud geese at dawn"});
    let wrong = crane.post("/v1/me/second-factor", password).await;
    wrong.expect_problem(422, "invalid_fields");
    app.wait(TimeDelta::seconds(1));
    let early = confirm(&crane, "123456").await;
    early.expect_problem(409, "guards_unmet");
    let device = begin(&crane).await;
    let wrong = confirm(&crane, &device.wrong(&app)).await;
    wrong.expect_problem(422, "invalid_fields");
    crane.get("/v1/cases").await.expect_problem(403, "second_factor_needed");
    app.wait(TimeDelta::seconds(3));
    let confirmed = confirm(&crane, &device.code(&app)).await.expect(201);
    assert_eq!(confirmed["recovery_codes"].as_array().unwrap().len(), 10);
    crane.get("/v1/cases").await.expect(200);
    let standing = crane.get("/v1/me/second-factor").await.expect(200);
    assert_eq!((&standing["standing"], &standing["recovery_codes_left"]), (&json!("given"), &json!(10)));
}

#[actix_web::test]
async fn every_route_refuses_whoever_has_yet_to_enrol_but_those_of_their_own_account() {
    let app = TestApp::new().await;
    let mut asked = 0;
    for role in [Role::Coordinator, Role::Auditor, Role::Administrator] {
        let (person, name) = somebody(&app, role).await;
        let (client, _) = log_in(&app, &name, None).await;
        for route in routes::all() {
            let Some(row): Option<&Row> = (route.describe)().permission else { continue };
            if row.name.starts_with("account.") || row.reach_of(role) == Reach::No {
                continue;
            }
            let path = crate::walk::somewhere(route.path);
            for client in [&client, &person.client] {
                let answer = client.send(client.request(route.method.clone(), &path)).await;
                assert_eq!(answer.json()["code"], "second_factor_needed", "{} by a {role}", route.operation);
                assert_eq!(answer.status.as_u16(), 403);
            }
            asked += 1;
        }
    }
    assert!(asked > 100, "{asked}");
    // Each of them is on the record.
    let refused = app.log().await.into_iter().filter(|entry| entry.action == "access.refuse").count();
    assert_eq!(refused, asked * 2);
}

#[actix_web::test]
async fn a_login_needs_password_and_code_and_does_not_tell_which_was_wrong() {
    let app = TestApp::new().await;
    let (_, name) = somebody(&app, Role::Auditor).await;
    let (owl, _) = log_in(&app, &name, None).await;
    let (device, _) = enrol(&app, &owl).await;
    app.wait(TimeDelta::seconds(30));
    let told = |answer: &Answer| {
        let mut problem = answer.expect_problem(401, "login_refused");
        problem["request_id"].take();
        problem
    };
    let mut answers = Vec::new();
    let pauses = [1, 3, 5, 10, 10];
    for (number, code) in
        [None, Some(device.wrong(&app)), Some(String::new()), Some("x".into())].iter().enumerate()
    {
        answers.push(told(&try_to_log_in(&app, &name, code.as_deref()).await));
        app.wait(TimeDelta::seconds(pauses[number]));
    }
    let body = json!({"username": name, "password": "seven loud geese at dawn", "code": device.code(&app)});
    answers.push(told(&app.anonymous().post("/v1/sessions", body).await));
    let body = json!({"username": "nobody", "password": PASSWORD, "code": device.code(&app)});
    answers.push(told(&app.anonymous().post("/v1/sessions", body).await));
    assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:#?}");
    app.wait(TimeDelta::seconds(30));
    let (owl, opened) = log_in(&app, &name, Some(&device.code(&app))).await;
    assert_eq!(opened["second_factor"], "given");
    owl.get("/v1/audit/events").await.expect(200);
    // A step is good once.
    try_to_log_in(&app, &name, Some(&device.code(&app))).await.expect_problem(401, "login_refused");
    // A session that is carried on has its code still.
    let token = json!({"refresh_token": opened["refresh_token"]});
    let carried_on = app.anonymous().post("/v1/sessions/refresh", token).await.expect(200);
    assert_eq!(carried_on["second_factor"], "given");
}

#[actix_web::test]
async fn a_code_that_is_sent_many_times_at_once_is_good_once() {
    let app = TestApp::new().await;
    let (_, name) = somebody(&app, Role::Administrator).await;
    let (dove, _) = log_in(&app, &name, None).await;
    let (device, recovery) = enrol(&app, &dove).await;
    app.wait(TimeDelta::seconds(30));
    let good = async |code: &str| {
        let tries = (0..4).map(|_| {
            let (app, name, code) = (app.clone(), name.clone(), code.to_owned());
            async move { try_to_log_in(&app, &name, Some(&code)).await.status.as_u16() }
        });
        together(tries).await.into_iter().filter(|status| *status == 201).count()
    };
    assert_eq!(good(&device.code(&app)).await, 1);
    app.wait(TimeDelta::seconds(30));
    assert_eq!(good(&recovery[0]).await, 1);
    let given = async |code: &str| {
        let tries = (0..8).map(|_| {
            let (dove, code) = (dove.clone(), code.to_owned());
            async move { give(&dove, &code).await.status.as_u16() }
        });
        together(tries).await.into_iter().filter(|status| *status == 204).count()
    };
    app.wait(TimeDelta::seconds(30));
    assert_eq!(given(&device.code(&app)).await, 1);
}

#[actix_web::test]
async fn a_recovery_code_is_good_once_and_new_ones_take_the_place_of_all() {
    let app = TestApp::new().await;
    let (_, name) = somebody(&app, Role::Coordinator).await;
    let (crane, _) = log_in(&app, &name, None).await;
    let (_, codes) = enrol(&app, &crane).await;
    let written = codes[0].to_lowercase().replace('-', " ");
    let (crane, opened) = log_in(&app, &name, Some(&written)).await;
    assert_eq!(opened["second_factor"], "given");
    try_to_log_in(&app, &name, Some(&codes[0])).await.expect_problem(401, "login_refused");
    app.wait(TimeDelta::seconds(1));
    assert_eq!(crane.get("/v1/me/second-factor").await.expect(200)["recovery_codes_left"], 9);
    let renewed = crane.post("/v1/me/second-factor/recovery-codes", Value::Null).await.expect(201);
    try_to_log_in(&app, &name, Some(&codes[1])).await.expect_problem(401, "login_refused");
    app.wait(TimeDelta::seconds(3));
    log_in(&app, &name, renewed["recovery_codes"][0].as_str()).await;
    app.wait(TimeDelta::minutes(6));
    let stale = crane.post("/v1/me/second-factor/recovery-codes", Value::Null).await;
    stale.expect_problem(403, "step_up_needed");
}

#[actix_web::test]
async fn what_is_dangerous_asks_for_a_code_of_the_last_five_minutes() {
    let app = TestApp::new().await;
    let (_, name) = somebody(&app, Role::Administrator).await;
    let (dove, _) = log_in(&app, &name, None).await;
    let (device, _) = enrol(&app, &dove).await;
    let user = |name: &str| json!({"username": name, "role": "reader"});
    dove.post("/v1/users", user("rook")).await.expect(201);
    app.wait(TimeDelta::minutes(5));
    dove.post("/v1/users", user("wren")).await.expect(201);
    app.wait(TimeDelta::microseconds(1));
    let refused = dove.post("/v1/users", user("lark")).await;
    refused.expect_problem(403, "step_up_needed");
    dove.get("/v1/users").await.expect(200);
    give(&dove, &device.wrong(&app)).await.expect_problem(422, "invalid_fields");
    // Guessing is slowed here as everywhere.
    give(&dove, &device.code(&app)).await.expect_problem(422, "invalid_fields");
    app.wait(TimeDelta::seconds(1));
    give(&dove, &device.code(&app)).await.expect(204);
    dove.post("/v1/users", user("lark")).await.expect(201);
}

/// Whoever knows one of the two gets rid of nothing that they guessed wrong of the other.
#[actix_web::test]
async fn a_right_password_takes_no_wrong_code_back_and_a_right_code_no_wrong_password() {
    let app = TestApp::new().await;
    let (person, name) = somebody(&app, Role::Caseworker).await;
    let (client, _) = log_in(&app, &name, None).await;
    let (device, _) = enrol(&app, &client).await;
    app.wait(TimeDelta::seconds(30));
    // Changes nothing, and says that the password was right.
    let same = json!({"current_password": PASSWORD, "duress_password": PASSWORD});
    let right_password = async || {
        assert_eq!(
            client.post("/v1/me/duress-password", same.clone()).await.pointers(),
            ["/duress_password"]
        );
    };
    give(&client, &device.wrong(&app)).await.expect_problem(422, "invalid_fields");
    right_password().await;
    give(&client, &device.code(&app)).await.expect_problem(422, "invalid_fields");
    app.wait(TimeDelta::seconds(31));
    give(&client, &device.code(&app)).await.expect(204);
    let wrong = json!({"current_password": "not this one at all", "duress_password": null});
    assert_eq!(client.post("/v1/me/duress-password", wrong).await.pointers(), ["/current_password"]);
    app.wait(TimeDelta::milliseconds(900));
    give(&client, &device.code(&app)).await.expect_problem(422, "invalid_fields");
    assert_eq!(client.post("/v1/me/duress-password", same).await.pointers(), ["/current_password"]);
    drop(person);
}

#[actix_web::test]
async fn whoever_needs_none_may_have_one_and_put_it_away() {
    let app = TestApp::new().await;
    let (_, name) = somebody(&app, Role::Reader).await;
    let (rook, opened) = log_in(&app, &name, None).await;
    assert_eq!(opened["second_factor"], "not_needed");
    let (phone, _) = log_in(&app, &name, None).await;
    let (device, _) = enrol(&app, &rook).await;
    // Where no code was given, one is logged out.
    phone.get("/v1/me").await.expect_problem(401, "unauthenticated");
    try_to_log_in(&app, &name, None).await.expect_problem(401, "login_refused");
    app.wait(TimeDelta::minutes(6));
    rook.delete("/v1/me/second-factor").await.expect_problem(403, "step_up_needed");
    give(&rook, &device.code(&app)).await.expect(204);
    rook.delete("/v1/me/second-factor").await.expect(204);
    let (_, opened) = log_in(&app, &name, None).await;
    assert_eq!(opened["second_factor"], "not_needed");

    let (_, name) = somebody(&app, Role::Auditor).await;
    let (owl, _) = log_in(&app, &name, None).await;
    let (device, _) = enrol(&app, &owl).await;
    let kept = owl.delete("/v1/me/second-factor").await;
    assert_eq!(kept.guards(), ["second_factor_not_needed"]);
    // Another device in its place: until it is confirmed, the one before is good.
    let second = begin(&owl).await;
    app.wait(TimeDelta::seconds(30));
    give(&owl, &device.code(&app)).await.expect(204);
    confirm(&owl, &second.code(&app)).await.expect(201);
    app.wait(TimeDelta::seconds(30));
    give(&owl, &device.code(&app)).await.expect_problem(422, "invalid_fields");
    app.wait(TimeDelta::seconds(1));
    give(&owl, &second.code(&app)).await.expect(204);
}

#[actix_web::test]
async fn what_was_begun_waits_for_ten_minutes() {
    let app = TestApp::new().await;
    let (_, name) = somebody(&app, Role::Auditor).await;
    let (owl, _) = log_in(&app, &name, None).await;
    let device = begin(&owl).await;
    app.wait(TimeDelta::minutes(10) - TimeDelta::seconds(1));
    let late = confirm(&owl, &device.wrong(&app)).await;
    late.expect_problem(422, "invalid_fields");
    app.wait(TimeDelta::seconds(1));
    let (owl, _) = log_in(&app, &name, None).await;
    let late = confirm(&owl, &device.code(&app)).await;
    late.expect_problem(409, "guards_unmet");
    assert_eq!(late.guards(), ["second_factor_begun"]);
}

#[actix_web::test]
async fn what_was_begun_and_never_confirmed_keeps_no_key() {
    let app = TestApp::new().await;
    let (heron, name) = somebody(&app, Role::Caseworker).await;
    let (client, _) = log_in(&app, &name, None).await;
    begin(&client).await;
    keys::rotate(&app.app, &app.root, KeyPurpose::PasswordPepper).await.unwrap();
    app.wait(keys::KNOWN_WITHIN);
    assert!(keys::follow(&app.app).await.unwrap());
    app.set_password(&heron, PASSWORD).await;
    app.wait(keys::LET_GO);
    assert_eq!(keys::retirement::run(&app.app).await.unwrap(), 1);
    let (client, _) = log_in(&app, &name, None).await;
    enrol(&app, &client).await;
}

#[actix_web::test]
async fn a_repeat_is_answered_like_the_first_and_guesses_nothing() {
    let app = TestApp::new().await;
    let (_, name) = somebody(&app, Role::Administrator).await;
    let (dove, _) = log_in(&app, &name, None).await;
    let device = begin(&dove).await;
    let send =
        async |path: &str, key: &str, code: &str| dove.post_once(key, path, json!({"code": code})).await;
    let confirmation = "/v1/me/second-factor/confirmation";
    let code = device.code(&app);
    let codes = send(confirmation, "confirm", &code).await.expect(201);
    assert_eq!(send(confirmation, "confirm", &code).await.expect(201), codes);
    let unkept = send(confirmation, "another", &code).await;
    assert_eq!((unkept.expect_problem(409, "guards_unmet"), unkept.guards()).1, ["second_factor_begun"]);

    app.wait(TimeDelta::seconds(30));
    let (current, code) = ("/v1/sessions/current/second-factor", device.code(&app));
    send(current, "give", &code).await.expect(204);
    for _ in 0..20 {
        send(current, "give", &code).await.expect(204);
    }
    for (key, code) in [("give", device.wrong(&app)), ("again", code.clone())] {
        app.wait(TimeDelta::seconds(10));
        let answer = send(current, key, &code).await;
        answer.expect_problem(422, "invalid_fields");
        assert_eq!(answer.pointers(), ["/code"]);
    }
    // Nor does it take back what was guessed wrongly: the third failure is followed by five seconds.
    app.wait(TimeDelta::seconds(10));
    send(current, "give", &code).await.expect(204);
    give(&dove, &device.wrong(&app)).await.expect(422);
    app.wait(TimeDelta::seconds(4));
    give(&dove, &device.code(&app)).await.expect(422);
    app.wait(TimeDelta::seconds(1));
    give(&dove, &device.code(&app)).await.expect(204);
}

#[actix_web::test]
async fn neither_secret_nor_recovery_code_is_in_the_database() {
    let app = TestApp::new().await;
    let (_, name) = somebody(&app, Role::Auditor).await;
    let (owl, _) = log_in(&app, &name, None).await;
    let (device, codes) = enrol(&app, &owl).await;
    let mut raw = app.database.raw();
    let sealed = format!("SELECT {} AS t FROM second_factors WHERE secret IS NOT NULL", raw.hex("secret"));
    let stored = raw.texts(&sealed).join(" ").to_lowercase();
    let secret = Secret::try_from_base32(&device.0).unwrap();
    assert!(!stored.contains(&crate::common::hex(secret.as_bytes())));
    let hashes = raw.texts("SELECT code_hash AS t FROM recovery_codes").join(" ");
    assert!(codes.iter().all(|code| !hashes.contains(&code.replace('-', ""))));
    assert_eq!(raw.count("SELECT COUNT(*) FROM recovery_codes"), 10);
}

/// Another role acts at once, with what it needs.
#[actix_web::test]
async fn whoever_is_made_a_coordinator_has_to_enrol_first() {
    let app = TestApp::new().await;
    let hub = app.hub("Kunming");
    let heron = app.caseworker(hub);
    heron.get("/v1/cases").await.expect(200);
    app.give_role(&heron, Role::Coordinator).await.expect(200);
    heron.get("/v1/cases").await.expect_problem(403, "second_factor_needed");
}

#[test]
fn the_operator_takes_a_lost_one_away() {
    let installation = Installation::set_up();
    let server = installation.serve_by(&["env", "-u", "WAYSTATION_ALLOW_PASSWORD_ALONE"]);
    let wire = installation.administrator(&server);
    let refused = wire.send("GET", "/v1/users", None, &Value::Null).unwrap();
    assert_eq!((refused.status, refused.body["code"].as_str()), (403, Some("second_factor_needed")));
    let password = installation.credentials()["password"].clone();
    let begun =
        wire.send("POST", "/v1/me/second-factor", None, &json!({"current_password": password})).unwrap();
    assert_eq!(begun.status, 201, "{}", begun.text);
    let secret = Secret::try_from_base32(begun.body["secret"].as_str().unwrap()).unwrap();
    let totp = Builder::new().with_secret(secret).with_account_name("-").build().unwrap();
    let now = Clock::system().now().micros() / 1_000_000;
    let code = json!({"code": totp.generate(u64::try_from(now).unwrap()).to_string()});
    let confirmed = wire.send("POST", "/v1/me/second-factor/confirmation", None, &code).unwrap();
    assert_eq!(confirmed.status, 201, "{}", confirmed.text);
    assert_eq!(wire.send("GET", "/v1/users", None, &Value::Null).unwrap().status, 200);

    let done = installation.run(&["user", "reset-second-factor", "admin"]);
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    assert_eq!(wire.send("GET", "/v1/users", None, &Value::Null).unwrap().status, 401);
    let wire = installation.administrator(&server);
    let refused = wire.send("GET", "/v1/users", None, &Value::Null).unwrap();
    assert_eq!(refused.body["code"], "second_factor_needed");
}
