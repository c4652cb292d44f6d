//! Whoever leaves a hub, or casework, is on no team of it any more, and leaves no restricted case to nobody.

use actix_web::http::Method;
use serde_json::{Value, json};
use waystation::access::{CaseId, HubId, Role};

use crate::common::{Answer, Person, TestApp};

/// Somebody's case with a second person on its team, by its address.
async fn case_of(owner: &Person, hub: HubId, giver: &Person, second: Option<&Person>) -> String {
    let case = owner.open_case(hub).await;
    let path = format!("/v1/cases/{}", case["id"].as_str().unwrap());
    if let Some(second) = second {
        let place = json!({"field_groups": ["legal"]});
        giver.put(&format!("{path}/team/{}", second.id), place).await.expect(200);
    }
    path
}

async fn take_out(admin: &Person, person: &Person, hub: HubId) -> Answer {
    admin.delete(&format!("/v1/users/{}/hubs/{hub}", person.id)).await
}

async fn change(admin: &Person, person: &Person, members: Value) -> Answer {
    let path = format!("/v1/users/{}", person.id);
    let version = admin.get(&path).await.etag();
    admin.change(Method::PATCH, &path, &version, members).await
}

/// What the answer's request put on the log: action and case, in order.
async fn recorded(app: &TestApp, answer: &Answer) -> Vec<(String, Option<String>)> {
    let events = app.events_of(answer.header("x-request-id").unwrap()).await;
    let mut found: Vec<_> = events.into_iter().map(|entry| (entry.action, entry.case_id)).collect();
    found.sort();
    found
}

fn ended(cases: &[&str]) -> Vec<(String, Option<String>)> {
    let mut ended: Vec<_> =
        cases.iter().map(|path| ("team.end".to_owned(), Some(path[10..].to_owned()))).collect();
    ended.sort();
    ended
}

#[actix_web::test]
async fn whoever_is_taken_out_of_a_hub_is_on_no_team_of_its_cases() {
    let app = TestApp::new().await;
    let (here, there) = (app.hub("Kunming"), app.hub("Seoul"));
    let (heron, swan, crow) = (app.caseworker(here), app.coordinator(here), app.coordinator(there));
    let tern = app.person(Role::Caseworker, &[here, there]);
    let admin = app.administrator();
    let own = case_of(&tern, here, &swan, Some(&heron)).await;
    let shared = case_of(&heron, here, &swan, Some(&tern)).await;
    let elsewhere = case_of(&tern, there, &crow, None).await;

    app.wait(chrono::TimeDelta::minutes(1));
    let out = take_out(&admin, &tern, here).await;
    out.expect(204);
    let mut expected = ended(&[&own, &shared]);
    expected.insert(0, ("hub.member_remove".to_owned(), None));
    assert_eq!(recorded(&app, &out).await, expected);
    for path in [&own, &shared] {
        tern.get(path).await.expect_problem(404, "not_found");
        tern.get(&format!("{path}/legal")).await.expect_problem(404, "not_found");
        let team = heron.get(&format!("{path}/team")).await.expect(200);
        let places = team["items"].as_array().unwrap();
        let place = places.iter().find(|place| place["user_id"] == json!(tern.id)).unwrap();
        assert_eq!((&place["active"], &place["ends_at"]), (&json!(false), &json!(app.now())));
        assert_eq!(place["changed_by"], json!(admin.id));
    }
    tern.get(&elsewhere).await.expect(200);
    let log = heron.get(&format!("{shared}/access-log")).await.expect(200);
    assert!(log["items"].as_array().unwrap().iter().any(|access| access["action"] == "team.end"));

    // Coming back brings no place back.
    admin.put(&format!("/v1/users/{}/hubs/{here}", tern.id), Value::Null).await.expect(204);
    tern.get(&own).await.expect_problem(404, "not_found");
}

#[actix_web::test]
async fn whoever_is_given_a_role_without_cases_is_on_no_team_and_a_suspension_takes_no_place() {
    let app = TestApp::new().await;
    let (here, there) = (app.hub("Kunming"), app.hub("Seoul"));
    let (heron, swan, tern) = (app.caseworker(here), app.coordinator(here), app.caseworker(there));
    let (rook, admin) = (app.coordinator(there), app.administrator());
    let shared = case_of(&heron, here, &swan, Some(&tern)).await;
    let own = case_of(&tern, there, &rook, None).await;

    change(&admin, &tern, json!({"status": "suspended"})).await.expect(200);
    change(&admin, &tern, json!({"status": "active"})).await.expect(200);
    let places = format!("SELECT COUNT(*) FROM case_team WHERE user_id = '{}' AND ends_at IS NULL", tern.id);
    assert_eq!(app.database.raw().count(&places), 2);
    // As a coordinator they keep their places, to read by.
    app.give_role(&tern, Role::Coordinator).await.expect(200);
    assert_eq!(app.database.raw().count(&places), 2);

    let auditor = app.give_role(&tern, Role::Auditor).await;
    auditor.expect(200);
    let mut expected = ended(&[&own, &shared]);
    for action in ["hub.member_remove", "grant.decide"] {
        expected.insert(0, (action.to_owned(), None));
    }
    assert_eq!(recorded(&app, &auditor).await, expected);
    app.give_role(&tern, Role::Caseworker).await.expect(200);
    assert_eq!(app.database.raw().count(&places), 0);
}

