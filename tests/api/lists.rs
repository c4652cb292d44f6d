//! Lists in pages: a cursor is good for the list that gave it, narrowed and ordered as it was, and for no other.

use actix_web::http::Method;
use serde_json::{Value, json};
use utoipa::openapi::RefOr;
use utoipa::openapi::path::ParameterIn;
use waystation::access::{FieldGroup, HubId, Reach, Role, UserId};
use waystation::db::types::CodeList as _;
use waystation::routes::{self, Route};

use crate::common::{Person, TestApp};

/// The query parameters of a route that gives pages.
pub fn parameters(route: &Route) -> Vec<String> {
    let (operation, _) = (route.describe)().operation("list", "List", "lists", false, route.path);
    let named = |parameter| match parameter {
        RefOr::T(parameter) => parameter,
        RefOr::Ref(_) => panic!("{}: a parameter by reference", route.operation),
    };
    let all = operation.parameters.into_iter().flatten().map(named);
    all.filter(|parameter| parameter.parameter_in == ParameterIn::Query)
        .map(|parameter| parameter.name)
        .collect()
}

/// A value that the parameter takes; a new one needs a line.
pub fn value(name: &str, route: &Route, person: &Person) -> String {
    match name {
        "hub" | "shelter" | "case" | "actor" | "subject" | "user" => person.id.to_string(),
        "assigned" => "me".to_owned(),
        "state" if route.operation == "list_waiting_erasures" => "refused".to_owned(),
        "review" => "waiting".to_owned(),
        "state" if route.operation == "list_notices" => "unseen".to_owned(),
        "state" => "open".to_owned(),
        "stage" => "shelter".to_owned(),
        "role" => "caseworker".to_owned(),
        "status" => "active".to_owned(),
        "risk" => "high".to_owned(),
        "sort" => "opened_on".to_owned(),
        "as_of" => "2026-02-01".to_owned(),
        "by" => "hub,sex".to_owned(),
        "format" => "json".to_owned(),
        "signed" => "now".to_owned(),
        "from" | "to" => "1".to_owned(),
        "action" => "case.create".to_owned(),
        "outcome" => "done".to_owned(),
        "group" => "identity".to_owned(),
        "updated_since" | "after" | "before" => "2026-03-01T00:00:00Z".to_owned(),
        name => panic!("{}: say in tests/api/lists.rs what {name} may be", route.operation),
    }
}

/// Two hubs, somebody of every role in the first, and a caseworker there with two cases.
pub async fn network(app: &TestApp) -> (HubId, Vec<(Role, Person)>, Person, String) {
    let (hub, _) = (app.hub("Kunming"), app.hub("Seoul"));
    let cast = Role::all().iter().map(|role| (*role, app.person(*role, &[hub]))).collect();
    let heron = app.caseworker(hub);
    let case = heron.open_case(hub).await["id"].as_str().unwrap().to_owned();
    heron.open_case(hub).await;
    (hub, cast, heron, case)
}

