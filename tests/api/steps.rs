//! The steps of a case: what the guards ask for, what the history keeps.

use actix_web::http::Method;
use serde_json::json;

use crate::common::TestApp;

#[actix_web::test]
async fn every_unmet_guard_is_told_at_once_and_nothing_changes() {
    let app = TestApp::new().await;
    let hub = app.hub("Kunming");
    let heron = app.caseworker(hub);
    let case = heron.open_case(hub).await;
    let path = format!("/v1/cases/{}", case["id"].as_str().unwrap());
    let body = json!({"to": "transit", "reason": "route_ready", "on": "2030-01-01"});
    let refused = heron.post_if(&format!("{path}/stage"), "\"1\"", body).await;
    refused.expect_problem(409, "guards_unmet");
    let guards = refused.guards();
    for guard in ["journey_approved", "leg_planned", "not_in_the_future"] {
        assert!(guards.iter().any(|unmet| unmet == guard), "{guards:?}");
    }
    assert_eq!(heron.get(&path).await.expect(200), case);
    assert_eq!(heron.get(&format!("{path}/history")).await.expect(200)["items"].as_array().unwrap().len(), 1);
}

#[actix_web::test]
async fn a_case_is_closed_with_an_outcome_and_reopened_on_the_record() {
    let app = TestApp::new().await;
    let hub = app.hub("Kunming");
    let (heron, swan) = (app.caseworker(hub), app.coordinator(hub));
    let case = heron.open_case(hub).await;
    let path = format!("/v1/cases/{}", case["id"].as_str().unwrap());
    let closing =
        json!({"outcome": "withdrew", "on": "2026-03-02", "note": "Went back to her aunt in Yanji."});
    let closed = heron.post_if(&format!("{path}/closure"), "\"1\"", closing.clone()).await.expect(200);
    assert_eq!((closed["status"].as_str(), closed["outcome"].as_str()), (Some("closed"), Some("withdrew")));
    heron.post_if(&format!("{path}/closure"), "\"2\"", closing).await.expect_problem(409, "guards_unmet");
    let reopening = json!({"reason": "came_back", "on": "2026-03-02"});
    let reopened = heron.post_if(&format!("{path}/reopening"), "\"2\"", reopening).await.expect(200);
    assert_eq!((reopened["status"].as_str(), reopened["outcome"].is_null()), (Some("active"), true));

    let told = heron.get(&format!("{path}/history")).await.expect(200);
    assert_eq!(told["items"][1]["note"], "Went back to her aunt in Yanji.");
    let withheld = swan.get(&format!("{path}/history")).await;
    assert!(!withheld.text().contains("aunt"));
    assert_eq!(withheld.expect(200)["items"][1]["note_withheld"], true);
}

#[actix_web::test]
async fn a_correction_keeps_what_was_there() {
    let app = TestApp::new().await;
    let hub = app.hub("Kunming");
    let heron = app.caseworker(hub);
    let case = heron.open_case_with(hub, json!({"opened_on": "2026-02-01"})).await;
    let path = format!("/v1/cases/{}", case["id"].as_str().unwrap());
    let arrested = json!({"to": "detained", "reason": "arrest", "on": "2026-02-20"});
    heron.post_if(&format!("{path}/status"), "\"1\"", arrested).await.expect(200);
    let history = heron.get(&format!("{path}/history")).await.expect(200);
    let period = history["items"][1]["id"].as_str().unwrap();
    let correction = json!({"from_on": "2026-02-18", "note": "The guard's list says the 18th."});
    let address = format!("{path}/history/{period}/correction");
    let corrected = heron.post_if(&address, "\"2\"", correction.clone()).await.expect(200);
    assert_eq!(corrected["since"], "2026-02-18");
    heron.post_if(&address, "\"3\"", correction).await.expect_problem(404, "not_found");

    let history = heron.get(&format!("{path}/history")).await.expect(200);
    let rows = history["items"].as_array().unwrap();
    assert_eq!(rows.iter().filter(|row| row["superseded_at"].is_null()).count(), 2);
    assert!(rows.iter().any(|row| row["from_on"] == "2026-02-20" && !row["superseded_at"].is_null()));

    let report = |day: &str| format!("/v1/reports/stages?as_of={day}");
    for (day, detained) in [("2026-02-17", 0), ("2026-02-18", 1)] {
        let rows = heron.get(&report(day)).await.expect(200)["rows"].as_array().unwrap().clone();
        assert_eq!(rows.iter().filter(|row| row["status"] == "detained").count(), detained, "{day}");
    }
    let crossing = json!({"from_on": "2026-01-01", "note": "x"});
    let first = rows.iter().find(|row| row["sequence"] == 1 && row["superseded_at"].is_null()).unwrap();
    let first = first["id"].as_str().unwrap();
    let patch = json!({"risk": "low"});
    heron.change(Method::PATCH, &path, "\"3\"", patch).await.expect(200);
    heron.post_if(&format!("{path}/history/{first}/correction"), "\"4\"", crossing).await.expect(200);
    assert_eq!(heron.get(&path).await.expect(200)["opened_on"], "2026-01-01");
}

#[actix_web::test]
async fn what_stands_in_the_way_of_a_step_is_told_on_the_record() {
    let app = TestApp::new().await;
    let hub = app.hub("Kunming");
    let heron = app.caseworker(hub);
    let case = heron.open_case(hub).await;
    let path = format!("/v1/cases/{}", case["id"].as_str().unwrap());
    let step = json!({"to": "resettlement", "reason": "resettlement_accepted", "on": "2026-03-02"});
    for (etag, status) in [("\"1\"", 409), ("\"7\"", 412)] {
        let before = app.log().await.len();
        let refused = heron.post_if(&format!("{path}/stage"), etag, step.clone()).await;
        assert_eq!(refused.status, status, "{}", refused.text());
        let log = app.log().await;
        assert_eq!(log.len(), before + 1, "{status}");
        let entry = log.last().unwrap();
        assert_eq!((entry.action.as_str(), entry.outcome.as_str()), ("case.move", "failed"));
        assert_eq!(entry.case_id.as_deref(), case["id"].as_str());
    }
}
