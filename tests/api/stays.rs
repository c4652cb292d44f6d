//! Stays: who is taken in, when they leave, and that no bed is given twice.

use actix_web::http::Method;
use serde_json::{Value, json};

use crate::common::{Client, TestApp};
use crate::shelters::{path as shelter_path, shelter};

fn stays(case: &Value) -> String {
    format!("/v1/cases/{}/stays", case["id"].as_str().unwrap())
}

async fn take_in(client: &Client, case: &Value, shelter: &Value, on: &str) -> Value {
    let body = json!({"shelter_id": shelter["id"], "arrived_on": on});
    client.post(&stays(case), body).await.expect(201)
}

#[actix_web::test]
async fn a_person_is_taken_in_moves_to_another_shelter_and_both_stays_are_kept() {
    let app = TestApp::new().await;
    let hub = app.hub("Kunming");
    let (heron, coordinator) = (app.caseworker(hub), app.coordinator(hub));
    let (larch, birch) =
        (shelter(&coordinator, hub, "Larch", 6).await, shelter(&coordinator, hub, "Birch", 6).await);
    let case = heron.open_case(hub).await;
    let first = take_in(&heron, &case, &larch, "2026-03-01").await;
    assert_eq!(coordinator.get(&shelter_path(&larch)).await.expect(200)["occupied"], 1);
    let path = format!("{}/{}", stays(&case), first["id"].as_str().unwrap());
    let end = json!({"left_on": "2026-03-02", "leaving": "moved_shelter"});
    let ended = heron.post_if(&format!("{path}/end"), "\"1\"", end.clone()).await;
    assert_eq!(ended.expect(200)["leaving"], "moved_shelter");
    assert_eq!(heron.get(&path).await.expect(200), ended.json());
    let again = heron.post_if(&format!("{path}/end"), "\"2\"", end).await;
    again.expect_problem(409, "guards_unmet");
    assert_eq!(again.guards(), ["stay_open"]);
    let second = take_in(&coordinator, &case, &birch, "2026-03-02").await;
    let list = heron.get(&stays(&case)).await.expect(200);
    assert_eq!(list["items"], json!([second, ended.json()]));
    let listed = coordinator.get("/v1/shelters").await.expect(200);
    assert_eq!(listed["items"][0]["occupied"], 1);
    assert_eq!(listed["items"][1]["free"], 6);
}

#[actix_web::test]
async fn a_shelter_of_a_hub_out_of_reach_is_a_field_at_fault() {
    let app = TestApp::new().await;
    let (here, there) = (app.hub("Kunming"), app.hub("Seoul"));
    let heron = app.caseworker(here);
    let case = heron.open_case(here).await;
    let far = shelter(&app.coordinator(there), there, "Larch", 6).await;
    let body = json!({"shelter_id": far["id"], "arrived_on": "2026-03-01"});
    let answer = heron.post(&stays(&case), body).await;
    answer.expect_problem(422, "invalid_fields");
    assert_eq!(answer.pointers(), ["/shelter_id"]);
}

#[actix_web::test]
async fn all_that_stands_against_an_intake_is_told_at_once() {
    let app = TestApp::new().await;
    let hub = app.hub("Kunming");
    let (heron, coordinator) = (app.caseworker(hub), app.coordinator(hub));
    let larch = shelter(&coordinator, hub, "Larch", 1).await;
    let case = heron.open_case(hub).await;
    take_in(&heron, &case, &larch, "2026-03-01").await;
    let body = json!({"shelter_id": larch["id"], "arrived_on": "2026-02-01"});
    let answer = heron.post(&stays(&case), body).await;
    answer.expect_problem(409, "guards_unmet");
    assert_eq!(answer.guards(), ["open_stay_ended", "bed_free", "not_before_opening"]);
}

