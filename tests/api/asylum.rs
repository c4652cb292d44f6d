//! Asylum applications: recorded, decided, appealed.

use serde_json::json;

use crate::common::TestApp;

#[actix_web::test]
async fn an_application_bears_the_day_of_its_decision_until_an_appeal() {
    let app = TestApp::new().await;
    let hub = app.hub("Kunming");
    let heron = app.caseworker(hub);
    let case = heron.open_case(hub).await;
    let list = format!("/v1/cases/{}/applications", case["code"].as_str().unwrap());
    let body = json!({"country": "THA", "authority": "unhcr", "level": "FI", "applied_on": "2026-01-10"});
    let created = heron.post(&list, body).await;
    let application = created.expect(201);
    assert_eq!(application["state"], "registered");
    assert_eq!(application["state_on"], "2026-01-10");
    let path = created.header("location").unwrap().to_owned();
    let mut etag = created.etag();
    for (to, on, decided_on) in [
        ("interview_scheduled", "2026-01-12", None),
        ("interviewed", "2026-01-20", None),
        ("decision_pending", "2026-01-20", None),
        ("rejected", "2026-02-01", Some("2026-02-01")),
        ("appeal_pending", "2026-02-05", None),
        ("recognized", "2026-02-20", Some("2026-02-20")),
        ("closed", "2026-02-25", Some("2026-02-20")),
        ("registered", "2026-03-01", None),
    ] {
        let answer = heron.post_if(&format!("{path}/state"), &etag, json!({"to": to, "on": on})).await;
        let changed = answer.expect(200);
        assert_eq!((changed["state"].as_str(), changed["state_on"].as_str()), (Some(to), Some(on)));
        assert_eq!(changed["decided_on"].as_str(), decided_on, "{to}");
        etag = answer.etag();
    }
    assert_eq!(heron.get(&path).await.expect(200)["version"], 9);
    assert_eq!(heron.get(&list).await.expect(200)["items"].as_array().unwrap().len(), 1);
}

#[actix_web::test]
async fn everything_that_an_application_lacks_is_told_at_once() {
    let app = TestApp::new().await;
    let hub = app.hub("Kunming");
    let heron = app.caseworker(hub);
    let case = heron.open_case(hub).await;
    let case_path = format!("/v1/cases/{}", case["id"].as_str().unwrap());
    let list = format!("{case_path}/applications");
    let body = |on| json!({"country": "THA", "authority": "unhcr", "level": "FI", "applied_on": on});
    let created = heron.post(&list, body("2026-02-10")).await;
    let path = format!("{}/state", created.header("location").unwrap());
    heron.post_if(&path, "\"2\"", json!({"to": "closed", "on": "2026-02-11"})).await.expect(412);
    heron.post(&path, json!({"to": "closed", "on": "2026-02-11"})).await.expect(428);
    let closure = json!({"outcome": "moved_on", "on": "2026-03-01", "note": "Went on alone."});
    heron.post_if(&format!("{case_path}/closure"), "\"1\"", closure).await.expect(200);
    let refused = heron.post_if(&path, "\"1\"", json!({"to": "recognized", "on": "2026-02-01"})).await;
    refused.expect_problem(409, "guards_unmet");
    assert_eq!(refused.guards(), ["not_before_last_change", "allowed_move", "status_not_closed"]);
    let refused = heron.post(&list, body("2026-03-09")).await;
    assert_eq!(refused.guards(), ["not_in_the_future", "status_not_closed"]);
}

#[actix_web::test]
async fn an_application_of_another_case_is_not_there() {
    let app = TestApp::new().await;
    let hub = app.hub("Kunming");
    let (heron, crane) = (app.caseworker(hub), app.caseworker(hub));
    let (hers, theirs) = (heron.open_case(hub).await, crane.open_case(hub).await);
    let list = format!("/v1/cases/{}/applications", theirs["id"].as_str().unwrap());
    let body = json!({"country": "THA", "authority": "state", "level": "NA", "applied_on": "2026-02-10"});
    let id = crane.post(&list, body.clone()).await.expect(201)["id"].as_str().unwrap().to_owned();
    heron.get(&format!("{list}/{id}")).await.expect_problem(404, "not_found");
    heron.post(&list, body).await.expect_problem(404, "not_found");
    let mixed = format!("/v1/cases/{}/applications/{id}", hers["id"].as_str().unwrap());
    heron.get(&mixed).await.expect_problem(404, "not_found");
}
