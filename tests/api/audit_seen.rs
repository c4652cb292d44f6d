//! Who saw a case, and what a user saw; the log as a file.

use serde_json::{Value, json};
use waystation::access::CaseId;

use crate::common::{Person, TestApp};
use crate::idempotency::case_in;

fn of<'a>(answer: &'a Value, list: &str, key: &str, id: &str) -> Option<&'a Value> {
    answer[list].as_array().unwrap().iter().find(|row| row[key] == id).map(|row| &row["seen"])
}

fn counts(seen: &Value) -> [u64; 4] {
    ["opened", "listed", "written", "denied"].map(|name| seen[name].as_u64().unwrap())
}

fn id(case: &Value) -> String {
    case["id"].as_str().unwrap().to_owned()
}

/// heron opens a case with a health record and reads it; crane lists and opens it; tern is turned away.
async fn story(app: &TestApp) -> (Person, Person, Person, String) {
    let hub = app.hub("Kunming");
    let (heron, crane, tern) = (app.caseworker(hub), app.coordinator(hub), app.caseworker(hub));
    let case = id(&heron.open_case(hub).await);
    let path = format!("/v1/cases/{case}");
    heron.put_new(&format!("{path}/health"), json!({})).await.expect(200);
    heron.get(&format!("{path}/health")).await.expect(200);
    app.wait(chrono::TimeDelta::minutes(5));
    crane.get("/v1/cases").await.expect(200);
    crane.get(&path).await.expect(200);
    crane.get(&format!("{path}/health")).await.expect_problem(403, "field_group_withheld");
    crane.put(&format!("{path}/team/{}", tern.id), json!({"field_groups": ["legal"]})).await.expect(200);
    tern.get(&format!("{path}/health")).await.expect_problem(403, "field_group_withheld");
    (heron, crane, tern, case)
}

#[actix_web::test]
async fn who_saw_a_case_is_told_with_the_lists_that_held_it() {
    let app = TestApp::new().await;
    let (heron, crane, tern, case) = story(&app).await;
    let owl = app.auditor();
    let answer = owl.get(&format!("/v1/audit/cases/{case}/seen-by")).await;
    let told = answer.expect(200);
    assert_eq!(
        (&told["complete"], &told["next_cursor"], &told["case"]),
        (&json!(true), &Value::Null, &json!(case))
    );
    assert_eq!(told["users"].as_array().unwrap().len(), 3);
    let by = |person: &Person| of(&told, "users", "user", person.id.as_str()).unwrap();
    assert_eq!(counts(by(&heron)), [1, 0, 2, 0]);
    assert_eq!(by(&heron)["groups"], json!(["health"]));
    assert_eq!(counts(by(&crane)), [1, 1, 1, 1]);
    assert_eq!(by(&crane)["groups"], json!([]), "a place given is no record opened");
    assert_eq!(counts(by(&tern)), [0, 0, 0, 1]);
    assert_eq!(by(&tern)["groups"], json!([]));
    assert_eq!(by(&heron)["last"], "2026-03-02T10:00:00.000000Z");
    assert_eq!(by(&crane)["first"], "2026-03-02T10:05:00.000000Z");
    assert!(told["users"][0]["username"].as_str().unwrap().starts_with('u'));
    let entry = app.events_of(answer.header("x-request-id").unwrap()).await.remove(0);
    assert_eq!((entry.action.as_str(), entry.case_id.as_deref()), ("audit.seen_by", None));
    assert_eq!(entry.body()["subject"], case);
}

#[actix_web::test]
async fn what_a_user_saw_is_told_case_by_case() {
    let app = TestApp::new().await;
    let (heron, crane, _, case) = story(&app).await;
    let hub = app.hub("Seoul");
    let other = id(&app.caseworker(hub).open_case(hub).await);
    let owl = app.auditor();
    let told = owl.get(&format!("/v1/audit/users/{}/seen", crane.id)).await.expect(200);
    assert_eq!(counts(of(&told, "cases", "case", &case).unwrap()), [1, 1, 1, 1]);
    assert!(of(&told, "cases", "case", &other).is_none(), "{told}");
    let told = owl.get(&format!("/v1/audit/users/{}/seen", heron.id)).await.expect(200);
    assert_eq!(counts(of(&told, "cases", "case", &case).unwrap()), [1, 0, 2, 0]);
    assert_eq!(of(&told, "cases", "case", &case).unwrap()["groups"], json!(["health"]));
}

