//! Cases that may be of one person: noted at the intake, told to the coordinators of both, decided by people.

use actix_web::http::Method;
use serde_json::{Value, json};
use waystation::access::HubId;

use crate::common::{Answer, Person, TestApp};

async fn case_of(worker: &Person, hub: HubId, name: &str, born: &str) -> String {
    let case = worker.open_case(hub).await;
    let path = format!("/v1/cases/{}", case["id"].as_str().unwrap());
    let identity = json!({"names": [{"full": name}], "birth": {"date": born}});
    worker.put_new(&format!("{path}/identity"), identity).await.expect(200);
    path
}

fn id(path: &str) -> &str {
    path.rsplit('/').next().unwrap()
}

async fn pairs(person: &Person) -> Vec<Value> {
    person.get("/v1/duplicates").await.expect(200)["items"].as_array().unwrap().clone()
}

async fn say(person: &Person, path: &str, pair: &Value, version: i64) -> Answer {
    let address = format!("{path}/duplicates/{}/not-same", pair["id"].as_str().unwrap());
    person.post_if(&address, &format!("\"{version}\""), json!({})).await
}

/// Two hubs, each with a caseworker, a coordinator and a case of the same woman.
struct Scene {
    app: TestApp,
    hubs: [HubId; 2],
    workers: [Person; 2],
    coordinators: [Person; 2],
    cases: [String; 2],
}

async fn scene() -> Scene {
    let app = TestApp::new().await;
    let hubs = [app.hub("Kunming"), app.hub("Seoul")];
    let workers = hubs.map(|hub| app.caseworker(hub));
    let coordinators = hubs.map(|hub| app.coordinator(hub));
    let first = case_of(&workers[0], hubs[0], "리순옥", "1972").await;
    let second = case_of(&workers[1], hubs[1], "Lee Soon-ok", "1973").await;
    Scene { app, hubs, workers, coordinators, cases: [first, second] }
}

#[actix_web::test]
async fn a_second_case_of_a_person_is_told_to_the_coordinators_of_both_and_each_sees_their_own() {
    let Scene { app, hubs, workers, coordinators, cases } = scene().await;
    for (own, other) in [(0, 1), (1, 0)] {
        let listed = pairs(&coordinators[own]).await;
        assert_eq!(listed.len(), 1);
        assert_eq!(listed[0]["own"]["case_id"], id(&cases[own]));
        assert_eq!(listed[0]["other"]["case_id"], Value::Null);
        assert_eq!(listed[0]["other"]["code"], Value::Null);
        assert_eq!(listed[0]["other"]["hub_id"], hubs[other].as_str());
        assert!(listed[0]["score"].as_u64().unwrap() > 80, "{listed:?}");
        let reasons = listed[0]["reasons"].as_array().unwrap();
        assert!(reasons.contains(&json!("birth_year_near")), "{reasons:?}");
    }
    // A caseworker learns that there is another one, and nothing of it.
    for (own, worker) in workers.iter().enumerate() {
        let asked = worker.get(&format!("{}/duplicates", cases[own])).await;
        assert_eq!(asked.expect(200), json!({"candidates": [], "others": true}));
        assert!(!asked.text().contains(id(&cases[1 - own])));
    }
    assert!(pairs(&app.coordinator(app.hub("Ulaanbaatar"))).await.is_empty());
    workers[0].get("/v1/duplicates").await.expect_problem(403, "forbidden");
    let noted =
        app.log().await.into_iter().filter(|entry| entry.body()["action"] == "duplicate.note").count();
    assert_eq!(noted, 1);
}

