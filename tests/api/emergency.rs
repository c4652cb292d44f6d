//! Emergency access: an hour, one case, reading alone; told to the coordinators, reviewed by an auditor.

use actix_web::http::Method;
use chrono::TimeDelta;
use serde_json::{Value, json};
use waystation::access::{FieldGroup, HubId, Role};
use waystation::db::types::CodeList as _;
use waystation::{emergency, upkeep};

use crate::common::{Answer, Person, TestApp, together};

const NAME: &str = "\u{ae40}\u{c740}\u{d558}\u{c218}";
const WHY: &str = "Police at the shelter in Yanji; I move everybody tonight.";

/// A case of the hub with a name, its caseworker, and somebody else of every kind.
struct Scene {
    app: TestApp,
    hub: HubId,
    heron: Person,
    tern: Person,
    crane: Person,
    owl: Person,
    path: String,
}

impl Scene {
    async fn set() -> Self {
        let app = TestApp::new().await;
        let hub = app.hub("Kunming");
        let heron = app.caseworker(hub);
        let path = format!("/v1/cases/{}", text(&heron.open_case(hub).await["id"]));
        let identity = json!({"names": [{"script": "hangul", "kind": "birth", "full": NAME}]});
        heron.put_new(&format!("{path}/identity"), identity).await.expect(200);
        let (tern, crane, owl) = (app.caseworker(hub), app.coordinator(hub), app.auditor());
        Self { app, hub, heron, tern, crane, owl, path }
    }

    async fn open(&self, by: &Person) -> Answer {
        open(by, &self.path, json!({"reason": "raid", "explanation": WHY})).await
    }

    fn later(&mut self, time: TimeDelta) {
        self.app.wait(time);
        for person in [&mut self.heron, &mut self.tern, &mut self.crane, &mut self.owl] {
            *person = self.app.renew(person);
        }
    }
}

