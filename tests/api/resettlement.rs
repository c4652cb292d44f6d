//! Resettlements: prepared, submitted, accepted.

use serde_json::json;

use crate::common::TestApp;

#[actix_web::test]
async fn a_resettlement_goes_from_preparation_to_acceptance() {
    let app = TestApp::new().await;
    let hub = app.hub("Bangkok");
    let heron = app.caseworker(hub);
    let case = heron.open_case(hub).await;
    let list = format!("/v1/cases/{}/resettlements", case["id"].as_str().unwrap());
    let body = json!({
        "country": "USA", "primary_category": "women_girls_at_risk", "priority": "urgent", "on": "2026-02-01"
    });
    let created = heron.post(&list, body).await;
    assert_eq!(created.expect(201)["state"], "prepared");
    let path = created.header("location").unwrap().to_owned();
    let mut etag = created.etag();
    for (to, on) in [("submitted", "2026-02-03"), ("accepted_by_country", "2026-02-20")] {
        let answer = heron.post_if(&format!("{path}/state"), &etag, json!({"to": to, "on": on})).await;
        assert_eq!(answer.expect(200)["state_on"], on);
        etag = answer.etag();
    }
    let refused =
        heron.post_if(&format!("{path}/state"), &etag, json!({"to": "arrived", "on": "2026-02-01"})).await;
    refused.expect_problem(409, "guards_unmet");
    assert_eq!(refused.guards(), ["not_before_last_change", "allowed_move"]);
    assert_eq!(app.coordinator(hub).get(&path).await.expect(200)["state"], "accepted_by_country");
    assert_eq!(heron.get(&list).await.expect(200)["items"][0]["country"], "USA");
}

#[actix_web::test]
async fn the_same_category_twice_is_refused() {
    let app = TestApp::new().await;
    let hub = app.hub("Bangkok");
    let heron = app.caseworker(hub);
    let case = heron.open_case(hub).await;
    let body = json!({
        "country": "USA", "primary_category": "medical_needs", "secondary_category": "medical_needs",
        "priority": "normal", "on": "2026-02-01"
    });
    let refused =
        heron.post(&format!("/v1/cases/{}/resettlements", case["id"].as_str().unwrap()), body).await;
    refused.expect_problem(422, "invalid_fields");
    assert_eq!(refused.pointers(), ["/secondary_category"]);
}