#[actix_web::test]
async fn who_may_open_both_sees_the_other_case_with_the_reasons() {
    let app = TestApp::new().await;
    let hub = app.hub("Kunming");
    let heron = app.caseworker(hub);
    let first = case_of(&heron, hub, "김명철", "1972").await;
    let second = case_of(&heron, hub, "Kim Myong-chol", "1972").await;
    case_of(&heron, hub, "Pak Chol-su", "1972").await;
    let asked = heron.get(&format!("{first}/duplicates")).await.expect(200);
    assert_eq!(asked["candidates"].as_array().map(Vec::len), Some(1), "{asked}");
    assert_eq!(asked["candidates"][0]["case_id"], id(&second));
    assert_eq!(asked["candidates"][0]["reasons"], json!(["surname", "given_name", "birth_year"]));
    assert_eq!(asked["others"], false);
    let tern = app.caseworker(hub);
    tern.get(&format!("{first}/duplicates")).await.expect_problem(404, "not_found");
}

#[actix_web::test]
async fn two_coordinators_decide_together_and_nobody_is_asked_again_until_a_name_changes() {
    let Scene { app: _, hubs: _, workers, coordinators, cases } = scene().await;
    let pair = pairs(&coordinators[0]).await.remove(0);
    say(&workers[0], &cases[0], &pair, 1).await.expect_problem(403, "command_withheld");
    let half = say(&coordinators[0], &cases[0], &pair, 1).await.expect(200);
    assert_eq!((&half["state"], &half["waits_for_other_side"]), (&json!("open"), &json!(true)));
    say(&coordinators[1], &cases[1], &pair, 1).await.expect_problem(412, "precondition_failed");
    let whole = say(&coordinators[1], &cases[1], &pair, 2).await.expect(200);
    assert_eq!((&whole["state"], &whole["waits_for_other_side"]), (&json!("not_same"), &json!(false)));
    assert!(pairs(&coordinators[0]).await.is_empty());

    let identity = format!("{}/identity", cases[0]);
    let etag = workers[0].get(&identity).await.etag();
    let remark = json!({"remarks": "Invented."});
    let written = workers[0].change(Method::PATCH, &identity, &etag, remark).await;
    written.expect(200);
    assert!(pairs(&coordinators[0]).await.is_empty(), "no name has changed");
    let renamed = json!({"names": [{"full": "Ri Sun Ok"}]});
    workers[0].change(Method::PATCH, &identity, &written.etag(), renamed).await.expect(200);
    assert_eq!(pairs(&coordinators[0]).await.len(), 1, "a name has changed");
}

#[actix_web::test]
async fn who_sees_both_decides_alone() {
    let app = TestApp::new().await;
    let hub = app.hub("Kunming");
    let (heron, coordinator) = (app.caseworker(hub), app.coordinator(hub));
    let first = case_of(&heron, hub, "김명철", "1972").await;
    case_of(&heron, hub, "Kim Myong-chol", "1972").await;
    let pair = pairs(&coordinator).await.remove(0);
    assert!(pair["other"]["case_id"].is_string());
    let decided = say(&coordinator, &first, &pair, 1).await.expect(200);
    assert_eq!(decided["state"], "not_same");
}

#[actix_web::test]
async fn a_restricted_case_is_in_no_pair_for_others() {
    let Scene { app: _, hubs: _, workers, coordinators, cases } = scene().await;
    let restricted = workers[1].get(&cases[1]).await.etag();
    let body = json!({"restricted": true});
    workers[1].change(Method::PUT, &format!("{}/restriction", cases[1]), &restricted, body).await.expect(200);
    for coordinator in &coordinators {
        assert!(pairs(coordinator).await.is_empty());
    }
    let asked = workers[0].get(&format!("{}/duplicates", cases[0])).await.expect(200);
    assert_eq!(asked, json!({"candidates": [], "others": false}));
}

#[actix_web::test]
async fn namesakes_of_other_years_are_nobody_s_duplicates() {
    let app = TestApp::new().await;
    let hub = app.hub("Kunming");
    let (heron, coordinator) = (app.caseworker(hub), app.coordinator(hub));
    case_of(&heron, hub, "김명철", "1972").await;
    case_of(&heron, hub, "Kim Myong-chol", "1990").await;
    case_of(&heron, hub, "Kim Yong-suk", "1972").await;
    assert!(pairs(&coordinator).await.is_empty());
}
