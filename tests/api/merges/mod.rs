//! Two cases of one person: what a merge moves, whom it shows what, what it refuses, and that undoing it puts back what
//! was there.

mod random;
mod refused;
mod side_by_side;
mod team;

use serde_json::{Value, json};
use waystation::access::HubId;

use crate::common::{Answer, Person, TestApp};

/// Two cases of one hub: heron works on the one, tern on the other, swan coordinates.
struct Pair {
    app: TestApp,
    hub: HubId,
    heron: Person,
    tern: Person,
    swan: Person,
    survivor: Case,
    duplicate: Case,
}

/// A case by its names.
#[derive(Clone)]
struct Case {
    id: String,
    code: String,
    path: String,
}

impl Case {
    fn new(view: &Value) -> Self {
        let text = |name: &str| view[name].as_str().unwrap().to_owned();
        Self { id: text("id"), code: text("code"), path: format!("/v1/cases/{}", text("id")) }
    }

    /// The address of something of it.
    fn at(&self, part: &str) -> String {
        format!("{}/{part}", self.path)
    }

    fn named(&self) -> Value {
        json!({"id": self.id, "code": self.code})
    }
}

impl Pair {
    async fn new() -> Self {
        let app = TestApp::new().await;
        let hub = app.hub("Kunming");
        let (heron, tern, swan) = (app.caseworker(hub), app.caseworker(hub), app.coordinator(hub));
        let survivor = Case::new(&heron.open_case(hub).await);
        let duplicate = Case::new(&tern.open_case(hub).await);
        app.wait(chrono::TimeDelta::minutes(1));
        Self { app, hub, heron, tern, swan, survivor, duplicate }
    }

    async fn merge(&self) -> Value {
        merge(&self.swan, &self.survivor, &self.duplicate, json!({})).await.expect(200)
    }
}

/// The version of a case as its row has it.
async fn version(app: &TestApp, case: &Case) -> i64 {
    app.database.raw().count(&format!("SELECT version FROM cases WHERE id = '{}'", case.id))
}

/// Merges, as whoever has just read both.
async fn merge(by: &Person, survivor: &Case, duplicate: &Case, members: Value) -> Answer {
    let app = by.app();
    let mut body = json!({
        "duplicate": duplicate.code, "duplicate_version": version(app, duplicate).await,
        "reason": "same_documents"
    });
    for (name, value) in members.as_object().unwrap() {
        body[name] = value.clone();
    }
    let etag = format!("\"{}\"", version(app, survivor).await);
    let answer = by.post_if(&survivor.at("merges"), &etag, body).await;
    app.wait(chrono::TimeDelta::minutes(1));
    answer
}

/// Undoes the merge of an answer.
async fn undo(by: &Person, survivor: &Case, merged: &Value) -> Answer {
    let id = merged["merge"]["id"].as_str().unwrap();
    let etag = format!("\"{}\"", version(by.app(), survivor).await);
    let address = survivor.at(&format!("merges/{id}/undo"));
    by.post_if(&address, &etag, json!({"reason": "two_persons", "note": "Her sister."})).await
}

async fn shelter(swan: &Person, hub: HubId, name: &str) -> String {
    let body = json!({"hub_id": hub, "codename": name, "beds": 40});
    swan.post("/v1/shelters", body).await.expect(201)["id"].as_str().unwrap().to_owned()
}

fn identity(name: &str) -> Value {
    json!({"names": [{"script": "latin", "kind": "birth", "given": name}]})
}