#[actix_web::test]
async fn a_paused_shelter_takes_nobody_in() {
    let app = TestApp::new().await;
    let hub = app.hub("Kunming");
    let (heron, coordinator) = (app.caseworker(hub), app.coordinator(hub));
    let larch = shelter(&coordinator, hub, "Larch", 6).await;
    coordinator
        .change(Method::PATCH, &shelter_path(&larch), "\"1\"", json!({"state": "paused"}))
        .await
        .expect(200);
    let case = heron.open_case(hub).await;
    let body = json!({"shelter_id": larch["id"], "arrived_on": "2026-03-01"});
    assert_eq!(heron.post(&stays(&case), body).await.guards(), ["shelter_open"]);
}

#[actix_web::test]
async fn the_last_bed_is_given_once_however_many_ask_for_it_together() {
    let app = TestApp::new().await;
    let hub = app.hub("Kunming");
    let heron = app.caseworker(hub);
    let larch = shelter(&app.coordinator(hub), hub, "Larch", 2).await;
    let mut asking = Vec::new();
    for _ in 0..8 {
        let case = heron.open_case(hub).await;
        let (heron, shelter) = (heron.clone(), larch["id"].clone());
        asking.push(actix_web::rt::spawn(async move {
            let body = json!({"shelter_id": shelter, "arrived_on": "2026-03-01"});
            heron.post(&stays(&case), body).await.status.as_u16()
        }));
    }
    let mut answers = Vec::new();
    for ask in asking {
        answers.push(ask.await.unwrap());
    }
    answers.sort_unstable();
    assert_eq!(answers, [201, 201, 409, 409, 409, 409, 409, 409]);
}

#[actix_web::test]
async fn beds_are_not_taken_from_under_people_and_nobody_is_left_in_a_closed_shelter() {
    let app = TestApp::new().await;
    let hub = app.hub("Kunming");
    let (heron, coordinator) = (app.caseworker(hub), app.coordinator(hub));
    let larch = shelter(&coordinator, hub, "Larch", 6).await;
    for _ in 0..2 {
        let case = heron.open_case(hub).await;
        take_in(&heron, &case, &larch, "2026-03-01").await;
    }
    let path = shelter_path(&larch);
    let refused =
        coordinator.change(Method::PATCH, &path, "\"1\"", json!({"beds": 1, "state": "closed"})).await;
    refused.expect_problem(409, "guards_unmet");
    assert_eq!(refused.guards(), ["beds_not_below_occupied", "shelter_empty"]);
    let fewer = coordinator.change(Method::PATCH, &path, "\"1\"", json!({"beds": 2})).await.expect(200);
    assert_eq!((&fewer["occupied"], &fewer["free"]), (&json!(2), &json!(0)));
}

#[actix_web::test]
async fn a_stay_recorded_in_error_does_not_bind_the_next() {
    let app = TestApp::new().await;
    let hub = app.hub("Kunming");
    let heron = app.caseworker(hub);
    let larch = shelter(&app.coordinator(hub), hub, "Larch", 6).await;
    let case = heron.open_case(hub).await;
    let stay = take_in(&heron, &case, &larch, "2026-03-02").await;
    let end = format!("{}/{}/end", stays(&case), stay["id"].as_str().unwrap());
    let body = json!({"left_on": "2026-03-02", "leaving": "recorded_in_error"});
    heron.post_if(&end, "\"1\"", body).await.expect(200);
    take_in(&heron, &case, &larch, "2026-03-01").await;
}

#[actix_web::test]
async fn stays_of_a_case_out_of_reach_are_not_there() {
    let app = TestApp::new().await;
    let hub = app.hub("Kunming");
    let case = app.caseworker(hub).open_case(hub).await;
    let other = app.caseworker(hub);
    other.get(&stays(&case)).await.expect_problem(404, "not_found");
    let larch = shelter(&app.coordinator(hub), hub, "Larch", 6).await;
    let body = json!({"shelter_id": larch["id"], "arrived_on": "2026-03-01"});
    other.post(&stays(&case), body).await.expect_problem(404, "not_found");
}
