//! Erasing a person: two people decide, a week passes, and then it is gone everywhere.

use actix_web::http::Method;
use chrono::TimeDelta;
use diesel::prelude::*;
use serde_json::{Value, json};
use waystation::audit::state;
use waystation::retention;
use waystation::verifier::key::Signed;
use waystation::verifier::{Note, VerifierKey};

use crate::common::{Person, Raw, TestApp};

const OBJECTIONS: TimeDelta = TimeDelta::days(7);
const NAME: &str = "\u{ae40}\u{c740}\u{d558}\u{c218} Unhasu-Mariposa";

/// A closed case with something to forget, its caseworker, and two coordinators of its hub.
struct Scene {
    app: TestApp,
    heron: Person,
    asks: Person,
    decides: Person,
    path: String,
}

impl Scene {
    async fn set() -> Self {
        let app = TestApp::new().await;
        let hub = app.hub("Kunming");
        let heron = app.caseworker(hub);
        let case = heron.open_case(hub).await;
        let path = format!("/v1/cases/{}", case["id"].as_str().unwrap());
        let identity = json!({"names": [{"script": "latin", "kind": "birth", "full": NAME}]});
        heron.put_new(&format!("{path}/identity"), identity).await.expect(200);
        let scene = Self { heron, asks: app.coordinator(hub), decides: app.coordinator(hub), path, app };
        scene.close("moved_on", "2026-03-02").await;
        scene
    }

    async fn close(&self, outcome: &str, on: &str) {
        let case = self.heron.get(&self.path).await;
        let body = json!({"outcome": outcome, "on": on, "note": NAME});
        self.heron.post_if(&format!("{}/closure", self.path), &case.etag(), body).await.expect(200);
    }

    async fn request(&self) -> String {
        let asked = self.asks.post(&self.erasures(), json!({"reason": "person_asked"})).await.expect(201);
        format!("{}/{}", self.erasures(), asked["id"].as_str().unwrap())
    }

    fn erasures(&self) -> String {
        format!("{}/erasures", self.path)
    }

    async fn decide(&self, by: &Person, erasure: &str, decision: &str) -> crate::common::Answer {
        by.post_if(&format!("{erasure}/decision"), "\"1\"", json!({"decision": decision})).await
    }

    /// Everybody's token is renewed: an hour is longer than one is good.
    fn later(&mut self, time: TimeDelta) {
        self.app.wait(time);
        self.heron = self.app.renew(&self.heron);
        self.asks = self.app.renew(&self.asks);
        self.decides = self.app.renew(&self.decides);
    }

    async fn run(&self) -> (usize, usize) {
        self.app.log().await;
        let first = retention::run(&self.app.app).await.unwrap();
        self.app.log().await;
        let second = retention::run(&self.app.app).await.unwrap();
        (first.erased.len() + second.erased.len(), first.certified + second.certified)
    }
}

/// A person erased, by what the program does by itself too.
pub async fn carry_one_out() {
    let mut scene = Scene::set().await;
    let erasure = scene.request().await;
    scene.decide(&scene.decides, &erasure, "approve").await.expect(200);
    scene.later(OBJECTIONS);
    assert_eq!(scene.run().await, (1, 1));
}

fn bytes(raw: &mut Raw, sql: &str) -> Vec<Vec<u8>> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = diesel::sql_types::Binary)]
        b: Vec<u8>,
    }
    let rows: Vec<Row> = match raw {
        Raw::Sqlite(conn) => diesel::sql_query(sql).load(conn).unwrap(),
        Raw::Postgres(conn) => diesel::sql_query(sql).load(conn).unwrap(),
    };
    rows.into_iter().map(|row| row.b).collect()
}

fn holds(hay: &[u8], needle: &[u8]) -> bool {
    hay.windows(needle.len()).any(|window| window == needle)
}