#[actix_web::test]
async fn both_names_lead_to_the_survivor_with_all_that_was_of_either() {
    let pair = Pair::new().await;
    let (heron, tern, swan) = (&pair.heron, &pair.tern, &pair.swan);
    let (survivor, duplicate) = (&pair.survivor, &pair.duplicate);
    let lantern = shelter(swan, pair.hub, "Lantern").await;
    let stay = json!({"shelter_id": lantern, "arrived_on": "2026-03-01"});
    tern.post(&duplicate.at("stays"), stay).await.expect(201);
    let application =
        json!({"country": "THA", "authority": "unhcr", "level": "FI", "applied_on": "2026-03-01"});
    heron.post(&survivor.at("applications"), application.clone()).await.expect(201);
    tern.post(&duplicate.at("applications"), application).await.expect(201);

    let done = pair.merge().await;
    assert_eq!(done["case"]["id"], survivor.id.as_str());
    assert_eq!(done["version"], 2);
    assert_eq!(
        (&done["merge"]["survivor"], &done["merge"]["merged"]),
        (&survivor.named(), &duplicate.named())
    );
    assert_eq!(
        done["merge"]["moved"],
        json!([{"kind": "asylum_applications", "rows": 1}, {"kind": "stays", "rows": 1}])
    );
    for person in [heron, tern, swan] {
        for path in [&survivor.path, &duplicate.path, &format!("/v1/cases/{}", duplicate.code)] {
            let read = person.get(path).await;
            let view = read.expect(200);
            assert_eq!((&view["id"], &view["status"]), (&json!(survivor.id), &json!("active")));
            assert_eq!(view["merged"], json!([duplicate.named()]));
            assert_eq!(read.etag(), "\"2\"");
        }
        for case in [survivor, duplicate] {
            let stays = person.get(&case.at("stays")).await.expect(200);
            assert_eq!(stays["items"][0]["case_id"], survivor.id.as_str());
            let applications = person.get(&case.at("applications")).await.expect(200);
            assert_eq!(applications["items"].as_array().unwrap().len(), 2);
            let merges = person.get(&case.at("merges")).await.expect(200);
            assert_eq!(merges["items"], json!([done["merge"]]));
        }
    }
    let history = tern.get(&duplicate.at("history")).await.expect(200);
    let periods = history["items"].as_array().unwrap();
    assert_eq!(periods.len(), 2);
    assert_eq!((&periods[1]["status"], &periods[1]["outcome"]), (&json!("closed"), &json!("duplicate")));
    assert_eq!(heron.get(&survivor.at("history")).await.expect(200)["items"].as_array().unwrap().len(), 1);
}

#[actix_web::test]
async fn a_change_sent_to_the_merged_case_is_told_where_it_went() {
    let pair = Pair::new().await;
    let (survivor, duplicate) = (&pair.survivor, &pair.duplicate);
    pair.merge().await;
    let step = json!({"to": "missing", "reason": "lost_contact", "on": "2026-03-02"});
    let answers = [
        pair.tern.post_if(&duplicate.at("status"), "\"2\"", step).await,
        pair.tern.put(&duplicate.at("identity"), json!({})).await,
        pair.swan.put(&duplicate.at(&format!("team/{}", pair.heron.id)), json!({"field_groups": []})).await,
        merge(&pair.swan, duplicate, survivor, json!({})).await,
    ];
    for (index, answer) in answers.iter().enumerate() {
        // A record is asked for its version first.
        if index == 1 {
            answer.expect_problem(428, "precondition_required");
            continue;
        }
        let told = answer.expect_problem(409, "case_merged");
        assert!(told["detail"].as_str().unwrap().contains(&survivor.code), "{told}");
        let entry = pair.app.events_of(answer.header("x-request-id").unwrap()).await.remove(0);
        assert_eq!(
            (entry.outcome.as_str(), entry.case_id.as_deref()),
            ("failed", Some(duplicate.id.as_str()))
        );
    }
    let answer = pair.tern.put_new(&duplicate.at("identity"), json!({})).await;
    answer.expect_problem(409, "case_merged");
}

#[actix_web::test]
async fn whoever_cannot_see_the_survivor_is_answered_as_if_neither_were_there() {
    let pair = Pair::new().await;
    pair.merge().await;
    let elsewhere = pair.app.hub("Seoul");
    for stranger in [pair.app.caseworker(pair.hub), pair.app.coordinator(elsewhere)] {
        let absent = stranger.get("/v1/cases/0123456789abcdefghjkmnpqrs").await;
        for part in ["", "/stays", "/history", "/merges", "/identity"] {
            for case in [&pair.survivor, &pair.duplicate] {
                let answer = stranger.get(&format!("{}{part}", case.path)).await;
                if answer.status == 403 {
                    continue;
                }
                let without_id = |answer: &Answer| {
                    answer.text().replace(answer.header("x-request-id").unwrap_or_default(), "")
                };
                assert_eq!(without_id(&answer), without_id(&absent));
            }
        }
    }
    // And whoever loses the survivor loses what led to it, though their place on the merged case's team is still there.
    pair.swan.delete(&pair.survivor.at(&format!("team/{}", pair.tern.id))).await.expect(204);
    pair.tern.get(&pair.duplicate.path).await.expect_problem(404, "not_found");
    pair.tern.get(&pair.duplicate.at("identity")).await.expect_problem(404, "not_found");
    assert_eq!(pair.tern.get("/v1/cases").await.expect(200)["items"], json!([]));
}