#[actix_web::test]
async fn both_are_narrowed_by_time_and_nobody_is_asked_about_in_vain() {
    let app = TestApp::new().await;
    let (heron, crane, _, case) = story(&app).await;
    let owl = app.auditor();
    let path = format!("/v1/audit/cases/{case}/seen-by");
    let early = owl.get(&format!("{path}?before=2026-03-02T10:05:00Z")).await.expect(200);
    assert!(of(&early, "users", "user", heron.id.as_str()).is_some());
    assert!(of(&early, "users", "user", crane.id.as_str()).is_none());
    let late = owl.get(&format!("{path}?after=2026-03-02T10:05:00Z")).await.expect(200);
    assert!(of(&late, "users", "user", heron.id.as_str()).is_none());
    assert!(of(&late, "users", "user", crane.id.as_str()).is_some());
    let seen = format!("/v1/audit/users/{}/seen?before=2026-03-02T10:05:00Z", crane.id);
    assert_eq!(owl.get(&seen).await.expect(200)["cases"], json!([]));
    let nobody = owl.get(&format!("/v1/audit/cases/{}/seen-by", CaseId::generate())).await.expect(200);
    assert_eq!((&nobody["users"], &nobody["complete"]), (&json!([]), &json!(true)));
    for person in [heron, crane, app.administrator()] {
        person.get(&path).await.expect_problem(403, "forbidden");
    }
}

#[actix_web::test]
async fn an_answer_that_is_given_once_more_is_seen_and_nothing_is_written() {
    let app = TestApp::new().await;
    let hub = app.hub("Kunming");
    let heron = app.caseworker(hub);
    let first = heron.post_once("once", "/v1/cases", case_in(hub)).await.expect(201);
    heron.post_once("once", "/v1/cases", case_in(hub)).await.expect(201);
    let path = format!("/v1/audit/cases/{}/seen-by", id(&first));
    let told = app.auditor().get(&path).await.expect(200);
    assert_eq!(counts(&told["users"][0]["seen"]), [1, 0, 1, 0]);
}

#[actix_web::test]
async fn that_the_notes_of_a_history_were_opened_is_told() {
    let app = TestApp::new().await;
    let (heron, crane, _, case) = story(&app).await;
    let (path, owl) = (format!("/v1/audit/cases/{case}/seen-by"), app.auditor());
    let notes = async |person: &Person| {
        let told = owl.get(&path).await.expect(200);
        of(&told, "users", "user", person.id.as_str()).unwrap()["notes"].clone()
    };
    // By the reach of a hub alone the notes stay sealed.
    let history = format!("/v1/cases/{case}/history");
    crane.get(&history).await.expect(200);
    assert_eq!((notes(&heron).await, notes(&crane).await), (json!(false), json!(false)));
    let answer = heron.get(&history).await;
    answer.expect(200);
    assert_eq!((notes(&heron).await, notes(&crane).await), (json!(true), json!(false)));
    let entry = app.events_of(answer.header("x-request-id").unwrap()).await.remove(0);
    assert_eq!(entry.body()["details"], json!({"opened": "notes"}));
}

/// More lists than one answer looks through: what it tells and what it leaves to the next are all of it, once.
#[actix_web::test]
async fn what_is_too_much_for_one_answer_goes_on_with_a_cursor() {
    let app = TestApp::new().await;
    let (user, case, lists) = (app.auditor(), CaseId::generate(), 7000);
    let body = format!(r#"{{"cases":["{case}"],"v":1}}"#);
    let mut raw = app.database.raw();
    let bytes = match raw {
        crate::common::Raw::Sqlite(_) => {
            format!("CAST('{body}' AS BLOB), CAST('{}' AS BLOB)", "l".repeat(32))
        }
        crate::common::Raw::Postgres(_) => {
            format!("convert_to('{body}', 'UTF8'), convert_to('{}', 'UTF8')", "l".repeat(32))
        }
    };
    // Every tenth entry opens the case, the others list it.
    raw.execute(&format!(
        "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < {lists} - 1)
         INSERT INTO audit_events (id, position, recorded_at, actor_id, action, outcome, case_id, body, leaf)
         SELECT 'e' || i, i, {}, '{}', CASE WHEN i % 10 = 0 THEN 'case.read' ELSE 'case.list' END, 'done',
                CASE WHEN i % 10 = 0 THEN '{case}' END, {bytes}
         FROM n",
        app.now().micros(),
        user.id
    ))
    .unwrap();
    let path = format!("/v1/audit/cases/{case}/seen-by");
    let first = user.get(&path).await.expect(200);
    assert_eq!(first["complete"], false);
    let cursor = first["next_cursor"].as_str().unwrap();
    let second = user.get(&format!("{path}?cursor={cursor}")).await.expect(200);
    assert_eq!((&second["complete"], &second["next_cursor"]), (&json!(true), &Value::Null));
    let mut sum = [0; 4];
    for answer in [&first, &second] {
        for (sum, count) in sum.iter_mut().zip(counts(&answer["users"][0]["seen"])) {
            *sum += count;
        }
    }
    assert_eq!(sum, [700, 6300, 0, 0]);
    let foreign = format!("/v1/audit/users/{}/seen?cursor={cursor}", user.id);
    user.get(&foreign).await.expect_problem(400, "invalid_cursor");
}

#[actix_web::test]
async fn the_log_is_exported_as_lines_with_the_bytes_that_were_hashed() {
    let app = TestApp::new().await;
    let (_, _, _, case) = story(&app).await;
    let owl = app.auditor();
    let answer = owl.get(&format!("/v1/audit/export?case={case}")).await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("content-type"), Some("application/jsonl"));
    assert_eq!(answer.header("content-disposition"), Some("attachment; filename=\"audit-log.jsonl\""));
    let text = answer.text();
    let log = app.log().await;
    let entries: Vec<_> = log.iter().rev().filter(|entry| entry.case_id.as_deref() == Some(&case)).collect();
    assert_eq!(text.lines().count(), entries.len());
    for (line, entry) in text.lines().zip(&entries) {
        assert!(line.contains(std::str::from_utf8(&entry.bytes).unwrap()), "{line}");
        let row: Value = serde_json::from_str(line).unwrap();
        assert_eq!(row["position"], json!(entry.position));
    }
    let export = app.events_of(answer.header("x-request-id").unwrap()).await.remove(0);
    assert_eq!(export.action, "audit.export");
    let details = json!({"case": case, "entries": entries.len().to_string(), "format": "jsonl"});
    assert_eq!(export.body()["details"], details);
}