async fn open(by: &Person, case: &str, body: Value) -> Answer {
    by.post(&format!("{case}/emergency-accesses"), body).await
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

async fn notices(of: &Person) -> Vec<(String, String)> {
    let page = of.get("/v1/me/notices?state=unseen").await.expect(200);
    let told = |notice: &Value| (text(&notice["kind"]), text(&notice["subject"]));
    page["items"].as_array().unwrap().iter().map(told).collect()
}

#[actix_web::test]
async fn for_an_hour_everything_of_the_case_can_be_read_and_nothing_written() {
    let mut scene = Scene::set().await;
    scene.tern.get(&scene.path).await.expect_problem(404, "not_found");
    let opened = scene.open(&scene.tern).await;
    let view = opened.expect(201);
    assert_eq!(view["began_at"], "2026-03-02T10:00:00.000000Z");
    assert_eq!(view["ends_at"], "2026-03-02T11:00:00.000000Z");
    assert_eq!(view["review_due_at"], "2026-03-05T10:00:00.000000Z");
    assert!(!view.to_string().contains("Yanji"), "the words are sealed");
    assert_eq!(opened.header("location").unwrap(), format!("/v1/emergency-accesses/{}", text(&view["id"])));

    for part in ["", "/history", "/team", "/stays", "/journeys", "/applications", "/resettlements"] {
        scene.tern.get(&format!("{}{part}", scene.path)).await.expect(200);
    }
    for group in FieldGroup::all() {
        scene.tern.get(&format!("{}/{}", scene.path, group.code())).await.expect(200);
    }
    let opened = scene.tern.get(&format!("{}/identity", scene.path)).await;
    assert_eq!(opened.expect(200)["record"]["names"][0]["full"], NAME);
    // Neither written, nor listed, nor found.
    let identity = format!("{}/identity", scene.path);
    let write = scene.tern.change(Method::PUT, &identity, &opened.etag(), json!({})).await;
    write.expect_problem(404, "not_found");
    let patch = json!({"risk": "low"});
    scene.tern.change(Method::PATCH, &scene.path, "\"1\"", patch).await.expect_problem(404, "not_found");
    assert_eq!(scene.tern.get("/v1/cases").await.expect(200)["items"], json!([]));

    scene.later(TimeDelta::minutes(59));
    scene.tern.get(&identity).await.expect(200);
    scene.later(TimeDelta::minutes(1));
    for path in [&scene.path, &identity] {
        scene.tern.get(path).await.expect_problem(404, "not_found");
    }
}

#[actix_web::test]
async fn a_coordinator_opens_sealed_records_of_their_hub_only_in_an_emergency() {
    let scene = Scene::set().await;
    let identity = format!("{}/identity", scene.path);
    scene.crane.get(&identity).await.expect_problem(403, "field_group_withheld");
    scene.open(&scene.crane).await.expect(201);
    assert_eq!(scene.crane.get(&identity).await.expect(200)["record"]["names"][0]["full"], NAME);
    assert_eq!(notices(&scene.crane).await, [], "whoever did it is not told of it");
}

#[actix_web::test]
async fn it_begins_for_a_shorter_time_and_is_ended_by_its_holder_or_a_coordinator_of_the_hub() {
    let scene = Scene::set().await;
    let body = json!({"reason": "medical", "explanation": WHY, "minutes": 20});
    let view = open(&scene.tern, &scene.path, body).await.expect(201);
    assert_eq!(view["ends_at"], "2026-03-02T10:20:00.000000Z");
    let end = format!("/v1/emergency-accesses/{}/end", text(&view["id"]));
    scene.heron.post_if(&end, "\"1\"", Value::Null).await.expect_problem(404, "not_found");
    let of_another_hub = scene.app.coordinator(scene.app.hub("Seoul"));
    of_another_hub.post_if(&end, "\"1\"", Value::Null).await.expect_problem(404, "not_found");
    let ended = scene.crane.post_if(&end, "\"1\"", Value::Null).await.expect(200);
    assert_eq!(ended["ends_at"], "2026-03-02T10:00:00.000000Z");
    assert_eq!(ended["ended_by"], json!(scene.crane.id));
    scene.tern.get(&scene.path).await.expect_problem(404, "not_found");
    let again = scene.crane.post_if(&end, "\"2\"", Value::Null).await;
    again.expect_problem(409, "guards_unmet");
    assert_eq!(again.guards(), ["emergency_lasts"]);

    let view = scene.open(&scene.tern).await.expect(201);
    let end = format!("/v1/emergency-accesses/{}/end", text(&view["id"]));
    scene.tern.post_if(&end, "\"1\"", Value::Null).await.expect(200);
    scene.tern.get(&scene.path).await.expect_problem(404, "not_found");
}

#[actix_web::test]
async fn one_at_a_time_and_three_a_day_however_many_are_asked_for_at_once() {
    let mut scene = Scene::set().await;
    let body = || json!({"reason": "danger", "explanation": WHY, "minutes": 1});
    let asking = (0..16).map(|_| {
        let (tern, path) = (scene.tern.clone(), scene.path.clone());
        async move { open(&tern, &path, body()).await.status.as_u16() }
    });
    let mut statuses = together(asking).await;
    statuses.sort_unstable();
    assert_eq!((statuses[0], statuses[1]), (201, 409));
    let refused = open(&scene.tern, &scene.path, body()).await;
    assert_eq!(refused.guards(), ["no_open_emergency"]);
    for _ in 0..2 {
        scene.later(TimeDelta::minutes(5));
        open(&scene.tern, &scene.path, body()).await.expect(201);
    }
    scene.later(TimeDelta::minutes(5));
    let refused = open(&scene.tern, &scene.path, body()).await;
    refused.expect_problem(409, "guards_unmet");
    assert_eq!(refused.guards(), ["few_emergencies"]);
    scene.later(TimeDelta::hours(24) - TimeDelta::minutes(15));
    open(&scene.tern, &scene.path, body()).await.expect(201);
}

#[actix_web::test]
async fn a_restricted_case_and_one_of_another_hub_are_opened_by_nobody() {
    let mut scene = Scene::set().await;
    let elsewhere = scene.app.hub("Ulan Bator");
    let other = scene.app.caseworker(elsewhere);
    let path = format!("/v1/cases/{}", text(&other.open_case(elsewhere).await["id"]));
    open(&scene.tern, &path, json!({"reason": "raid", "explanation": WHY}))
        .await
        .expect_problem(404, "not_found");

    scene.open(&scene.tern).await.expect(201);
    scene.tern.get(&scene.path).await.expect(200);
    let restrict = json!({"restricted": true});
    scene
        .heron
        .change(Method::PUT, &format!("{}/restriction", scene.path), "\"1\"", restrict)
        .await
        .expect(200);
    scene.tern.get(&scene.path).await.expect_problem(404, "not_found");
    scene.later(TimeDelta::hours(1));
    scene.open(&scene.tern).await.expect_problem(404, "not_found");
    // Not even by whoever is on its team, and would open more of it.
    let refused = scene.open(&scene.heron).await;
    refused.expect_problem(409, "guards_unmet");
    assert_eq!(refused.guards(), ["not_restricted"]);
}

#[actix_web::test]
async fn it_ends_with_the_place_in_the_hub() {
    let scene = Scene::set().await;
    scene.open(&scene.tern).await.expect(201);
    scene.tern.get(&scene.path).await.expect(200);
    let address = format!("/v1/users/{}/hubs/{}", scene.tern.id, scene.hub);
    scene.app.administrator().delete(&address).await.expect(204);
    scene.tern.get(&scene.path).await.expect_problem(404, "not_found");
}

#[actix_web::test]
async fn a_coordinator_who_leaves_the_hub_can_still_end_their_own() {
    let scene = Scene::set().await;
    let elsewhere = scene.app.hub("Seoul");
    let crane = scene.app.person(Role::Coordinator, &[scene.hub, elsewhere]);
    let own = text(&scene.open(&crane).await.expect(201)["id"]);
    let of_another = text(&scene.open(&scene.tern).await.expect(201)["id"]);
    let address = format!("/v1/users/{}/hubs/{}", crane.id, scene.hub);
    scene.app.administrator().delete(&address).await.expect(204);
    let listed = crane.get("/v1/emergency-accesses").await.expect(200);
    let listed: Vec<_> = listed["items"].as_array().unwrap().iter().map(|item| text(&item["id"])).collect();
    assert_eq!(listed, std::slice::from_ref(&own));
    let end = |id: &str| format!("/v1/emergency-accesses/{id}/end");
    crane.post_if(&end(&of_another), "\"1\"", Value::Null).await.expect_problem(404, "not_found");
    crane.post_if(&end(&own), "\"1\"", Value::Null).await.expect(200);
    // What was opened and ended may be followed by another one.
    let here = scene.app.caseworker(elsewhere).open_case(elsewhere).await;
    let path = format!("/v1/cases/{}", text(&here["id"]));
    open(&crane, &path, json!({"reason": "raid", "explanation": WHY})).await.expect(201);
}

#[actix_web::test]
async fn a_merged_case_opens_with_the_one_that_it_went_on_as() {
    let scene = Scene::set().await;
    let other = scene.heron.open_case(scene.hub).await;
    let other_path = format!("/v1/cases/{}", text(&other["id"]));
    let before = open(&scene.crane, &other_path, json!({"reason": "raid", "explanation": WHY})).await;
    let before = format!("/v1/emergency-accesses/{}", text(&before.expect(201)["id"]));
    scene.crane.post_if(&format!("{before}/end"), "\"1\"", Value::Null).await.expect(200);
    scene.heron.put_new(&format!("{other_path}/legal"), json!({})).await.expect(200);
    let merge = json!({"duplicate": other["id"], "duplicate_version": 1, "reason": "opened_twice"});
    scene.crane.post_if(&format!("{}/merges", scene.path), "\"1\"", merge).await.expect(200);
    for path in [format!("{other_path}/legal"), other_path.clone()] {
        scene.tern.get(&path).await.expect_problem(404, "not_found");
    }
    scene.open(&scene.tern).await.expect(201);
    for path in [format!("{other_path}/legal"), other_path.clone(), format!("{other_path}/history")] {
        scene.tern.get(&path).await.expect(200);
    }
    let versions = scene.tern.get(&format!("{}/legal/versions", scene.path)).await.expect(200);
    assert_eq!(versions["items"].as_array().unwrap().len(), 1);
    // Why the merged one was opened is read where the one that it went on as is reached.
    let why = format!("{before}/explanation");
    assert_eq!(scene.crane.get(&why).await.expect(200)["explanation"], WHY);
    let (etag, restriction) =
        (scene.heron.get(&scene.path).await.etag(), format!("{}/restriction", scene.path));
    scene.heron.change(Method::PUT, &restriction, &etag, json!({"restricted": true})).await.expect(200);
    scene.crane.get(&why).await.expect_problem(404, "not_found");
}

#[actix_web::test]
async fn its_reason_has_to_be_told_and_no_more_than_an_hour_is_given() {
    let scene = Scene::set().await;
    for (body, pointer) in [
        (json!({"reason": "raid", "explanation": "Police."}), "/explanation"),
        (json!({"reason": "raid", "explanation": WHY, "minutes": 61}), "/minutes"),
        (json!({"reason": "raid", "explanation": WHY, "minutes": 0}), "/minutes"),
    ] {
        let answer = open(&scene.tern, &scene.path, body).await;
        answer.expect_problem(422, "invalid_fields");
        assert_eq!(answer.pointers(), [pointer]);
    }
    for body in [
        json!({"explanation": WHY}),
        json!({"reason": "raid"}),
        json!({"reason": "curious", "explanation": WHY}),
    ] {
        open(&scene.tern, &scene.path, body).await.expect_problem(422, "invalid_fields");
    }
    scene.tern.get(&scene.path).await.expect_problem(404, "not_found");
}

#[actix_web::test]
async fn why_is_read_by_its_holder_and_the_coordinators_as_long_as_they_reach_the_case() {
    let mut scene = Scene::set().await;
    let id = text(&scene.open(&scene.tern).await.expect(201)["id"]);
    let address = format!("/v1/emergency-accesses/{id}/explanation");
    for reader in [&scene.tern, &scene.crane] {
        assert_eq!(reader.get(&address).await.expect(200)["explanation"], WHY);
    }
    scene.heron.get(&address).await.expect_problem(404, "not_found");
    scene.owl.get(&address).await.expect_problem(403, "forbidden");
    scene.later(TimeDelta::hours(1));
    scene.tern.get(&address).await.expect_problem(404, "not_found");
    scene.crane.get(&address).await.expect(200);
    // Whoever is not on the team of a restricted case reads nothing of it.
    scene
        .heron
        .change(Method::PUT, &format!("{}/restriction", scene.path), "\"1\"", json!({"restricted": true}))
        .await
        .expect(200);
    scene.crane.get(&address).await.expect_problem(404, "not_found");
    let mut raw = scene.app.database.raw();
    let sealed = format!("SELECT {} AS t FROM emergency_accesses WHERE id = '{id}'", raw.hex("explanation"));
    let sealed = raw.texts(&sealed).remove(0);
    assert!(sealed.len() > 200 && !sealed.to_lowercase().contains(&crate::common::hex(b"Yanji")));
}

#[actix_web::test]
async fn coordinators_are_told_at_once_and_an_auditor_reviews_it() {
    let mut scene = Scene::set().await;
    let of_another_hub = scene.app.coordinator(scene.app.hub("Seoul"));
    let id = text(&scene.open(&scene.tern).await.expect(201)["id"]);
    assert_eq!(notices(&scene.crane).await, [("emergency_opened".to_owned(), id.clone())]);
    assert_eq!(notices(&scene.owl).await, [("review_waits".to_owned(), id.clone())]);
    for other in [&scene.heron, &scene.tern, &of_another_hub] {
        assert_eq!(notices(other).await, []);
    }
    let waiting = "/v1/emergency-accesses?review=waiting";
    for reader in [&scene.tern, &scene.crane, &scene.owl] {
        assert_eq!(reader.get(waiting).await.expect(200)["items"][0]["id"], json!(id));
    }
    assert_eq!(of_another_hub.get(waiting).await.expect(200)["items"], json!([]));
    // It is an alarm, which tells who and which case.
    scene.app.log().await;
    let alarms = scene.owl.get("/v1/audit/alarms").await.expect(200);
    assert_eq!(alarms["items"][0]["entry"]["action"], "emergency.open");
    assert_eq!(alarms["items"][0]["entry"]["actor"], json!(scene.tern.id));

    let review = format!("/v1/emergency-accesses/{id}/review");
    let finding = || json!({"finding": "unjustified"});
    let early = scene.owl.post_if(&review, "\"1\"", finding()).await;
    early.expect_problem(409, "guards_unmet");
    assert_eq!(early.guards(), ["emergency_ended"]);
    scene.later(TimeDelta::hours(1));
    scene.crane.post_if(&review, "\"1\"", finding()).await.expect_problem(403, "forbidden");
    let reviewed = scene.owl.post_if(&review, "\"1\"", finding()).await.expect(200);
    assert_eq!(reviewed["finding"], "unjustified");
    assert_eq!(reviewed["reviewed_by"], json!(scene.owl.id));
    let twice = scene.owl.post_if(&review, "\"2\"", finding()).await;
    assert_eq!(twice.guards(), ["not_reviewed"]);
    assert_eq!(scene.owl.get(waiting).await.expect(200)["items"], json!([]));
    for told in [&scene.tern, &scene.crane] {
        assert_eq!(notices(told).await[0], ("emergency_reviewed".to_owned(), id.clone()));
    }
}

#[actix_web::test]
async fn a_review_that_nobody_makes_is_told_again_each_day_until_it_is_made() {
    let mut scene = Scene::set().await;
    let id = text(&scene.open(&scene.tern).await.expect(201)["id"]);
    let overdue = async |scene: &Scene| emergency::count(&scene.app.app).await.unwrap().overdue;
    scene.later(TimeDelta::hours(72) - TimeDelta::seconds(1));
    assert_eq!((overdue(&scene).await, emergency::remind(&scene.app.app).await.unwrap()), (0, 0));
    scene.later(TimeDelta::seconds(1));
    assert_eq!((overdue(&scene).await, emergency::remind(&scene.app.app).await.unwrap()), (1, 1));
    assert!(crate::metrics::told(&scene.app).await.contains("waystation_emergency_reviews_overdue 1\n"));
    assert_eq!(emergency::remind(&scene.app.app).await.unwrap(), 0, "once a day");
    let due = ("review_overdue".to_owned(), id.clone());
    assert_eq!(notices(&scene.owl).await[0], due);
    assert!(notices(&scene.crane).await.contains(&due));
    scene.app.log().await;
    let told = upkeep::tell_alarms(&scene.app.app, None).await.unwrap();
    assert_eq!(told.alarms, 1, "the opening is longer ago than a day");
    let alarm = scene.owl.get("/v1/audit/alarms").await.expect(200);
    assert_eq!(alarm["items"][0]["entry"]["action"], "emergency.overdue");

    let read = scene.owl.get(&format!("/v1/emergency-accesses/{id}")).await;
    scene.later(TimeDelta::days(1));
    assert_eq!(emergency::remind(&scene.app.app).await.unwrap(), 1);
    assert_eq!(
        notices(&scene.owl).await.len(),
        2,
        "a second notice of the same only when the first was seen"
    );
    let review = format!("/v1/emergency-accesses/{id}/review");
    // It is the version that was read before somebody was reminded of it.
    scene.owl.post_if(&review, &read.etag(), json!({"finding": "justified"})).await.expect(200);
    scene.later(TimeDelta::days(1));
    assert_eq!((overdue(&scene).await, emergency::remind(&scene.app.app).await.unwrap()), (0, 0));
}

#[actix_web::test]
async fn a_notice_is_ones_own_and_is_marked_as_seen_once() {
    let mut scene = Scene::set().await;
    scene.open(&scene.tern).await.expect(201);
    let page = scene.crane.get("/v1/me/notices").await.expect(200);
    let seen = format!("/v1/me/notices/{}/seen", text(&page["items"][0]["id"]));
    scene.owl.put(&seen, Value::Null).await.expect_problem(404, "not_found");
    scene.later(TimeDelta::minutes(5));
    scene.crane.put(&seen, Value::Null).await.expect(204);
    scene.later(TimeDelta::minutes(5));
    scene.crane.put(&seen, Value::Null).await.expect(204);
    assert_eq!(notices(&scene.crane).await, []);
    let page = scene.crane.get("/v1/me/notices").await.expect(200);
    assert_eq!(page["items"][0]["seen_at"], "2026-03-02T10:05:00.000000Z");
    scene.later(TimeDelta::days(90) - TimeDelta::minutes(10));
    let left = || scene.app.database.raw().count("SELECT COUNT(*) FROM notices");
    upkeep::forget_old_notices(&scene.app.app).await.unwrap();
    assert_eq!(left(), 2);
    scene.app.wait(TimeDelta::seconds(1));
    upkeep::forget_old_notices(&scene.app.app).await.unwrap();
    assert_eq!(left(), 0);
}

#[actix_web::test]
async fn whoever_decides_is_told_of_erasures_and_pairs_but_not_of_restricted_cases() {
    let scene = Scene::set().await;
    let alike = json!({"names": [{"script": "hangul", "kind": "birth", "full": NAME}], "birth": {"date": "1972-04-01"}});
    let mut cases = Vec::new();
    for restricted in [false, false, true] {
        let case = scene.heron.open_case(scene.hub).await;
        let path = format!("/v1/cases/{}", text(&case["id"]));
        if restricted {
            scene
                .heron
                .change(Method::PUT, &format!("{path}/restriction"), "\"1\"", json!({"restricted": true}))
                .await
                .expect(200);
        }
        scene.heron.put_new(&format!("{path}/identity"), alike.clone()).await.expect(200);
        cases.push(path);
    }
    let pairs: Vec<_> =
        notices(&scene.crane).await.into_iter().filter(|(kind, _)| kind == "duplicate_waits").collect();
    let open = scene.crane.get("/v1/duplicates").await.expect(200)["items"].as_array().unwrap().len();
    assert_eq!(pairs.len(), open, "{pairs:?}");
    assert!(open >= 1);
    for (path, told) in [(&cases[0], true), (&cases[2], false)] {
        let case = scene.heron.get(path).await;
        let body = json!({"outcome": "moved_on", "on": "2026-03-02", "note": "Alone."});
        scene.heron.post_if(&format!("{path}/closure"), &case.etag(), body).await.expect(200);
        let asked = scene
            .heron
            .post(&format!("{path}/erasures"), json!({"reason": "person_asked"}))
            .await
            .expect(201);
        let waits = ("erasure_waits".to_owned(), text(&asked["id"]));
        assert_eq!(notices(&scene.crane).await.contains(&waits), told);
    }
}