#[actix_web::test]
async fn the_person_is_counted_once_from_the_day_of_the_merge_on() {
    let pair = Pair::new().await;
    let count = |answer: Value| answer["totals"]["cases"].clone();
    pair.app.wait(chrono::TimeDelta::days(2));
    let (swan, tern) = (pair.app.renew(&pair.swan), pair.app.renew(&pair.tern));
    assert_eq!(count(swan.get("/v1/reports/stages").await.expect(200)), 2);
    let done = merge(&swan, &pair.survivor, &pair.duplicate, json!({})).await.expect(200);
    for (as_of, cases) in [("2026-03-03", 2), ("2026-03-04", 1)] {
        let report = swan.get(&format!("/v1/reports/stages?as_of={as_of}")).await.expect(200);
        assert_eq!(count(report), cases, "{as_of}");
    }
    pair.app.wait(chrono::TimeDelta::minutes(5));
    assert_eq!(swan.get("/v1/cases").await.expect(200)["items"].as_array().unwrap().len(), 1);
    assert_eq!(tern.get("/v1/cases").await.expect(200)["items"][0]["id"], pair.survivor.id.as_str());
    undo(&swan, &pair.survivor, &done).await.expect(200);
    assert_eq!(count(swan.get("/v1/reports/stages").await.expect(200)), 2);
    assert_eq!(swan.get("/v1/cases").await.expect(200)["items"].as_array().unwrap().len(), 2);
}

#[actix_web::test]
async fn what_was_entered_since_stays_with_the_survivor_and_is_told() {
    let pair = Pair::new().await;
    let (heron, swan) = (&pair.heron, &pair.swan);
    let lantern = shelter(swan, pair.hub, "Lantern").await;
    let stay = json!({"shelter_id": lantern, "arrived_on": "2026-03-01"});
    let moved = pair.tern.post(&pair.duplicate.at("stays"), stay).await.expect(201);
    let done = pair.merge().await;

    let end = pair.survivor.at(&format!("stays/{}/end", moved["id"].as_str().unwrap()));
    let ending = json!({"left_on": "2026-03-02", "leaving": "moved_on"});
    heron.post_if(&end, "\"1\"", ending).await.expect(200);
    let stay = json!({"shelter_id": lantern, "arrived_on": "2026-03-02"});
    let since = heron.post(&pair.survivor.at("stays"), stay).await.expect(201);
    heron.put_new(&pair.survivor.at("identity"), identity("Soon-hee")).await.expect(200);
    pair.app.wait(chrono::TimeDelta::minutes(1));

    let undone = undo(swan, &pair.survivor, &done).await;
    let told = undone.expect(200);
    assert_eq!(
        told["stays_with_survivor"],
        json!([{"kind": "sealed_records", "rows": 1}, {"kind": "stays", "rows": 1}])
    );
    assert_eq!(told["merge"]["undone"]["reason"], "two_persons");
    assert_eq!(undone.etag(), format!("\"{}\"", told["version"]));
    let stays = |person: Person, case: Case| async move {
        person.get(&case.at("stays")).await.expect(200)["items"].clone()
    };
    assert_eq!(stays(pair.heron.clone(), pair.survivor.clone()).await, json!([since]));
    let back = stays(pair.tern.clone(), pair.duplicate.clone()).await;
    assert_eq!((&back[0]["id"], &back[0]["leaving"]), (&moved["id"], &json!("moved_on")));
    let again = pair.tern.get(&pair.duplicate.path).await.expect(200);
    assert_eq!(
        (&again["status"], &again["outcome"], &again["since"]),
        (&json!("active"), &Value::Null, &json!("2026-03-01"))
    );
    // The history keeps all of it: the closing, and that it was taken back, with what was said of that.
    let history = pair.tern.get(&pair.duplicate.at("history")).await.expect(200);
    let periods = history["items"].as_array().unwrap();
    let superseded = periods.iter().filter(|period| !period["superseded_at"].is_null()).count();
    assert_eq!((periods.len(), superseded), (3, 2));
    assert!(periods.iter().any(|period| period["note"] == "Her sister."));
    // An undoing is undone by another merge.
    merge(swan, &pair.duplicate, &pair.survivor, json!({"reason": "worker_knows"})).await.expect(200);
}

