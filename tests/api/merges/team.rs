//! Whom a merge shows what: nobody opens a sealed value that they did not open before, until somebody decides.

use actix_web::http::Method;
use serde_json::{Value, json};

use super::{Pair, identity, merge, undo};
use crate::common::Person;

/// Both have written who the person is.
async fn written() -> Pair {
    let pair = Pair::new().await;
    pair.heron.put_new(&pair.survivor.at("identity"), identity("Sun-hui")).await.expect(200);
    pair.tern.put_new(&pair.duplicate.at("identity"), identity("Soon-hee")).await.expect(200);
    pair.app.wait(chrono::TimeDelta::minutes(1));
    pair
}

async fn given_name(person: &Person, path: &str) -> Value {
    person.get(path).await.expect(200)["record"]["names"][0]["given"].clone()
}

fn place_of<'a>(team: &'a Value, person: &Person) -> Option<&'a Value> {
    team["items"].as_array().unwrap().iter().find(|place| place["user_id"] == json!(person.id))
}

#[actix_web::test]
async fn apart_everybody_opens_what_they_opened_before() {
    let pair = written().await;
    let (own, other) = (pair.survivor.at("identity"), pair.duplicate.at("identity"));
    pair.merge().await;
    assert_eq!(given_name(&pair.heron, &own).await, "Sun-hui");
    assert_eq!(given_name(&pair.tern, &other).await, "Soon-hee");
    assert_eq!(given_name(&pair.tern, &pair.duplicate.at("identity/versions/1")).await, "Soon-hee");
    pair.heron.get(&other).await.expect_problem(403, "field_group_withheld");
    pair.tern.get(&own).await.expect_problem(403, "field_group_withheld");
    pair.swan.get(&own).await.expect_problem(403, "field_group_withheld");
    let team = pair.tern.get(&pair.survivor.at("team")).await.expect(200);
    let given = place_of(&team, &pair.tern).unwrap();
    assert_eq!((&given["field_groups"], &given["added_by"]), (&json!([]), &json!(pair.swan.id)));

    // Whose version it is, and where it is opened, is told to whoever may open it.
    let versions = pair.heron.get(&pair.survivor.at("identity/versions")).await.expect(200);
    assert_eq!(versions["items"].as_array().unwrap().len(), 1);
    let place = json!({"field_groups": ["identity"]});
    pair.swan.put(&pair.survivor.at(&format!("team/{}", pair.heron.id)), place).await.expect(200);
    let versions = pair.heron.get(&pair.survivor.at("identity/versions")).await.expect(200);
    let of: Vec<&Value> =
        versions["items"].as_array().unwrap().iter().map(|version| &version["of"]).collect();
    assert!(of.contains(&&pair.duplicate.named()) && of.contains(&&Value::Null), "{versions}");
    let first = pair.heron.get(&pair.survivor.at("identity/versions?limit=1")).await.expect(200);
    let next = first["next_cursor"].as_str().unwrap();
    let second = pair.heron.get(&pair.survivor.at(&format!("identity/versions?limit=1&cursor={next}"))).await;
    let pages = [first["items"][0].clone(), second.expect(200)["items"][0].clone()];
    assert_eq!((json!(pages), &second.json()["next_cursor"]), (versions["items"].clone(), &Value::Null));
    let opened = pair.heron.get(&format!("/v1/cases/{}/identity/versions/1", pair.duplicate.code)).await;
    assert_eq!(opened.expect(200)["record"]["names"][0]["given"], "Soon-hee");
    let entry = pair.app.events_of(opened.header("x-request-id").unwrap()).await.remove(0);
    assert_eq!(
        (entry.action.as_str(), entry.case_id.as_deref()),
        ("record.read", Some(pair.duplicate.id.as_str()))
    );
    let seen =
        pair.app.auditor().get(&format!("/v1/audit/cases/{}/seen-by", pair.survivor.id)).await.expect(200);
    let heron = seen["users"].as_array().unwrap().iter().find(|user| user["user"] == json!(pair.heron.id));
    assert_eq!(heron.unwrap()["seen"]["groups"], json!(["identity"]));
    let told = pair.heron.get(&pair.survivor.at("access-log")).await.expect(200);
    let told = told["items"].as_array().unwrap();
    assert!(
        told.iter()
            .any(|access| access["action"] == "record.read" && access["actor"] == json!(pair.heron.id))
    );
}

