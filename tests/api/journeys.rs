//! Journeys: planned by one, approved by another, told leg by leg.

use serde_json::{Value, json};
use waystation::access::UserId;

use crate::common::{Answer, Client, TestApp};

fn journeys(case: &Value) -> String {
    format!("/v1/cases/{}/journeys", case["id"].as_str().unwrap())
}

fn path(journey: &Value) -> String {
    format!("/v1/cases/{}/journeys/{}", journey["case_id"].as_str().unwrap(), journey["id"].as_str().unwrap())
}

fn leg(from: &str, to: &str, keeper: UserId, on: &str) -> Value {
    json!({"from_country": from, "to_country": to, "keeper_id": keeper, "planned_on": on})
}

fn etag(journey: &Value) -> String {
    format!("\"{}\"", journey["version"])
}

/// A journey from China over Laos to Thailand.
async fn plan(client: &Client, case: &Value, keeper: UserId) -> Value {
    let legs = [leg("CHN", "LAO", keeper, "2026-03-01"), leg("LAO", "THA", keeper, "2026-03-02")];
    client.post(&journeys(case), json!({"destination_country": "THA", "legs": legs})).await.expect(201)
}

async fn approve(client: &Client, journey: &Value) -> Answer {
    client.post_if(&format!("{}/approval", path(journey)), &etag(journey), json!({})).await
}

async fn tell(client: &Client, journey: &Value, leg: usize, to: &str, on: &str) -> Answer {
    let address = format!("{}/legs/{}/state", path(journey), journey["legs"][leg]["id"].as_str().unwrap());
    client.post_if(&address, &etag(journey), json!({"to": to, "on": on})).await
}

#[actix_web::test]
async fn a_journey_is_planned_approved_and_told_leg_by_leg_to_its_end() {
    let app = TestApp::new().await;
    let hub = app.hub("Kunming");
    let (heron, coordinator) = (app.caseworker(hub), app.coordinator(hub));
    let case = heron.open_case(hub).await;
    let planned = plan(&heron, &case, heron.id).await;
    assert_eq!(planned["state"], "planned");
    assert_eq!(planned["legs"][1]["place"], 2);
    assert_eq!(heron.get(&path(&planned)).await.expect(200), planned);
    let approved = approve(&coordinator, &planned).await.expect(200);
    assert_eq!((&approved["state"], &approved["approved_by"]), (&json!("approved"), &json!(coordinator.id)));
    let started = tell(&heron, &approved, 0, "underway", "2026-03-01").await.expect(200);
    assert_eq!(started["state"], "underway");
    let halfway = tell(&heron, &started, 0, "arrived", "2026-03-01").await.expect(200);
    assert_eq!(
        (&halfway["state"], &halfway["legs"][0]["ended_on"]),
        (&json!("underway"), &json!("2026-03-01"))
    );
    let onward = tell(&heron, &halfway, 1, "underway", "2026-03-02").await.expect(200);
    let there = tell(&heron, &onward, 1, "arrived", "2026-03-02").await.expect(200);
    assert_eq!(there["state"], "completed");
    assert_eq!(heron.get(&journeys(&case)).await.expect(200)["items"], json!([there]));
}

#[actix_web::test]
async fn a_leg_does_not_start_before_the_journey_is_approved() {
    let app = TestApp::new().await;
    let hub = app.hub("Kunming");
    let heron = app.caseworker(hub);
    let planned = plan(&heron, &heron.open_case(hub).await, heron.id).await;
    let refused = tell(&heron, &planned, 0, "underway", "2026-03-01").await;
    refused.expect_problem(409, "guards_unmet");
    assert_eq!(refused.guards(), ["journey_approved"]);
    approve(&heron, &planned).await.expect_problem(403, "forbidden");
    let state = format!("{}/state", path(&planned));
    let by_hand = heron.post_if(&state, "\"1\"", json!({"to": "approved"})).await;
    assert_eq!(by_hand.guards(), ["approval"]);
}

#[actix_web::test]
async fn whoever_planned_a_journey_does_not_approve_it_as_a_coordinator_either() {
    let app = TestApp::new().await;
    let hub = app.hub("Kunming");
    let heron = app.caseworker(hub);
    let planned = plan(&heron, &heron.open_case(hub).await, heron.id).await;
    let promote = format!("UPDATE users SET role = 'coordinator' WHERE id = '{}'", heron.id);
    app.database.raw().execute(&promote).unwrap();
    app.enrol(heron.id);
    assert_eq!(approve(&heron, &planned).await.guards(), ["approved_by_another"]);
}

#[actix_web::test]
async fn whoever_added_or_changed_a_leg_does_not_approve_the_journey_as_a_coordinator_either() {
    let app = TestApp::new().await;
    let hub = app.hub("Kunming");
    let (heron, tern, owl) = (app.caseworker(hub), app.caseworker(hub), app.caseworker(hub));
    let other = app.coordinator(hub);
    let case = heron.open_case(hub).await;
    for helper in [&tern, &owl] {
        let place = format!("/v1/cases/{}/team/{}", case["id"].as_str().unwrap(), helper.id);
        other.put(&place, json!({"field_groups": []})).await.expect(200);
    }
    let planned = plan(&heron, &case, heron.id).await;
    let legs = format!("{}/legs", path(&planned));
    let added = tern.post_if(&legs, &etag(&planned), leg("THA", "KOR", heron.id, "2026-03-03")).await;
    let shortened = tell(&owl, &added.expect(201), 2, "cancelled", "2026-03-01").await.expect(200);
    for helper in [&tern, &owl] {
        let promote = format!("UPDATE users SET role = 'coordinator' WHERE id = '{}'", helper.id);
        app.database.raw().execute(&promote).unwrap();
        app.enrol(helper.id);
        assert_eq!(approve(helper, &shortened).await.guards(), ["approved_by_another"]);
    }
    approve(&other, &shortened).await.expect(200);
}