#[actix_web::test]
async fn both_are_on_record_under_both_and_whoever_saw_either_is_told() {
    let pair = Pair::new().await;
    let done = pair.merge().await;
    let id = done["merge"]["id"].as_str().unwrap();
    pair.heron.get(&pair.survivor.path).await.expect(200);
    pair.tern.get(&format!("/v1/cases/{}", pair.duplicate.code)).await.expect(200);
    undo(&pair.swan, &pair.survivor, &done).await.expect(200);
    pair.app.wait(chrono::TimeDelta::minutes(1));
    let crane = pair.app.coordinator(pair.hub);
    crane.get(&pair.survivor.path).await.expect(200);

    let log = pair.app.log().await;
    for action in ["case.merge", "case.merge_undo"] {
        let of = |case: &Case| {
            let told = |entry: &&crate::common::Entry| {
                entry.action == action && entry.case_id.as_deref() == Some(&case.id)
            };
            let entries: Vec<Value> = log.iter().filter(told).map(crate::common::Entry::body).collect();
            assert_eq!(entries.len(), 1, "{action}");
            entries[0].clone()
        };
        for body in [of(&pair.survivor), of(&pair.duplicate)] {
            assert_eq!(body["subject"], id);
            assert_eq!(body["details"]["survivor"], pair.survivor.id.as_str());
            assert_eq!(body["details"]["merged"], pair.duplicate.id.as_str());
        }
    }
    let led = log.iter().find(|entry| {
        entry.action == "case.read" && entry.actor_id.as_deref() == Some(pair.tern.id.as_str())
    });
    let led = led.unwrap();
    assert_eq!(led.case_id.as_deref(), Some(pair.survivor.id.as_str()));
    assert_eq!(led.body()["details"]["asked_for"], pair.duplicate.id.as_str());

    let owl = pair.app.auditor();
    let saw = |told: &Value, person: &Person| {
        told["users"].as_array().unwrap().iter().any(|user| user["user"] == json!(person.id))
    };
    let told = owl.get(&format!("/v1/audit/cases/{}/seen-by", pair.duplicate.id)).await.expect(200);
    assert!(saw(&told, &pair.heron), "who read the survivor meanwhile has seen what was the other's: {told}");
    assert!(saw(&told, &pair.tern) && !saw(&told, &crane), "{told}");
}

#[actix_web::test]
async fn what_is_sealed_is_as_the_log_says_before_and_after() {
    let pair = Pair::new().await;
    pair.heron.put_new(&pair.survivor.at("identity"), identity("Sun-hui")).await.expect(200);
    pair.tern.put_new(&pair.duplicate.at("identity"), identity("Soon-hee")).await.expect(200);
    let note = json!({"note": "The same scar."});
    let done = merge(&pair.swan, &pair.survivor, &pair.duplicate, note).await.expect(200);
    for sealed in [3, 4] {
        let state = waystation::audit::state::verify(&pair.app.app, |_, _| {}).await.unwrap();
        assert!(state.findings.is_empty(), "{:?}", state.findings);
        assert_eq!(state.whole, sealed);
        if sealed == 3 {
            undo(&pair.swan, &pair.survivor, &done).await.expect(200);
        }
    }
}

#[actix_web::test]
async fn an_answer_that_was_kept_of_the_merged_case_is_given_again_to_whoever_reaches_the_survivor() {
    let pair = Pair::new().await;
    let application =
        json!({"country": "THA", "authority": "unhcr", "level": "FI", "applied_on": "2026-03-01"});
    let address = pair.duplicate.at("applications");
    let send = || pair.tern.post_once("once", &address, application.clone());
    let first = send().await.expect(201);
    pair.merge().await;
    assert_eq!(send().await.expect(201), first);
    pair.swan.delete(&pair.survivor.at(&format!("team/{}", pair.tern.id))).await.expect(204);
    send().await.expect_problem(404, "not_found");
    // A merge sent twice is one.
    let other = Case::new(&pair.heron.open_case(pair.hub).await);
    let body = json!({"duplicate": other.id, "duplicate_version": 1, "reason": "opened_twice"});
    let address = pair.survivor.at("merges");
    let send = || {
        let request = pair.swan.request(actix_web::http::Method::POST, &address);
        let request =
            request.insert_header(("If-Match", "\"2\"")).insert_header(("Idempotency-Key", "merge"));
        pair.swan.send(request.set_json(&body))
    };
    let (first, again) = (send().await, send().await);
    assert_eq!((first.expect(200), first.etag()), (again.expect(200), again.etag()));
}