#[actix_web::test]
async fn the_log_is_exported_as_a_table_that_no_spreadsheet_runs() {
    let app = TestApp::new().await;
    let (_, crane, _, case) = story(&app).await;
    let owl = app.auditor();
    let request = owl.request(actix_web::http::Method::GET, &format!("/v1/audit/export?actor={}", crane.id));
    let answer = owl.send(request.insert_header(("Accept", "text/csv"))).await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("content-type"), Some("text/csv; charset=utf-8"));
    let text = answer.text();
    let mut lines = text.split("\r\n");
    assert!(lines.next().unwrap().starts_with("position,id,at,actor,role,session,action,outcome,code,case,"));
    let rows: Vec<Vec<&str>> =
        lines.filter(|line| !line.is_empty()).map(|line| line.split(',').collect()).collect();
    assert_eq!(rows.len(), 4, "{text}");
    assert_eq!(rows.iter().filter(|row| row[6] == "case.list" && row[16] == case).count(), 1, "{text}");
    assert!(rows.iter().all(|row| row.len() == 20 && row[3] == crane.id.as_str()), "{text}");
    let request = owl.request(actix_web::http::Method::GET, "/v1/audit/export");
    owl.send(request.insert_header(("Accept", "image/png"))).await.expect_problem(406, "not_acceptable");
    crane.get("/v1/audit/export").await.expect_problem(403, "forbidden");
}

#[actix_web::test]
async fn a_long_export_comes_in_parts_that_leave_nothing_out() {
    let app = TestApp::new().await;
    crate::audit_questions::fill(&app, 6000);
    let (owl, admin) = (app.auditor(), app.administrator());
    let mut path = "/v1/audit/export?action=record.read".to_owned();
    let (mut positions, mut parts) = (Vec::new(), 0);
    loop {
        let part = owl.get(&path).await;
        assert_eq!(part.status, 200, "{}", part.text());
        let position =
            |line: &str| serde_json::from_str::<Value>(line).unwrap()["position"].as_i64().unwrap();
        positions.extend(part.text().lines().map(position));
        parts += 1;
        match part.header("link") {
            Some(link) => path = link.split(['<', '>']).nth(1).unwrap().to_owned(),
            None => break,
        }
    }
    assert_eq!((positions, parts), ((0..6000).rev().collect(), 2));
    let own = admin.get("/v1/audit/export").await;
    assert_eq!((own.status.as_u16(), own.text().as_str()), (200, ""), "nothing was done by them yet");
}

#[actix_web::test]
async fn a_part_of_an_export_tells_how_the_log_stood() {
    let app = TestApp::new().await;
    let owl = app.auditor();
    let checkpoint = owl.get("/v1/audit/log/checkpoint").await.text();
    let lines = owl.get("/v1/audit/export?limit=").await;
    assert_eq!(lines.status, 400, "it takes no limit");
    let lines = owl.get("/v1/audit/export").await.text();
    let last: Value = serde_json::from_str(lines.lines().last().unwrap()).unwrap();
    assert_eq!(last["log"]["checkpoint"], checkpoint);
    let request = owl.request(actix_web::http::Method::GET, "/v1/audit/export");
    let table = owl.send(request.insert_header(("Accept", "text/csv"))).await.text();
    let stood = format!(",{},", last["log"]["size"]);
    assert!(table.lines().skip(1).all(|row| row.contains(&stood)), "{table}");
}
