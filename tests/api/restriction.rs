//! Restricted cases: who decides about them, and that somebody always can.

use actix_web::http::Method;
use serde_json::{Value, json};

use crate::common::{Answer, Client, Person, TestApp};

fn path(case: &Value) -> String {
    format!("/v1/cases/{}", case["id"].as_str().unwrap())
}

async fn restrict(client: &Client, path: &str, version: u32, restricted: bool) -> Answer {
    let body = json!({"restricted": restricted});
    client.change(Method::PUT, &format!("{path}/restriction"), &format!("\"{version}\""), body).await
}

async fn place(giver: &Person, path: &str, user: &Person, ends_at: Value) -> Answer {
    let body = json!({"field_groups": [], "ends_at": ends_at});
    giver.put(&format!("{path}/team/{}", user.id), body).await
}

#[actix_web::test]
async fn a_place_on_another_hubs_case_lets_a_coordinator_read_and_decide_nothing() {
    let app = TestApp::new().await;
    let (here, there) = (app.hub("Kunming"), app.hub("Seoul"));
    let (heron, swan) = (app.caseworker(here), app.coordinator(here));
    let (crow, rook) = (app.coordinator(there), app.caseworker(there));
    let case = path(&heron.open_case(here).await);
    for member in [&swan, &crow] {
        place(&swan, &case, member, Value::Null).await.expect(200);
    }
    restrict(&heron, &case, 1, true).await.expect(200);

    crow.get(&case).await.expect(200);
    crow.get(&format!("{case}/team")).await.expect(200);
    let refused = [
        place(&crow, &case, &rook, Value::Null).await,
        place(&crow, &case, &crow, Value::Null).await,
        crow.delete(&format!("{case}/team/{}", heron.id)).await,
        restrict(&crow, &case, 2, false).await,
    ];
    for answer in refused {
        answer.expect_problem(403, "command_withheld");
        let entry = app.events_of(answer.header("x-request-id").unwrap()).await.remove(0);
        assert_eq!((entry.outcome.as_str(), entry.case_id), ("refused", Some(case[10..].to_owned())));
    }
    rook.get(&case).await.expect_problem(404, "not_found");

    // The hub's own coordinator is on the team too, and decides.
    place(&swan, &case, &rook, Value::Null).await.expect(200);
    restrict(&swan, &case, 2, false).await.expect(200);
}

#[actix_web::test]
async fn whoever_is_on_the_team_for_a_time_restricts_a_case_and_does_not_open_it() {
    let app = TestApp::new().await;
    let hub = app.hub("Kunming");
    let (heron, swan, tern) = (app.caseworker(hub), app.coordinator(hub), app.caseworker(hub));
    let case = path(&heron.open_case(hub).await);
    place(&swan, &case, &tern, json!(app.now().plus(chrono::TimeDelta::days(1)))).await.expect(200);
    restrict(&tern, &case, 1, true).await.expect(200);
    restrict(&tern, &case, 2, false).await.expect_problem(403, "command_withheld");
    swan.get(&case).await.expect_problem(404, "not_found");
    restrict(&heron, &case, 2, false).await.expect(200);
}

#[actix_web::test]
async fn a_coordinator_who_is_on_the_team_for_a_time_neither_opens_the_case_nor_stays() {
    let app = TestApp::new().await;
    let hub = app.hub("Kunming");
    let (heron, swan, crow) = (app.caseworker(hub), app.coordinator(hub), app.coordinator(hub));
    let case = path(&heron.open_case(hub).await);
    let soon = json!(app.now().plus(chrono::TimeDelta::hours(1)));
    place(&crow, &case, &swan, soon).await.expect(200);
    restrict(&heron, &case, 1, true).await.expect(200);
    let own = format!("{case}/team/{}", swan.id);
    place(&swan, &case, &swan, Value::Null).await.expect_problem(409, "guards_unmet");
    restrict(&swan, &case, 2, false).await.expect_problem(403, "command_withheld");
    swan.delete(&own).await.expect(204);
    swan.get(&case).await.expect_problem(404, "not_found");

    restrict(&heron, &case, 2, false).await.expect(200);
    place(&swan, &case, &swan, Value::Null).await.expect_problem(409, "guards_unmet");
    let places = heron.get(&format!("{case}/team")).await.expect(200);
    let hers =
        places["items"].as_array().unwrap().iter().find(|row| row["user_id"] == json!(swan.id)).unwrap();
    assert_eq!((&hers["added_by"], &hers["active"]), (&json!(crow.id), &json!(false)));
    place(&crow, &case, &swan, Value::Null).await.expect(200);
}

#[actix_web::test]
async fn only_who_can_act_keeps_a_restricted_case() {
    let app = TestApp::new().await;
    let (here, there) = (app.hub("Kunming"), app.hub("Seoul"));
    let (heron, swan) = (app.caseworker(here), app.coordinator(here));
    let (tern, rook, crow) = (app.caseworker(here), app.caseworker(here), app.coordinator(there));
    let case = path(&heron.open_case(here).await);
    for member in [&swan, &tern, &rook, &crow] {
        place(&swan, &case, member, Value::Null).await.expect(200);
    }
    let guest = app.caseworker(here);
    place(&swan, &case, &guest, json!(app.now().plus(chrono::TimeDelta::days(1)))).await.expect(200);
    restrict(&heron, &case, 1, true).await.expect(200);
    for suspended in [&tern, &rook] {
        let sql = format!("UPDATE users SET status = 'suspended' WHERE id = '{}'", suspended.id);
        app.database.raw().execute(&sql).unwrap();
    }
    swan.delete(&format!("{case}/team/{}", heron.id)).await.expect(204);

    // What is left: two who are suspended, one who may only read, and one for a day.
    let own = format!("{case}/team/{}", swan.id);
    swan.delete(&own).await.expect_problem(409, "still_in_use");
    swan.delete(&format!("{case}/team/{}", tern.id)).await.expect(204);
    let back = format!("UPDATE users SET status = 'active' WHERE id = '{}'", rook.id);
    app.database.raw().execute(&back).unwrap();
    swan.delete(&own).await.expect(204);
}
