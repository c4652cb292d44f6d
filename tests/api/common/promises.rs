//! What a server promises by its answers, and whether it has kept it when it is gone.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;

use serde_json::{Value, json};

use super::server::Wire;
use super::{Entry, Raw};

/// What the server answered, and so has promised.
#[derive(Default)]
pub struct Promises {
    /// Request and action of every answered read and write.
    pub answered: Vec<(String, &'static str)>,
    pub reads: usize,
    pub writes: usize,
    /// The last acknowledged version of each case, and its risk then.
    cases: BTreeMap<String, (i64, String)>,
    /// The last acknowledged version of each health record.
    records: BTreeMap<String, i64>,
}

impl Promises {
    fn keep(&mut self, request: String, action: &'static str) {
        let reads = matches!(action, "case.read" | "record.read" | "case.list");
        if reads {
            self.reads += 1;
        } else {
            self.writes += 1;
        }
        self.answered.push((request, action));
    }
}

/// Opens a case, reads it, changes it, writes and opens a record of it, until the server is gone.
pub fn work(wire: &Wire, hub: &str, promises: &Mutex<Promises>) -> Result<(), ureq::Error> {
    let new = json!({
        "hub_id": hub, "sex": "female", "age_band": "18-59", "origin_country": "PRK", "risk": "low", "opened_on": "2026-03-01"
    });
    loop {
        let told = wire.send("POST", "/v1/cases", None, &new)?;
        assert_eq!(told.status, 201, "{}", told.body);
        let id = told.body["id"].as_str().unwrap().to_owned();
        {
            let mut promises = promises.lock().unwrap();
            promises.keep(told.request, "case.create");
            promises.cases.insert(id.clone(), (1, "low".to_owned()));
        }
        let (path, mut etag) = (format!("/v1/cases/{id}"), told.etag);
        for risk in ["medium", "high", "critical"] {
            let told = wire.send("PATCH", &path, Some(&etag), &json!({"risk": risk}))?;
            assert_eq!(told.status, 200, "{}", told.body);
            etag = told.etag;
            {
                let mut promises = promises.lock().unwrap();
                promises.keep(told.request, "case.update");
                promises.cases.insert(id.clone(), (told.body["version"].as_i64().unwrap(), risk.to_owned()));
            }
            for (address, action) in [(path.as_str(), "case.read"), ("/v1/cases?limit=5", "case.list")] {
                let told = wire.send("GET", address, None, &Value::Null)?;
                assert_eq!(told.status, 200, "{}", told.body);
                promises.lock().unwrap().keep(told.request, action);
            }
        }
        let record = format!("{path}/health");
        let told = wire.send("PUT", &record, Some("new"), &json!({"allergies": [{"to": "Penicillin"}]}))?;
        assert_eq!(told.status, 200, "{}", told.body);
        {
            let mut promises = promises.lock().unwrap();
            promises.keep(told.request, "record.write");
            promises.records.insert(id, told.body["version"].as_i64().unwrap());
        }
        let told = wire.send("GET", &record, None, &Value::Null)?;
        assert_eq!(told.status, 200, "{}", told.body);
        assert_eq!(told.body["record"]["allergies"][0]["to"], "Penicillin");
        promises.lock().unwrap().keep(told.request, "record.read");
    }
}

/// `id|version|risk` of every case.
fn cases(raw: &mut Raw) -> BTreeMap<String, (i64, String)> {
    let rows = raw.texts("SELECT id || '|' || CAST(version AS TEXT) || '|' || risk AS t FROM cases");
    rows.iter()
        .map(|row| {
            let parts: Vec<_> = row.split('|').collect();
            (parts[0].to_owned(), (parts[1].parse().unwrap(), parts[2].to_owned()))
        })
        .collect()
}

pub fn assert_promises_kept(raw: &mut Raw, promises: &Promises, log: &[Entry]) {
    let mut by_request: BTreeMap<String, Vec<&Entry>> = BTreeMap::new();
    for entry in log {
        by_request.entry(entry.request()).or_default().push(entry);
    }
    for (request, action) in &promises.answered {
        let events = by_request
            .get(request)
            .unwrap_or_else(|| panic!("{action} was answered and is not on the record"));
        assert_eq!(events.len(), 1, "{action}");
        assert_eq!((events[0].action.as_str(), events[0].outcome.as_str()), (*action, "done"));
    }
    let cases = cases(raw);
    for (id, (version, risk)) in &promises.cases {
        let (kept, risk_kept) = cases.get(id).expect("an acknowledged case is there");
        // One more is the change whose answer the kill cut off.
        assert!(
            (*version..=version + 1).contains(kept),
            "version {version} was acknowledged, {kept} is kept"
        );
        assert!(kept != version || risk == risk_kept);
    }
    for (case, version) in &promises.records {
        let kept = raw.count(&format!(
            "SELECT COUNT(*) FROM sealed_records WHERE case_id = '{case}' AND version = {version}"
        ));
        assert_eq!(kept, 1, "an acknowledged record is there");
    }
}

/// Each change has its one event, each event of a change its change.
pub fn assert_changes_and_events_are_the_same(raw: &mut Raw, log: &[Entry]) {
    let of = |action: &str| {
        log.iter().filter(|entry| entry.action == action && entry.outcome == "done").collect::<Vec<_>>()
    };
    let mut updates: BTreeMap<&str, i64> = BTreeMap::new();
    for entry in of("case.update") {
        *updates.entry(entry.case_id.as_deref().unwrap()).or_default() += 1;
    }
    let cases = cases(raw);
    let created: Vec<_> = of("case.create").iter().map(|entry| entry.case_id.clone().unwrap()).collect();
    assert_eq!(created.len(), cases.len());
    assert_eq!(created.into_iter().collect::<BTreeSet<_>>(), cases.keys().cloned().collect());
    for (id, (version, _)) in &cases {
        assert_eq!(version - 1, updates.get(id.as_str()).copied().unwrap_or_default(), "{id}");
    }
    for table in ["case_keys", "case_periods", "case_team"] {
        assert_eq!(
            raw.count(&format!("SELECT COUNT(*) FROM {table}")),
            i64::try_from(cases.len()).unwrap(),
            "{table}"
        );
    }
    let written: BTreeSet<_> =
        of("record.write").iter().map(|entry| entry.body()["subject"].as_str().unwrap().to_owned()).collect();
    let stored: BTreeSet<_> = raw.texts("SELECT id AS t FROM sealed_records").into_iter().collect();
    assert_eq!(written, stored);
}

/// From 0 without a gap; on PostgreSQL the newest may still wait for theirs.
pub fn assert_positions(log: &[Entry], all: bool) {
    let mut positions: Vec<_> = log.iter().filter_map(|entry| entry.position).collect();
    positions.sort_unstable();
    assert!(positions.iter().copied().eq(0..i64::try_from(positions.len()).unwrap()));
    assert!(!all || positions.len() == log.len());
}
