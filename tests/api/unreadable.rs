//! An entry that somebody has edited until it says nothing: every question of the log tells it, and answers the rest.

use serde_json::Value;

use crate::common::{Raw, TestApp};

/// The value of a column as SQL.
fn literal(raw: &Raw, column: &str, value: &str) -> String {
    match (raw, column) {
        (Raw::Sqlite(_), "body") => format!("CAST('{value}' AS BLOB)"),
        (Raw::Postgres(_), "body") => format!("convert_to('{value}', 'UTF8')"),
        _ => format!("'{value}'"),
    }
}

#[actix_web::test]
async fn one_entry_that_cannot_be_read_hides_no_other() {
    let app = TestApp::new().await;
    let hub = app.hub("Kunming");
    let heron = app.caseworker(hub);
    let case = heron.open_case(hub).await["id"].as_str().unwrap().to_owned();
    let path = format!("/v1/cases/{case}");
    heron.put_new(&format!("{path}/health"), serde_json::json!({})).await.expect(200);
    heron.get(&format!("{path}/health")).await.expect(200);
    heron.get("/v1/cases").await.expect(200);
    app.wait(chrono::TimeDelta::minutes(1));
    let owl = app.auditor();
    owl.put(&format!("/v1/audit/canaries/{case}"), Value::Null).await.expect(204);
    let log = app.log().await;
    let entry = log.iter().find(|entry| entry.action == "record.read").unwrap();
    let position = entry.position.unwrap();
    let mut raw = app.database.raw();
    raw.unguard_log();
    raw.execute("UPDATE canary_cases SET created_at = 0").unwrap();
    raw.execute("CREATE TABLE pristine AS SELECT * FROM audit_events").unwrap();
    if let Raw::Sqlite(_) = raw {
        raw.execute("PRAGMA ignore_check_constraints = ON").unwrap();
    }
    let questions = [
        format!("/v1/audit/events?case={case}"),
        format!("/v1/audit/events?case={case}&group=health"),
        format!("/v1/audit/events/{}", entry.id),
        format!("/v1/audit/export?case={case}"),
        "/v1/audit/alarms".to_owned(),
        format!("/v1/audit/cases/{case}/seen-by"),
        format!("/v1/audit/users/{}/seen", heron.id),
        "/v1/audit/unusual".to_owned(),
        "/v1/audit/canaries".to_owned(),
        "/v1/audit/log/status".to_owned(),
    ];
    // Which of the questions tell it: all that show or look into what was edited.
    for (column, value, telling) in [
        ("body", "{", [0, 1, 2, 3, 4, 5, 6].as_slice()),
        ("body", r#"{"groups":["nothing"]}"#, &[5, 6]),
        ("outcome", "dono", &[5, 6, 7]),
        ("actor_id", "somebody", &[5, 7]),
        ("case_id", "something", &[6, 7]),
        ("action", "case.newer", &[]),
    ] {
        let value = literal(&raw, column, value);
        let edit = format!("UPDATE audit_events SET {column} = {value} WHERE position = {position}");
        if raw.execute(&edit).is_err() {
            // PostgreSQL has checks that nobody can leave out.
            continue;
        }
        for (number, question) in questions.iter().enumerate() {
            let answer = owl.get(question).await;
            assert_eq!(answer.status, 200, "{edit}: {question}: {}", answer.text());
            let told = answer
                .text()
                .contains(&format!("Entry {position} cannot be read: see `waystation audit verify`."));
            assert_eq!(told, telling.contains(&number), "{edit}: {question}: {}", answer.text());
            assert_eq!(told, answer.text().contains("\"entry_unreadable\""));
        }
        let request = owl.request(actix_web::http::Method::GET, &questions[3]);
        let table = owl.send(request.insert_header(("Accept", "text/csv"))).await;
        assert_eq!(table.status, 200, "{edit}");
        assert_eq!(table.text().contains(",entry_unreadable,"), column == "body", "{edit}: {}", table.text());
        let known = heron.get(&format!("{path}/access-log")).await.expect(200);
        let rows = known["items"].as_array().unwrap();
        assert!(
            rows.iter().any(|row| row["action"] == "case.create" && row["unreadable"].is_null()),
            "{known}"
        );
        if let Some(row) = rows.iter().find(|row| row["position"] == position) {
            assert_eq!(row["unreadable"]["code"] == "entry_unreadable", column != "action", "{edit}: {row}");
        }
        raw.execute("DELETE FROM audit_events WHERE id IN (SELECT id FROM pristine)").unwrap();
        raw.execute("INSERT INTO audit_events SELECT * FROM pristine").unwrap();
    }
}
