//! The reading budget: so many different cases in an hour and a day, then a coordinator is asked.

use chrono::TimeDelta;
use serde_json::{Value, json};
use waystation::access::{HubId, Role};
use waystation::upkeep;

use crate::common::{Answer, Person, TestApp, together};

const HOUR: usize = 30;
const DAY: usize = 100;

struct Scene {
    app: TestApp,
    hub: HubId,
    heron: Person,
    crane: Person,
    /// Addresses of heron's cases.
    cases: Vec<String>,
}

impl Scene {
    async fn set(cases: usize) -> Self {
        let app = TestApp::new().await;
        let hub = app.hub("Kunming");
        let (heron, crane) = (app.caseworker(hub), app.coordinator(hub));
        let mut scene = Self { app, hub, heron, crane, cases: Vec::new() };
        for _ in 0..cases {
            let opened = scene.heron.open_case(hub).await;
            scene.cases.push(format!("/v1/cases/{}", opened["id"].as_str().unwrap()));
        }
        scene
    }

    async fn open(&self, case: usize) -> Answer {
        self.heron.get(&format!("{}/identity", self.cases[case])).await
    }

    async fn open_all(&self, cases: std::ops::Range<usize>) {
        for case in cases {
            self.open(case).await.expect(200);
        }
    }

    fn later(&mut self, time: TimeDelta) {
        self.app.wait(time);
        for person in [&mut self.heron, &mut self.crane] {
            *person = self.app.renew(person);
        }
    }

    async fn allow(&self, more: i64, minutes: i64) -> Answer {
        let path = format!("/v1/users/{}/reading-allowance", self.heron.id);
        self.crane.post(&path, json!({"more": more, "minutes": minutes})).await
    }

    async fn notices(&self, of: &Person) -> Vec<String> {
        let page = of.get("/v1/me/notices?state=unseen").await.expect(200);
        let kinds = page["items"].as_array().unwrap().iter();
        kinds.map(|notice| notice["kind"].as_str().unwrap().to_owned()).collect()
    }
}

#[actix_web::test]
async fn more_than_thirty_cases_in_an_hour_wait_for_a_coordinator() {
    let mut scene = Scene::set(HOUR + 3).await;
    scene.open_all(0..HOUR).await;
    let own = scene.heron.get("/v1/me/reading-budget").await.expect(200);
    assert_eq!(own["hour"], json!({"opened": 30, "most": 30}));
    assert_eq!((&own["day"], &own["allowance"]), (&json!({"opened": 30, "most": 100}), &Value::Null));

    let refused = scene.open(HOUR).await;
    let told = refused.expect_problem(403, "reading_budget_spent");
    assert!(told["detail"].as_str().unwrap().contains("2026-03-02T11:00:00"), "{told}");
    // What counts already costs nothing, whatever of it is opened; nor does what is not sealed.
    scene.open(0).await.expect(200);
    scene.heron.get(&format!("{}/history", scene.cases[1])).await.expect(200);
    scene.heron.get(&scene.cases[HOUR]).await.expect(200);
    scene
        .heron
        .get(&format!("{}/history", scene.cases[HOUR]))
        .await
        .expect_problem(403, "reading_budget_spent");

    let events = scene.app.events_of(refused.header("x-request-id").unwrap()).await;
    assert_eq!(events.len(), 1);
    assert_eq!((events[0].action.as_str(), events[0].outcome.as_str()), ("record.read", "refused"));
    assert!(events[0].case_id.is_some());
    assert_eq!(scene.notices(&scene.crane).await, ["reading_budget_spent"], "once in an hour");
    let spent = scene.app.log().await.into_iter().filter(|entry| entry.action == "reading_budget.spent");
    assert_eq!(spent.count(), 1);

    scene.allow(2, 60).await.expect(200);
    assert_eq!(scene.notices(&scene.heron).await, ["reading_allowed"]);
    assert_eq!(scene.notices(&scene.crane).await, [""; 0], "who is allowed more waits for nobody");
    scene.open_all(HOUR..HOUR + 2).await;
    scene.open(HOUR + 2).await.expect_problem(403, "reading_budget_spent");
    scene.later(TimeDelta::hours(1));
    scene.open(HOUR + 2).await.expect(200);
}

#[actix_web::test]
async fn more_than_a_hundred_in_a_day_do_too() {
    let mut scene = Scene::set(DAY + 1).await;
    for first in (0..DAY).step_by(HOUR) {
        scene.open_all(first..(first + HOUR).min(DAY)).await;
        scene.later(TimeDelta::hours(1));
    }
    scene.open(DAY).await.expect_problem(403, "reading_budget_spent");
    let seen = scene.crane.get(&format!("/v1/users/{}/reading-budget", scene.heron.id)).await.expect(200);
    assert_eq!((&seen["hour"]["opened"], &seen["day"]["opened"]), (&json!(0), &json!(100)));
    // One that counts in the day counts in the hour again, and once.
    scene.open(0).await.expect(200);
    scene.later(TimeDelta::hours(20));
    scene.open(DAY).await.expect(200);
    let seen = scene.heron.get("/v1/me/reading-budget").await.expect(200);
    assert_eq!(seen["day"]["opened"], json!(DAY - HOUR + 2));
}

