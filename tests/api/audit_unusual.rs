//! Reading that is unlike the usual, found in a log of real requests; canary cases and their alarms.

use actix_web::http::Method;
use serde_json::{Value, json};
use waystation::upkeep;

use crate::common::{Person, TestApp};

async fn open(person: &Person, hub: waystation::access::HubId, count: usize) -> Vec<String> {
    let mut cases = Vec::new();
    for _ in 0..count {
        let case = person.open_case(hub).await["id"].as_str().unwrap().to_owned();
        cases.push(format!("/v1/cases/{case}"));
    }
    cases
}

fn findings<'a>(answer: &'a Value, kind: &str) -> Vec<&'a Value> {
    answer["findings"].as_array().unwrap().iter().filter(|finding| finding["kind"] == kind).collect()
}

#[actix_web::test]
async fn each_kind_of_unusual_reading_is_found_with_its_reason_and_its_entries() {
    let app = TestApp::new().await;
    let hub = app.hub("Kunming");
    let (heron, crane, admin) = (app.caseworker(hub), app.coordinator(hub), app.administrator());
    let cases = open(&heron, hub, 21).await;
    let [mut heron, mut crane, mut admin] = [heron, crane, admin];
    for _ in 0..24 {
        app.wait(chrono::TimeDelta::days(1));
        heron = app.renew(&heron);
        heron.get(&cases[0]).await.expect(200);
    }
    app.wait(chrono::TimeDelta::hours(30));
    [heron, crane, admin] = [app.renew(&heron), app.renew(&crane), app.renew(&admin)];
    for case in &cases {
        heron.get(&format!("{case}/identity")).await.expect(200);
        crane.get(case).await.expect(200);
    }
    let owl = app.auditor();
    admin.delete(&format!("/v1/users/{}/hubs/{hub}", heron.id)).await.expect(204);
    let answer = owl.get("/v1/audit/unusual?after=2026-03-27T00:00:00Z&before=2026-03-29T00:00:00Z").await;
    let told = answer.expect(200);
    assert_eq!(told["compared_since"], "2026-02-25T00:00:00.000000Z");
    let one = |kind: &str, person: &Person| {
        let found = findings(&told, kind);
        assert_eq!(found.len(), 1, "{kind}: {told}");
        assert_eq!(found[0]["user"], person.id.as_str(), "{kind}");
        found[0].clone()
    };
    let volume = one("volume", &heron);
    assert_eq!(
        volume["reason"],
        "Opened 21 different cases on 2026-03-27. On 24 earlier days it was usually 1."
    );
    assert_eq!(volume["positions"].as_array().unwrap().len(), 21);
    let outside = one("outside_team", &crane);
    assert!(outside["reason"].as_str().unwrap().starts_with("Opened 21 different cases on 2026-03-27 "));
    let hours = one("hours", &heron);
    assert!(hours["reason"].as_str().unwrap().starts_with("Read 21 times between 16:00 and 16:59 UTC"));
    let leaving = one("before_leaving", &heron);
    assert!(leaving["reason"].as_str().unwrap().starts_with("Left a hub on 2026-03-27."), "{leaving}");
    // heron wrote on all of them when they were opened.
    assert_eq!(findings(&told, "never_worked_on").len(), 0, "{told}");
    let entry = app.events_of(answer.header("x-request-id").unwrap()).await.remove(0);
    assert_eq!(entry.action, "audit.unusual");
    assert_eq!(entry.body()["details"]["findings"], "4");
    // The entries that it names are those of the person.
    let position = volume["positions"][0].as_i64().unwrap();
    let log = app.log().await;
    let shown = log.iter().find(|entry| entry.position == Some(position)).unwrap();
    assert_eq!(shown.actor_id.as_deref(), Some(heron.id.as_str()));
}

#[actix_web::test]
async fn reading_more_than_usual_before_a_suspension_is_told() {
    let app = TestApp::new().await;
    let hub = app.hub("Kunming");
    let (mut heron, mut admin) = (app.caseworker(hub), app.administrator());
    let cases = open(&heron, hub, 11).await;
    for _ in 0..20 {
        app.wait(chrono::TimeDelta::days(1));
        heron = app.renew(&heron);
        heron.get(&cases[0]).await.expect(200);
    }
    app.wait(chrono::TimeDelta::days(1));
    [heron, admin] = [app.renew(&heron), app.renew(&admin)];
    for case in &cases {
        heron.get(case).await.expect(200);
    }
    let path = format!("/v1/users/{}", heron.id);
    let version = admin.get(&path).await.etag();
    let change = |members: Value| admin.change(Method::PATCH, &path, &version, members);
    change(json!({"status": "suspended"})).await.expect(200);
    app.wait(chrono::TimeDelta::minutes(1));
    let told = app.auditor().get("/v1/audit/unusual").await.expect(200);
    let found = findings(&told, "before_leaving");
    assert_eq!((found.len(), &found[0]["user"]), (1, &json!(heron.id)), "{told}");
    assert!(found[0]["reason"].as_str().unwrap().starts_with("Suspended on 2026-03-23."), "{told}");
}

#[actix_web::test]
async fn sealed_records_of_cases_that_somebody_never_worked_on_are_told() {
    let app = TestApp::new().await;
    let hub = app.hub("Kunming");
    let (heron, crane, tern) = (app.caseworker(hub), app.coordinator(hub), app.caseworker(hub));
    for case in open(&heron, hub, 3).await {
        let place = json!({"field_groups": ["identity"]});
        crane.put(&format!("{case}/team/{}", tern.id), place).await.expect(200);
        tern.get(&format!("{case}/identity")).await.expect(200);
    }
    app.wait(chrono::TimeDelta::minutes(1));
    let told = app.auditor().get("/v1/audit/unusual").await.expect(200);
    let found = findings(&told, "never_worked_on");
    assert_eq!(found.len(), 1, "{told}");
    assert_eq!(found[0]["user"], tern.id.as_str());
    assert!(found[0]["reason"].as_str().unwrap().starts_with("Opened sealed records of 3 cases, 3 times,"));
}

