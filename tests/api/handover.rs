//! Whoever leaves hands everything over in one call, and nobody gets more by it than the leaver had.

use serde_json::{Value, json};
use waystation::access::{HubId, Role};

use crate::common::{Answer, Person, TestApp};

/// Two hubs; heron leaves the first one, where crane coordinates.
struct Network {
    app: TestApp,
    here: HubId,
    there: HubId,
    heron: Person,
    tern: Person,
    swan: Person,
    crane: Person,
}

async fn network() -> Network {
    let app = TestApp::new().await;
    let (here, there) = (app.hub("Kunming"), app.hub("Seoul"));
    let heron = app.person(Role::Caseworker, &[here, there]);
    let (tern, swan, crane) = (app.caseworker(here), app.caseworker(here), app.coordinator(here));
    Network { app, here, there, heron, tern, swan, crane }
}

impl Network {
    /// A case of heron's, by its address.
    async fn case(&self, hub: HubId) -> String {
        format!("/v1/cases/{}", self.heron.open_case(hub).await["id"].as_str().unwrap())
    }

    async fn hand_over(&self, body: Value) -> Answer {
        self.crane.post(&format!("/v1/users/{}/handover", self.heron.id), body).await
    }

    async fn assign(&self, case: &str, person: &Person, place: Value) {
        self.crane.put(&format!("{case}/team/{}", person.id), place).await.expect(200);
    }

    /// Field groups and end of a place on the team.
    async fn place(&self, case: &str, person: &Person) -> (Value, Value) {
        let team = self.crane.get(&format!("{case}/team")).await.expect(200);
        let places = team["items"].as_array().unwrap();
        let place = places.iter().find(|place| place["user_id"] == json!(person.id)).unwrap();
        (place["field_groups"].clone(), place["ends_at"].clone())
    }

    fn places(&self) -> Vec<String> {
        let columns = "case_id || user_id || identity || legal || COALESCE(ends_at, 0) || version AS t";
        self.app.database.raw().texts(&format!("SELECT {columns} FROM case_team ORDER BY case_id, user_id"))
    }
}

#[actix_web::test]
async fn every_place_goes_to_whom_it_is_for_in_one_call() {
    let network = network().await;
    let Network { app, heron, tern, swan, here, there, .. } = &network;
    let (open, closed, other) =
        (network.case(*here).await, network.case(*here).await, network.case(*here).await);
    let elsewhere = network.case(*there).await;
    let close = json!({"outcome": "moved_on", "on": "2026-03-02", "note": "Alone."});
    let closing = heron.post_if(&format!("{closed}/closure"), "\"1\"", close).await;
    assert!(closing.status.is_success(), "{}", closing.text());
    let code = heron.get(&other).await.expect(200)["code"].clone();

    let body = json!({"to": tern.id, "except": [{"case": code, "to": swan.id}]});
    let path = format!("/v1/users/{}/handover", heron.id);
    let send = || network.crane.post_once("leaving", &path, body.clone());
    let answer = send().await;
    let given = answer.expect(200);
    assert_eq!(given["places"], 3);
    assert_eq!(send().await.expect(200), given);
    let received = |person: &Person| {
        let all = given["received"].as_array().unwrap();
        all.iter().find(|one| one["user_id"] == json!(person.id)).unwrap()["places"].clone()
    };
    assert_eq!((received(tern), received(swan)), (json!(2), json!(1)));
    for case in [&open, &closed, &other] {
        heron.get(case).await.expect_problem(404, "not_found");
    }
    for (person, case) in [(tern, &open), (tern, &closed), (swan, &other)] {
        person.get(case).await.expect(200);
        assert_eq!(network.place(case, person).await.1, Value::Null);
        assert_eq!(network.place(case, heron).await.1, json!(app.now()));
    }
    tern.get(&other).await.expect_problem(404, "not_found");
    // What is another hub's is its own coordinator's to hand over.
    heron.get(&elsewhere).await.expect(200);

    let events = app.events_of(answer.header("x-request-id").unwrap()).await;
    let (about, of_cases): (Vec<_>, Vec<_>) =
        events.iter().partition(|event| event.action == "user.hand_over");
    assert_eq!(about.len(), 1);
    assert_eq!(about[0].body()["details"]["places"], json!("3"));
    assert_eq!(of_cases.len(), 3);
    assert!(of_cases.iter().all(|event| event.action == "team.hand_over" && event.case_id.is_some()));
    let log = tern.get(&format!("{open}/access-log")).await.expect(200);
    assert!(log["items"].as_array().unwrap().iter().any(|access| access["action"] == "team.hand_over"));

    let again = network.hand_over(json!({"to": tern.id})).await.expect(200);
    assert_eq!(again, json!({"places": 0, "left": 0, "received": []}));
}

