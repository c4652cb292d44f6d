//! Sealed values that were edited, deleted, moved or put back by plain SQL are named, each with the entry that says what
//! should be there.

use serde_json::json;
use waystation::audit::state::{self, SEALED_COLUMNS, State, Wrong};

use crate::common::schema::sealed_columns;
use crate::common::server::Installation;
use crate::common::{Person, Raw, TestApp};

#[test]
fn every_sealed_column_is_looked_at() {
    let looked_at = SEALED_COLUMNS.map(|(table, column)| (table.to_owned(), column.to_owned()));
    let mut sealed = sealed_columns();
    sealed.sort_by_key(|column| looked_at.iter().position(|other| other == column));
    assert_eq!(sealed, looked_at);
}

async fn verify(app: &TestApp) -> State {
    state::verify(&app.app, |_, _| {}).await.unwrap()
}

/// The columns, rows and faults that were found.
async fn found(app: &TestApp) -> Vec<(String, String, Wrong)> {
    let findings = verify(app).await.findings;
    for finding in &findings {
        assert_eq!(finding.position.is_none(), finding.wrong == Wrong::Unrecorded, "{finding:?}");
    }
    findings.into_iter().map(|finding| (finding.column, finding.row, finding.wrong)).collect()
}

/// A case with two versions of a record and a note, and another case with one.
async fn cases(app: &TestApp) -> (Person, [String; 2]) {
    let hub = app.hub("Kunming");
    let heron = app.caseworker(hub);
    let mut ids = Vec::new();
    for name in ["은하수", "별"] {
        let case = heron.open_case(hub).await["id"].as_str().unwrap().to_owned();
        let body = json!({"names": [{"script": "hangul", "kind": "birth", "given": name}]});
        heron.put_new(&format!("/v1/cases/{case}/identity"), body).await.expect(200);
        ids.push(case);
    }
    (heron, ids.try_into().unwrap())
}

fn ids(raw: &mut Raw) -> Vec<String> {
    raw.texts("SELECT id AS t FROM sealed_records ORDER BY version, id")
}

#[actix_web::test]
async fn what_was_changed_past_the_server_is_named_row_by_row() {
    let app = TestApp::new().await;
    let (_, [case, other]) = cases(&app).await;
    let state = verify(&app).await;
    assert_eq!(state.findings, []);
    assert_eq!(state.whole, 2);

    let mut raw = app.database.raw();
    let rows = ids(&mut raw);
    let column = || "sealed_records.sealed".to_owned();
    raw.execute("CREATE TABLE aside AS SELECT * FROM sealed_records").unwrap();
    let zeroes = match raw {
        Raw::Sqlite(_) => "zeroblob(400)",
        Raw::Postgres(_) => "decode(repeat('00', 400), 'hex')",
    };
    let put_back = |raw: &mut Raw| {
        raw.execute("DELETE FROM sealed_records; INSERT INTO sealed_records SELECT * FROM aside").unwrap();
    };

    raw.execute(&format!("UPDATE sealed_records SET sealed = {zeroes} WHERE id = '{}'", rows[0])).unwrap();
    assert_eq!(found(&app).await, [(column(), rows[0].clone(), Wrong::Edited)]);
    put_back(&mut raw);

    raw.execute(&format!("DELETE FROM sealed_records WHERE id = '{}'", rows[1])).unwrap();
    assert_eq!(found(&app).await, [(column(), rows[1].clone(), Wrong::Deleted)]);
    put_back(&mut raw);

    let of =
        raw.texts(&format!("SELECT case_id AS t FROM sealed_records WHERE id = '{}'", rows[0]))[0].clone();
    let elsewhere = if of == case { &other } else { &case };
    raw.execute(&format!(
        "UPDATE sealed_records SET case_id = '{elsewhere}', version = 7 WHERE id = '{}'",
        rows[0]
    ))
    .unwrap();
    assert_eq!(found(&app).await, [(column(), rows[0].clone(), Wrong::Moved)]);
    put_back(&mut raw);

    // The value is whole, and no longer the newest of its group.
    let another = format!("recorded_by = '{}'", app.auditor().id);
    for label in ["field_group = 'passage', version = 7", "version = 7", &another] {
        raw.execute(&format!("UPDATE sealed_records SET {label} WHERE id = '{}'", rows[0])).unwrap();
        assert_eq!(found(&app).await, [(column(), rows[0].clone(), Wrong::Relabelled)], "{label}");
        put_back(&mut raw);
    }

    let strange = waystation::access::CaseId::generate().to_string();
    raw.execute(&format!("UPDATE sealed_records SET id = '{strange}' WHERE id = '{}'", rows[0])).unwrap();
    let mut expected =
        [(column(), strange.clone(), Wrong::Unrecorded), (column(), rows[0].clone(), Wrong::Deleted)];
    expected.sort_by(|one, other| one.1.cmp(&other.1));
    assert_eq!(found(&app).await, expected);
    put_back(&mut raw);
    assert_eq!(found(&app).await, []);
}