/// Two or three of everything that a case has a list of, of one day where that is allowed.
pub async fn fill(app: &TestApp, heron: &Person, hub: HubId, case: &str) {
    let path = format!("/v1/cases/{case}");
    let (mut larch, coordinator) = (String::new(), app.coordinator(hub));
    for codename in ["Larch", "Pine"] {
        let body = json!({"hub_id": hub, "codename": codename, "beds": 6});
        larch = app.administrator().post("/v1/shelters", body).await.expect(201)["id"]
            .as_str()
            .unwrap()
            .to_owned();
    }
    for _ in 0..3 {
        let stay = coordinator
            .post(&format!("{path}/stays"), json!({"shelter_id": larch, "arrived_on": "2026-03-01"}))
            .await;
        let end = json!({"left_on": "2026-03-01", "leaving": "moved_shelter"});
        let address = format!("{}/end", stay.header("location").unwrap());
        coordinator.post_if(&address, &stay.etag(), end).await.expect(200);
        let journey =
            heron.post(&format!("{path}/journeys"), json!({"destination_country": "THA", "legs": []})).await;
        let address = format!("{}/state", journey.header("location").unwrap());
        heron.post_if(&address, &journey.etag(), json!({"to": "abandoned"})).await.expect(200);
        let application =
            json!({"country": "THA", "authority": "unhcr", "level": "FI", "applied_on": "2026-03-01"});
        heron.post(&format!("{path}/applications"), application).await.expect(201);
        let resettlement = json!({
            "country": "USA", "primary_category": "medical_needs", "priority": "normal", "on": "2026-03-01"
        });
        heron.post(&format!("{path}/resettlements"), resettlement).await.expect(201);
    }
    let mut etag = heron.get(&path).await.etag();
    for (to, reason) in [("detained", "arrest"), ("active", "released")] {
        let body = json!({"to": to, "reason": reason, "on": "2026-03-01"});
        let answer = heron.post_if(&format!("{path}/status"), &etag, body).await;
        answer.expect(200);
        etag = answer.etag();
    }
    for group in FieldGroup::all() {
        let record = format!("{path}/{}", group.code());
        let first = heron.put_new(&record, json!({})).await;
        first.expect(200);
        heron.change(Method::PUT, &record, &first.etag(), json!({})).await.expect(200);
    }
    for _ in 0..2 {
        let other = heron.open_case(hub).await;
        let body = json!({"duplicate": other["id"], "duplicate_version": 1, "reason": "opened_twice"});
        let merged = coordinator.post_if(&format!("{path}/merges"), &etag, body).await;
        merged.expect(200);
        etag = merged.etag();
    }
    for _ in 0..2 {
        let hold = coordinator.post(&format!("{path}/holds"), json!({"reason": "court"})).await;
        let lifting = hold.expect(201)["id"].as_str().unwrap().to_owned();
        let lifting = coordinator.request(Method::POST, &format!("{path}/holds/{lifting}/lifting"));
        coordinator.send(lifting.insert_header(("If-Match", "\"1\""))).await.expect(200);
        let (id, now) = (UserId::generate(), app.now().micros());
        // Of a case that is open, which nobody may ask for.
        let refused = format!(
            "INSERT INTO erasures (id, case_id, state, reason, requested_at, ended_at, version) \
             VALUES ('{id}', '{case}', 'refused', 'person_asked', {now}, {now}, 2)"
        );
        app.database.raw().execute(&refused).unwrap();
        let other = heron.open_case(hub).await;
        let requested = format!(
            "INSERT INTO erasures (id, case_id, state, reason, requested_at, version) \
             VALUES ('{}', '{}', 'requested', 'retention', {now}, 1)",
            UserId::generate(),
            other["id"].as_str().unwrap()
        );
        app.database.raw().execute(&requested).unwrap();
    }
}

/// Two canaries, of which one has been opened twice.
pub async fn canaries(app: &TestApp, case: &str) {
    let (owl, hub) = (app.auditor(), app.hub("Busan"));
    let crane = app.caseworker(hub);
    let second = crane.open_case(hub).await["id"].as_str().unwrap().to_owned();
    for canary in [case, &second] {
        owl.put(&format!("/v1/audit/canaries/{canary}"), Value::Null).await.expect(204);
    }
    for _ in 0..2 {
        crane.get(&format!("/v1/cases/{second}")).await.expect(200);
    }
}

/// Three cases that may be of one person, and so three pairs of them.
pub async fn three_alike(worker: &Person, hub: HubId) {
    for _ in 0..3 {
        let case = worker.open_case(hub).await["id"].as_str().unwrap().to_owned();
        let identity = json!({"names": [{"full": "Kim Myong-chol"}], "birth": {"date": "1972"}});
        worker.put_new(&format!("/v1/cases/{case}/identity"), identity).await.expect(200);
    }
}

/// A case that two have opened in an emergency.
pub async fn two_emergencies(app: &TestApp, hub: HubId, case: &str) {
    for _ in 0..2 {
        let body = json!({"reason": "raid", "explanation": "Police at the shelter."});
        app.caseworker(hub).post(&format!("/v1/cases/{case}/emergency-accesses"), body).await.expect(201);
    }
}