#[actix_web::test]
async fn a_leg_added_to_an_approved_journey_sends_it_back_to_be_approved_again() {
    let app = TestApp::new().await;
    let hub = app.hub("Kunming");
    let (heron, coordinator) = (app.caseworker(hub), app.coordinator(hub));
    let planned = plan(&heron, &heron.open_case(hub).await, heron.id).await;
    let approved = approve(&coordinator, &planned).await.expect(200);
    let legs = format!("{}/legs", path(&planned));
    let added = heron.post_if(&legs, &etag(&approved), leg("THA", "THA", coordinator.id, "2026-03-02")).await;
    let added = added.expect(201);
    assert_eq!((&added["state"], &added["approved_by"]), (&json!("planned"), &Value::Null));
    assert_eq!(added["legs"].as_array().unwrap().len(), 3);
    let again = approve(&coordinator, &added).await.expect(200);
    let underway = tell(&heron, &again, 0, "underway", "2026-03-01").await.expect(200);
    let late = heron.post_if(&legs, &etag(&underway), leg("THA", "KOR", heron.id, "2026-03-02")).await;
    late.expect_problem(409, "guards_unmet");
    assert_eq!(late.guards(), ["journey_not_started"]);
}

#[actix_web::test]
async fn legs_follow_each_other() {
    let app = TestApp::new().await;
    let hub = app.hub("Kunming");
    let heron = app.caseworker(hub);
    let case = heron.open_case(hub).await;
    let legs = [leg("CHN", "LAO", heron.id, "2026-03-02"), leg("VNM", "THA", heron.id, "2026-03-01")];
    let refused = heron.post(&journeys(&case), json!({"destination_country": "THA", "legs": legs})).await;
    refused.expect_problem(409, "guards_unmet");
    assert_eq!(refused.guards(), ["leg_contiguous", "legs_in_order"]);
    assert_eq!(heron.get(&journeys(&case)).await.expect(200)["items"], json!([]));
}

#[actix_web::test]
async fn a_keeper_is_on_the_team_or_in_the_hub_and_active() {
    let app = TestApp::new().await;
    let (here, there) = (app.hub("Kunming"), app.hub("Seoul"));
    let (heron, stranger, gone) = (app.caseworker(here), app.caseworker(there), app.caseworker(here));
    let suspend = format!("UPDATE users SET status = 'suspended' WHERE id = '{}'", gone.id);
    app.database.raw().execute(&suspend).unwrap();
    let case = heron.open_case(here).await;
    let keepers = [heron.id, stranger.id, gone.id, UserId::generate()];
    let legs: Vec<Value> = keepers.iter().map(|keeper| leg("CHN", "CHN", *keeper, "2026-03-01")).collect();
    let refused = heron.post(&journeys(&case), json!({"destination_country": "THA", "legs": legs})).await;
    refused.expect_problem(422, "invalid_fields");
    assert_eq!(refused.pointers(), ["/legs/1/keeper_id", "/legs/2/keeper_id", "/legs/3/keeper_id"]);
}

#[actix_web::test]
async fn an_interception_leaves_the_journey_underway_until_a_person_abandons_it() {
    let app = TestApp::new().await;
    let hub = app.hub("Kunming");
    let (heron, coordinator) = (app.caseworker(hub), app.coordinator(hub));
    let case = heron.open_case(hub).await;
    let planned = plan(&heron, &case, heron.id).await;
    let second = heron.post(&journeys(&case), json!({"destination_country": "THA", "legs": []})).await;
    assert_eq!(second.guards(), ["open_journey_ended"]);
    let approved = approve(&coordinator, &planned).await.expect(200);
    let started = tell(&heron, &approved, 0, "underway", "2026-03-01").await.expect(200);
    let state = format!("{}/state", path(&planned));
    let early = heron.post_if(&state, &etag(&started), json!({"to": "abandoned"})).await;
    assert_eq!(early.guards(), ["no_leg_underway"]);
    let caught = tell(&heron, &started, 0, "intercepted", "2026-03-02").await.expect(200);
    assert_eq!(caught["state"], "underway");
    let ended = heron.post_if(&state, &etag(&caught), json!({"to": "abandoned"})).await.expect(200);
    assert_eq!(ended["state"], "abandoned");
    plan(&heron, &case, heron.id).await;
}

#[actix_web::test]
async fn a_stale_version_of_a_journey_changes_no_leg() {
    let app = TestApp::new().await;
    let hub = app.hub("Kunming");
    let (heron, coordinator) = (app.caseworker(hub), app.coordinator(hub));
    let planned = plan(&heron, &heron.open_case(hub).await, heron.id).await;
    approve(&coordinator, &planned).await.expect(200);
    approve(&coordinator, &planned).await.expect_problem(412, "precondition_failed");
    tell(&heron, &planned, 0, "underway", "2026-03-01").await.expect_problem(412, "precondition_failed");
    let legs = format!("{}/legs", path(&planned));
    let added = heron.post_if(&legs, &etag(&planned), leg("THA", "KOR", heron.id, "2026-03-02")).await;
    added.expect_problem(412, "precondition_failed");
}