#[actix_web::test]
async fn a_receiver_gets_what_the_leaver_had_beside_what_they_have() {
    let network = network().await;
    let Network { heron, tern, here, app, .. } = &network;
    let case = network.case(*here).await;
    let (sooner, later) = ("2027-01-01T00:00:00.000000Z", "2027-06-01T00:00:00.000000Z");
    network.assign(&case, heron, json!({"field_groups": ["identity"], "ends_at": later})).await;
    network.assign(&case, tern, json!({"field_groups": ["legal"], "ends_at": sooner})).await;
    network.hand_over(json!({"to": tern.id})).await.expect(200);
    assert_eq!(network.place(&case, tern).await, (json!(["identity", "legal"]), json!(later)));
    tern.get(&format!("{case}/health")).await.expect_problem(403, "field_group_withheld");

    // A place that has ended is not brought back with what it opened.
    let case = network.case(*here).await;
    network.assign(&case, heron, json!({"field_groups": ["identity"]})).await;
    network.assign(&case, tern, json!({"field_groups": ["health"], "ends_at": sooner})).await;
    let sql = format!("UPDATE case_team SET ends_at = 1 WHERE user_id = '{}' AND health", tern.id);
    app.database.raw().execute(&sql).unwrap();
    network.hand_over(json!({"to": tern.id})).await.expect(200);
    assert_eq!(network.place(&case, tern).await, (json!(["identity"]), Value::Null));
}

#[actix_web::test]
async fn restricted_cases_are_handed_over_by_their_team_alone() {
    let network = network().await;
    let Network { heron, tern, crane, here, .. } = &network;
    let (hidden, shared) = (network.case(*here).await, network.case(*here).await);
    network.assign(&shared, crane, json!({"field_groups": []})).await;
    for case in [&hidden, &shared] {
        heron.restrict(case).await;
    }
    let named =
        network.hand_over(json!({"to": tern.id, "except": [{"case": &hidden[10..], "to": tern.id}]})).await;
    let nothing = network
        .hand_over(json!({"to": tern.id, "except": [{"case": "0123456789abcdefghjkmnpqrs", "to": tern.id}]}))
        .await;
    let told = |answer: &Answer| answer.expect_problem(422, "invalid_fields")["faults"].clone();
    assert_eq!(told(&named), told(&nothing));

    let given = network.hand_over(json!({"to": tern.id})).await.expect(200);
    assert_eq!(given["places"], 1);
    tern.get(&shared).await.expect(200);
    tern.get(&hidden).await.expect_problem(404, "not_found");
    heron.get(&hidden).await.expect(200);
}

#[actix_web::test]
async fn who_cannot_have_places_gets_none_and_nothing_is_changed() {
    let network = network().await;
    let Network { app, heron, tern, crane, here, there, .. } = &network;
    let (case, second) = (network.case(*here).await, network.case(*here).await);
    let (auditor, suspended) = (app.auditor(), app.caseworker(*here));
    let sql = format!("UPDATE users SET status = 'suspended' WHERE id = '{}'", suspended.id);
    app.database.raw().execute(&sql).unwrap();
    let before = network.places();
    let exception = |case: &str, to: &Person| json!({"case": case, "to": to.id});
    let many: Vec<Value> = (0..201).map(|_| exception(&case[10..], tern)).collect();
    for (body, pointer) in [
        (json!({"to": "0123456789abcdefghjkmnpqrs"}), "/to"),
        (json!({"to": auditor.id}), "/to"),
        (json!({"to": suspended.id}), "/to"),
        (json!({"to": heron.id}), "/to"),
        (json!({"to": tern.id, "except": [exception(&case[10..], &auditor)]}), "/except/0/to"),
        (
            json!({"to": tern.id, "except": [exception(&case[10..], tern), exception(&case[10..], tern)]}),
            "/except/1/case",
        ),
        (json!({"to": tern.id, "except": many}), "/except"),
    ] {
        let answer = network.hand_over(body.clone()).await;
        answer.expect_problem(422, "invalid_fields");
        assert_eq!(answer.pointers(), [pointer], "{body}");
    }

    // Whose place it is may not be who widens it.
    network.assign(&second, crane, json!({"field_groups": []})).await;
    let answer = network.hand_over(json!({"to": crane.id})).await;
    let told = answer.expect_problem(409, "guards_unmet").to_string();
    assert_eq!(answer.guards(), ["not_own_place"]);
    let code = crane.get(&second).await.expect(200)["code"].clone();
    assert!(told.contains(code.as_str().unwrap()), "{told}");
    crane.delete(&format!("{second}/team/{}", crane.id)).await.expect(204);

    // Of another hub, and by whoever may not.
    let foreign = app.coordinator(*there);
    let stranger = app.caseworker(*there);
    let path = format!("/v1/users/{}/handover", tern.id);
    foreign.post(&path, json!({"to": stranger.id})).await.expect_problem(404, "not_found");
    for person in [heron, &app.administrator(), &auditor] {
        person.post(&path, json!({"to": tern.id})).await.expect_problem(403, "forbidden");
    }
    assert_eq!(network.places(), before);
}

