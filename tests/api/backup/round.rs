//! From one database to another and back: what people are shown is the same, and so is every row.

use serde_json::Value;

use super::{Safe, give_root_key, read_manifest, succeeded};
use crate::common::server::{Installation, Server, Wire};

/// What belongs to a case, by its address.
const OF_A_CASE: [&str; 14] = [
    "",
    "/history",
    "/team",
    "/stays",
    "/journeys",
    "/applications",
    "/resettlements",
    "/identity",
    "/contact",
    "/family",
    "/protection",
    "/health",
    "/legal",
    "/passage",
];

/// The demonstration's network, a fifteenth of it, as it is kept with `--data`.
fn demo() -> Installation {
    let installation = Installation::nothing_yet();
    let data = installation.directory().to_str().unwrap().to_owned();
    succeeded(&installation.run(&["demo", "--once", "--one-in", "15", "--data", &data]));
    installation
}

/// Usernames with their roles.
fn users(installation: &Installation) -> Vec<(String, String)> {
    let listed = installation.run(&["user", "list"]);
    succeeded(&listed);
    let lines = String::from_utf8(listed.stdout).unwrap();
    let columns = |line: &str| {
        let mut columns = line.split_whitespace().map(str::to_owned);
        (columns.next().unwrap(), columns.next().unwrap())
    };
    lines.lines().skip(1).map(columns).collect()
}

/// A new password of a user.
fn reset(installation: &Installation, username: &str) -> String {
    let reset = installation.run(&["user", "reset-password", username]);
    succeeded(&reset);
    let told = String::from_utf8(reset.stdout).unwrap();
    told.lines().nth(1).unwrap().split_whitespace().nth(1).unwrap().to_owned()
}

fn get(wire: &Wire, path: &str) -> (u16, Value) {
    let told = wire.send("GET", path, None, &Value::Null).unwrap();
    let mut body = told.body;
    if let Some(problem) = body.as_object_mut().filter(|body| body.contains_key("request_id")) {
        problem.remove("request_id");
    }
    (told.status, body)
}

/// Everything that somebody is shown of cases, hubs and shelters, in an order that is the same everywhere.
fn shown(server: &Server, username: &str, password: &str) -> Vec<(String, u16, Value)> {
    let wire = server.log_in(username, password);
    let mut all = Vec::new();
    let mut ids = Vec::new();
    let mut address = "/v1/cases?limit=100".to_owned();
    loop {
        let (status, page) = get(&wire, &address);
        if status != 200 {
            break;
        }
        ids.extend(
            page["items"].as_array().unwrap().iter().map(|case| case["id"].as_str().unwrap().to_owned()),
        );
        let Some(cursor) = page["next_cursor"].as_str() else { break };
        address = format!("/v1/cases?limit=100&cursor={cursor}");
    }
    for id in ids {
        for part in OF_A_CASE {
            let path = format!("/v1/cases/{id}{part}");
            let (status, body) = get(&wire, &path);
            all.push((path, status, body));
        }
    }
    for path in ["/v1/hubs", "/v1/shelters", "/v1/reports/stages?as_of=2006-12-31"] {
        let (status, mut body) = get(&wire, path);
        // How the log stands is another thing.
        if let Some(report) = body.as_object_mut() {
            report.remove("log");
            report.remove("made_at");
        }
        all.push((path.to_owned(), status, body));
    }
    all
}

/// The rows of every table but those that tell of the backups themselves, in one order.
fn rows(safe: &Safe, manifest: &std::path::Path) -> Vec<(String, Vec<String>)> {
    const OF_THE_LOG: [&str; 3] = ["audit_events", "audit_checkpoints", "audit_cosignatures"];
    let mut lines = [safe.lines(manifest, "data"), safe.lines(manifest, "keys")].concat().into_iter();
    let mut all = Vec::new();
    while let Some(line) = lines.next() {
        let head: Value = serde_json::from_str(&line).unwrap();
        let Some(table) = head["table"].as_str() else { continue };
        let count = usize::try_from(head["rows"].as_u64().unwrap()).unwrap();
        let mut rows: Vec<String> = lines.by_ref().take(count).collect();
        if !OF_THE_LOG.contains(&table) {
            rows.sort_unstable();
            all.push((table.to_owned(), rows));
        }
    }
    all
}

#[test]
fn a_network_moves_from_one_database_to_the_other_and_back_and_nobody_sees_a_difference() {
    let safe = Safe::new();
    let first = demo();
    let people = users(&first);
    let mut viewers = Vec::new();
    for role in ["caseworker", "coordinator", "auditor"] {
        for (name, _) in people.iter().filter(|(_, is)| is == role).take(2) {
            viewers.push((name.clone(), reset(&first, name)));
        }
    }
    assert!(viewers.len() > 3);
    let manifest = safe.back_up(&first);
    let told = read_manifest(&manifest);
    assert!(
        told["tables"]
            .as_array()
            .unwrap()
            .iter()
            .any(|table| table["name"] == "cases" && table["rows"].as_u64() > Some(10))
    );

    // Where the suite runs, which may be PostgreSQL; and back into a file.
    let second = Installation::bare();
    safe.restore(&manifest, &first, &second);
    std::thread::sleep(std::time::Duration::from_millis(1_100));
    let again = safe.back_up(&second);
    let third = Installation::nothing_yet();
    safe.restore(&again, &second, &third);
    std::thread::sleep(std::time::Duration::from_millis(1_100));
    let last = safe.back_up(&third);

    let expected = rows(&safe, &manifest);
    assert_eq!(rows(&safe, &again), expected);
    assert_eq!(rows(&safe, &last), expected);

    let servers = [first.serve(), second.serve(), third.serve()];
    for (name, password) in &viewers {
        let seen = shown(&servers[0], name, password);
        assert!(seen.iter().any(|(_, status, _)| *status == 200), "{name}");
        for server in &servers[1..] {
            assert_eq!(shown(server, name, password), seen, "{name}");
        }
    }
    drop(servers);
    for installation in [&second, &third] {
        succeeded(&installation.run(&["audit", "verify-state"]));
    }
}

#[test]
fn events_that_have_no_position_yet_are_lost_nowhere_and_keep_their_order() {
    let from = Installation::set_up();
    if !from.is_postgres() {
        return;
    }
    let safe = Safe::new();
    let mut raw = from.raw();
    raw.execute(
        "CREATE FUNCTION broken() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'broken'; END; $$;
         CREATE TRIGGER broken BEFORE UPDATE ON audit_events FOR EACH ROW EXECUTE FUNCTION broken()",
    )
    .unwrap();
    for _ in 0..3 {
        succeeded(&from.run(&["user", "list"]));
        succeeded(&from.run(&["hub", "list"]));
    }
    let manifest = safe.back_up(&from);
    let waiting = "SELECT id AS t FROM audit_events WHERE position IS NULL AND action <> 'backup.create' ORDER BY recorded_at, id";
    let waiting = raw.texts(waiting);
    assert!(waiting.len() > 1);
    for into in [Installation::bare(), Installation::nothing_yet()] {
        give_root_key(&from, &into);
        safe.restore(&manifest, &from, &into);
        let log = into.raw().log();
        crate::common::assert_without_gap(&log);
        let tail: Vec<_> = log.iter().rev().take(waiting.len() + 1).rev().map(|entry| &entry.id).collect();
        assert_eq!(tail[..waiting.len()], waiting.iter().collect::<Vec<_>>());
        assert_eq!(log.last().unwrap().action, "backup.restore");
    }
}
