//! What fails, fails whole: without its event nothing is changed and nothing is shown.

use actix_web::http::Method;
use serde_json::json;
use waystation::access::HubId;

use crate::common::{Person, TestApp, assert_without_gap, together};

const SECRET: &str = "은하수";

/// From now on no event of this action can be written.
fn break_the_log(app: &TestApp, action: &str) {
    let mut raw = app.database.raw();
    if app.database.is_postgres() {
        raw.execute(&format!(
            "CREATE FUNCTION fault() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'fault'; END $$;
             CREATE TRIGGER fault BEFORE INSERT ON audit_events FOR EACH ROW WHEN (NEW.action = '{action}') EXECUTE FUNCTION fault()"
        ))
        .unwrap();
    } else {
        raw.execute(&format!(
            "CREATE TRIGGER fault BEFORE INSERT ON audit_events WHEN NEW.action = '{action}' BEGIN SELECT RAISE(ABORT, 'fault'); END"
        ))
        .unwrap();
    }
}

fn mend_the_log(app: &TestApp) {
    let sql = if app.database.is_postgres() {
        "DROP TRIGGER fault ON audit_events; DROP FUNCTION fault"
    } else {
        "DROP TRIGGER fault"
    };
    app.database.raw().execute(sql).unwrap();
}

async fn case_with_identity() -> (TestApp, HubId, Person, String) {
    let app = TestApp::new().await;
    let hub = app.hub("Kunming");
    let heron = app.caseworker(hub);
    let path = format!("/v1/cases/{}", heron.open_case(hub).await["id"].as_str().unwrap());
    let names = json!({"names": [{"script": "hangul", "kind": "birth", "given": SECRET}]});
    heron.put_new(&format!("{path}/identity"), names).await.expect(200);
    (app, hub, heron, path)
}

#[actix_web::test]
async fn a_write_whose_event_cannot_be_written_changes_nothing() {
    let (app, hub, heron, path) = case_with_identity().await;
    let before = heron.get(&path).await.json();
    break_the_log(&app, "case.update");
    let answer = heron.change(Method::PATCH, &path, "\"1\"", json!({"risk": "low"})).await;
    answer.expect_problem(500, "internal");
    assert!(!answer.text().contains("fault"), "the client learns no cause");
    assert_eq!(heron.get(&path).await.json(), before);
    mend_the_log(&app);
    heron.change(Method::PATCH, &path, "\"1\"", json!({"risk": "low"})).await.expect(200);

    break_the_log(&app, "record.write");
    heron.put_new(&format!("{path}/health"), json!({})).await.expect_problem(500, "internal");
    assert_eq!(app.database.raw().count("SELECT COUNT(*) FROM sealed_records"), 1);
    mend_the_log(&app);

    break_the_log(&app, "case.create");
    let body = json!({
        "hub_id": hub, "sex": "male", "age_band": "18-59", "origin_country": "PRK", "risk": "high", "opened_on": "2026-03-01"
    });
    heron.post_once("once", "/v1/cases", body.clone()).await.expect_problem(500, "internal");
    for (table, rows) in
        [("cases", 1), ("case_keys", 1), ("case_periods", 1), ("case_team", 1), ("idempotency_keys", 0)]
    {
        assert_eq!(app.database.raw().count(&format!("SELECT COUNT(*) FROM {table}")), rows, "{table}");
    }
    mend_the_log(&app);
    heron.post_once("once", "/v1/cases", body).await.expect(201);
    assert_without_gap(&app.log().await);
}

#[actix_web::test]
async fn a_read_whose_event_cannot_be_written_shows_nothing() {
    let (app, _, heron, path) = case_with_identity().await;
    let reads = [
        ("case.read", path.clone(), "\"code\":\"WS-"),
        ("case.list", "/v1/cases".to_owned(), "\"code\":\"WS-"),
        ("record.read", format!("{path}/identity"), SECRET),
        ("record.versions", format!("{path}/identity/versions"), "recorded_at"),
        ("case.history", format!("{path}/history"), "from_on"),
    ];
    for (action, address, content) in reads {
        assert!(heron.get(&address).await.text().contains(content), "{action}");
        break_the_log(&app, action);
        let answer = heron.get(&address).await;
        answer.expect_problem(500, "internal");
        assert!(!answer.text().contains(content), "{action}");
        mend_the_log(&app);
        heron.get(&address).await.expect(200);
    }
}

#[actix_web::test]
async fn a_refusal_that_cannot_be_put_on_the_record_is_not_told() {
    let (app, _, _, path) = case_with_identity().await;
    let (stranger, auditor) = (app.caseworker(app.hub("Seoul")), app.auditor());
    break_the_log(&app, "case.read");
    stranger.get(&path).await.expect_problem(500, "internal");
    mend_the_log(&app);
    break_the_log(&app, "access.refuse");
    auditor.get(&path).await.expect_problem(500, "internal");
    mend_the_log(&app);
    stranger.get(&path).await.expect_problem(404, "not_found");
    auditor.get(&path).await.expect_problem(403, "forbidden");
}

