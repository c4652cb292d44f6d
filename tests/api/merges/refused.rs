//! What is not merged, and what is not undone.

use actix_web::http::Method;
use serde_json::json;

use super::{Case, Pair, merge, shelter, undo, version};
use crate::common::Person;

#[actix_web::test]
async fn everything_in_the_way_is_told_at_once_and_nothing_is_changed() {
    let pair = Pair::new().await;
    let lantern = shelter(&pair.swan, pair.hub, "Lantern").await;
    for (person, case) in [(&pair.heron, &pair.survivor), (&pair.tern, &pair.duplicate)] {
        let stay = json!({"shelter_id": lantern, "arrived_on": "2026-03-01"});
        person.post(&case.at("stays"), stay).await.expect(201);
        let leg = json!({
            "from_country": "CHN", "to_country": "THA", "keeper_id": person.id, "planned_on": "2026-03-05"
        });
        let journey = json!({"destination_country": "THA", "legs": [leg]});
        person.post(&case.at("journeys"), journey).await.expect(201);
    }
    let refused = merge(&pair.swan, &pair.survivor, &pair.duplicate, json!({})).await;
    refused.expect_problem(409, "guards_unmet");
    let mut guards = refused.guards();
    guards.sort_unstable();
    assert_eq!(guards, ["open_journey_ended", "open_stay_ended"]);
    let entry = pair.app.events_of(refused.header("x-request-id").unwrap()).await.remove(0);
    assert_eq!(
        (entry.outcome.as_str(), entry.case_id.as_deref()),
        ("failed", Some(pair.survivor.id.as_str()))
    );
    assert_eq!((version(&pair.app, &pair.survivor).await, version(&pair.app, &pair.duplicate).await), (1, 1));
    assert_eq!(pair.app.database.raw().count("SELECT COUNT(*) FROM case_merges"), 0);
}

#[actix_web::test]
async fn neither_a_case_itself_nor_one_that_leads_elsewhere_nor_one_that_others_lead_to() {
    let pair = Pair::new().await;
    let refused = merge(&pair.swan, &pair.survivor, &pair.survivor, json!({})).await;
    assert_eq!(refused.guards(), ["two_cases"]);
    pair.merge().await;
    let refused = merge(&pair.swan, &pair.survivor, &pair.duplicate, json!({})).await;
    assert_eq!(refused.guards(), ["duplicate_not_merged"]);
    let third = Case::new(&pair.heron.open_case(pair.hub).await);
    let refused = merge(&pair.swan, &third, &pair.survivor, json!({})).await;
    assert_eq!(refused.guards(), ["duplicate_holds_no_merge"]);
    merge(&pair.swan, &pair.survivor, &third, json!({})).await.expect(200);
    let view = pair.heron.get(&third.path).await.expect(200);
    assert_eq!(view["merged"], json!([pair.duplicate.named(), third.named()]));
}

#[actix_web::test]
async fn a_restricted_case_is_merged_with_another_such_by_a_coordinator_on_both_teams() {
    let pair = Pair::new().await;
    let place = json!({"field_groups": []});
    let restrict = |person: Person, case: Case| async move {
        let body = json!({"restricted": true});
        person.change(Method::PUT, &case.at("restriction"), "\"1\"", body).await.expect(200);
    };
    let crane = pair.app.coordinator(pair.hub);
    for case in [&pair.survivor, &pair.duplicate] {
        crane.put(&case.at(&format!("team/{}", pair.swan.id)), place.clone()).await.expect(200);
    }
    restrict(pair.tern.clone(), pair.duplicate.clone()).await;
    let refused = merge(&pair.swan, &pair.survivor, &pair.duplicate, json!({})).await;
    assert_eq!(refused.guards(), ["same_restriction"]);
    // Whoever is not on its team learns nothing of it.
    let blind = merge(&crane, &pair.survivor, &pair.duplicate, json!({})).await;
    blind.expect_problem(422, "invalid_fields");
    assert_eq!(blind.pointers(), ["/duplicate"]);
    restrict(pair.heron.clone(), pair.survivor.clone()).await;
    let done = merge(&pair.swan, &pair.survivor, &pair.duplicate, json!({})).await.expect(200);
    crane.get(&pair.duplicate.path).await.expect_problem(404, "not_found");
    undo(&pair.swan, &pair.survivor, &done).await.expect(200);
    crane.get(&pair.duplicate.path).await.expect_problem(404, "not_found");
    pair.tern.get(&pair.duplicate.path).await.expect(200);
}