#[actix_web::test]
async fn a_person_is_erased_a_week_after_somebody_else_approved_it() {
    let mut scene = Scene::set().await;
    let erasure = scene.request().await;
    scene
        .heron
        .post(&scene.erasures(), json!({"reason": "person_asked"}))
        .await
        .expect_problem(409, "guards_unmet");
    let own = scene.decide(&scene.asks, &erasure, "approve").await;
    own.expect_problem(409, "guards_unmet");
    assert_eq!(own.guards(), ["another_person"]);
    let approved = scene.decide(&scene.decides, &erasure, "approve").await.expect(200);
    assert_eq!(
        (&approved["state"], &approved["due_at"]),
        (&json!("approved"), &json!("2026-03-09T10:00:00.000000Z"))
    );

    scene.later(OBJECTIONS - TimeDelta::seconds(1));
    assert_eq!(scene.run().await, (0, 0), "there is still time to object");
    let mut raw = scene.app.database.raw();
    let mut sealed = bytes(&mut raw, "SELECT sealed AS b FROM sealed_records");
    sealed.extend(bytes(&mut raw, "SELECT note AS b FROM case_periods WHERE note IS NOT NULL"));
    sealed.extend(bytes(&mut raw, "SELECT wrapped AS b FROM case_keys"));
    assert_eq!(sealed.len(), 3);
    // Somebody who cannot reach the case has looked for the person, and for another one.
    let elsewhere = scene.app.caseworker(scene.app.hub("Seoul"));
    for name in ["\u{ae40}\u{c740}\u{d558}\u{c218}", "Pak Chol-su"] {
        elsewhere.post("/v1/cases/search", json!({"name": name})).await.expect(200);
    }
    let code = scene.heron.get(&scene.path).await.expect(200)["code"].as_str().unwrap().to_owned();

    scene.later(TimeDelta::seconds(1));
    assert_eq!(scene.run().await, (1, 1));
    let left = |table: &str| format!("SELECT COUNT(*) FROM {table}");
    for table in ["sealed_records", "case_keys", "case_team", "stays", "idempotency_keys"] {
        assert_eq!(raw.count(&left(table)), 0, "{table}");
    }
    assert_eq!(raw.count("SELECT COUNT(*) FROM case_periods WHERE note IS NOT NULL"), 0);
    assert_eq!(raw.count(&left("search_texts")), 1, "the other search is kept");
    assert_eq!(raw.count("SELECT COUNT(*) FROM cases"), 1, "the figure stays");
    if let Some(file) = scene.app.database.file() {
        let mut files = std::fs::read(file).unwrap();
        for beside in ["-wal", "-shm"] {
            let mut name = file.as_os_str().to_owned();
            name.push(beside);
            files.extend(std::fs::read(name).unwrap_or_default());
        }
        for value in &sealed {
            assert!(!holds(&files, &value[40..]), "what was sealed is still in a file");
        }
    }

    // Nobody reaches the person: not who worked on the case, not by its code, not the coordinators.
    scene.heron.get(&scene.path).await.expect_problem(404, "not_found");
    scene.asks.get(&format!("/v1/cases/{code}")).await.expect_problem(404, "not_found");
    let case = scene.asks.get(&scene.path).await.expect(200);
    assert_eq!((&case["opened_on"], &case["restricted"]), (&json!("2026-03-01"), &json!(false)));
    let hold = scene.asks.post(&format!("{}/holds", scene.path), json!({"reason": "court"})).await;
    hold.expect_problem(409, "case_erased");
    let again = scene.asks.post(&scene.erasures(), json!({"reason": "person_asked"})).await;
    again.expect_problem(409, "case_erased");
    let report = scene.asks.get("/v1/reports/stages").await.expect(200);
    assert_eq!(report["totals"]["cases"], 1, "{report}");

    // What is gone is meant to be gone; the log says so, and the certificate names the entry.
    let state = state::verify(&scene.app.app, |_, _| {}).await.unwrap();
    assert_eq!(state.findings, []);
    let certificate = scene.asks.get(&format!("{erasure}/certificate")).await.expect(200);
    let note = Note::parse(certificate["certificate"].as_str().unwrap().as_bytes()).unwrap();
    let key = VerifierKey::parse(&scene.app.app.notary.verifier_keys()[0]).unwrap();
    assert!(matches!(key.verify(&note), Signed::Yes { .. }), "{}", note.text());
    let lines: Vec<&str> = note.text().lines().collect();
    let log = scene.app.log().await;
    let entry = log.iter().find(|entry| entry.action == "case.erase").unwrap();
    assert_eq!(entry.body()["details"]["searches"], "1");
    assert_eq!(lines[0], "waystation/case.erase");
    assert_eq!(lines[3], scene.path.rsplit('/').next().unwrap());
    assert_eq!(lines[5], entry.position.unwrap().to_string());
    scene.app.assert_whole_log().await;
}

#[actix_web::test]
async fn a_legal_hold_an_objection_and_a_reopened_case_stand_in_the_way() {
    let mut scene = Scene::set().await;
    let erasure = scene.request().await;
    scene.decide(&scene.decides, &erasure, "approve").await.expect(200);
    let hold =
        scene.asks.post(&format!("{}/holds", scene.path), json!({"reason": "court"})).await.expect(201);
    scene.later(OBJECTIONS);
    assert_eq!(scene.run().await, (0, 0), "it is held");
    let lifting = format!("{}/holds/{}/lifting", scene.path, hold["id"].as_str().unwrap());
    let reopened = json!({"reason": "came_back", "on": "2026-03-09"});
    let case = scene.heron.get(&scene.path).await;
    scene.heron.post_if(&format!("{}/reopening", scene.path), &case.etag(), reopened).await.expect(200);
    let lifted = scene.asks.request(Method::POST, &lifting).insert_header(("If-Match", "\"1\""));
    scene.asks.send(lifted).await.expect(200);
    assert_eq!(scene.run().await, (0, 0), "somebody works on it again");

    // An approval was of the case as it was then: closed once more, it has to be asked for anew.
    assert_eq!(scene.heron.get(&erasure).await.expect(200)["state"], "withdrawn");
    let noted = scene.app.log().await.into_iter().filter(|entry| entry.action == "erasure.withdraw").count();
    assert_eq!(noted, 1);
    scene.close("withdrew", "2026-03-09").await;
    scene.later(OBJECTIONS);
    assert_eq!(scene.run().await, (0, 0), "nobody has asked for it since");
    assert_eq!(scene.app.database.raw().count("SELECT COUNT(*) FROM sealed_records"), 1);
    let refused = scene.decide(&scene.decides, &erasure, "approve").await;
    assert_eq!(refused.status.as_u16(), 412);
}