#[actix_web::test]
async fn unusual_reading_is_looked_for_in_a_month_at_most_and_by_auditors_alone() {
    let app = TestApp::new().await;
    let owl = app.auditor();
    for query in [
        "after=2026-01-01T00:00:00Z",
        "after=2026-03-02T10:00:00Z",
        "before=2026-03-01T00:00:00Z&after=2026-03-01T00:00:01Z",
    ] {
        let answer = owl.get(&format!("/v1/audit/unusual?{query}")).await;
        answer.expect_problem(400, "malformed_request");
        assert_eq!(answer.pointers(), ["after"]);
    }
    assert_eq!(owl.get("/v1/audit/unusual").await.expect(200)["findings"], json!([]));
    app.administrator().get("/v1/audit/unusual").await.expect_problem(403, "forbidden");
}

#[actix_web::test]
async fn of_too_long_a_log_less_is_asked_and_less_is_compared() {
    let app = TestApp::new().await;
    let moments = crate::audit_questions::fill(&app, 300_600);
    let owl = app.auditor();
    let answer = owl.get("/v1/audit/unusual").await;
    answer.expect_problem(422, "invalid_fields");
    assert_eq!(answer.pointers(), ["after"]);
    let told = owl.get("/v1/audit/unusual?after=2026-03-01T10:00:00Z").await.expect(200);
    let since: waystation::db::types::Timestamp = told["compared_since"].as_str().unwrap().parse().unwrap();
    // The 300,000 newest, of a log that has grown by no entry since: a question that failed is none.
    assert_eq!(since.micros(), moments[600]);
}

#[actix_web::test]
async fn whoever_opens_a_canary_case_raises_an_alarm_and_learns_nothing_of_it() {
    let app = TestApp::new().await;
    let hub = app.hub("Kunming");
    let (heron, crane, owl) = (app.caseworker(hub), app.coordinator(hub), app.auditor());
    let [canary, other] = open(&heron, hub, 2).await.try_into().unwrap();
    let id = canary.rsplit('/').next().unwrap().to_owned();
    crane.get(&canary).await.expect(200);
    app.wait(chrono::TimeDelta::minutes(1));
    let address = format!("/v1/audit/canaries/{id}");
    for _ in 0..2 {
        owl.put(&address, Value::Null).await.expect(204);
    }
    let listed = owl.get("/v1/audit/canaries").await.expect(200);
    assert_eq!(listed["items"].as_array().unwrap().len(), 1);
    assert_eq!(
        (&listed["items"][0]["case"], &listed["items"][0]["created_by"]),
        (&json!(id), &json!(owl.id))
    );
    assert_eq!(owl.get("/v1/audit/alarms").await.expect(200)["items"], json!([]), "what was before is none");
    let looked = upkeep::tell_alarms(&app.app, None).await.unwrap();
    assert_eq!(looked.alarms, 0);

    crane.get(&other).await.expect(200);
    crane.get("/v1/cases").await.expect(200);
    crane.get(&canary).await.expect(200);
    app.wait(chrono::TimeDelta::milliseconds(1));
    heron.get(&format!("{canary}/identity")).await.expect(200);
    let alarms = owl.get("/v1/audit/alarms").await.expect(200);
    let actors: Vec<_> =
        alarms["items"].as_array().unwrap().iter().map(|row| row["entry"]["actor"].clone()).collect();
    assert_eq!(actors, [json!(heron.id), json!(crane.id)]);
    let page = owl.get("/v1/audit/alarms?limit=1").await.expect(200);
    let next = format!("/v1/audit/alarms?limit=1&cursor={}", page["next_cursor"].as_str().unwrap());
    let page = owl.get(&next).await.expect(200);
    assert_eq!((&page["items"][0], &page["next_cursor"]), (&alarms["items"][1], &Value::Null));
    for (from, alarms) in [(Some(looked.to), 2), (None, 2), (Some(looked.to + 5), 0)] {
        let looked = upkeep::tell_alarms(&app.app, from).await.unwrap();
        assert_eq!(looked.alarms, alarms, "from {from:?}");
    }

    // The team reads who was at the case, and nothing of what auditors did.
    let log = heron.get(&format!("{canary}/access-log")).await.expect(200).to_string();
    assert!(!log.contains("canary") && !log.contains(owl.id.as_str()), "{log}");
    owl.delete(&address).await.expect(204);
    owl.delete(&address).await.expect_problem(404, "not_found");
    assert_eq!(owl.get("/v1/audit/alarms").await.expect(200)["items"], json!([]));
}

#[actix_web::test]
async fn there_are_a_hundred_canaries_at_most() {
    let app = TestApp::new().await;
    let hub = app.hub("Kunming");
    let (heron, owl) = (app.caseworker(hub), app.auditor());
    let cases = open(&heron, hub, 101).await;
    for (planted, case) in cases.iter().enumerate() {
        let answer = owl.put(&case.replace("/v1/cases/", "/v1/audit/canaries/"), Value::Null).await;
        if planted < 100 {
            answer.expect(204);
        } else {
            answer.expect_problem(409, "guards_unmet");
            assert_eq!(answer.guards(), ["few_canaries"]);
        }
    }
}
