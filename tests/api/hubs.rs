//! A hub that is closed: nothing new comes to it, and what it has goes on.

use actix_web::http::Method;
use serde_json::{Value, json};

use crate::common::{Answer, TestApp};

/// Refused for the field that names the hub.
#[track_caller]
fn assert_names_hub(answer: &Answer, pointer: &str) {
    answer.expect_problem(422, "invalid_fields");
    assert_eq!(answer.pointers(), [pointer]);
}

#[actix_web::test]
async fn a_closed_hub_takes_no_new_case_shelter_or_member_and_its_cases_go_on() {
    let app = TestApp::new().await;
    let (hub, other) = (app.hub("Kunming"), app.hub("Seoul"));
    let (heron, swan, admin) = (app.caseworker(hub), app.coordinator(hub), app.administrator());
    let before = heron.open_case(hub).await;
    let path = format!("/v1/hubs/{hub}");
    admin.change(Method::PATCH, &path, "\"1\"", json!({"state": "closed"})).await.expect(200);

    let mut case = json!({
        "hub_id": hub, "sex": "male", "age_band": "12-17", "origin_country": "PRK", "risk": "high",
        "opened_on": "2026-03-01"
    });
    assert_names_hub(&heron.post("/v1/cases", case.clone()).await, "/hub_id");
    let shelter = json!({"hub_id": hub, "codename": "Larch", "beds": 6});
    for client in [&swan, &admin] {
        assert_names_hub(&client.post("/v1/shelters", shelter.clone()).await, "/hub_id");
    }
    let user = json!({"username": "tern", "role": "caseworker", "hubs": [hub]});
    assert_names_hub(&admin.post("/v1/users", user.clone()).await, "/hubs/0");
    let crane = app.caseworker(other);
    let joined = admin.put(&format!("/v1/users/{}/hubs/{hub}", crane.id), Value::Null).await;
    joined.expect_problem(409, "guards_unmet");
    assert_eq!(joined.guards(), ["open_hub"]);

    let old = format!("/v1/cases/{}", before["id"].as_str().unwrap());
    heron.change(Method::PATCH, &old, "\"1\"", json!({"risk": "low"})).await.expect(200);
    swan.get(&old).await.expect(200);

    admin.change(Method::PATCH, &path, "\"2\"", json!({"state": "open"})).await.expect(200);
    heron.post("/v1/cases", case.clone()).await.expect(201);
    swan.post("/v1/shelters", shelter).await.expect(201);
    admin.post("/v1/users", user).await.expect(201);
    // One that is not theirs is refused in the same words as one that is closed.
    case["hub_id"] = json!(other);
    assert_names_hub(&heron.post("/v1/cases", case).await, "/hub_id");
}
