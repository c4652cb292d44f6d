//! The log: every request leaves its event, in canonical bytes, in order, for good, and without a word
//! about a person.

use std::collections::BTreeSet;

use actix_web::http::Method;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use waystation::access::{HubId, UserId};

use crate::common::schema::sealed_columns;
use crate::common::{Answer, Entry, Person, TestApp, assert_without_gap};

const NAME: &str = "은하수";
const NOTE: &str = "그는 밤에 강을 건넜다";

/// A network in which everything that the API does to a case has been done once.
struct Story {
    app: TestApp,
    heron: Person,
    case: String,
    steps: Vec<Step>,
}

/// A request that was answered, and the events it must have left.
struct Step {
    who: Person,
    role: &'static str,
    about: Option<String>,
    answer: Answer,
    actions: Vec<&'static str>,
}

impl Story {
    async fn tell() -> Self {
        let app = TestApp::new().await;
        let hub = app.hub("Kunming");
        let heron = app.caseworker(hub);
        let (case, created) = open(&heron, hub).await;
        let mut story = Self { app, heron: heron.clone(), case: case.clone(), steps: Vec::new() };
        story.did("caseworker", &heron, Some(&case), created, &["case.create"]);
        story.rows(&heron).await;
        story.records(&heron).await;
        story.shelters(&heron, hub).await;
        story
    }