#[actix_web::test]
async fn of_a_log_that_is_not_whole_nothing_is_concluded() {
    let app = TestApp::new().await;
    cases(&app).await;
    verify(&app).await;
    let mut raw = app.database.raw();
    raw.execute(match raw {
        Raw::Sqlite(_) => "DROP TRIGGER audit_events_no_update",
        Raw::Postgres(_) => "DROP TRIGGER audit_events_no_change ON audit_events",
    })
    .unwrap();
    // The leaf stays as it was signed: only the bytes tell.
    let blank = match raw {
        Raw::Sqlite(_) => "CAST('{\"v\":1}' AS BLOB)",
        Raw::Postgres(_) => "'{\"v\":1}'::bytea",
    };
    raw.execute(&format!("UPDATE audit_events SET body = {blank} WHERE action = 'record.write'")).unwrap();
    let refused = state::verify(&app.app, |_, _| {}).await.err().expect("refused");
    assert!(refused.to_string().contains("do not have the signed root"), "{refused}");
}

#[test]
fn the_command_tells_by_its_exit_code_what_it_found() {
    let installation = Installation::set_up();
    let server = installation.serve();
    let (hub, tokens) = installation.caseworkers(&server, 1);
    let heron = server.wire(Some(&tokens[0]));
    let body = json!({"hub_id": hub, "sex": "female", "age_band": "18-59", "origin_country": "PRK", "risk": "low",
        "opened_on": "2026-03-01"});
    let case = heron.send("POST", "/v1/cases", None, &body).unwrap().body["id"].as_str().unwrap().to_owned();
    let told = heron.send("PUT", &format!("/v1/cases/{case}/health"), Some("new"), &json!({})).unwrap();
    assert_eq!(told.status, 200, "{}", told.text);
    server.stop();
    let verify = |arguments: &[&str]| {
        let output = installation.run(&[&["audit", "verify-state"], arguments].concat());
        let told = String::from_utf8(output.stdout).unwrap() + &String::from_utf8(output.stderr).unwrap();
        (output.status.code(), told)
    };
    let (code, told) = verify(&["--json"]);
    let report: serde_json::Value = serde_json::from_str(&told).unwrap();
    assert_eq!((code, &report["verdict"], &report["values_whole"]), (Some(0), &json!("whole"), &json!(1)));
    assert_eq!(verify(&[]).0, Some(0));

    let mut raw = installation.raw();
    let rows = ids(&mut raw);
    raw.execute("DELETE FROM sealed_records").unwrap();
    let (code, told) = verify(&["--json"]);
    let report: serde_json::Value = serde_json::from_str(&told).unwrap();
    assert_eq!((code, &report["verdict"]), (Some(1), &json!("not_whole")));
    let found = &report["findings"][0];
    assert_eq!(
        (&found["code"], &found["column"], &found["row"]),
        (&json!("deleted"), &json!("sealed_records.sealed"), &json!(rows[0]))
    );
    let (code, told) = verify(&[]);
    assert!(code == Some(1) && told.contains("1 SEALED VALUES ARE NOT AS THEY WERE STORED"), "{told}");

    raw.unguard_log();
    raw.execute("DELETE FROM audit_events WHERE position = 3").unwrap();
    let (code, told) = verify(&[]);
    assert!(code == Some(2) && told.contains("nothing was checked"), "{told}");
    let mut wrong = installation.program(&["audit", "verify-state"]);
    let wrong = wrong.env("WAYSTATION_NONSENSE", "1").output().unwrap();
    assert_eq!(wrong.status.code(), Some(2));
}
