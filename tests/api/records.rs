//! Sealed records: opened by those whose place names the group, kept version by version, unreadable on
//! the disk.

use actix_web::http::Method;
use serde_json::{Value, json};

use crate::common::{Person, TestApp};

const GROUPS: [&str; 7] = ["identity", "contact", "family", "protection", "health", "legal", "passage"];

fn identity() -> Value {
    json!({"names": [{"script": "hangul", "kind": "birth", "family": "박", "given": "은하수"}]})
}

async fn case_with_identity(app: &TestApp) -> (Person, String) {
    let hub = app.hub("Kunming");
    let heron = app.caseworker(hub);
    let case = heron.open_case(hub).await;
    let path = format!("/v1/cases/{}", case["id"].as_str().unwrap());
    heron.put_new(&format!("{path}/identity"), identity()).await.expect(200);
    (heron, path)
}

#[actix_web::test]
async fn what_is_written_is_read_back_and_every_version_is_kept() {
    let app = TestApp::new().await;
    let (heron, path) = case_with_identity(&app).await;
    let first = heron.get(&format!("{path}/identity")).await;
    assert_eq!(first.expect(200)["record"]["names"][0]["given"], "은하수");
    let patch = json!({"names": [{"script": "latin", "kind": "birth", "family": "Pak", "given": "Unhasu"}]});
    heron.change(Method::PATCH, &format!("{path}/identity"), &first.etag(), patch).await.expect(200);
    let versions = heron.get(&format!("{path}/identity/versions")).await.expect(200);
    assert_eq!(versions["items"].as_array().map(Vec::len), Some(2));
    let old = heron.get(&format!("{path}/identity/versions/1")).await.expect(200);
    assert_eq!(old["record"]["names"][0]["given"], "은하수");
    let new = heron.get(&format!("{path}/identity")).await.expect(200);
    assert_eq!(new["record"]["names"][0]["given"], "Unhasu");
}

#[actix_web::test]
async fn a_record_that_nobody_wrote_is_empty_and_can_be_written_once() {
    let app = TestApp::new().await;
    let (heron, path) = case_with_identity(&app).await;
    for group in GROUPS.iter().filter(|group| **group != "identity") {
        let empty = heron.get(&format!("{path}/{group}")).await;
        assert_eq!(empty.expect(200)["record"], json!({}), "{group}");
        assert_eq!(empty.etag(), "\"0\"");
        heron.put_new(&format!("{path}/{group}"), json!({})).await.expect(200);
        heron.put_new(&format!("{path}/{group}"), json!({})).await.expect_problem(412, "precondition_failed");
        heron.put(&format!("{path}/{group}"), json!({})).await.expect_problem(428, "precondition_required");
    }
}

#[actix_web::test]
async fn a_place_opens_only_the_groups_it_names() {
    let app = TestApp::new().await;
    let (heron, path) = case_with_identity(&app).await;
    let hub = app.hub("Seoul");
    let tern = app.caseworker(hub);
    app.database
        .raw()
        .execute(&format!(
            "INSERT INTO case_team (case_id, user_id, identity, contact, family, protection, health, legal, passage, ends_at, added_by, added_at, changed_at, version)
             VALUES ('{}', '{}', FALSE, FALSE, FALSE, FALSE, FALSE, TRUE, FALSE, NULL, '{}', 0, 0, 1)",
            path.rsplit('/').next().unwrap(), tern.id, heron.id
        ))
        .unwrap();
    tern.get(&path).await.expect(200);
    tern.get(&format!("{path}/legal")).await.expect(200);
    for group in GROUPS.iter().filter(|group| **group != "legal") {
        tern.get(&format!("{path}/{group}")).await.expect_problem(403, "field_group_withheld");
        tern.put_new(&format!("{path}/{group}"), json!({})).await.expect_problem(403, "field_group_withheld");
    }
}

#[actix_web::test]
async fn a_refused_record_repeats_nothing_that_was_sent() {
    let app = TestApp::new().await;
    let (heron, path) = case_with_identity(&app).await;
    for body in [
        json!({"names": [{"script": "김철수", "given": "x"}]}),
        json!({"names": "김철수"}),
        json!({"names": [{"script": "hangul", "kind": "birth", "given": "김철수", "김철수": 1}]}),
        json!({"birth": {"date": "김철수"}}),
    ] {
        let answer = heron.change(Method::PUT, &format!("{path}/identity"), "\"1\"", body).await;
        answer.expect_problem(422, "invalid_fields");
        assert!(!answer.text().contains("김철수"), "{}", answer.text());
    }
}

#[actix_web::test]
async fn a_patch_of_a_version_that_is_not_the_present_one_opens_nothing() {
    let app = TestApp::new().await;
    let (heron, path) = case_with_identity(&app).await;
    let stale = heron.change(Method::PATCH, &format!("{path}/identity"), "\"2\"", json!({})).await;
    stale.expect_problem(412, "precondition_failed");
    let entries = app.events_of(stale.header("x-request-id").unwrap()).await;
    let told: Vec<_> = entries.iter().map(|entry| (entry.action.as_str(), entry.outcome.as_str())).collect();
    assert_eq!(told, [("record.read", "failed")]);
}

#[actix_web::test]
async fn a_patch_that_fails_after_the_record_was_opened_is_on_the_log_too() {
    let app = TestApp::new().await;
    let (heron, path) = case_with_identity(&app).await;
    let wrong = json!({"birth": {"date": "tomorrow"}});
    let refused = heron.change(Method::PATCH, &format!("{path}/identity"), "\"1\"", wrong).await;
    refused.expect_problem(422, "invalid_fields");
    let entries = app.events_of(refused.header("x-request-id").unwrap()).await;
    let told: Vec<_> = entries.iter().map(|entry| (entry.action.as_str(), entry.outcome.as_str())).collect();
    assert_eq!(told, [("record.read", "done"), ("record.write", "failed")]);
    assert!(entries.iter().all(|entry| entry.case_id.as_deref() == Some(&path[10..])));
}
