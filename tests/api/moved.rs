//! Stored bytes that somebody moved or changed by plain SQL never open: whatever was done to them the answer is the same,
//! and every try to read them is an alarm. Ten thousand moves more are tried in `crypto`, where no database slows them.

use actix_web::http::Method;
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use serde_json::{Value, json};
use waystation::upkeep;

use crate::common::{Answer, Person, Raw, TestApp, hex, unhex};

const MOVES: usize = 160;

/// One stored value, and how it is asked for.
struct Stored {
    table: &'static str,
    column: &'static str,
    /// Which row it is.
    row: String,
    bytes: Vec<u8>,
    asked: Asked,
}

enum Asked {
    At(String),
    /// Once more, with the same key.
    Again(String),
}

/// Three cases with records, one of them in two versions, a note each, and an answer kept for a repeat.
async fn fill(heron: &Person, hub: waystation::access::HubId) {
    for number in 0..3 {
        let case = heron.open_case(hub).await["id"].as_str().unwrap().to_owned();
        let path = format!("/v1/cases/{case}");
        let name =
            json!({"names": [{"script": "latin", "kind": "birth", "full": format!("Unhasu {number}")}]});
        heron.put_new(&format!("{path}/identity"), name.clone()).await.expect(200);
        heron.change(Method::PUT, &format!("{path}/identity"), "\"1\"", name).await.expect(200);
        let phone = json!({"phones": [{"number": "+8613700100200", "safety": "shared"}]});
        heron.put_new(&format!("{path}/contact"), phone).await.expect(200);
        step(heron, &path).await.expect(200);
    }
}

async fn step(heron: &Person, path: &str) -> Answer {
    let body =
        json!({"to": "detained", "reason": "arrest", "on": "2026-03-01", "note": "taken near the river"});
    let request = heron.request(Method::POST, &format!("{path}/status"));
    let request = request.insert_header(("Idempotency-Key", path.rsplit('/').next().unwrap()));
    heron.send(request.insert_header(("If-Match", "\"1\"")).set_json(body)).await
}

fn stored(raw: &mut Raw) -> Vec<Stored> {
    let mut found = Vec::new();
    let mut take =
        |table, column, parts: &str, row: &dyn Fn(&[&str]) -> String, asked: &dyn Fn(&[&str]) -> Asked| {
            let bytes = raw.hex(column);
            let sql = format!(
                "SELECT {parts} || ' ' || {bytes} AS t FROM {table} WHERE {column} IS NOT NULL ORDER BY 1"
            );
            for line in raw.texts(&sql) {
                let parts: Vec<&str> = line.split(' ').collect();
                let bytes = unhex(parts[parts.len() - 1]);
                found.push(Stored { table, column, row: row(&parts), bytes, asked: asked(&parts) });
            }
        };
    let by_id = |parts: &[&str]| format!("id = '{}'", parts[0]);
    take(
        "sealed_records",
        "sealed",
        "id || ' ' || case_id || ' ' || field_group || ' ' || version",
        &by_id,
        &|parts| Asked::At(format!("/v1/cases/{}/{}/versions/{}", parts[1], parts[2], parts[3])),
    );
    take("case_periods", "note", "id || ' ' || case_id", &by_id, &|parts| {
        Asked::At(format!("/v1/cases/{}/history", parts[1]))
    });
    take("case_keys", "wrapped", "case_id", &|parts| format!("case_id = '{}'", parts[0]), &|parts| {
        Asked::At(format!("/v1/cases/{}/identity", parts[0]))
    });
    let by_key = |parts: &[&str]| format!("case_id = '{0}' AND key = '{0}'", parts[0]);
    take("idempotency_keys", "answer", "key", &by_key, &|parts| {
        Asked::Again(format!("/v1/cases/{}", parts[0]))
    });
    found
}

async fn ask(heron: &Person, asked: &Asked) -> Answer {
    match asked {
        Asked::At(path) => heron.get(path).await,
        Asked::Again(path) => step(heron, path).await,
    }
}

/// In the place of another value, or changed where it is.
fn changed(random: &mut StdRng, stored: &[Stored], target: &Stored) -> Vec<u8> {
    let other = &stored[random.random_range(0..stored.len())];
    if other.bytes != target.bytes && random.random() {
        return other.bytes.clone();
    }
    let mut bytes = target.bytes.clone();
    let bit = random.random_range(0..bytes.len() * 8);
    bytes[bit / 8] ^= 1 << (bit % 8);
    bytes
}

fn store(raw: &mut Raw, target: &Stored, bytes: &[u8]) {
    let literal = match raw {
        Raw::Sqlite(_) => format!("X'{}'", hex(bytes)),
        Raw::Postgres(_) => format!("'\\x{}'::bytea", hex(bytes)),
    };
    let Stored { table, column, row, .. } = target;
    raw.execute(&format!("UPDATE {table} SET {column} = {literal} WHERE {row}")).unwrap();
}

#[actix_web::test]
async fn a_value_that_was_moved_or_changed_never_opens_and_every_try_is_an_alarm() {
    let app = TestApp::new().await;
    let hub = app.hub("Kunming");
    let (heron, owl) = (app.caseworker(hub), app.auditor());
    fill(&heron, hub).await;
    let mut raw = app.database.raw();
    let stored = stored(&mut raw);
    assert_eq!(stored.len(), 3 * (3 + 1 + 1 + 1));
    for value in &stored {
        ask(&heron, &value.asked).await.expect(200);
    }
    assert_eq!(owl.get("/v1/audit/alarms").await.expect(200)["items"], json!([]));

    let mut random = StdRng::seed_from_u64(7);
    let mut told: Option<Value> = None;
    for number in 0..MOVES {
        let target = &stored[number % stored.len()];
        store(&mut raw, target, &changed(&mut random, &stored, target));
        let answer = ask(&heron, &target.asked).await;
        let mut problem = answer.expect_problem(500, "stored_value_damaged");
        problem["request_id"].take();
        assert_eq!(
            *told.get_or_insert_with(|| problem.clone()),
            problem,
            "{}.{}",
            target.table,
            target.column
        );
        store(&mut raw, target, &target.bytes);
    }
    for value in &stored {
        ask(&heron, &value.asked).await.expect(200);
    }

    let log = app.log().await;
    let broken: Vec<_> = log.iter().filter(|entry| entry.action == "seal.broken").collect();
    assert_eq!(broken.len(), MOVES);
    assert!(
        broken
            .iter()
            .all(|entry| entry.outcome == "failed" && entry.actor_id.as_deref() == Some(heron.id.as_str()))
    );
    let alarms = owl.get("/v1/audit/alarms?limit=200").await.expect(200);
    let listed: Vec<i64> =
        alarms["items"].as_array().unwrap().iter().map(|row| row["position"].as_i64().unwrap()).collect();
    let newest_first: Vec<i64> = broken.iter().rev().map(|entry| entry.position.unwrap()).collect();
    assert_eq!(listed, newest_first);
    assert_eq!(upkeep::tell_alarms(&app.app, None).await.unwrap().alarms, MOVES);
}