#[actix_web::test]
async fn only_a_coordinator_of_both_hubs_merges() {
    let pair = Pair::new().await;
    let seoul = pair.app.hub("Seoul");
    let (gull, both) = (
        pair.app.caseworker(seoul),
        pair.app.person(waystation::access::Role::Coordinator, &[pair.hub, seoul]),
    );
    let abroad = Case::new(&gull.open_case(seoul).await);
    let refused = merge(&pair.heron, &pair.survivor, &pair.duplicate, json!({})).await;
    refused.expect_problem(403, "forbidden");
    let refused = merge(&pair.swan, &pair.survivor, &abroad, json!({})).await;
    refused.expect_problem(422, "invalid_fields");
    let place = json!({"field_groups": []});
    both.put(&abroad.at(&format!("team/{}", pair.swan.id)), place).await.expect(200);
    let refused = merge(&pair.swan, &pair.survivor, &abroad, json!({})).await;
    refused.expect_problem(403, "command_withheld");
    let done = merge(&both, &pair.survivor, &abroad, json!({})).await.expect(200);
    let refused = undo(&pair.swan, &pair.survivor, &done).await;
    refused.expect_problem(403, "command_withheld");
    undo(&both, &pair.survivor, &done).await.expect(200);
    // Undone, it tells nobody of the case whom its own reach does not.
    let crane = pair.app.coordinator(pair.hub);
    let merges = crane.get(&pair.survivor.at("merges")).await.expect(200);
    assert_eq!(merges["items"][0]["merged"], json!(null));
    assert_eq!(merges["items"][0]["survivor"], pair.survivor.named());
}

#[actix_web::test]
async fn a_closed_case_takes_in_none_that_is_open_and_both_versions_are_asked_for() {
    let pair = Pair::new().await;
    let closing = json!({"outcome": "moved_on", "on": "2026-03-02", "note": "Alone."});
    pair.heron.post_if(&pair.survivor.at("closure"), "\"1\"", closing).await.expect(200);
    let refused = merge(&pair.swan, &pair.survivor, &pair.duplicate, json!({})).await;
    assert_eq!(refused.guards(), ["survivor_not_closed"]);
    let stale = json!({"duplicate_version": 1});
    merge(&pair.swan, &pair.duplicate, &pair.survivor, stale)
        .await
        .expect_problem(412, "precondition_failed");
    // The other way round it goes, and back to the outcome that it had.
    let done = merge(&pair.swan, &pair.duplicate, &pair.survivor, json!({})).await.expect(200);
    undo(&pair.swan, &pair.duplicate, &done).await.expect(200);
    let again = pair.heron.get(&pair.survivor.path).await.expect(200);
    assert_eq!((&again["status"], &again["outcome"]), (&json!("closed"), &json!("moved_on")));
    let twice = undo(&pair.swan, &pair.duplicate, &done).await;
    assert_eq!(twice.guards(), ["merge_stands"]);
}

#[actix_web::test]
async fn what_was_erased_is_neither_merged_nor_given_back() {
    let pair = Pair::new().await;
    let erase = |case: &Case| {
        let sql = format!("DELETE FROM case_keys WHERE case_id = '{}'", case.id);
        pair.app.database.raw().execute(&sql).unwrap();
    };
    let third = Case::new(&pair.heron.open_case(pair.hub).await);
    erase(&third);
    let refused = merge(&pair.swan, &pair.survivor, &third, json!({})).await;
    assert_eq!(refused.guards(), ["not_erased"]);
    let done = pair.merge().await;
    erase(&pair.duplicate);
    let refused = undo(&pair.swan, &pair.survivor, &done).await;
    assert_eq!(refused.guards(), ["not_erased"]);
}

#[actix_web::test]
async fn a_canary_is_merged_like_any_other_case_and_stays_one() {
    let pair = Pair::new().await;
    let owl = pair.app.auditor();
    let address = format!("/v1/audit/canaries/{}", pair.duplicate.id);
    owl.send(owl.request(Method::PUT, &address)).await.expect(204);
    pair.merge().await;
    let canaries = owl.get("/v1/audit/canaries").await.expect(200);
    assert_eq!(canaries["items"][0]["case"], pair.duplicate.id.as_str(), "{canaries}");
}
