//! What auditors ask of the log: by time, by field group, in pages that look at a bounded number of entries.

use serde_json::Value;

use crate::common::{Person, Raw, TestApp};

/// Entries that one page looks at, at most.
const MOST_LOOKED_AT: usize = 20_000;

/// Fills an empty log with this many entries, a second apart, whose moments run back by up to four minutes; every
/// thousandth opens an identity. Gives their moments in microseconds.
pub fn fill(app: &TestApp, count: usize) -> Vec<i64> {
    let (now, mut raw) = (app.now().micros(), app.database.raw());
    let bytes = |raw: &Raw, text: &str| match raw {
        Raw::Sqlite(_) => format!("CAST('{text}' AS BLOB)"),
        Raw::Postgres(_) => format!("convert_to('{text}', 'UTF8')"),
    };
    let (plain, opened) = (bytes(&raw, r#"{"v":1}"#), bytes(&raw, r#"{"groups":["identity"],"v":1}"#));
    let leaf = bytes(&raw, &"l".repeat(32));
    let behind = |i: usize| (i * 7919 % 240) as i64 * 1_000_000;
    let start = now - count as i64 * 1_000_000;
    raw.execute(&format!(
        "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < {count} - 1)
         INSERT INTO audit_events (id, position, recorded_at, action, outcome, body, leaf)
         SELECT 'e' || i, i, {start} + i * CAST(1000000 AS BIGINT) - (i % 240 * 7919 % 240) * CAST(1000000 AS BIGINT), 'record.read', 'done',
                CASE WHEN i % 1000 = 0 THEN {opened} ELSE {plain} END, {leaf}
         FROM n"
    ))
    .unwrap();
    (0..count).map(|i| start + i as i64 * 1_000_000 - behind(i)).collect()
}

fn positions(page: &Value) -> Vec<i64> {
    page["items"].as_array().unwrap().iter().map(|row| row["position"].as_i64().unwrap()).collect()
}

/// The positions of all pages, and how many pages there were.
async fn followed(person: &Person, path: &str) -> (Vec<i64>, usize) {
    let (mut found, mut pages, mut cursor) = (Vec::new(), 0, String::new());
    loop {
        let page = person.get(&format!("{path}&limit=200{cursor}")).await.expect(200);
        found.extend(positions(&page));
        pages += 1;
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return (found, pages),
        }
    }
}

#[actix_web::test]
async fn a_question_by_time_gives_what_is_of_that_time_however_the_entries_lie() {
    let app = TestApp::new().await;
    let (moments, owl) = (fill(&app, 2000), app.auditor());
    let moment = |micros: i64| waystation::db::types::Timestamp::from_micros(micros).to_string();
    for (from, seconds) in [(0, 1), (3, 60), (700, 300), (1999, 1), (1500, 600), (900, 0)] {
        let (after, before) = (moments[from], moments[from] + seconds * 1_000_000);
        let path = format!("/v1/audit/events?after={}&before={}", moment(after), moment(before));
        let expected: Vec<i64> =
            (0..2000i64).rev().filter(|i| (after..before).contains(&moments[*i as usize])).collect();
        assert_eq!(expected.is_empty(), seconds == 0);
        assert_eq!(followed(&owl, &path).await.0, expected, "from {from}, {seconds} s");
    }
}

#[actix_web::test]
async fn a_question_by_time_does_not_walk_the_log() {
    let app = TestApp::new().await;
    let (moments, owl) = (fill(&app, MOST_LOOKED_AT + 2000), app.auditor());
    let before = waystation::db::types::Timestamp::from_micros(moments[0] + 100_000_000);
    let page = owl.get(&format!("/v1/audit/events?limit=200&before={before}")).await.expect(200);
    // From the end of the log it would have given up before it came here.
    let oldest = (0..400).filter(|i| moments[*i] < before.micros()).count();
    assert!(oldest > 50, "{oldest}");
    assert_eq!(positions(&page).len(), oldest.min(200));
}

#[actix_web::test]
async fn a_field_group_is_found_in_pages_that_look_at_so_many_entries_and_no_more() {
    let app = TestApp::new().await;
    let count = MOST_LOOKED_AT + 2500;
    fill(&app, count);
    let owl = app.auditor();
    let first = owl.get("/v1/audit/events?group=identity&limit=200").await.expect(200);
    let opened: Vec<i64> = (0..count as i64).rev().filter(|i| i % 1000 == 0).collect();
    let seen = positions(&first).len();
    assert!(seen < opened.len(), "{seen}");
    assert!(first["next_cursor"].is_string(), "a page that is not full, and not the last");
    assert_eq!(followed(&owl, "/v1/audit/events?group=identity").await, (opened, 2));
    let (none, pages) = followed(&owl, "/v1/audit/events?group=health").await;
    assert_eq!((none, pages), (vec![], 2));
}

#[actix_web::test]
async fn an_entry_is_found_by_each_of_its_field_groups() {
    let app = TestApp::new().await;
    let hub = app.hub("Kunming");
    let (heron, owl) = (app.caseworker(hub), app.auditor());
    let case = heron.open_case(hub).await;
    let path = format!("/v1/cases/{}", case["id"].as_str().unwrap());
    heron.put_new(&format!("{path}/health"), serde_json::json!({})).await.expect(200);
    heron.get(&format!("{path}/health")).await.expect(200);
    heron.get(&format!("{path}/legal")).await.expect(200);
    let page = owl.get("/v1/audit/events?group=health").await.expect(200);
    let actions: Vec<_> =
        page["items"].as_array().unwrap().iter().map(|row| row["entry"]["action"].clone()).collect();
    assert_eq!(actions.len(), 2, "{page}");
    let newest = owl.get("/v1/audit/events?action=audit.list&limit=1").await.expect(200);
    assert_eq!(newest["items"][0]["entry"]["details"]["group"], "health");
}
