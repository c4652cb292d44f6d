//! Many at once: no update is lost, no rule of the network is broken between two of them, no entry of
//! the log is skipped or forked, and too many are told to come again.

use std::collections::BTreeSet;

use actix_web::http::Method;
use serde_json::json;
use waystation::access::HubId;

use crate::common::{Client, Raw, TestApp, assert_without_gap, together};

fn path_of(case: &serde_json::Value) -> String {
    format!("/v1/cases/{}", case["id"].as_str().unwrap())
}

/// A second server on the same database; SQLite lets one process have it, and so a second one within
/// it is only another door.
async fn two_servers(app: &TestApp, client: &Client) -> [Client; 2] {
    let beside = app.beside().await;
    [client.clone(), client.at(&beside)]
}

#[actix_web::test]
async fn of_two_who_saw_the_same_version_one_changes_it_and_one_is_told() {
    let app = TestApp::new().await;
    let hub = app.hub("Kunming");
    let heron = app.caseworker(hub);
    let servers = two_servers(&app, &heron).await;
    for _ in 0..10 {
        let path = path_of(&heron.open_case(hub).await);
        let answers = together([("low", 0), ("critical", 1)].map(|(risk, server)| {
            let (client, path) = (servers[server].clone(), path.clone());
            async move { client.change(Method::PATCH, &path, "\"1\"", json!({"risk": risk})).await }
        }))
        .await;
        let statuses: BTreeSet<_> = answers.iter().map(|answer| answer.status.as_u16()).collect();
        assert_eq!(statuses, BTreeSet::from([200, 412]));
        let kept = answers.iter().find(|answer| answer.status == 200).unwrap().json();
        assert_eq!(heron.get(&path).await.expect(200), kept);
    }
}

#[actix_web::test]
async fn sixteen_writers_who_try_again_lose_no_update() {
    let app = TestApp::new().await;
    let hub = app.hub("Kunming");
    let heron = app.caseworker(hub);
    let servers = two_servers(&app, &heron).await;
    let path = path_of(&heron.open_case(hub).await);
    together((0..16).map(|writer: usize| {
        let (client, path) = (servers[writer % 2].clone(), path.clone());
        async move {
            let risk = ["low", "medium", "high", "critical"][writer % 4];
            loop {
                let etag = client.get(&path).await.etag();
                let answer = client.change(Method::PATCH, &path, &etag, json!({"risk": risk})).await;
                if answer.status != 412 {
                    answer.expect(200);
                    return;
                }
            }
        }
    }))
    .await;
    assert_eq!(heron.get(&path).await.expect(200)["version"], 17);
    let log = app.log().await;
    assert_without_gap(&log);
    let done = log.iter().filter(|entry| entry.action == "case.update" && entry.outcome == "done");
    assert_eq!(done.count(), 16);
}

async fn shelter(client: &Client, hub: HubId, beds: i32) -> String {
    let body = json!({"hub_id": hub, "codename": format!("Lantern {beds}"), "beds": beds});
    client.post("/v1/shelters", body).await.expect(201)["id"].as_str().unwrap().to_owned()
}

#[actix_web::test]
async fn a_shelter_takes_in_as_many_as_it_has_beds() {
    const BEDS: usize = 5;
    let app = TestApp::new().await;
    let hub = app.hub("Kunming");
    let heron = app.caseworker(hub);
    let shelter = shelter(&app.coordinator(hub), hub, 5).await;
    let servers = two_servers(&app, &heron).await;
    let mut paths = Vec::new();
    for _ in 0..BEDS + 8 {
        paths.push(format!("{}/stays", path_of(&heron.open_case(hub).await)));
    }
    let answers = together(paths.into_iter().enumerate().map(|(index, path)| {
        let (client, shelter) = (servers[index % 2].clone(), shelter.clone());
        async move { client.post(&path, json!({"shelter_id": shelter, "arrived_on": "2026-03-01"})).await }
    }))
    .await;
    let taken_in = answers.iter().filter(|answer| answer.status == 201).count();
    assert_eq!(taken_in, BEDS);
    for answer in answers.iter().filter(|answer| answer.status != 201) {
        answer.expect_problem(409, "guards_unmet");
    }
    assert_eq!(app.database.raw().count("SELECT COUNT(*) FROM stays WHERE left_on IS NULL"), 5);
}

#[actix_web::test]
async fn a_person_is_in_one_shelter_at_a_time() {
    let app = TestApp::new().await;
    let hub = app.hub("Kunming");
    let heron = app.caseworker(hub);
    let coordinator = app.coordinator(hub);
    let shelters = [shelter(&coordinator, hub, 50).await, shelter(&coordinator, hub, 60).await];
    let servers = two_servers(&app, &heron).await;
    let path = format!("{}/stays", path_of(&heron.open_case(hub).await));
    let answers = together((0..8).map(|index: usize| {
        let (client, path) = (servers[index % 2].clone(), path.clone());
        let body = json!({"shelter_id": shelters[index % 2], "arrived_on": "2026-03-01"});
        async move { client.post(&path, body).await }
    }))
    .await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 201).count(), 1);
    for answer in answers.iter().filter(|answer| answer.status != 201) {
        answer.expect_problem(409, "guards_unmet");
        assert!(answer.guards().contains(&"open_stay_ended".to_owned()));
    }
}

