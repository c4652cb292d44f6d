//! Travel mode: somebody puts their own access away, and cannot be made to take it back.

use chrono::TimeDelta;
use serde_json::{Value, json};
use waystation::access::{Reach, Role};
use waystation::db::types::CodeList as _;
use waystation::routes;

use crate::common::{Answer, Person, TestApp};

async fn put_away(person: &Person, until: &str) -> Answer {
    person.post("/v1/me/away", json!({"until": until})).await
}

#[actix_web::test]
async fn whoever_is_away_reaches_their_own_account_alone_until_that_day() {
    let app = TestApp::new().await;
    let hub = app.hub("Kunming");
    let heron = app.caseworker(hub);
    let case = heron.open_case(hub).await;
    let path = format!("/v1/cases/{}", case["id"].as_str().unwrap());
    let view = put_away(&heron, "2026-03-04T10:00:00Z").await.expect(200);
    assert_eq!(view["away_until"], "2026-03-04T10:00:00.000000Z");
    heron.get(&path).await.expect_problem(403, "away");
    // Another session sees nothing either.
    let phone = app.renew(&Person { session: app.session_of(heron.id), ..heron.clone() });
    phone.get(&path).await.expect_problem(403, "away");
    heron.get("/v1/me").await.expect(200);

    let shorter = put_away(&heron, "2026-03-03T10:00:00Z").await;
    shorter.expect_problem(422, "invalid_fields");
    assert_eq!(shorter.pointers(), ["/until"]);
    put_away(&heron, "2026-03-05T10:00:00Z").await.expect(200);
    app.wait(TimeDelta::days(3) - TimeDelta::seconds(1));
    app.renew(&heron).get(&path).await.expect_problem(403, "away");
    app.wait(TimeDelta::seconds(1));
    // Whatever somebody was made to do meanwhile, and whoever has their phone: every session of before is over.
    app.renew(&heron).get(&path).await.expect_problem(401, "unauthenticated");
    let heron = app.renew(&Person { session: app.session_of(heron.id), ..heron.clone() });
    heron.get(&path).await.expect(200);
    assert_eq!(heron.get("/v1/me").await.expect(200)["away_until"], Value::Null);
}

#[actix_web::test]
async fn every_route_refuses_whoever_is_away_but_those_of_their_own_account() {
    let app = TestApp::new().await;
    let hub = app.hub("Kunming");
    let mut asked = 0;
    for role in Role::all() {
        let hubs = if *role == Role::Coordinator { vec![hub] } else { Vec::new() };
        let person = app.person(*role, &hubs);
        put_away(&person, "2026-03-04T10:00:00Z").await.expect(200);
        for route in routes::all() {
            let Some(row) = (route.describe)().permission else { continue };
            if row.name.starts_with("account.") || row.reach_of(*role) == Reach::No {
                continue;
            }
            let path = crate::walk::somewhere(route.path);
            let answer = person.send(person.request(route.method.clone(), &path)).await;
            assert_eq!(
                (answer.status.as_u16(), &answer.json()["code"]),
                (403, &json!("away")),
                "{}",
                route.operation
            );
            asked += 1;
        }
    }
    assert!(asked > 150, "{asked}");
    let refused = app.log().await.into_iter().filter(|entry| entry.action == "access.refuse").count();
    assert_eq!(refused, asked);
}

#[actix_web::test]
async fn somebody_else_gives_it_back_and_coordinators_are_told() {
    let app = TestApp::new().await;
    let (hub, other) = (app.hub("Kunming"), app.hub("Seoul"));
    let (heron, crane, swan) = (app.caseworker(hub), app.coordinator(hub), app.coordinator(other));
    put_away(&heron, "2026-03-04T10:00:00Z").await.expect(200);
    heron.get("/v1/cases").await.expect_problem(403, "away");
    let told = crane.get("/v1/me/notices").await.expect(200);
    assert_eq!(told["items"][0]["kind"], "somebody_away");
    assert_eq!(told["items"][0]["subject"], json!(heron.id));
    assert_eq!(swan.get("/v1/me/notices").await.expect(200)["items"], json!([]));

    let address = format!("/v1/users/{}/away", heron.id);
    heron.delete(&address).await.expect_problem(403, "forbidden");
    swan.delete(&address).await.expect_problem(404, "not_found");
    crane.delete(&address).await.expect(204);
    assert_eq!(crane.get("/v1/me/notices?state=unseen").await.expect(200)["items"], json!([]));
    heron.get("/v1/cases").await.expect_problem(401, "unauthenticated");
    let anew = |person: &Person| app.renew(&Person { session: app.session_of(person.id), ..person.clone() });
    anew(&heron).get("/v1/cases").await.expect(200);
    crane.delete(&address).await.expect(204);

    put_away(&crane, "2026-03-04T10:00:00Z").await.expect(200);
    let own = format!("/v1/users/{}/away", crane.id);
    crane.delete(&own).await.expect_problem(403, "away");
    let second = app.coordinator(hub);
    let of_oneself = second.delete(&format!("/v1/users/{}/away", second.id)).await;
    assert_eq!(of_oneself.guards(), ["ended_by_another"]);
    second.delete(&own).await.expect(204);
    anew(&crane).get("/v1/cases").await.expect(200);
}

#[actix_web::test]
async fn it_is_for_ninety_days_at_most_and_never_for_the_past() {
    let app = TestApp::new().await;
    let heron = app.caseworker(app.hub("Kunming"));
    for until in ["2026-03-02T10:00:00Z", "2026-03-01T10:00:00Z", "2026-05-31T10:00:00.000001Z"] {
        let refused = put_away(&heron, until).await;
        refused.expect_problem(422, "invalid_fields");
        assert_eq!(refused.pointers(), ["/until"], "{until}");
    }
    put_away(&heron, "tomorrow").await.expect_problem(422, "invalid_fields");
    heron.get("/v1/cases").await.expect(200);
    put_away(&heron, "2026-05-31T10:00:00Z").await.expect(200);
}