#[actix_web::test]
async fn others_in_the_same_commit_are_not_touched_by_one_that_fails() {
    let (app, hub, heron, path) = case_with_identity().await;
    break_the_log(&app, "case.update");
    let answers = together((0..60).map(|index: usize| {
        let (client, path) = (heron.client.clone(), path.clone());
        async move {
            match index % 3 {
                0 => ("fails", client.change(Method::PATCH, &path, "\"1\"", json!({"risk": "low"})).await),
                1 => ("writes", client.put_new(&format!("{path}/health"), json!({})).await),
                _ => ("reads", client.get("/v1/cases").await),
            }
        }
    }))
    .await;
    let with = |kind: &str, status: u16| {
        answers.iter().filter(|(of, answer)| *of == kind && answer.status == status).count()
    };
    assert_eq!(with("fails", 500), 20);
    assert_eq!((with("writes", 200), with("writes", 412)), (1, 19));
    assert_eq!(with("reads", 200), 20);
    mend_the_log(&app);
    assert_eq!(heron.get(&path).await.expect(200)["version"], 1);
    heron.open_case(hub).await;
    let log = app.log().await;
    assert_without_gap(&log);
    // The writes that came too late are on the record too.
    assert_eq!(log.len(), 2 + 1 + 19 + 20 + 2);
    app.assert_whole_log().await;
}

#[actix_web::test]
async fn another_process_that_holds_the_database_for_long_is_told_as_busy() {
    let (app, _, heron, path) = case_with_identity().await;
    if app.database.is_postgres() {
        return;
    }
    let mut other_process = app.database.raw();
    other_process.execute("BEGIN IMMEDIATE").unwrap();
    let answer = heron.get(&path).await;
    answer.expect_problem(503, "overloaded");
    assert!(answer.header("retry-after").is_some());
    other_process.execute("ROLLBACK").unwrap();
    heron.get(&path).await.expect(200);
    assert_without_gap(&app.log().await);
}

#[actix_web::test]
async fn a_postgresql_that_was_restarted_is_found_again() {
    let (app, hub, heron, path) = case_with_identity().await;
    if !app.database.is_postgres() {
        return;
    }
    let restart = || {
        let others = "SELECT COUNT(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()";
        app.database.raw().count(others)
    };
    assert!(restart() > 0);
    actix_web::rt::time::sleep(std::time::Duration::from_millis(1_200)).await;
    for _ in 0..20 {
        heron.get(&path).await.expect(200);
        heron.open_case(hub).await;
    }
    for _ in 0..5 {
        let requests: Vec<_> = (0..40).map(|index: usize| {
            let (client, path) = (heron.client.clone(), path.clone());
            async move {
                let body = json!({
                    "hub_id": hub, "sex": "male", "age_band": "18-59", "origin_country": "PRK", "risk": "high",
                    "opened_on": "2026-03-01"
                });
                if index.is_multiple_of(2) { client.get(&path).await } else { client.post("/v1/cases", body).await }
            }
        }).collect();
        let requests = actix_web::rt::spawn(together(requests));
        actix_web::rt::time::sleep(std::time::Duration::from_millis(15)).await;
        restart();
        for answer in requests.await.unwrap() {
            let status = answer.status.as_u16();
            assert!([200, 201, 503].contains(&status), "{}", answer.text());
            let id = answer.json()["id"].as_str().map(str::to_owned);
            if let (201, Some(id)) = (status, id) {
                assert_eq!(
                    app.database.raw().count(&format!("SELECT COUNT(*) FROM cases WHERE id = '{id}'")),
                    1
                );
            }
            if status == 503 && answer.json()["code"] != "outcome_unknown" {
                let events = app.events_of(answer.header("x-request-id").unwrap()).await;
                assert!(
                    events.iter().all(|entry| entry.action != "case.create"),
                    "nothing was changed, it said"
                );
            } else if status != 503 {
                assert_eq!(app.events_of(answer.header("x-request-id").unwrap()).await.len(), 1);
            }
        }
    }
    let log = app.log().await;
    assert_without_gap(&log);
    let opened = log.iter().filter(|entry| entry.action == "case.create").count();
    assert_eq!(app.database.raw().count("SELECT COUNT(*) FROM cases"), i64::try_from(opened).unwrap());
    // A connection is tried before it is used when it was not used for a second.
    actix_web::rt::time::sleep(std::time::Duration::from_millis(1_200)).await;
    app.assert_whole_log().await;
}
