//! A case's team: given and taken by the hub's coordinator, in force at the next request.

use actix_web::http::Method;
use serde_json::json;

use crate::common::TestApp;

#[actix_web::test]
async fn a_place_is_in_force_at_the_next_request_until_it_ends_or_is_taken_away() {
    let app = TestApp::new().await;
    let (here, there) = (app.hub("Kunming"), app.hub("Seoul"));
    let (heron, tern, swan) = (app.caseworker(here), app.caseworker(there), app.coordinator(here));
    let case = heron.open_case(here).await;
    let path = format!("/v1/cases/{}", case["id"].as_str().unwrap());
    let place = format!("{path}/team/{}", tern.id);

    tern.get(&path).await.expect_problem(404, "not_found");
    let ends_at = app.now().plus(chrono::TimeDelta::days(1));
    let given = swan.put(&place, json!({"field_groups": ["legal"], "ends_at": ends_at})).await.expect(200);
    assert_eq!(given["field_groups"], json!(["legal"]));
    tern.get(&path).await.expect(200);
    tern.get(&format!("{path}/legal")).await.expect(200);
    tern.get(&format!("{path}/identity")).await.expect_problem(403, "field_group_withheld");

    app.wait(chrono::TimeDelta::days(1));
    let relogged = app.renew(&tern);
    relogged.get(&path).await.expect_problem(404, "not_found");
    let swan = app.renew(&swan);
    let team = swan.get(&format!("{path}/team")).await.expect(200);
    let places = team["items"].as_array().unwrap();
    let ended = places.iter().find(|place| place["user_id"] == json!(tern.id)).unwrap();
    assert_eq!(ended["active"], false);

    swan.put(&place, json!({"field_groups": []})).await.expect(200);
    relogged.get(&path).await.expect(200);
    swan.delete(&place).await.expect(204);
    relogged.get(&path).await.expect_problem(404, "not_found");
    swan.delete(&place).await.expect_problem(404, "not_found");
}

#[actix_web::test]
async fn a_caseworker_gives_no_places_and_nobody_who_may_not_have_one_gets_one() {
    let app = TestApp::new().await;
    let hub = app.hub("Kunming");
    let (heron, swan, owl) = (app.caseworker(hub), app.coordinator(hub), app.auditor());
    let case = heron.open_case(hub).await;
    let path = format!("/v1/cases/{}/team", case["id"].as_str().unwrap());
    let body = json!({"field_groups": ["identity"]});
    heron.put(&format!("{path}/{}", swan.id), body.clone()).await.expect_problem(403, "forbidden");
    swan.put(&format!("{path}/{}", owl.id), body.clone()).await.expect_problem(422, "invalid_fields");
    let past = json!({"field_groups": [], "ends_at": "2020-01-01T00:00:00Z"});
    let refused = swan.put(&format!("{path}/{}", heron.id), past).await;
    refused.expect_problem(422, "invalid_fields");
    assert_eq!(refused.pointers(), ["/ends_at"]);
}

#[actix_web::test]
async fn a_restricted_case_is_its_teams_alone_and_never_nobodys() {
    let app = TestApp::new().await;
    let hub = app.hub("Kunming");
    let (heron, swan, tern) = (app.caseworker(hub), app.coordinator(hub), app.caseworker(hub));
    let case = heron.open_case(hub).await;
    let path = format!("/v1/cases/{}", case["id"].as_str().unwrap());
    swan.get(&path).await.expect(200);
    let restricted =
        heron.change(Method::PUT, &format!("{path}/restriction"), "\"1\"", json!({"restricted": true})).await;
    restricted.expect(200);
    swan.get(&path).await.expect_problem(404, "not_found");
    tern.get(&path).await.expect_problem(404, "not_found");
    assert_eq!(swan.get("/v1/cases").await.expect(200)["items"], json!([]));
    assert_eq!(heron.get("/v1/cases").await.expect(200)["items"].as_array().unwrap().len(), 1);
    let report = swan.get("/v1/reports/stages?by=hub,stage").await.expect(200);
    assert_eq!(report["totals"]["cases"], 1, "a restricted case is counted in totals");
    let lifted = heron
        .change(Method::PUT, &format!("{path}/restriction"), "\"2\"", json!({"restricted": false}))
        .await;
    lifted.expect(200);

    swan.put(&format!("{path}/team/{}", swan.id), json!({"field_groups": []})).await.expect(200);
    swan.delete(&format!("{path}/team/{}", heron.id)).await.expect(204);
    swan.change(Method::PUT, &format!("{path}/restriction"), "\"3\"", json!({"restricted": true}))
        .await
        .expect(200);
    let last = swan.delete(&format!("{path}/team/{}", swan.id)).await;
    last.expect_problem(409, "still_in_use");
    let ends = json!({"field_groups": [], "ends_at": "2027-01-01T00:00:00Z"});
    app.coordinator(hub)
        .put(&format!("{path}/team/{}", swan.id), ends.clone())
        .await
        .expect_problem(404, "not_found");
    let own = swan.put(&format!("{path}/team/{}", swan.id), ends).await;
    own.expect_problem(409, "guards_unmet");
    assert_eq!(own.guards(), ["not_own_place"]);
}

#[actix_web::test]
async fn nobody_changes_their_own_place_and_who_changed_one_last_is_told() {
    let app = TestApp::new().await;
    let hub = app.hub("Kunming");
    let (heron, swan, crow) = (app.caseworker(hub), app.coordinator(hub), app.coordinator(hub));
    let case = heron.open_case(hub).await;
    let team = format!("/v1/cases/{}/team", case["id"].as_str().unwrap());
    let place = format!("{team}/{}", swan.id);
    let ends = app.now().plus(chrono::TimeDelta::days(1));
    let given = crow.put(&place, json!({"field_groups": [], "ends_at": ends})).await.expect(200);
    assert_eq!((&given["added_by"], &given["changed_by"]), (&json!(crow.id), &json!(crow.id)));
    assert_eq!(given["added_at"], given["changed_at"]);

    for larger in [json!({"field_groups": []}), json!({"field_groups": ["identity"], "ends_at": ends})] {
        let refused = swan.put(&place, larger).await;
        refused.expect_problem(409, "guards_unmet");
        assert_eq!(refused.guards(), ["not_own_place"]);
        let entry = app.events_of(refused.header("x-request-id").unwrap()).await.remove(0);
        assert_eq!(entry.outcome, "failed");
    }

    app.wait(chrono::TimeDelta::minutes(1));
    let heron_place = format!("{team}/{}", heron.id);
    let changed = swan.put(&heron_place, json!({"field_groups": ["legal"]})).await.expect(200);
    assert_eq!((&changed["added_by"], &changed["changed_by"]), (&json!(heron.id), &json!(swan.id)));
    assert_eq!(changed["changed_at"], json!(app.now()));
    let seen = heron.get(&team).await.expect(200);
    let places = seen["items"].as_array().unwrap();
    assert_eq!(places.iter().find(|one| one["user_id"] == json!(heron.id)), Some(&changed));

    // To go is not to change.
    swan.delete(&place).await.expect(204);
}