#[actix_web::test]
async fn however_many_are_asked_for_at_once_no_more_are_opened() {
    let scene = Scene::set(50).await;
    let beside = scene.app.beside().await;
    let servers = [scene.heron.client.clone(), scene.heron.client.at(&beside)];
    let tries = scene.cases.iter().zip(servers.iter().cycle()).map(|(case, server)| {
        let (server, path) = (server.clone(), format!("{case}/identity"));
        async move { server.get(&path).await.status.as_u16() }
    });
    let answers = together(tries).await;
    assert_eq!(answers.iter().filter(|status| **status == 200).count(), HOUR, "{answers:?}");
    assert_eq!(answers.iter().filter(|status| **status == 403).count(), 50 - HOUR, "{answers:?}");
}

#[actix_web::test]
async fn a_coordinator_of_the_hub_allows_more_and_takes_it_back() {
    let scene = Scene::set(HOUR + 1).await;
    let path = format!("/v1/users/{}/reading-allowance", scene.heron.id);
    for (body, pointers) in [
        (json!({"more": 0, "minutes": 0}), vec!["/more", "/minutes"]),
        (json!({"more": 201, "minutes": 1441}), vec!["/more", "/minutes"]),
        (json!({"more": -1, "minutes": 60}), vec!["/more"]),
    ] {
        let answer = scene.crane.post(&path, body).await;
        answer.expect_problem(422, "invalid_fields");
        assert_eq!(answer.pointers(), pointers);
    }
    let of_another_hub = scene.app.coordinator(scene.app.hub("Seoul"));
    of_another_hub.post(&path, json!({"more": 1, "minutes": 1})).await.expect_problem(404, "not_found");
    let budget = format!("/v1/users/{}/reading-budget", scene.heron.id);
    of_another_hub.get(&budget).await.expect_problem(404, "not_found");
    for person in [&scene.heron, &scene.app.administrator(), &scene.app.auditor()] {
        person.post(&path, json!({"more": 1, "minutes": 1})).await.expect_problem(403, "forbidden");
    }
    scene.app.auditor().get(&budget).await.expect(200);
    let own = format!("/v1/users/{}/reading-allowance", scene.crane.id);
    let answer = scene.crane.post(&own, json!({"more": 1, "minutes": 1})).await;
    answer.expect_problem(409, "guards_unmet");
    assert_eq!(answer.guards(), ["allowed_by_another"]);

    let body = json!({"more": 5, "minutes": 90});
    let send = || scene.crane.post_once("more", &path, body.clone());
    let view = send().await.expect(200);
    assert_eq!(send().await.expect(200), view);
    assert_eq!(view["allowance"]["until"], "2026-03-02T11:30:00.000000Z");
    assert_eq!(view["allowance"]["allowed_by"], json!(scene.crane.id));
    assert_eq!((&view["hour"]["most"], &view["day"]["most"]), (&json!(35), &json!(105)));
    scene.open_all(0..HOUR).await;
    scene.crane.delete(&path).await.expect(204);
    scene.crane.delete(&path).await.expect(204);
    scene.open(HOUR).await.expect_problem(403, "reading_budget_spent");

    // It is no more dangerous to read more than to let somebody.
    scene.app.wait(TimeDelta::minutes(6));
    scene.allow(1, 10).await.expect_problem(403, "step_up_needed");
}

#[actix_web::test]
async fn an_emergency_is_bound_by_it_and_what_counts_no_more_is_forgotten() {
    let mut scene = Scene::set(HOUR + 1).await;
    let tern = scene.app.person(Role::Caseworker, &[scene.hub]);
    let why = json!({"reason": "raid", "explanation": "Police at the shelter; I move everybody."});
    tern.post(&format!("{}/emergency-accesses", scene.cases[0]), why).await.expect(201);
    tern.get(&format!("{}/identity", scene.cases[0])).await.expect(200);
    let own = tern.get("/v1/me/reading-budget").await.expect(200);
    assert_eq!(own["hour"]["opened"], json!(1));
    scene.open_all(0..3).await;
    let kept = |scene: &Scene| scene.app.database.raw().count("SELECT COUNT(*) FROM case_readings");
    upkeep::forget_old_readings(&scene.app.app).await.unwrap();
    assert_eq!(kept(&scene), 4);
    scene.later(TimeDelta::days(1));
    scene.open_all(0..1).await;
    upkeep::forget_old_readings(&scene.app.app).await.unwrap();
    assert_eq!(kept(&scene), 1);
}