#[actix_web::test]
async fn when_a_hold_is_lifted_there_is_time_to_object_again() {
    let mut scene = Scene::set().await;
    let erasure = scene.request().await;
    scene.decide(&scene.decides, &erasure, "approve").await.expect(200);
    let hold =
        scene.asks.post(&format!("{}/holds", scene.path), json!({"reason": "court"})).await.expect(201);
    scene.later(OBJECTIONS * 2);
    let lifting = format!("{}/holds/{}/lifting", scene.path, hold["id"].as_str().unwrap());
    let lifted = scene.asks.request(Method::POST, &lifting).insert_header(("If-Match", "\"1\""));
    scene.asks.send(lifted).await.expect(200);
    assert_eq!(scene.run().await, (0, 0));
    scene.later(OBJECTIONS - TimeDelta::seconds(1));
    assert_eq!(scene.run().await, (0, 0));
    scene.later(TimeDelta::seconds(1));
    assert_eq!(scene.run().await, (1, 1));
}

#[actix_web::test]
async fn what_somebody_reads_still_is_wiped_when_they_have_done_and_certified_only_then() {
    let mut scene = Scene::set().await;
    let erasure = scene.request().await;
    scene.decide(&scene.decides, &erasure, "approve").await.expect(200);
    scene.later(OBJECTIONS);
    let mut reader = scene.app.database.raw();
    let begin =
        if scene.app.database.is_postgres() { "BEGIN ISOLATION LEVEL REPEATABLE READ" } else { "BEGIN" };
    reader.execute(&format!("{begin}; SELECT COUNT(*) FROM case_keys")).unwrap();
    scene.app.log().await;
    let first = retention::run(&scene.app.app).await.unwrap();
    assert_eq!((first.erased.len(), first.certified), (1, 0));
    scene.app.log().await;
    assert_eq!(
        retention::run(&scene.app.app).await.unwrap().certified,
        0,
        "it is tried again, and not certified"
    );
    let certificate = format!("{erasure}/certificate");
    scene.decides.get(&certificate).await.expect_problem(404, "not_found");
    reader.execute("COMMIT").unwrap();
    assert_eq!(retention::run(&scene.app.app).await.unwrap().certified, 1);
    scene.decides.get(&certificate).await.expect(200);
    let log = scene.decides.get(&format!("{}/access-log", scene.path)).await;
    log.expect_problem(409, "case_erased");
}

#[actix_web::test]
async fn a_case_that_was_merged_is_erased_with_its_survivor() {
    let mut scene = Scene::set().await;
    let hub: Value = scene.heron.get(&scene.path).await.expect(200)["hub_id"].clone();
    let other = scene.heron.open_case(serde_json::from_value(hub).unwrap()).await;
    let path = format!("/v1/cases/{}", other["id"].as_str().unwrap());
    let identity = json!({"names": [{"script": "latin", "kind": "alias", "full": NAME}]});
    scene.heron.put_new(&format!("{path}/identity"), identity).await.expect(200);
    let closing = json!({"outcome": "moved_on", "on": "2026-03-02", "note": NAME});
    scene.heron.post_if(&format!("{path}/closure"), "\"1\"", closing).await.expect(200);
    let survivor = scene.asks.get(&scene.path).await;
    let merge = json!({"duplicate": other["id"], "duplicate_version": 2, "reason": "opened_twice"});
    scene.asks.post_if(&format!("{}/merges", scene.path), &survivor.etag(), merge).await.expect(200);
    let erasure = scene.request().await;
    scene.decide(&scene.decides, &erasure, "approve").await.expect(200);
    scene.later(OBJECTIONS);
    assert_eq!(scene.run().await, (1, 1));
    let mut raw = scene.app.database.raw();
    for table in ["sealed_records", "case_keys", "case_team"] {
        assert_eq!(raw.count(&format!("SELECT COUNT(*) FROM {table}")), 0, "{table}");
    }
    let state = state::verify(&scene.app.app, |_, _| {}).await.unwrap();
    assert_eq!(state.findings, []);
    // The certificate names both, for a restore of what was not merged yet.
    let certificate = scene.decides.get(&format!("{erasure}/certificate")).await.expect(200);
    let lines: Vec<&str> = certificate["certificate"].as_str().unwrap().lines().collect();
    assert_eq!(lines[3], scene.path.rsplit('/').next().unwrap());
    assert_eq!(lines[7], other["id"].as_str().unwrap());
}