    fn did(
        &mut self,
        role: &'static str,
        who: &Person,
        about: Option<&str>,
        answer: Answer,
        actions: &[&'static str],
    ) {
        assert!(answer.status.is_success(), "{}", answer.text());
        let (who, about) = (who.clone(), about.map(str::to_owned));
        self.steps.push(Step { who, role, about, answer, actions: actions.to_vec() });
    }

    async fn rows(&mut self, heron: &Person) {
        let (case, path) = (self.case.clone(), format!("/v1/cases/{}", self.case));
        let about = Some(case.as_str());
        let answer = heron.get("/v1/cases").await;
        self.did("caseworker", heron, None, answer, &["case.list"]);
        let answer = heron.get(&path).await;
        self.did("caseworker", heron, about, answer, &["case.read"]);
        let answer = heron.change(Method::PATCH, &path, "\"1\"", json!({"risk": "critical"})).await;
        self.did("caseworker", heron, about, answer, &["case.update"]);
        let restriction = json!({"restricted": true});
        let answer = heron.change(Method::PUT, &format!("{path}/restriction"), "\"2\"", restriction).await;
        self.did("caseworker", heron, about, answer, &["case.restrict"]);
        let step = json!({"to": "detained", "reason": "arrest", "on": "2026-03-01", "note": NOTE});
        let answer = heron.post_if(&format!("{path}/status"), "\"3\"", step).await;
        self.did("caseworker", heron, about, answer, &["case.status"]);
        let closure = json!({"outcome": "refouled", "on": "2026-03-01", "note": NOTE});
        let answer = heron.post_if(&format!("{path}/closure"), "\"4\"", closure).await;
        self.did("caseworker", heron, about, answer, &["case.close"]);
        let reopening = json!({"reason": "fled_again", "on": "2026-03-02", "note": NOTE});
        let answer = heron.post_if(&format!("{path}/reopening"), "\"5\"", reopening).await;
        self.did("caseworker", heron, about, answer, &["case.reopen"]);
        let answer = heron.get(&format!("{path}/history")).await;
        assert!(answer.text().contains(NOTE));
        self.did("caseworker", heron, about, answer, &["case.history"]);
        let answer = heron.get(&format!("{path}/team")).await;
        self.did("caseworker", heron, about, answer, &["team.list"]);
    }

    async fn records(&mut self, heron: &Person) {
        let (case, path) = (self.case.clone(), format!("/v1/cases/{}/identity", self.case));
        let about = Some(case.as_str());
        let answer = heron
            .put_new(&path, json!({"names": [{"script": "hangul", "kind": "birth", "given": NAME}]}))
            .await;
        self.did("caseworker", heron, about, answer, &["record.write"]);
        let answer = heron.get(&path).await;
        assert!(answer.text().contains(NAME));
        self.did("caseworker", heron, about, answer, &["record.read"]);
        let answer = heron.change(Method::PATCH, &path, "\"1\"", json!({"remarks": NOTE})).await;
        self.did("caseworker", heron, about, answer, &["record.read", "record.write"]);
        let answer = heron.get(&format!("{path}/versions")).await;
        self.did("caseworker", heron, about, answer, &["record.versions"]);
        let answer = heron.get(&format!("{path}/versions/1")).await;
        self.did("caseworker", heron, about, answer, &["record.read"]);
    }

    async fn shelters(&mut self, heron: &Person, hub: HubId) {
        let (case, path) = (self.case.clone(), format!("/v1/cases/{}/stays", self.case));
        let about = Some(case.as_str());
        let coordinator = self.app.coordinator(hub);
        let body = json!({"hub_id": hub, "codename": "Lantern", "beds": 4});
        let shelter = coordinator.post("/v1/shelters", body).await;
        let id = shelter.json()["id"].as_str().unwrap_or_default().to_owned();
        self.did("coordinator", &coordinator, None, shelter, &["shelter.create"]);
        let answer = coordinator.get("/v1/shelters").await;
        self.did("coordinator", &coordinator, None, answer, &["shelter.list"]);
        let answer = coordinator.get(&format!("/v1/shelters/{id}")).await;
        self.did("coordinator", &coordinator, None, answer, &["shelter.read"]);
        let answer = coordinator
            .change(Method::PATCH, &format!("/v1/shelters/{id}"), "\"1\"", json!({"beds": 5}))
            .await;
        self.did("coordinator", &coordinator, None, answer, &["shelter.update"]);
        let answer = heron.post(&path, json!({"shelter_id": id, "arrived_on": "2026-03-02"})).await;
        let stay = format!("{path}/{}", answer.json()["id"].as_str().unwrap_or_default());
        self.did("caseworker", heron, about, answer, &["stay.create"]);
        let answer = heron.get(&path).await;
        self.did("caseworker", heron, about, answer, &["stay.list"]);
        let answer = heron.get(&stay).await;
        self.did("caseworker", heron, about, answer, &["stay.read"]);
        let body = json!({"left_on": "2026-03-02", "leaving": "moved_on"});
        let answer = heron.post_if(&format!("{stay}/end"), "\"1\"", body).await;
        self.did("caseworker", heron, about, answer, &["stay.end"]);
    }
}

async fn open(person: &Person, hub: HubId) -> (String, Answer) {
    let body = json!({
        "hub_id": hub, "sex": "female", "age_band": "18-59", "origin_country": "PRK", "risk": "high",
        "opened_on": "2026-03-01"
    });
    let answer = person.post("/v1/cases", body).await;
    (answer.expect(201)["id"].as_str().unwrap().to_owned(), answer)
}

#[track_caller]
fn assert_names(entry: &Entry, who: &Person, role: &str, outcome: &str) {
    let body = entry.body();
    assert_eq!(body["actor"], json!(who.id), "{body}");
    assert_eq!(body["session"], json!(who.session), "{body}");
    assert_eq!(body["role"], role, "{body}");
    assert_eq!(body["outcome"], outcome, "{body}");
    assert_eq!(body["at"], json!(entry.recorded_at), "{body}");
    assert!(body["permission"].as_str().is_some_and(|permission| !permission.is_empty()), "{body}");
}

#[actix_web::test]
async fn every_read_and_write_leaves_its_event_and_no_other() {
    let story = Story::tell().await;
    let mut expected = 0;
    for step in &story.steps {
        let request = step.answer.header("x-request-id").unwrap();
        let events = story.app.events_of(request).await;
        let mut actions: Vec<_> = events.iter().map(|entry| entry.action.as_str()).collect();
        // The clock stands still, and what PostgreSQL numbers at once is of one moment.
        actions.sort_unstable();
        assert_eq!(actions, step.actions);
        for entry in &events {
            assert_names(entry, &step.who, step.role, "done");
            assert_eq!(entry.case_id, step.about, "{}", entry.action);
        }
        expected += events.len();
    }
    assert_eq!(story.app.log().await.len(), expected);
}

#[actix_web::test]
async fn what_is_refused_is_on_the_record_as_refused() {
    let story = Story::tell().await;
    let (app, path) = (&story.app, format!("/v1/cases/{}", story.case));
    let (auditor, stranger) = (app.auditor(), app.caseworker(app.hub("Seoul")));
    let absent = "/v1/cases/3k5w8z0v4n9qx2c7m1b6t8r4ye";
    let colleague = app.caseworker(app.hub("Busan"));
    app.database
        .raw()
        .execute(&format!(
            "INSERT INTO case_team (case_id, user_id, identity, contact, family, protection, health, legal, passage, ends_at, added_by, added_at, changed_at, version)
             VALUES ('{}', '{}', FALSE, FALSE, FALSE, FALSE, FALSE, TRUE, FALSE, NULL, '{}', 0, 0, 1)",
            story.case, colleague.id, story.heron.id
        ))
        .unwrap();
    let change = json!({"risk": "low"});
    let asked: Vec<(&Person, &str, Answer, u16, &str)> = vec![
        (&auditor, "auditor", auditor.get(&path).await, 403, "access.refuse"),
        (
            &auditor,
            "auditor",
            auditor.change(Method::PATCH, &path, "\"1\"", change.clone()).await,
            403,
            "access.refuse",
        ),
        (&stranger, "caseworker", stranger.get(&path).await, 404, "case.read"),
        (&stranger, "caseworker", stranger.get(absent).await, 404, "case.read"),
        (&stranger, "caseworker", stranger.get(&format!("{path}/identity")).await, 404, "record.read"),
        (&stranger, "caseworker", stranger.get(&format!("{path}/history")).await, 404, "case.history"),
        (
            &stranger,
            "caseworker",
            stranger.change(Method::PATCH, &path, "\"1\"", change).await,
            404,
            "case.update",
        ),
        (
            &stranger,
            "caseworker",
            stranger.put_new(&format!("{path}/legal"), json!({})).await,
            404,
            "record.write",
        ),
        (&colleague, "caseworker", colleague.get(&format!("{path}/identity")).await, 403, "record.read"),
        (
            &colleague,
            "caseworker",
            colleague.put_new(&format!("{path}/contact"), json!({})).await,
            403,
            "record.write",
        ),
    ];
    for (who, role, answer, status, action) in asked {
        let problem = answer.expect(status);
        let events = app.events_of(answer.header("x-request-id").unwrap()).await;
        assert_eq!(events.len(), 1, "{action}");
        assert_eq!(events[0].action, action);
        assert_names(&events[0], who, role, "refused");
        let body = events[0].body();
        assert_eq!(body["code"], problem["code"]);
        // A case that was found before its group was withheld stands there by its id; any other as it was asked for.
        let found = action.starts_with("record.") && status == 403;
        assert!(body[if found { "case" } else { "case_asked_for" }].is_string(), "{body}");
    }
}

#[actix_web::test]
async fn a_write_refused_after_its_case_was_found_is_listed_under_the_case() {
    let app = TestApp::new().await;
    let hub = app.hub("Kunming");
    let (heron, tern, swan) = (app.caseworker(hub), app.caseworker(hub), app.coordinator(hub));
    let case = heron.open_case(hub).await["id"].as_str().unwrap().to_owned();
    let path = format!("/v1/cases/{case}");
    let nothing = UserId::generate();
    swan.put(&format!("{path}/team/{}", tern.id), json!({"field_groups": []})).await.expect(200);
    let left = json!({"left_on": "2026-03-02", "leaving": "moved_on"});
    let refused = [
        ("record.write", tern.put_new(&format!("{path}/contact"), json!({})).await.expect(403)),
        ("team.remove", swan.delete(&format!("{path}/team/{nothing}")).await.expect(404)),
        ("stay.end", heron.post_if(&format!("{path}/stays/{nothing}/end"), "\"1\"", left).await.expect(404)),
    ];

    let of_case = format!("/v1/audit/events?case={case}&outcome=refused");
    let found = app.auditor().get(&of_case).await.expect(200);
    let told = heron.get(&format!("{path}/access-log")).await.expect(200);
    let told: Vec<&str> = told["items"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|access| access["outcome"] == "refused")
        .map(|access| access["action"].as_str().unwrap())
        .collect();
    assert_eq!(told, ["stay.end", "team.remove", "record.write"], "the newest first");
    let found = found["items"].as_array().unwrap();
    assert_eq!(found.len(), refused.len());
    for (entry, (action, problem)) in found.iter().rev().zip(&refused) {
        let entry = &entry["entry"];
        assert_eq!((&entry["action"], &entry["case"]), (&json!(action), &json!(case)));
        assert_eq!((&entry["request"], &entry["code"]), (&problem["request_id"], &problem["code"]));
        assert!(entry["sealed"].is_null(), "what was rolled back is not on the record: {entry}");
    }
    // Out of reach there is nothing to be found, and the word of who asked is all there is.
    let stranger = app.caseworker(hub);
    let hidden = stranger.change(Method::PATCH, &path, "\"1\"", json!({"risk": "low"})).await.expect(404);
    let entry = app.events_of(hidden["request_id"].as_str().unwrap()).await.remove(0);
    assert_eq!((entry.case_id.as_ref(), &entry.body()["case_asked_for"]), (None, &json!(case)));
}

#[actix_web::test]
async fn the_bytes_are_canonical_the_leaf_is_their_hash_and_the_columns_say_the_same() {
    let story = Story::tell().await;
    let log = story.app.log().await;
    assert_without_gap(&log);
    for entry in &log {
        let body = entry.body();
        assert_eq!(serde_json_canonicalizer::to_vec(&body).unwrap(), entry.bytes);
        let leaf: [u8; 32] = Sha256::new().chain_update([0]).chain_update(&entry.bytes).finalize().into();
        assert_eq!(entry.leaf, leaf);
        assert_eq!(body["v"], 1);
        assert_eq!(body["id"], json!(entry.id));
        assert_eq!(body["action"], json!(entry.action));
        assert_eq!(body["outcome"], json!(entry.outcome));
        assert_eq!(body["at"], json!(entry.recorded_at));
        assert_eq!(body.get("actor"), entry.actor_id.as_ref().map(|actor| json!(actor)).as_ref());
        assert_eq!(body.get("case"), entry.case_id.as_ref().map(|case| json!(case)).as_ref());
    }
    let ids: BTreeSet<_> = log.iter().map(|entry| &entry.id).collect();
    assert_eq!(ids.len(), log.len());
}

#[actix_web::test]
async fn the_log_takes_no_change_by_plain_sql() {
    let story = Story::tell().await;
    let before = story.app.log().await;
    let mut raw = story.app.database.raw();
    let mut refused = vec![
        "UPDATE audit_events SET outcome = 'refused'".to_owned(),
        "UPDATE audit_events SET body = leaf WHERE position = 1".to_owned(),
        "UPDATE audit_events SET position = position + 1000".to_owned(),
        "UPDATE audit_events SET position = NULL WHERE position = 1".to_owned(),
        "DELETE FROM audit_events".to_owned(),
        "DELETE FROM audit_events WHERE position = 1".to_owned(),
    ];
    if story.app.database.is_postgres() {
        refused.push("TRUNCATE audit_events".to_owned());
        // The one change that is allowed, with another beside it.
        let row = format!(
            "INSERT INTO audit_events SELECT '{}', NULL, recorded_at, actor_id, action, outcome, case_id, subject, body, leaf FROM audit_events WHERE position = 1",
            "0".repeat(26)
        );
        refused.push(format!(
            "BEGIN; {row}; UPDATE audit_events SET position = 99, outcome = 'failed' WHERE position IS NULL"
        ));
    } else {
        refused.push("REPLACE INTO audit_events SELECT id, position, recorded_at, NULL, action, outcome, case_id, subject, body, leaf FROM audit_events WHERE position = 1".to_owned());
        refused.push(format!("REPLACE INTO audit_events SELECT '{}', position, recorded_at, actor_id, action, outcome, case_id, subject, body, leaf FROM audit_events WHERE position = 1", "0".repeat(26)));
        refused.push("UPDATE OR REPLACE audit_events SET position = 0 WHERE position = 1".to_owned());
    }
    for sql in refused {
        let error = raw.execute(&sql).expect_err(&sql);
        assert!(error.to_string().contains("append-only"), "{sql}: {error}");
        // Where it was within a transaction.
        drop(raw.execute("ROLLBACK"));
    }
    let after = story.app.log().await;
    assert_eq!(format!("{before:?}"), format!("{after:?}"));
}

#[actix_web::test]
async fn the_hash_of_every_sealed_value_is_in_the_event_that_stored_it() {
    let story = Story::tell().await;
    let log = story.app.log().await;
    let recorded: BTreeSet<String> = log
        .iter()
        .flat_map(|entry| entry.body()["sealed"].as_array().cloned().unwrap_or_default())
        .map(|sealed| {
            format!(
                "{} {} {} {}",
                text(&sealed, "table"),
                text(&sealed, "column"),
                text(&sealed, "row"),
                text(&sealed, "sha256")
            )
        })
        .collect();
    let mut raw = story.app.database.raw();
    let mut stored = BTreeSet::new();
    for (table, column) in sealed_columns() {
        let hex = raw.hex(&column);
        let rows =
            raw.texts(&format!("SELECT id || '|' || {hex} AS t FROM {table} WHERE {column} IS NOT NULL"));
        for row in rows {
            let (id, hex) = row.split_once('|').unwrap();
            let hash = crate::common::hex(&Sha256::digest(crate::common::unhex(hex)));
            stored.insert(format!("{table} {column} {id} {hash}"));
        }
    }
    assert_eq!(stored.len(), 5, "two versions of a record and three notes");
    assert_eq!(stored, recorded);
}

fn text<'a>(value: &'a Value, member: &str) -> &'a str {
    value[member].as_str().unwrap()
}

#[actix_web::test]
async fn no_event_tells_a_name_a_note_or_a_username() {
    let story = Story::tell().await;
    let usernames = story.app.database.raw().texts("SELECT username AS t FROM users");
    assert!(!usernames.is_empty());
    for entry in story.app.log().await {
        let body = String::from_utf8(entry.bytes).unwrap();
        for word in [NAME, NOTE, "hangul", "Lantern", "Kunming"]
            .into_iter()
            .chain(usernames.iter().map(String::as_str))
        {
            assert!(!body.contains(word), "{word}: {body}");
        }
    }
}