#[actix_web::test]
async fn a_restricted_case_is_handed_over_before_its_last_keeper_leaves() {
    let app = TestApp::new().await;
    let (here, there) = (app.hub("Kunming"), app.hub("Seoul"));
    let (tern, swan, rook) = (app.caseworker(here), app.coordinator(here), app.caseworker(here));
    let (foreign, admin) = (app.caseworker(there), app.administrator());
    let mut cases = Vec::new();
    for _ in 0..2 {
        let path = case_of(&tern, here, &swan, Some(&rook)).await;
        swan.put(&format!("{path}/team/{}", swan.id), json!({"field_groups": []})).await.expect(200);
        tern.restrict(&path).await;
        cases.push(path);
    }
    swan.put(&format!("{}/team/{}", cases[0], foreign.id), json!({"field_groups": []})).await.expect(200);
    let suspend = |person: &Person, status: &str| {
        let sql = format!("UPDATE users SET status = '{status}' WHERE id = '{}'", person.id);
        app.database.raw().execute(&sql).unwrap();
    };
    for person in [&rook, &swan, &foreign] {
        suspend(person, "suspended");
    }

    let team =
        |app: &TestApp| app.database.raw().count("SELECT COUNT(*) FROM case_team WHERE ends_at IS NULL");
    let before = team(&app);
    for answer in [take_out(&admin, &tern, here).await, app.give_role(&tern, Role::Reader).await] {
        let problem = answer.expect_problem(409, "guards_unmet");
        assert_eq!(answer.guards(), ["restricted_cases_handed_over"]);
        let detail = problem["unmet"][0]["detail"].as_str().unwrap();
        assert!(detail.contains(here.as_str()) && detail.contains(": 2."), "{detail}");
        assert!(!cases.iter().any(|path| problem.to_string().contains(&path[10..])), "{problem}");
        let entry = app.events_of(answer.header("x-request-id").unwrap()).await.pop().unwrap();
        assert_eq!(entry.outcome, "failed");
        assert!(cases.iter().any(|path| Some(&path[10..]) == entry.case_id.as_deref()), "{entry:?}");
    }
    assert_eq!(team(&app), before);
    tern.get(&cases[0]).await.expect(200);

    // Of the other hub, and able to act on one of the two.
    suspend(&foreign, "active");
    let problem = take_out(&admin, &tern, here).await.expect_problem(409, "guards_unmet");
    assert!(problem["unmet"][0]["detail"].as_str().unwrap().contains(": 1."), "{problem}");
    // As a coordinator they could only read it.
    suspend(&tern, "suspended");
    let refused = app.give_role(&foreign, Role::Coordinator).await;
    assert_eq!(refused.guards(), ["restricted_cases_handed_over"]);
    suspend(&tern, "active");

    suspend(&swan, "active");
    take_out(&admin, &tern, here).await.expect(204);
    tern.get(&cases[0]).await.expect_problem(404, "not_found");
    swan.get(&cases[0]).await.expect(200);
}

#[actix_web::test]
async fn however_many_places_there_are_each_ends_and_is_on_the_record() {
    const CASES: usize = 1_200;
    let app = TestApp::new().await;
    let hub = app.hub("Kunming");
    let (tern, admin) = (app.caseworker(hub), app.administrator());
    let model = tern.open_case(hub).await;
    let model = model["id"].as_str().unwrap();
    let mut sql = String::new();
    for number in 1..CASES {
        let id = CaseId::generate();
        sql.push_str(&format!(
            "INSERT INTO cases (id, code, hub_id, stage, status, risk, sex, age_band, origin_country, restricted, \
             opened_on, since, created_by, created_at, updated_at, version) \
             SELECT '{id}', '{number}', hub_id, stage, status, risk, sex, age_band, origin_country, restricted, \
             opened_on, since, created_by, created_at, updated_at, version FROM cases WHERE id = '{model}'; \
             INSERT INTO case_team (case_id, user_id, identity, contact, family, protection, health, legal, passage, \
             added_by, added_at, changed_at, version) \
             SELECT '{id}', user_id, identity, contact, family, protection, health, legal, passage, \
             added_by, added_at, changed_at, version FROM case_team WHERE case_id = '{model}';"
        ));
    }
    app.database.raw().execute(&sql).unwrap();
    take_out(&admin, &tern, hub).await.expect(204);
    let mut raw = app.database.raw();
    let lasting = format!("SELECT COUNT(*) FROM case_team WHERE user_id = '{}' AND ends_at IS NULL", tern.id);
    assert_eq!(raw.count(&lasting), 0);
    let cases = "SELECT COUNT(DISTINCT case_id) FROM audit_events WHERE action = 'team.end'";
    assert_eq!(raw.count(cases), i64::try_from(CASES).unwrap());
    crate::common::assert_without_gap(&app.log().await);
}
