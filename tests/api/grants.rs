//! Who is let in, gets another role or another password: asked for by one, decided by another, and known to nobody else.

use actix_web::http::Method;
use chrono::TimeDelta;
use serde_json::{Value, json};
use waystation::access::{HubId, Role};
use waystation::accounts::idle;
use waystation::db::types::CodeList as _;

use crate::common::{Answer, Person, TestApp, together};

const HERONS: &str = "four quiet herons at dusk";
const BARGES: &str = "nine slow barges upstream";

struct Scene {
    app: TestApp,
    hub: HubId,
    raven: Person,
    jackdaw: Person,
    crane: Person,
}

impl Scene {
    async fn set() -> Self {
        let app = TestApp::new().await;
        let hub = app.hub("Kunming");
        let (raven, jackdaw, crane) = (app.administrator(), app.administrator(), app.coordinator(hub));
        Self { app, hub, raven, jackdaw, crane }
    }

    /// Asks that tern be let in; their id and the grant.
    async fn invite(&self) -> (String, Value) {
        let body = json!({"username": "tern", "role": "caseworker", "hubs": [self.hub]});
        let asked = self.raven.post("/v1/users", body).await.expect(201);
        (text(&asked["id"]), asked["grant"].clone())
    }

    async fn activate(&self, code: &Value, password: &str) -> Answer {
        let body = json!({"username": "tern", "code": code, "password": password});
        self.app.anonymous().post("/v1/activations", body).await
    }

    async fn log_in(&self, name: &str, password: &str) -> Answer {
        let body = json!({"username": name, "password": password});
        self.app.anonymous().post("/v1/sessions", body).await
    }