/// So many things that wait for somebody.
/// Two that wait for a decision.
pub fn two_grants(app: &TestApp, hub: HubId) {
    for _ in 0..2 {
        app.grant_for(&app.caseworker(hub));
    }
}

pub fn notices(app: &TestApp, whose: &Person, count: usize) {
    for _ in 0..count {
        let id = UserId::generate();
        let sql = format!(
            "INSERT INTO notices (id, user_id, kind, subject, told_at) VALUES ('{id}', '{}', 'erasure_waits', '{id}', {})",
            whose.id,
            app.now().micros()
        );
        app.database.raw().execute(&sql).unwrap();
    }
}

/// The rows of all pages of `rows` rows.
async fn followed(person: &Person, path: &str, rows: usize) -> Vec<Value> {
    let (mut items, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = person.get(&format!("{path}?limit={rows}{cursor}")).await.expect(200);
        items.extend(page["items"].as_array().unwrap().iter().cloned());
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return items,
        }
    }
}

#[actix_web::test]
async fn the_lists_of_a_case_come_in_pages_that_leave_nothing_out_and_give_nothing_twice() {
    let app = TestApp::new().await;
    let hub = app.hub("Kunming");
    let heron = app.caseworker(hub);
    let case = heron.open_case(hub).await["id"].as_str().unwrap().to_owned();
    fill(&app, &heron, hub, &case).await;
    let path = format!("/v1/cases/{case}");
    for list in
        ["history", "stays", "journeys", "applications", "resettlements", "identity/versions", "merges"]
    {
        let address = format!("{path}/{list}");
        let whole = followed(&heron, &address, 200).await;
        assert_eq!(
            whole.len(),
            if ["identity/versions", "merges"].contains(&list) { 2 } else { 3 },
            "{list}"
        );
        for rows in [1, 2] {
            assert_eq!(followed(&heron, &address, rows).await, whole, "{list}");
        }
    }
}

#[actix_web::test]
async fn a_cursor_is_refused_under_another_filter_order_or_address_in_every_list() {
    let app = TestApp::new().await;
    let (hub, cast, heron, case) = network(&app).await;
    heron.get(&format!("/v1/cases/{case}")).await.expect(200);
    fill(&app, &heron, hub, &case).await;

    canaries(&app, &case).await;
    three_alike(&heron, hub).await;
    two_emergencies(&app, hub, &case).await;
    two_grants(&app, hub);
    for (_, person) in &cast {
        notices(&app, person, 2);
    }

    let (mut lists, mut foreign) = (0, None::<String>);
    for route in routes::all() {
        let names = parameters(&route);
        if !names.iter().any(|name| name == "limit") {
            continue;
        }
        let row = (route.describe)().permission.expect("a permission");
        let (role, person) = cast.iter().max_by_key(|(role, _)| row.reach_of(*role)).unwrap();
        let own = route.path.starts_with("/v1/me/");
        assert!(own || row.reach_of(*role) > Reach::Own, "{}", route.operation);
        let path = route.path.replace("{case}", &case);
        // What is for the team alone, for one who is on it.
        let person = if path.starts_with("/v1/cases/") && row.reach_of(Role::Caseworker) == Reach::Team {
            &heron
        } else {
            person
        };
        let page = async |query: &str| person.get(&format!("{path}?{query}")).await;
        let first = page("limit=1").await.expect(200);
        let cursor = first["next_cursor"].as_str().unwrap_or_else(|| panic!("{}: {first}", route.operation));

        let other_page = page(&format!("cursor={cursor}&limit=2")).await.expect(200);
        assert_ne!(other_page["items"][0], first["items"][0], "{}", route.operation);
        for name in names.iter().filter(|name| !["limit", "cursor"].contains(&name.as_str())) {
            let value = value(name, &route, person);
            let answer = page(&format!("{name}={value}&limit=1&cursor={cursor}")).await;
            answer.expect_problem(400, "invalid_cursor");
        }
        if let Some(foreign) = foreign.replace(cursor.to_owned()) {
            page(&format!("cursor={foreign}")).await.expect_problem(400, "invalid_cursor");
        }
        lists += 1;
    }
    let of_a_case = [
        "accesses",
        "history",
        "stays",
        "journeys",
        "applications",
        "resettlements",
        "merges",
        "erasures",
        "holds",
    ]
    .len();
    assert_eq!(
        lists,
        [
            "users",
            "hubs",
            "shelters",
            "cases",
            "erasures",
            "the log",
            "canaries",
            "alarms",
            "duplicates",
            "notices",
            "emergencies",
            "grants"
        ]
        .len()
            + of_a_case
            + FieldGroup::all().len()
    );
}

