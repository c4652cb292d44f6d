//! The case's row: opening, reading, listing, changing, restricting.

use actix_web::http::Method;
use serde_json::json;

use crate::common::TestApp;

#[actix_web::test]
async fn a_caseworker_opens_a_case_and_reads_it_by_id_and_by_code() {
    let app = TestApp::new().await;
    let hub = app.hub("Kunming");
    let heron = app.caseworker(hub);
    let case = heron.open_case(hub).await;
    assert_eq!(case["stage"], "shelter");
    assert_eq!(case["status"], "active");
    for reference in [&case["id"], &case["code"]] {
        let read = heron.get(&format!("/v1/cases/{}", reference.as_str().unwrap())).await;
        assert_eq!(read.expect(200), case);
        assert_eq!(read.etag(), "\"1\"");
        assert_eq!(read.header("cache-control"), Some("no-store"));
    }
}

#[actix_web::test]
async fn a_coordinator_of_another_hub_is_answered_as_if_there_were_no_case() {
    let app = TestApp::new().await;
    let (here, there) = (app.hub("Kunming"), app.hub("Seoul"));
    let case = app.caseworker(here).open_case(here).await;
    let answer = app.coordinator(there).get(&format!("/v1/cases/{}", case["id"].as_str().unwrap())).await;
    answer.expect_problem(404, "not_found");
}

#[actix_web::test]
async fn a_stale_change_is_refused_and_changes_nothing() {
    let app = TestApp::new().await;
    let hub = app.hub("Kunming");
    let heron = app.caseworker(hub);
    let case = heron.open_case(hub).await;
    let path = format!("/v1/cases/{}", case["id"].as_str().unwrap());
    let changed = heron.change(Method::PATCH, &path, "\"1\"", json!({"risk": "critical"})).await;
    assert_eq!(changed.expect(200)["risk"], "critical");
    heron
        .change(Method::PATCH, &path, "\"1\"", json!({"risk": "low"}))
        .await
        .expect_problem(412, "precondition_failed");
    assert_eq!(heron.get(&path).await.expect(200)["risk"], "critical");
}
