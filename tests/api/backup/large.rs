//! A large network: its backup takes no more memory than a small one's.
//!
//! `TEST_CASES=100000` makes as many cases; a usual run makes some hundred. `--nocapture` shows time, size and memory.

use std::fmt::Write as _;
use std::process::Stdio;
use std::time::{Duration, Instant};

use sha2::Digest as _;
use waystation::access::CaseId;
use waystation::cases::code::CaseCode;

use super::{Safe, give_root_key, part_of, read_manifest};
use crate::common::server::Installation;
use crate::common::{Raw, scaled, skipped};

const CASES: usize = 400;
/// Cases that one statement of each table is for.
const AT_ONCE: usize = 100;
const EVENTS_OF_A_CASE: usize = 4;
const RECORD: usize = 1_100;
/// What nothing of it may take, however large the network is.
const MOST_MIB: u64 = 256;

struct Fill<'a> {
    raw: &'a mut Raw,
    hub: String,
    user: String,
    position: i64,
    seed: u64,
}

impl Fill<'_> {
    /// Bytes that do not repeat, as sealed ones do not.
    fn bytes(&mut self, length: usize) -> Vec<u8> {
        let mut next = || {
            self.seed =
                self.seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (self.seed >> 33).to_le_bytes()[0]
        };
        (0..length).map(|_| next()).collect()
    }

    fn cases(&mut self, count: usize) {
        const AT: i64 = 1_770_000_000_000_000;
        let mut rows: [Vec<String>; 6] = Default::default();
        let (hub, user) = (self.hub.clone(), self.user.clone());
        for _ in 0..count {
            let (id, code) = (CaseId::generate(), CaseCode::generate());
            rows[0].push(format!(
                "('{id}','{}','{hub}','shelter','active','low','female','18-59','PRK','KOR',FALSE,NULL,NULL,'2026-01-31','2026-01-31','{user}',{AT},{AT},1)",
                code.as_str()
            ));
            let key = self.bytes(109);
            rows[1].push(format!("('{id}',{},1,{AT})", self.raw.literal(&key)));
            rows[2].push(format!("('{}','{id}','{hub}','shelter','active',NULL,'intake','2026-01-31',NULL,1,NULL,{AT},'{user}',NULL)", CaseId::generate()));
            rows[3].push(format!(
                "('{id}','{user}',TRUE,TRUE,TRUE,TRUE,TRUE,TRUE,TRUE,NULL,'{user}',{AT},'{user}',{AT},1)"
            ));
            for group in ["identity", "contact"] {
                let sealed = self.bytes(RECORD);
                rows[4].push(format!(
                    "('{}','{id}','{group}',1,{},{AT},'{user}')",
                    CaseId::generate(),
                    self.raw.literal(&sealed)
                ));
            }
            for _ in 0..EVENTS_OF_A_CASE {
                let event = CaseId::generate();
                let body = format!(
                    r#"{{"action":"case.read","actor":"{user}","at":"2026-02-02T02:40:00.000000Z","case":"{id}","id":"{event}","outcome":"done","permission":"case_read","request":"{}","role":"caseworker","session":"{}","v":1}}"#,
                    CaseId::generate(),
                    CaseId::generate()
                );
                let leaf: [u8; 32] =
                    sha2::Sha256::new().chain_update([0]).chain_update(&body).finalize().into();
                rows[5].push(format!(
                    "('{event}',{},{AT},'{user}','case.read','done','{id}',NULL,{},{})",
                    self.position,
                    self.raw.literal(body.as_bytes()),
                    self.raw.literal(&leaf)
                ));
                self.position += 1;
            }
        }
        let tables = ["cases", "case_keys", "case_periods", "case_team", "sealed_records", "audit_events"];
        let mut sql = "BEGIN;".to_owned();
        for (table, rows) in tables.iter().zip(rows) {
            write!(sql, "INSERT INTO {table} VALUES {};", rows.join(",")).unwrap();
        }
        self.raw.execute(&(sql + "COMMIT")).unwrap();
    }
}

fn fill(installation: &Installation, cases: usize) {
    let server = installation.serve();
    let (hub, _) = installation.caseworkers(&server, 1);
    drop(server);
    let mut raw = installation.raw();
    if let Raw::Sqlite(_) = raw {
        raw.execute("PRAGMA synchronous = OFF").unwrap();
    }
    let user = raw.texts("SELECT id AS t FROM users WHERE username = 'heron0'").remove(0);
    // On PostgreSQL the last of them may wait for their places.
    succeed(installation, &["doctor"]);
    let position = raw.count("SELECT MAX(position) + 1 FROM audit_events");
    let mut fill = Fill { raw: &mut raw, hub, user, position, seed: 2006 };
    for first in (0..cases).step_by(AT_ONCE) {
        fill.cases(AT_ONCE.min(cases - first));
    }
}

fn succeed(installation: &Installation, arguments: &[&str]) {
    super::succeeded(&installation.run(arguments));
}

/// Runs it to its end: how long that took, and the most memory that it had, in MiB.
fn measured(installation: &Installation, arguments: &[String]) -> (Duration, u64) {
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let started = Instant::now();
    let mut child = installation.program(&arguments).stdout(Stdio::null()).spawn().unwrap();
    let mut peak = 0;
    loop {
        // Of a process that has ended nothing is told.
        if let Ok(status) = std::fs::read_to_string(format!("/proc/{}/status", child.id())) {
            let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
            peak = line.map_or(peak, |line| line.split_whitespace().next().unwrap().parse().unwrap());
        }
        if let Some(ended) = child.try_wait().unwrap() {
            assert!(ended.success());
            return (started.elapsed(), peak / 1024);
        }
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn a_large_network_takes_no_more_memory_than_a_small_one() {
    if !std::path::Path::new("/proc/self/status").exists() {
        skipped("the memory of a backup", "this system does not tell it");
        return;
    }
    let cases = scaled("TEST_CASES", CASES);
    let (safe, from) = (Safe::new(), Installation::set_up());
    fill(&from, cases);
    let created = measured(&from, &safe.create());
    let manifest = safe.manifests()[0].clone();
    let told = read_manifest(&manifest);
    let rows: u64 =
        told["tables"].as_array().unwrap().iter().map(|table| table["rows"].as_u64().unwrap()).sum();
    assert!(rows > u64::try_from(cases * 10).unwrap());
    let size = |part| std::fs::metadata(part_of(&manifest, part)).unwrap().len() / 1024;
    println!("{cases} cases, {rows} rows: data {} KiB, keys {} KiB", size("data"), size("keys"));
    let verified = measured(&from, &safe.with("verify", &manifest));
    let into = [("the same kind", Installation::bare()), ("SQLite", Installation::nothing_yet())];
    let restored = into.map(|(kind, into)| {
        give_root_key(&from, &into);
        (kind, measured(&into, &safe.with("restore", &manifest)))
    });
    let all = [("create", created), ("verify", verified)].into_iter().chain(restored);
    for (what, (took, peak)) in all {
        println!("{what}: {:.1} s, {peak} MiB at most", took.as_secs_f64());
        assert!(peak < MOST_MIB, "{what}: {peak} MiB");
    }
}