#[actix_web::test]
async fn a_place_on_a_merged_case_goes_with_the_one_on_the_case_that_goes_on() {
    let network = network().await;
    let Network { app, heron, tern, swan, crane, here, there } = &network;
    let both = app.person(Role::Coordinator, &[*here, *there]);
    let (first, second) = (network.case(*here).await, network.case(*here).await);
    let (merged, foreign) = (network.case(*here).await, network.case(*there).await);
    for (survivor, version, duplicate) in [(&first, 1, &merged), (&first, 2, &foreign)] {
        let merge = json!({"duplicate": duplicate[10..], "duplicate_version": 1, "reason": "opened_twice"});
        both.post_if(&format!("{survivor}/merges"), &format!("\"{version}\""), merge).await.expect(200);
    }
    // Named by the merged one, it is the same exception; named by both, one too many.
    let except = |case: &str| json!({"case": case[10..], "to": swan.id});
    let twice = network.hand_over(json!({"to": tern.id, "except": [except(&first), except(&merged)]})).await;
    twice.expect_problem(422, "invalid_fields");
    assert_eq!(twice.pointers(), ["/except/1/case"]);
    let given = network.hand_over(json!({"to": tern.id, "except": [except(&merged)]})).await.expect(200);
    assert_eq!((&given["places"], &given["left"]), (&json!(3), &json!(0)));
    let lasting = |case: &str| {
        let columns = format!("FROM case_team WHERE case_id = '{}' AND ends_at IS NULL", &case[10..]);
        app.database.raw().texts(&format!("SELECT user_id AS t {columns}"))
    };
    assert_eq!(lasting(&first), [swan.id.to_string()]);
    assert_eq!(lasting(&merged), [swan.id.to_string()]);
    assert_eq!(lasting(&second), [tern.id.to_string()]);
    assert_eq!(lasting(&foreign), [heron.id.to_string()], "another hub's is not this coordinator's to give");
    for (person, told) in [(tern, 1), (swan, 1), (heron, 0), (crane, 0)] {
        let notices = person.get("/v1/me/notices").await.expect(200);
        let kinds = notices["items"].as_array().unwrap();
        assert_eq!(kinds.iter().filter(|notice| notice["kind"] == "cases_handed_over").count(), told);
    }

    let merges = both.get(&format!("{first}/merges")).await.expect(200);
    let merges = merges["items"].as_array().unwrap();
    let merge = merges.iter().find(|merge| merge["merged"]["id"] == merged[10..]).unwrap();
    let undo = format!("{first}/merges/{}/undo", merge["id"].as_str().unwrap());
    both.post_if(&undo, "\"3\"", json!({"reason": "two_persons"})).await.expect(200);
    heron.get(&merged).await.expect_problem(404, "not_found");
    tern.get(&merged).await.expect_problem(404, "not_found");
    assert_eq!(swan.get(&merged).await.expect(200)["status"], "active");
}

#[actix_web::test]
async fn more_than_a_thousand_cases_are_handed_over_in_parts() {
    let network = network().await;
    let Network { app, heron, tern, here, .. } = &network;
    let mut last = String::new();
    for _ in 0..1_002 {
        last = network.case(*here).await;
    }
    // What is named is among the first, wherever it would stand.
    let except = json!([{"case": last.trim_start_matches("/v1/cases/"), "to": network.swan.id}]);
    let first = network.hand_over(json!({"to": tern.id, "except": except})).await.expect(200);
    assert_eq!(network.swan.get(&last).await.expect(200)["status"], "active");
    assert_eq!((&first["places"], &first["left"]), (&json!(1_000), &json!(2)));
    let second = network.hand_over(json!({"to": tern.id})).await.expect(200);
    assert_eq!((&second["places"], &second["left"]), (&json!(2), &json!(0)));
    let left = format!("SELECT COUNT(*) FROM case_team WHERE user_id = '{}' AND ends_at IS NULL", heron.id);
    assert_eq!(app.database.raw().count(&left), 0);
}

#[actix_web::test]
async fn a_restricted_case_is_not_left_to_somebody_who_can_only_read_it() {
    let network = network().await;
    let Network { app, heron, crane, here, there, .. } = &network;
    let case = network.case(*here).await;
    let foreign = app.coordinator(*there);
    network.assign(&case, crane, json!({"field_groups": [], "ends_at": "2027-01-01T00:00:00Z"})).await;
    heron.restrict(&case).await;
    let before = network.places();
    network.hand_over(json!({"to": foreign.id})).await.expect_problem(409, "still_in_use");
    assert_eq!(network.places(), before);
}

#[actix_web::test]
async fn it_asks_for_a_fresh_second_factor() {
    let network = network().await;
    network.app.wait(chrono::TimeDelta::minutes(6));
    network.hand_over(json!({"to": network.tern.id})).await.expect_problem(403, "step_up_needed");
}