    fn later(&mut self, time: TimeDelta) {
        self.app.wait(time);
        for person in [&mut self.raven, &mut self.jackdaw, &mut self.crane] {
            *person = self.app.renew(person);
        }
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

async fn decide(by: &Person, grant: &Value, approve: bool) -> Answer {
    by.post(&format!("/v1/grants/{}/decision", text(&grant["id"])), json!({"approve": approve})).await
}

async fn notices(of: &Person) -> Vec<String> {
    let page = of.get("/v1/me/notices?state=unseen").await.expect(200);
    page["items"].as_array().unwrap().iter().map(|notice| text(&notice["kind"])).collect()
}

#[actix_web::test]
async fn whoever_is_let_in_chooses_a_password_that_neither_of_the_two_knows() {
    let scene = Scene::set().await;
    let (id, grant) = scene.invite().await;
    let user = scene.raven.get(&format!("/v1/users/{id}")).await.expect(200);
    assert_eq!(user["status"], "invited");
    assert_eq!(notices(&scene.crane).await, ["grant_waits"]);
    assert_eq!(notices(&scene.raven).await, [""; 0]);
    let own = decide(&scene.raven, &grant, true).await;
    own.expect_problem(409, "guards_unmet");
    assert_eq!(own.guards(), ["approved_by_another"]);
    scene.activate(&json!("00000-00000-00000-00000"), HERONS).await.expect_problem(401, "activation_refused");

    let path = format!("/v1/grants/{}/decision", text(&grant["id"]));
    let approve = || scene.crane.post_once("once", &path, json!({"approve": true}));
    let given = approve().await.expect(200);
    assert_eq!(approve().await.expect(200), given);
    assert_eq!(given["grant"]["decision"], "approved");
    assert_eq!(given["code_expires_at"], "2026-03-05T10:00:00.000000Z");
    assert_eq!(notices(&scene.crane).await, [""; 0]);
    assert_eq!(notices(&scene.jackdaw).await, [""; 0], "what is decided waits for nobody");
    assert_eq!(notices(&scene.raven).await, ["grant_decided"]);
    let code = &given["activation_code"];
    let kept = scene.app.database.raw().texts("SELECT code_hash AS t FROM account_grants").remove(0);
    assert!(kept.len() == 64 && kept.bytes().all(|byte| byte.is_ascii_hexdigit()), "{kept}");

    scene.log_in("tern", HERONS).await.expect_problem(401, "login_refused");
    let failed = scene.app.log().await.into_iter().filter(|entry| entry.action == "user.activate");
    assert_eq!(failed.count(), 1, "of somebody who waits for one");
    scene.app.wait(TimeDelta::seconds(10));
    for body in [
        json!({"username": "nobody", "code": code, "password": HERONS}),
        json!({"username": "tern", "code": "x", "password": HERONS}),
    ] {
        let unlogged = body["username"] == "nobody";
        let answer = scene.app.anonymous().post("/v1/activations", body).await;
        answer.expect_problem(401, "activation_refused");
        let entries = scene.app.events_of(answer.header("x-request-id").unwrap()).await;
        assert_eq!(entries.is_empty(), unlogged, "a stranger does not fill the log");
    }
    let weak = scene.activate(code, "short").await;
    weak.expect_problem(422, "invalid_fields");
    assert_eq!(weak.pointers(), ["/password"]);
    let other = json!({"username": "heron", "code": code, "password": HERONS});
    scene.app.anonymous().post("/v1/activations", other).await.expect_problem(401, "activation_refused");
    let done = scene.activate(&json!(text(code).to_lowercase()), HERONS).await;
    done.expect(204);
    scene.activate(code, BARGES).await.expect_problem(401, "activation_refused");
    scene.app.wait(TimeDelta::seconds(10));
    scene.log_in("tern", HERONS).await.expect(201);
    let seen = scene.crane.get(&format!("/v1/grants/{}", text(&grant["id"]))).await.expect(200);
    assert!(seen["activated_at"].is_string() && !seen.to_string().contains("code"));
    let entry = scene.app.events_of(done.header("x-request-id").unwrap()).await.remove(0);
    assert_eq!((entry.action.as_str(), entry.actor_id), ("user.activate", Some(id)));
}

#[actix_web::test]
async fn a_code_is_good_once_however_often_it_is_sent_and_for_three_days() {
    let mut scene = Scene::set().await;
    let (_, grant) = scene.invite().await;
    let given = decide(&scene.crane, &grant, true).await.expect(200);
    let code = given["activation_code"].clone();
    scene.later(TimeDelta::hours(72));
    scene.activate(&code, HERONS).await.expect_problem(401, "activation_refused");
    let path = format!("/v1/grants?state=expired&user={}", text(&grant["user_id"]));
    assert_eq!(scene.crane.get(&path).await.expect(200)["items"], json!([]), "it was decided in time");
    // Whoever came too late is given another one, by two again.
    let id = text(&grant["user_id"]);
    let again = scene.raven.post(&format!("/v1/users/{id}/recovery"), Value::Null).await.expect(201);
    let given = decide(&scene.crane, &again, true).await.expect(200);
    let code = given["activation_code"].clone();
    let tries = (0..6).map(|_| {
        let (anybody, code) = (scene.app.anonymous(), code.clone());
        async move {
            let body = json!({"username": "tern", "code": code, "password": HERONS});
            anybody.post("/v1/activations", body).await.status.as_u16()
        }
    });
    let answers = together(tries).await;
    assert_eq!(answers.iter().filter(|status| **status == 204).count(), 1, "{answers:?}");
}

#[actix_web::test]
async fn a_lost_password_takes_two_who_answer_for_different_things() {
    let scene = Scene::set().await;
    let heron = scene.app.caseworker(scene.hub);
    scene.app.set_password(&heron, HERONS).await;
    scene.app.enrol(heron.id);
    let name = text(&scene.raven.get(&format!("/v1/users/{}", heron.id)).await.expect(200)["username"]);
    let path = format!("/v1/users/{}/recovery", heron.id);
    let asked = scene.raven.post(&path, Value::Null).await.expect(201);
    // Nothing has changed yet, and one thing waits at a time.
    heron.get("/v1/me").await.expect(200);
    let twice = scene.crane.post(&path, Value::Null).await;
    twice.expect_problem(409, "guards_unmet");
    assert_eq!(twice.guards(), ["nothing_waits"]);
    let both = decide(&scene.jackdaw, &asked, true).await;
    both.expect_problem(409, "guards_unmet");
    assert_eq!(both.guards(), ["one_of_each"], "administrators alone put nothing right");
    let given = decide(&scene.crane, &asked, true).await.expect(200);
    assert_eq!(given["code_expires_at"], "2026-03-03T10:00:00.000000Z");

    heron.get("/v1/me").await.expect_problem(401, "unauthenticated");
    scene.log_in(&name, HERONS).await.expect_problem(401, "login_refused");
    let factors = format!("SELECT COUNT(*) FROM second_factors WHERE user_id = '{}'", heron.id);
    assert_eq!(scene.app.database.raw().count(&factors), 0);
    // A status is no way back to the old password, which one administrator could change alone.
    let path = format!("/v1/users/{}", heron.id);
    for (version, status) in [("\"2\"", "suspended"), ("\"3\"", "active")] {
        scene.raven.change(Method::PATCH, &path, version, json!({"status": status})).await.expect(200);
    }
    scene.log_in(&name, HERONS).await.expect_problem(401, "login_refused");
    let asked = scene.raven.post(&format!("{path}/recovery"), Value::Null).await.expect(201);
    let given = decide(&scene.crane, &asked, true).await.expect(200);
    let chosen = json!({"username": name, "code": given["activation_code"], "password": BARGES});
    scene.app.anonymous().post("/v1/activations", chosen).await.expect(204);
    scene.app.wait(TimeDelta::seconds(10));
    scene.log_in(&name, HERONS).await.expect_problem(401, "login_refused");
    scene.app.wait(TimeDelta::seconds(10));
    scene.log_in(&name, BARGES).await.expect(201);

    // A coordinator asks, and an administrator approves; of whoever is of no hub, two administrators.
    let tern = scene.app.caseworker(scene.hub);
    let asked = scene.crane.post(&format!("/v1/users/{}/recovery", tern.id), Value::Null).await.expect(201);
    decide(&scene.jackdaw, &asked, true).await.expect(200);
    let owl = scene.app.auditor();
    let asked = scene.raven.post(&format!("/v1/users/{}/recovery", owl.id), Value::Null).await.expect(201);
    decide(&scene.crane, &asked, true).await.expect_problem(404, "not_found");
    decide(&scene.jackdaw, &asked, true).await.expect(200);
}

#[actix_web::test]
async fn nobody_asks_or_decides_for_themselves_or_out_of_reach() {
    let mut scene = Scene::set().await;
    let foreign = scene.app.coordinator(scene.app.hub("Seoul"));
    let heron = scene.app.caseworker(scene.hub);
    for (person, path) in [(&scene.raven, "recovery"), (&scene.crane, "recovery")] {
        let answer = person.post(&format!("/v1/users/{}/{path}", person.id), Value::Null).await;
        answer.expect_problem(409, "guards_unmet");
        assert_eq!(answer.guards(), ["not_own_account"]);
    }
    let role = json!({"role": "auditor"});
    let own = scene.raven.post(&format!("/v1/users/{}/role", scene.raven.id), role.clone()).await;
    assert_eq!(own.guards(), ["not_own_account"]);
    let held = json!({"role": "caseworker"});
    let held = scene.raven.post(&format!("/v1/users/{}/role", heron.id), held).await;
    assert_eq!(held.guards(), ["another_role"]);
    let path = format!("/v1/users/{}/role", heron.id);
    for person in [&heron, &scene.crane, &scene.app.auditor()] {
        person.post(&path, role.clone()).await.expect_problem(403, "forbidden");
    }
    foreign
        .post(&format!("/v1/users/{}/recovery", heron.id), Value::Null)
        .await
        .expect_problem(404, "not_found");

    let asked = scene.raven.post(&path, json!({"role": "coordinator"})).await.expect(201);
    let grant = format!("/v1/grants/{}", text(&asked["id"]));
    foreign.get(&grant).await.expect_problem(404, "not_found");
    decide(&foreign, &asked, true).await.expect_problem(404, "not_found");
    heron.get(&grant).await.expect_problem(403, "forbidden");
    let listed = async |person: &Person, state: &str| {
        let page = person.get(&format!("/v1/grants?state={state}")).await.expect(200);
        page["items"].as_array().unwrap().len()
    };
    assert_eq!((listed(&scene.crane, "open").await, listed(&foreign, "open").await), (1, 0));
    // Whoever asked takes it back; somebody else refuses it.
    let withdrawn = decide(&scene.raven, &asked, false).await.expect(200);
    assert_eq!(withdrawn["grant"]["decision"], "withdrawn");
    let asked = scene.raven.post(&path, json!({"role": "coordinator"})).await.expect(201);
    let refused = decide(&scene.crane, &asked, false).await.expect(200);
    assert_eq!(
        (&refused["grant"]["decision"], &refused["activation_code"]),
        (&json!("refused"), &Value::Null)
    );
    let late = decide(&scene.jackdaw, &asked, true).await;
    assert_eq!(late.guards(), ["grant_open"]);
    assert_eq!((listed(&scene.crane, "open").await, listed(&scene.crane, "decided").await), (0, 2));

    // Nobody decided in time: it is asked for anew, and counts no more.
    let asked = scene.raven.post(&path, json!({"role": "coordinator"})).await.expect(201);
    scene.later(TimeDelta::days(7));
    let late = decide(&scene.crane, &asked, true).await;
    assert_eq!(late.guards(), ["grant_lasts"]);
    assert!(late.text().contains("POST /v1/users/{user}/role"), "{}", late.text());
    assert_eq!((listed(&scene.crane, "open").await, listed(&scene.crane, "expired").await), (0, 1));
    let of_heron = scene.crane.get(&format!("/v1/grants?user={}", heron.id)).await.expect(200);
    assert_eq!(of_heron["items"].as_array().unwrap().len(), 3);
    let of_crane = scene.crane.get(&format!("/v1/grants?user={}", scene.crane.id)).await.expect(200);
    assert_eq!(of_crane["items"], json!([]));
    let anew = scene.raven.post(&path, json!({"role": "reader"})).await.expect(201);
    let lapsed = scene.raven.get(&format!("/v1/grants/{}", text(&asked["id"]))).await.expect(200);
    assert_eq!(lapsed["decision"], "lapsed");
    scene.app.wait(TimeDelta::minutes(6));
    decide(&scene.crane, &anew, true).await.expect_problem(403, "step_up_needed");
}

#[actix_web::test]
async fn two_administrators_put_a_lost_password_right_where_nobody_else_can() {
    let scene = Scene::set().await;
    let recovery = async |by: &Person, of: &Person| {
        by.post(&format!("/v1/users/{}/recovery", of.id), Value::Null).await.expect(201)
    };
    // The only coordinator of the hub has lost theirs, and cannot be the one who knows them.
    let asked = recovery(&scene.raven, &scene.crane).await;
    decide(&scene.jackdaw, &asked, true).await.expect(200);
    // A coordinator who asked and is not in the hub any more has asked for nothing.
    let (heron, ibis) = (scene.app.caseworker(scene.hub), scene.app.coordinator(scene.hub));
    let asked = recovery(&ibis, &heron).await;
    scene.raven.delete(&format!("/v1/users/{}/hubs/{}", ibis.id, scene.hub)).await.expect(204);
    let left = decide(&scene.jackdaw, &asked, true).await;
    left.expect_problem(409, "guards_unmet");
    assert_eq!(left.guards(), ["asker_active", "one_of_each"]);
}

#[actix_web::test]
async fn users_are_listed_by_status_and_role() {
    let scene = Scene::set().await;
    let (id, _) = scene.invite().await;
    let listed = async |query: &str| {
        let page = scene.crane.get(&format!("/v1/users?{query}")).await.expect(200);
        page["items"].as_array().unwrap().iter().map(|user| text(&user["id"])).collect::<Vec<_>>()
    };
    assert_eq!(listed("status=invited").await, std::slice::from_ref(&id));
    assert_eq!(listed("role=caseworker").await, [id]);
    assert_eq!(listed("role=coordinator&status=active").await, [scene.crane.id.to_string()]);
    assert_eq!(listed("role=administrator").await, [""; 0], "they are of no hub");
    let wrong = scene.crane.get("/v1/users?status=gone").await;
    wrong.expect_problem(400, "malformed_request");
}

/// Every role to every role, in one step and in two.
#[actix_web::test]
async fn whoever_governed_never_reviews_in_one_step_or_two() {
    let scene = Scene::set().await;
    let mut refused = Vec::new();
    for first in Role::all() {
        for second in Role::all() {
            for third in Role::all() {
                let person = scene.app.person(Role::Reader, &[]);
                let mut way = vec![*first, *second, *third];
                way.dedup();
                // Nobody is given what they are.
                if way[0] == Role::Reader {
                    way.remove(0);
                }
                let mut held = Vec::new();
                for role in way {
                    let path = format!("/v1/users/{}/role", person.id);
                    let asked = scene.raven.post(&path, json!({"role": role})).await;
                    if asked.status == 409 {
                        assert_eq!(asked.guards(), ["never_both"]);
                        refused.push((*first, *second, *third));
                        break;
                    }
                    decide(&scene.jackdaw, &asked.expect(201), true).await.expect(200);
                    held.push(role);
                }
                assert!(!(held.contains(&Role::Auditor) && held.contains(&Role::Administrator)), "{held:?}");
            }
        }
    }
    // Of 125 ways those on which both are: 12 with one of the two last, and 18 in which one comes third or between.
    let both = |way: &(Role, Role, Role)| {
        let roles = [way.0, way.1, way.2];
        roles.contains(&Role::Auditor) && roles.contains(&Role::Administrator)
    };
    assert!(refused.iter().all(both));
    let ways = Role::all().len();
    let neither_or_one = 3 * 3 * 3 + 2 * (3 * 3 * 3 + 3 * 3 + 1);
    assert_eq!(refused.len(), ways * ways * ways - neither_or_one);
}

#[actix_web::test]
async fn a_status_is_no_way_past_the_two() {
    let scene = Scene::set().await;
    let (id, grant) = scene.invite().await;
    let path = format!("/v1/users/{id}");
    let change = async |status: &str| {
        let version = scene.raven.get(&path).await.etag();
        scene.raven.change(Method::PATCH, &path, &version, json!({"status": status})).await
    };
    assert_eq!(change("active").await.guards(), ["password_chosen"]);
    scene
        .raven
        .change(Method::PATCH, &path, "\"1\"", json!({"role": "administrator"}))
        .await
        .expect_problem(422, "invalid_fields");
    // Who is suspended meanwhile is given no code, and one that was given opens nothing.
    let given = decide(&scene.crane, &grant, true).await.expect(200);
    change("suspended").await.expect(200);
    scene.activate(&given["activation_code"], HERONS).await.expect_problem(401, "activation_refused");
    let recovery = scene.raven.post(&format!("{path}/recovery"), Value::Null).await;
    assert_eq!(recovery.guards(), ["not_suspended"]);
    // Nor does it make somebody active who has no password, and whom others would count on.
    assert_eq!(change("active").await.expect(200)["status"], "invited");
    assert_eq!(change("active").await.guards(), ["password_chosen"]);
    scene.log_in("tern", HERONS).await.expect_problem(401, "login_refused");
    let crane = format!("/v1/users/{}", scene.crane.id);
    let invited = json!({"status": "invited"});
    let answer = scene.raven.change(Method::PATCH, &crane, "\"1\"", invited).await;
    assert_eq!(answer.guards(), ["recovered_by_two"]);
}

#[actix_web::test]
async fn accounts_that_nobody_uses_are_suspended() {
    let mut scene = Scene::set().await;
    let heron = scene.app.caseworker(scene.hub);
    let away = scene.app.caseworker(scene.hub);
    let day = scene.app.now().plus(TimeDelta::days(89)).micros();
    let sql = format!("UPDATE users SET away_until = {day} WHERE id = '{}'", away.id);
    scene.app.database.raw().execute(&sql).unwrap();
    scene.later(TimeDelta::days(90) - TimeDelta::seconds(1));
    assert_eq!(idle::suspend(&scene.app.app).await.unwrap(), 0);
    // Whoever was there is left alone.
    for person in [&mut scene.raven, &mut scene.crane] {
        person.session = scene.app.session_of(person.id);
    }
    scene.later(TimeDelta::seconds(1));
    assert_eq!(idle::suspend(&scene.app.app).await.unwrap(), 2, "heron and jackdaw");
    heron.get("/v1/me").await.expect_problem(401, "unauthenticated");
    assert_eq!(notices(&scene.crane).await, ["user_idle"]);
    assert_eq!(notices(&scene.raven).await, ["user_idle", "user_idle"]);
    assert_eq!(idle::suspend(&scene.app.app).await.unwrap(), 0);
    // Who is let in again waits for nobody.
    let path = format!("/v1/users/{}", heron.id);
    let etag = scene.raven.get(&path).await.etag();
    scene.raven.change(Method::PATCH, &path, &etag, json!({"status": "active"})).await.expect(200);
    assert_eq!(notices(&scene.crane).await, [""; 0]);
    assert_eq!(notices(&scene.raven).await, ["user_idle"], "jackdaw");
    // The last administrator is not.
    scene.later(TimeDelta::days(91));
    assert_eq!(idle::suspend(&scene.app.app).await.unwrap(), 3, "crane, heron, and who was away");
    let suspended = "SELECT COUNT(*) FROM users WHERE status = 'suspended' AND role = 'administrator'";
    assert_eq!(scene.app.database.raw().count(suspended), 1);
}
