//! A stolen disk tells nothing: what was sealed is searched for in every byte that the database left,
//! in every writing that a careless layer could have given it.

mod known;
mod stolen;
mod writings;

use actix_web::http::Method;
use serde_json::json;

use self::known::{Known, know};
use self::writings::Search;
use crate::common::schema::tables;
use crate::common::{Person, Raw, TestApp};

const PEOPLE: usize = 20;

async fn write_down(heron: &Person, path: &str, known: &Known) {
    for (group, record) in &known.records {
        let address = format!("{path}/{group}");
        heron.put_new(&address, record.clone()).await.expect(200);
        // An old version stays, and a cache of what was read would be filled now.
        heron.change(Method::PUT, &address, "\"1\"", record.clone()).await.expect(200);
        heron.get(&address).await.expect(200);
    }
    let step = json!({"to": "detained", "reason": "arrest", "on": "2026-03-01", "note": known.note});
    let request = heron.request(Method::POST, &format!("{path}/status"));
    let request = request.insert_header(("Idempotency-Key", path.rsplit('/').next().unwrap()));
    heron.send(request.insert_header(("If-Match", "\"1\"")).set_json(step)).await.expect(200);
    assert!(heron.get(&format!("{path}/history")).await.text().contains(&known.note));
}

/// Everything that the database keeps, as it lies on the disk, or as it leaves in a dump.
fn kept(app: &TestApp) -> Vec<(String, Vec<u8>)> {
    if let Some(file) = app.database.file() {
        let files = std::fs::read_dir(file.parent().unwrap()).unwrap().map(|entry| entry.unwrap().path());
        return files.map(|path| (path.display().to_string(), std::fs::read(&path).unwrap())).collect();
    }
    dump(&mut app.database.raw())
}

/// The rows of every table of a PostgreSQL, as they leave in a dump.
fn dump(raw: &mut Raw) -> Vec<(String, Vec<u8>)> {
    let rows = |table: String| {
        let rows = raw.texts(&format!("SELECT CAST({table}.* AS TEXT) FROM {table}"));
        (table, rows.join("\n").into_bytes())
    };
    tables().into_keys().map(rows).collect()
}

#[track_caller]
fn assert_untold(app: &TestApp, search: &Search) {
    let kept = kept(app);
    assert!(kept.iter().map(|(_, bytes)| bytes.len()).sum::<usize>() > 50_000);
    for (place, bytes) in &kept {
        assert_eq!(search.first_in(bytes), None, "in {place}");
    }
}

#[actix_web::test]
async fn nothing_that_was_sealed_lies_open_on_the_disk() {
    let app = TestApp::new().await;
    let hub = app.hub("Kunming");
    let heron = app.caseworker(hub);
    let mut words = Vec::new();
    for number in 0..PEOPLE {
        let known = know(number);
        let path = format!("/v1/cases/{}", heron.open_case(hub).await["id"].as_str().unwrap());
        write_down(&heron, &path, &known).await;
        words.extend(known.words);
    }
    // The search itself finds what lies open: the name of the hub.
    let open = Search::new(["Kunming"]);
    assert!(kept(&app).iter().any(|(_, bytes)| open.first_in(bytes).is_some()));
    let search = Search::new(&words);
    assert_untold(&app, &search);
    if !app.database.is_postgres() {
        app.database.raw().execute("PRAGMA wal_checkpoint(TRUNCATE)").unwrap();
        assert_untold(&app, &search);
    }
}
