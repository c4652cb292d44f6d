//! Reading the log: the auditor all of it, an administrator their own actions, a caseworker who
//! opened their case.

use serde_json::{Value, json};

use crate::common::TestApp;

fn column<'a>(page: &'a Value, name: &str) -> Vec<&'a str> {
    page["items"].as_array().unwrap().iter().map(|row| row[name].as_str().unwrap_or("-")).collect()
}

#[actix_web::test]
async fn an_auditor_reads_the_log_and_that_is_on_the_log() {
    let app = TestApp::new().await;
    let hub = app.hub("Kunming");
    let (heron, owl) = (app.caseworker(hub), app.auditor());
    let case = heron.open_case(hub).await;
    let case_id = case["id"].as_str().unwrap();
    // What is numbered at once on PostgreSQL is numbered in the order of its moments.
    app.wait(chrono::TimeDelta::milliseconds(1));
    heron.get(&format!("/v1/cases/{case_id}")).await.expect(200);
    let page = owl.get(&format!("/v1/audit/events?case={case_id}")).await.expect(200);
    let actions: Vec<_> = page["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row["entry"]["action"].as_str().unwrap())
        .collect();
    assert_eq!(actions, ["case.read", "case.create"]);
    assert_eq!(page["items"][0]["leaf"].as_str().unwrap().len(), 64);
    let newest = owl.get("/v1/audit/events?limit=1&outcome=done").await.expect(200);
    assert_eq!(newest["items"][0]["entry"]["action"], "audit.list");
    assert_eq!(newest["items"][0]["entry"]["details"]["case"], case_id);
    let id = newest["items"][0]["entry"]["id"].as_str().unwrap().to_owned();
    let one = owl.get(&format!("/v1/audit/events/{id}")).await.expect(200);
    assert_eq!(one, newest["items"][0]);
}

#[actix_web::test]
async fn pages_of_the_log_go_back_by_position_without_a_gap() {
    let app = TestApp::new().await;
    let hub = app.hub("Kunming");
    let (heron, owl) = (app.caseworker(hub), app.auditor());
    for _ in 0..3 {
        heron.open_case(hub).await;
    }
    let mut positions = Vec::new();
    let mut path = "/v1/audit/events?limit=2&action=case.create".to_owned();
    loop {
        let page = owl.get(&path).await.expect(200);
        positions
            .extend(page["items"].as_array().unwrap().iter().map(|row| row["position"].as_i64().unwrap()));
        match page["next_cursor"].as_str() {
            Some(cursor) => path = format!("/v1/audit/events?limit=2&action=case.create&cursor={cursor}"),
            None => break,
        }
    }
    assert_eq!(positions, [2, 1, 0]);
}

#[actix_web::test]
async fn an_administrator_reads_what_they_did_and_nothing_else() {
    let app = TestApp::new().await;
    let hub = app.hub("Kunming");
    let (heron, admin) = (app.caseworker(hub), app.administrator());
    heron.open_case(hub).await;
    assert_eq!(admin.get("/v1/audit/events").await.expect(200)["items"], json!([]));
    let page = admin.get("/v1/audit/events").await.expect(200);
    assert_eq!(page["items"].as_array().unwrap().len(), 1);
    assert_eq!(page["items"][0]["entry"]["actor"], json!(admin.id));
    let theirs = app.auditor().get("/v1/audit/events?action=case.create").await.expect(200);
    let id = theirs["items"][0]["entry"]["id"].as_str().unwrap();
    admin.get(&format!("/v1/audit/events/{id}")).await.expect_problem(404, "not_found");
    let other = admin.get(&format!("/v1/audit/events?actor={}", heron.id)).await.expect(200);
    assert_eq!(other["items"], json!([]));
    heron.get("/v1/audit/events").await.expect_problem(403, "forbidden");
}

#[actix_web::test]
async fn a_caseworker_sees_who_opened_the_case_and_no_more_of_an_entry() {
    let app = TestApp::new().await;
    let hub = app.hub("Kunming");
    let (heron, crane) = (app.caseworker(hub), app.coordinator(hub));
    let case = heron.open_case(hub).await;
    let path = format!("/v1/cases/{}", case["id"].as_str().unwrap());
    heron.put_new(&format!("{path}/contact"), json!({})).await.expect(200);
    crane.get(&path).await.expect(200);
    let page = heron.get(&format!("{path}/access-log")).await.expect(200);
    assert_eq!(column(&page, "action"), ["case.read", "record.write", "case.create"]);
    assert_eq!(column(&page, "role"), ["coordinator", "caseworker", "caseworker"]);
    assert_eq!(page["items"][0]["actor"], json!(crane.id));
    assert_eq!(page["items"][1]["groups"], json!(["contact"]));
    let mut members: Vec<_> = page["items"][0].as_object().unwrap().keys().map(String::as_str).collect();
    members.sort_unstable();
    assert_eq!(members, ["action", "actor", "at", "groups", "outcome", "position", "role", "username"]);
    let page = heron.get(&format!("{path}/access-log?limit=1")).await.expect(200);
    assert_eq!(column(&page, "action"), ["case.access_log"]);
    let cursor = page["next_cursor"].as_str().unwrap();
    let page = heron.get(&format!("{path}/access-log?limit=1&cursor={cursor}")).await.expect(200);
    assert_eq!(column(&page, "action"), ["case.read"]);
    app.caseworker(hub).get(&format!("{path}/access-log")).await.expect_problem(404, "not_found");
}
