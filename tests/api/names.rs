//! Names of users, hubs and shelters: nothing in them that nobody sees.

use actix_web::http::Method;
use serde_json::json;

use crate::common::{Answer, TestApp};
use crate::shelters::{path as shelter_path, shelter};

/// An override of direction, an isolate, a joiner, a space without width, a filler, a control character.
const UNSEEN: [char; 8] =
    ['\u{202e}', '\u{2066}', '\u{200d}', '\u{200b}', '\u{200f}', '\u{3164}', '\u{feff}', '\u{7}'];

#[track_caller]
fn assert_refused(answer: &Answer, pointer: &str, unseen: char) {
    answer.expect_problem(422, "invalid_fields");
    assert_eq!(answer.pointers(), [pointer], "{unseen:?}");
    assert!(!answer.text().contains(unseen), "{unseen:?}");
}

#[actix_web::test]
async fn a_name_holds_nothing_that_nobody_sees() {
    let app = TestApp::new().await;
    let hub = app.hub("Kunming");
    let (swan, admin) = (app.coordinator(hub), app.administrator());
    let larch = shelter(&swan, hub, "Larch", 6).await;
    for unseen in UNSEEN {
        let name = format!("riv{unseen}er");
        let user = json!({"username": name, "role": "auditor"});
        assert_refused(&admin.post("/v1/users", user).await, "/username", unseen);
        let new = json!({"name": name, "country": "CHN"});
        assert_refused(&admin.post("/v1/hubs", new).await, "/name", unseen);
        let path = format!("/v1/hubs/{hub}");
        let change = admin.change(Method::PATCH, &path, "\"1\"", json!({"name": name})).await;
        assert_refused(&change, "/name", unseen);
        let new = json!({"hub_id": hub, "codename": name, "beds": 6});
        assert_refused(&swan.post("/v1/shelters", new).await, "/codename", unseen);
        let path = shelter_path(&larch);
        let change = swan.change(Method::PATCH, &path, "\"1\"", json!({"codename": name})).await;
        assert_refused(&change, "/codename", unseen);
    }
    assert_eq!(
        app.database.raw().count("SELECT (SELECT COUNT(*) FROM hubs) + (SELECT SUM(version) FROM hubs)"),
        2
    );
}

#[actix_web::test]
async fn a_record_keeps_the_joiners_and_the_marks_of_direction_of_its_script() {
    let app = TestApp::new().await;
    let hub = app.hub("Kunming");
    let heron = app.caseworker(hub);
    let path = format!("/v1/cases/{}/identity", heron.open_case(hub).await["id"].as_str().unwrap());
    let name = "علی\u{200c}رضا \u{2067}Ali\u{2069}";
    let identity = json!({"names": [{"script": "other", "kind": "birth", "full": name}]});
    heron.put_new(&path, identity).await.expect(200);
    assert_eq!(heron.get(&path).await.expect(200)["record"]["names"][0]["full"], name);
}