#[actix_web::test]
async fn notes_of_the_merged_history_are_read_by_whoever_read_them_before() {
    let pair = Pair::new().await;
    let note = json!({"note": "The same scar."});
    merge(&pair.swan, &pair.survivor, &pair.duplicate, note).await.expect(200);
    let last = |history: Value| history["items"].as_array().unwrap().last().unwrap().clone();
    let read = last(pair.tern.get(&pair.duplicate.at("history")).await.expect(200));
    assert_eq!((&read["note"], &read["note_withheld"]), (&json!("The same scar."), &json!(false)));
    let withheld = last(pair.heron.get(&pair.duplicate.at("history")).await.expect(200));
    assert_eq!((&withheld["note"], &withheld["note_withheld"]), (&Value::Null, &json!(true)));
}

#[actix_web::test]
async fn joined_places_open_what_both_opened_and_are_as_before_when_it_is_undone() {
    let pair = written().await;
    let crane = pair.app.caseworker(pair.hub);
    let ends = pair.app.now().plus(chrono::TimeDelta::days(30));
    let at = |case: &super::Case, person: &Person| case.at(&format!("team/{}", person.id));
    let legal = json!({"field_groups": ["legal"], "ends_at": ends});
    pair.swan.put(&at(&pair.survivor, &crane), legal).await.expect(200);
    pair.swan.put(&at(&pair.duplicate, &crane), json!({"field_groups": ["identity"]})).await.expect(200);
    pair.app.wait(chrono::TimeDelta::minutes(1));
    let before = pair.swan.get(&pair.survivor.at("team")).await.expect(200);
    let done =
        merge(&pair.swan, &pair.survivor, &pair.duplicate, json!({"team": "joined"})).await.expect(200);
    assert_eq!(done["merge"]["team"], "joined");
    for person in [&pair.heron, &pair.tern, &crane] {
        assert_eq!(given_name(person, &pair.survivor.at("identity")).await, "Sun-hui");
        assert_eq!(given_name(person, &pair.duplicate.at("identity")).await, "Soon-hee");
    }
    let team = pair.swan.get(&pair.survivor.at("team")).await.expect(200);
    let place = place_of(&team, &crane).unwrap();
    assert_eq!((&place["field_groups"], &place["ends_at"]), (&json!(["identity", "legal"]), &Value::Null));

    // What somebody has decided since stays.
    pair.swan.put(&at(&pair.survivor, &pair.tern), json!({"field_groups": ["health"]})).await.expect(200);
    undo(&pair.swan, &pair.survivor, &done).await.expect(200);
    let team = pair.swan.get(&pair.survivor.at("team")).await.expect(200);
    assert_eq!(place_of(&team, &crane), place_of(&before, &crane));
    assert_eq!(place_of(&team, &pair.heron), place_of(&before, &pair.heron));
    assert_eq!(place_of(&team, &pair.tern).unwrap()["field_groups"], json!(["health"]));
    crane.get(&pair.survivor.at("identity")).await.expect_problem(403, "field_group_withheld");
}

#[actix_web::test]
async fn a_place_that_has_ended_on_the_survivors_team_is_given_anew_and_opens_nothing_of_it() {
    let pair = written().await;
    let place = pair.survivor.at(&format!("team/{}", pair.tern.id));
    let ends = pair.app.now().plus(chrono::TimeDelta::minutes(1));
    pair.swan.put(&place, json!({"field_groups": ["identity"], "ends_at": ends})).await.expect(200);
    pair.app.wait(chrono::TimeDelta::minutes(2));
    let done = pair.merge().await;
    pair.tern.get(&pair.survivor.path).await.expect(200);
    pair.tern.get(&pair.survivor.at("identity")).await.expect_problem(403, "field_group_withheld");
    assert_eq!(given_name(&pair.tern, &pair.duplicate.at("identity")).await, "Soon-hee");
    let step = json!({"to": "missing", "reason": "lost_contact", "on": "2026-03-02"});
    pair.tern.change(Method::POST, &pair.survivor.at("status"), "\"2\"", step).await.expect(200);
    undo(&pair.swan, &pair.survivor, &done).await.expect(200);
    pair.tern.get(&pair.survivor.path).await.expect_problem(404, "not_found");
}
