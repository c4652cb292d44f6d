//! Rules of retention: the program asks for whoever has been gone for long, people decide, and nobody is asked for who is
//! held, refused a short while ago, or back.

use chrono::TimeDelta;
use serde_json::{Value, json};
use waystation::access::HubId;
use waystation::cases::codes::Outcome;
use waystation::retention::policy::Rule;
use waystation::retention::{self, Policy};

use crate::common::{Person, TestApp, together};

struct Scene {
    app: TestApp,
    hub: HubId,
    heron: Person,
    swan: Person,
    /// The addresses of three closed cases: settled, settled, and moved on.
    cases: Vec<String>,
}

fn policy() -> Policy {
    let rules =
        vec![Rule { outcome: Outcome::MovedOn, days: 365 }, Rule { outcome: Outcome::Refouled, days: 30 }];
    Policy { rules, objections: TimeDelta::days(14) }
}

impl Scene {
    async fn set() -> Self {
        let app = TestApp::new().await.keeping(policy()).await;
        app.app.search.build(&app.app).await.unwrap();
        let hub = app.hub("Kunming");
        let (heron, swan) = (app.caseworker(hub), app.coordinator(hub));
        let mut cases = Vec::new();
        for outcome in ["moved_on", "moved_on", "withdrew"] {
            let case = heron.open_case(hub).await;
            let path = format!("/v1/cases/{}", case["id"].as_str().unwrap());
            let body = json!({"outcome": outcome, "on": "2026-03-02", "note": "Gone."});
            heron.post_if(&format!("{path}/closure"), "\"1\"", body).await.expect(200);
            cases.push(path);
        }
        Self { app, hub, heron, swan, cases }
    }

    fn later(&mut self, days: i64) {
        self.app.wait(TimeDelta::days(days));
        // No session is good for so long.
        self.swan = self.app.coordinator(self.hub);
    }

    async fn ask(&self) -> usize {
        retention::ask_for_outlived(&self.app.app).await.unwrap()
    }

    async fn waiting(&self, state: &str) -> Vec<Value> {
        let list = self.swan.get(&format!("/v1/erasures?state={state}")).await.expect(200);
        list["items"].as_array().unwrap().clone()
    }

    async fn decide(&self, erasure: &Value, decision: &str) -> Value {
        let path = format!(
            "/v1/cases/{}/erasures/{}/decision",
            erasure["case_id"].as_str().unwrap(),
            erasure["id"].as_str().unwrap()
        );
        self.swan.post_if(&path, "\"1\"", json!({"decision": decision})).await.expect(200)
    }
}

#[actix_web::test]
async fn whoever_has_been_gone_for_long_is_asked_for_once_and_decided_by_people() {
    let mut scene = Scene::set().await;
    scene.later(364);
    assert_eq!(scene.ask().await, 0);
    scene.later(1);
    assert_eq!((scene.ask().await, scene.ask().await), (2, 0), "the third ended otherwise");
    let waiting = scene.waiting("requested").await;
    assert_eq!(waiting.len(), 2);
    for erasure in &waiting {
        assert_eq!((&erasure["reason"], &erasure["requested_by"]), (&json!("retention"), &Value::Null));
        assert!(scene.cases[..2].contains(&format!("/v1/cases/{}", erasure["case_id"].as_str().unwrap())));
    }
    let entry = scene.app.log().await.into_iter().rfind(|entry| entry.action == "erasure.request").unwrap();
    let body = entry.body();
    assert_eq!(
        (&body["permission"], &body["details"]),
        (&json!("retention"), &json!({"reason": "retention"}))
    );
    assert!(entry.actor_id.is_none() && body["subject"].is_string());

    let approved = scene.decide(&waiting[0], "approve").await;
    assert_eq!(approved["due_at"], "2027-03-16T10:00:00.000000Z", "the network's own time to object");
    scene.decide(&waiting[1], "refuse").await;
    assert_eq!(scene.ask().await, 0, "one is to come, and one was refused");
    scene.later(14);
    assert_eq!(retention::run(&scene.app.app).await.unwrap().erased.len(), 1);
    assert_eq!(scene.ask().await, 0, "who is erased is not asked for again");
    scene.later(351);
    assert_eq!(scene.ask().await, 1, "what was refused is asked again when the time has passed once more");
}

#[actix_web::test]
async fn nobody_is_asked_for_who_is_held_or_back() {
    let mut scene = Scene::set().await;
    scene.swan.post(&format!("{}/holds", scene.cases[0]), json!({"reason": "court"})).await.expect(201);
    let case = scene.heron.get(&scene.cases[1]).await;
    let body = json!({"reason": "came_back", "on": "2026-03-02"});
    scene.heron.post_if(&format!("{}/reopening", scene.cases[1]), &case.etag(), body).await.expect(200);
    scene.later(400);
    assert_eq!(scene.ask().await, 0);
}

#[actix_web::test]
async fn two_servers_that_look_at_once_ask_once() {
    let mut scene = Scene::set().await;
    scene.later(365);
    let other = scene.app.keeping(policy()).await;
    let asked = together([&scene.app, &other].map(|app| {
        let app = app.app.clone();
        async move { retention::ask_for_outlived(&app).await.unwrap() }
    }))
    .await;
    assert_eq!(asked.into_iter().sum::<usize>(), 2);
    assert_eq!(scene.waiting("requested").await.len(), 2);
}

#[actix_web::test]
async fn erasures_that_wait_are_shown_within_reach() {
    let mut scene = Scene::set().await;
    scene.later(365);
    scene.ask().await;
    let elsewhere = scene.app.coordinator(scene.app.hub("Seoul"));
    assert_eq!(elsewhere.get("/v1/erasures").await.expect(200)["items"], json!([]));
    let first = scene.swan.get("/v1/erasures?limit=1").await.expect(200);
    let cursor = first["next_cursor"].as_str().unwrap();
    let second = scene.swan.get(&format!("/v1/erasures?limit=1&cursor={cursor}")).await.expect(200);
    assert_ne!(first["items"][0]["id"], second["items"][0]["id"]);
    let shown = scene.app.log().await.into_iter().rfind(|entry| entry.action == "erasure.waiting").unwrap();
    assert_eq!(shown.body()["cases"], json!([second["items"][0]["case_id"]]));
}
