//! Shelters: creating, listing, reading, changing, and who may.

use actix_web::http::Method;
use serde_json::{Value, json};
use waystation::access::HubId;

use crate::common::{Client, TestApp};

pub async fn shelter(client: &Client, hub: HubId, codename: &str, beds: i32) -> Value {
    let body = json!({"hub_id": hub, "codename": codename, "beds": beds});
    client.post("/v1/shelters", body).await.expect(201)
}

pub fn path(shelter: &Value) -> String {
    format!("/v1/shelters/{}", shelter["id"].as_str().unwrap())
}

#[actix_web::test]
async fn a_coordinator_creates_a_shelter_and_reads_it() {
    let app = TestApp::new().await;
    let hub = app.hub("Kunming");
    let coordinator = app.coordinator(hub);
    let body = json!({"hub_id": hub, "codename": "Larch", "beds": 6});
    let created = coordinator.post("/v1/shelters", body).await;
    let larch = created.expect(201);
    assert_eq!(created.header("location"), Some(path(&larch).as_str()));
    assert_eq!((&larch["beds"], &larch["occupied"], &larch["free"]), (&json!(6), &json!(0), &json!(6)));
    assert_eq!(larch["state"], "open");
    let read = app.caseworker(hub).get(&path(&larch)).await;
    assert_eq!(read.expect(200), larch);
    assert_eq!(read.etag(), "\"1\"");
}

#[actix_web::test]
async fn a_hub_out_of_reach_is_answered_as_one_that_is_not_there() {
    let app = TestApp::new().await;
    let (here, there) = (app.hub("Kunming"), app.hub("Seoul"));
    let coordinator = app.coordinator(here);
    for hub in [there, HubId::generate()] {
        let body = json!({"hub_id": hub, "codename": "Larch", "beds": 6});
        let answer = coordinator.post("/v1/shelters", body).await;
        answer.expect_problem(422, "invalid_fields");
        assert_eq!(answer.pointers(), ["/hub_id"]);
    }
    let larch = shelter(&app.administrator(), there, "Larch", 6).await;
    coordinator.get(&path(&larch)).await.expect_problem(404, "not_found");
    let change = coordinator.change(Method::PATCH, &path(&larch), "\"1\"", json!({"beds": 7})).await;
    change.expect_problem(404, "not_found");
}

#[actix_web::test]
async fn a_codename_is_unique_in_its_hub_only() {
    let app = TestApp::new().await;
    let (here, there) = (app.hub("Kunming"), app.hub("Seoul"));
    let administrator = app.administrator();
    shelter(&administrator, here, "Larch", 6).await;
    shelter(&administrator, there, "Larch", 6).await;
    let body = json!({"hub_id": here, "codename": "Larch", "beds": 2});
    administrator.post("/v1/shelters", body).await.expect_problem(409, "already_exists");
    let birch = shelter(&administrator, here, "Birch", 6).await;
    let renamed =
        administrator.change(Method::PATCH, &path(&birch), "\"1\"", json!({"codename": "Larch"})).await;
    renamed.expect_problem(409, "already_exists");
}

#[actix_web::test]
async fn what_is_no_codename_or_no_number_of_beds_is_refused_without_repeating_it() {
    let app = TestApp::new().await;
    let hub = app.hub("Kunming");
    let coordinator = app.coordinator(hub);
    for (codename, beds, pointer) in [
        ("12 Main Street, 3rd floor", 6, "/codename"),
        ("x", 6, "/codename"),
        ("Larch", 0, "/beds"),
        ("Larch", 501, "/beds"),
    ] {
        let body = json!({"hub_id": hub, "codename": codename, "beds": beds});
        let answer = coordinator.post("/v1/shelters", body).await;
        let problem = answer.expect_problem(422, "invalid_fields");
        assert_eq!(answer.pointers(), [pointer]);
        assert!(!problem.to_string().contains("Main Street"));
    }
}

#[actix_web::test]
async fn a_list_goes_by_codename_and_shows_ones_own_hubs() {
    let app = TestApp::new().await;
    let (here, there) = (app.hub("Kunming"), app.hub("Seoul"));
    let administrator = app.administrator();
    for (hub, codename) in [(here, "Pine"), (here, "Birch"), (there, "Cedar"), (here, "Larch")] {
        shelter(&administrator, hub, codename, 6).await;
    }
    let names = |body: &Value| -> Vec<String> {
        let items = body["items"].as_array().unwrap();
        items.iter().map(|item| item["codename"].as_str().unwrap().to_owned()).collect()
    };
    let caseworker = app.caseworker(here);
    let first = caseworker.get("/v1/shelters?limit=2").await.expect(200);
    assert_eq!(names(&first), ["Birch", "Larch"]);
    let cursor = first["next_cursor"].as_str().unwrap();
    let second = caseworker.get(&format!("/v1/shelters?limit=2&cursor={cursor}")).await.expect(200);
    assert_eq!(names(&second), ["Pine"]);
    assert_eq!(second["next_cursor"], Value::Null);
    let all = administrator.get("/v1/shelters").await.expect(200);
    assert_eq!(names(&all), ["Birch", "Cedar", "Larch", "Pine"]);
    let narrowed = administrator.get(&format!("/v1/shelters?hub={there}&state=open")).await.expect(200);
    assert_eq!(names(&narrowed), ["Cedar"]);
    let closed = administrator.get("/v1/shelters?state=closed").await.expect(200);
    assert!(names(&closed).is_empty());
}

#[actix_web::test]
async fn a_compromised_shelter_is_paused_before_it_is_open_again() {
    let app = TestApp::new().await;
    let hub = app.hub("Kunming");
    let coordinator = app.coordinator(hub);
    let larch = path(&shelter(&coordinator, hub, "Larch", 6).await);
    let to = |etag: &'static str, state: &'static str| {
        coordinator.change(Method::PATCH, &larch, etag, json!({"state": state}))
    };
    assert_eq!(to("\"1\"", "compromised").await.expect(200)["state"], "compromised");
    let refused = to("\"2\"", "open").await;
    refused.expect_problem(409, "guards_unmet");
    assert_eq!(refused.guards(), ["allowed_move"]);
    to("\"2\"", "paused").await.expect(200);
    assert_eq!(to("\"3\"", "open").await.expect(200)["version"], 4);
    to("\"3\"", "closed").await.expect_problem(412, "precondition_failed");
}

#[actix_web::test]
async fn a_caseworker_changes_no_shelter_and_an_auditor_sees_none() {
    let app = TestApp::new().await;
    let hub = app.hub("Kunming");
    let larch = path(&shelter(&app.coordinator(hub), hub, "Larch", 6).await);
    let caseworker = app.caseworker(hub);
    caseworker
        .change(Method::PATCH, &larch, "\"1\"", json!({"beds": 7}))
        .await
        .expect_problem(403, "forbidden");
    let body = json!({"hub_id": hub, "codename": "Birch", "beds": 6});
    caseworker.post("/v1/shelters", body).await.expect_problem(403, "forbidden");
    app.auditor().get(&larch).await.expect_problem(403, "forbidden");
}