#[actix_web::test]
async fn one_codename_is_given_once() {
    let app = TestApp::new().await;
    let hub = app.hub("Kunming");
    let coordinator = app.coordinator(hub);
    let servers = two_servers(&app, &coordinator).await;
    let answers =
        together((0..8).map(|index: usize| {
            let client = servers[index % 2].clone();
            async move {
                client.post("/v1/shelters", json!({"hub_id": hub, "codename": "Lantern", "beds": 4})).await
            }
        }))
        .await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 201).count(), 1);
    for answer in answers.iter().filter(|answer| answer.status != 201) {
        answer.expect_problem(409, "already_exists");
    }
}

#[actix_web::test]
async fn two_writers_of_a_sealed_record_do_not_overwrite_each_other() {
    let app = TestApp::new().await;
    let hub = app.hub("Kunming");
    let heron = app.caseworker(hub);
    let servers = two_servers(&app, &heron).await;
    let path = format!("{}/health", path_of(&heron.open_case(hub).await));
    let answers = together((0..8).map(|index: usize| {
        let (client, path) = (servers[index % 2].clone(), path.clone());
        async move { client.put_new(&path, json!({})).await }
    }))
    .await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 200).count(), 1);
    for answer in answers.iter().filter(|answer| answer.status != 200) {
        answer.expect_problem(412, "precondition_failed");
    }
    assert_eq!(app.database.raw().count("SELECT COUNT(*) FROM sealed_records"), 1);
}

#[actix_web::test]
async fn parallel_requests_leave_a_log_without_gap_or_fork() {
    let app = TestApp::new().await;
    let hub = app.hub("Kunming");
    let heron = app.caseworker(hub);
    let servers = two_servers(&app, &heron).await;
    let path = path_of(&heron.open_case(hub).await);
    let answers = together((0..240).map(|index: usize| {
        let (client, path) = (servers[index % 2].clone(), path.clone());
        async move {
            match index % 4 {
                0 => client.open_case(hub).await.is_object(),
                1 => client.get("/v1/cases").await.status == 200,
                2 => client.get("/v1/cases/0000000000000000000000000e").await.status == 404,
                _ => client.get(&path).await.status == 200,
            }
        }
    }))
    .await;
    assert!(answers.into_iter().all(|as_expected| as_expected));
    let log = app.log().await;
    assert_without_gap(&log);
    assert_eq!(log.len(), 241);
    let requests: BTreeSet<_> = log.iter().map(crate::common::Entry::request).collect();
    assert_eq!(requests.len(), 241);
}

#[actix_web::test]
async fn more_than_the_queues_hold_is_told_to_come_again_and_nothing_is_half_done() {
    const REQUESTS: usize = 2_000;
    let app = TestApp::new().await;
    if app.database.is_postgres() {
        // There the database queues; what is bounded here are the places before its connections.
        return;
    }
    let hub = app.hub("Kunming");
    let heron = app.caseworker(hub);
    let mut other_process = app.database.raw();
    other_process.execute("BEGIN IMMEDIATE").unwrap();
    let release = async move {
        actix_web::rt::time::sleep(std::time::Duration::from_secs(3)).await;
        other_process.execute("ROLLBACK").unwrap();
        drop::<Raw>(other_process);
    };
    let release = actix_web::rt::spawn(release);
    let answers = together((0..REQUESTS).map(|index| {
        let client = heron.client.clone();
        async move {
            // As they would come: not all in one instant.
            actix_web::rt::time::sleep(std::time::Duration::from_millis((index / 4) as u64)).await;
            let body = json!({
                "hub_id": hub, "sex": "female", "age_band": "18-59", "origin_country": "PRK", "risk": "high",
                "opened_on": "2026-03-01"
            });
            client.post("/v1/cases", body).await
        }
    }))
    .await;
    release.await.unwrap();
    let (opened, refused): (Vec<_>, Vec<_>) = answers.iter().partition(|answer| answer.status == 201);
    assert!(!refused.is_empty(), "2,000 requests fitted in");
    assert!(!opened.is_empty(), "nobody was served");
    for answer in refused {
        answer.expect_problem(503, "overloaded");
        assert!(answer.header("retry-after").is_some());
    }
    let answered: BTreeSet<_> = opened.iter().map(|answer| answer.json()["id"].to_string()).collect();
    assert_eq!(answered.len(), opened.len());
    let count = i64::try_from(opened.len()).unwrap();
    let mut raw = app.database.raw();
    for table in ["cases", "case_keys", "case_periods", "case_team"] {
        assert_eq!(raw.count(&format!("SELECT COUNT(*) FROM {table}")), count, "{table}");
    }
    let log = app.log().await;
    assert_eq!(log.len(), opened.len());
    assert_without_gap(&log);
    heron.open_case(hub).await;
}