#[actix_web::test]
async fn filters_are_the_same_in_whatever_order_and_writing_they_are_sent() {
    let app = TestApp::new().await;
    let hub = app.hub("Kunming");
    let heron = app.caseworker(hub);
    for _ in 0..3 {
        heron.open_case(hub).await;
    }
    let first = heron.get(&format!("/v1/cases?stage=shelter&hub={hub}&limit=1")).await;
    let cursor = first.expect(200)["next_cursor"].as_str().unwrap().to_owned();
    let next = first.header("link").unwrap().split(['<', '>']).nth(1).unwrap().to_owned();
    let followed = heron.get(&next).await.expect(200);
    let written = heron.get(&format!("/v1/cases?cursor={cursor}&limit=1&hub={hub}&stage=%73helter")).await;
    assert_eq!(written.expect(200), followed);
    heron
        .get(&format!("/v1/cases?stage=shelter&cursor={cursor}"))
        .await
        .expect_problem(400, "invalid_cursor");
    for twice in ["limit=1&limit=1", &format!("cursor={cursor}&cursor={cursor}")] {
        let answer = heron.get(&format!("/v1/cases?{twice}")).await;
        answer.expect_problem(400, "malformed_request");
        assert_eq!(answer.pointers(), [twice.split('=').next().unwrap()]);
    }
}

/// A reading is on the log with what it was narrowed by; of the parameters only page and order are not.
#[actix_web::test]
async fn what_a_list_was_narrowed_by_is_on_the_log() {
    let app = TestApp::new().await;
    let hub = app.hub("Kunming");
    let cast: Vec<(Role, Person)> =
        Role::all().iter().map(|role| (*role, app.person(*role, &[hub]))).collect();
    let mut narrowed = 0;
    for route in routes::all() {
        let names = parameters(&route);
        if !names.iter().any(|name| name == "limit") || route.path.contains('{') {
            continue;
        }
        let row = (route.describe)().permission.expect("a permission");
        let (_, person) = cast.iter().max_by_key(|(role, _)| row.reach_of(*role)).unwrap();
        for name in names.iter().filter(|name| !["limit", "cursor", "sort"].contains(&name.as_str())) {
            let value = value(name, &route, person);
            let answer = person.get(&format!("{}?{name}={value}", route.path)).await;
            answer.expect(200);
            let entry = app.events_of(answer.header("x-request-id").unwrap()).await.remove(0).body();
            let details = entry["details"].as_object().unwrap_or_else(|| panic!("{name}: {entry}"));
            assert_eq!(details.keys().collect::<Vec<_>>(), [name], "{}", route.operation);
            let told = details[name].as_str().unwrap().trim_end_matches(".000000Z");
            let meant = if value == "me" { person.id.as_str() } else { value.trim_end_matches('Z') };
            assert_eq!(told, meant, "{}", route.operation);
            narrowed += 1;
        }
    }
    assert_eq!(
        narrowed,
        ["the log"; 8].len()
            + ["cases"; 7].len()
            + ["shelters"; 2].len()
            + ["grants", "users"].len() * 2
            + ["erasures", "emergencies", "notices"].len()
    );
}
