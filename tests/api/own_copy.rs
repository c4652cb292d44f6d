//! The copy that a person gets of all that is kept about them: whole, theirs alone, and on the record.

use std::io::Read as _;

use age::secrecy::SecretString;
use serde_json::{Value, json};
use waystation::access::HubId;

use crate::common::{Answer, Person, TestApp};

const NAME: &str = "\u{ae40}\u{c740}\u{d558}\u{c218}";

fn opened(file: &str, identity: &dyn age::Identity) -> Option<Value> {
    let armored = age::armor::ArmoredReader::new(file.as_bytes());
    let mut reader = age::Decryptor::new(armored).unwrap().decrypt(std::iter::once(identity)).ok()?;
    let mut document = String::new();
    reader.read_to_string(&mut document).unwrap();
    Some(serde_json::from_str(&document).unwrap())
}

fn by_passphrase(copy: &Value) -> Value {
    let passphrase = SecretString::from(copy["passphrase"].as_str().unwrap().to_owned());
    opened(copy["file"].as_str().unwrap(), &age::scrypt::Identity::new(passphrase)).unwrap()
}

async fn copy(person: &Person, path: &str, body: Value) -> Answer {
    person.post(&format!("{path}/own-copy"), body).await
}

/// A case with two versions of a name and a note, who works on it, and who leads its hub.
struct Scene {
    app: TestApp,
    hub: HubId,
    heron: Person,
    swan: Person,
    path: String,
}

async fn scene() -> Scene {
    let app = TestApp::new().await;
    let hub = app.hub("Kunming");
    let (heron, swan) = (app.caseworker(hub), app.coordinator(hub));
    let case = heron.open_case(hub).await;
    let path = format!("/v1/cases/{}", case["id"].as_str().unwrap());
    let identity = format!("{path}/identity");
    let first = heron.put_new(&identity, json!({"names": [{"full": "Un Ha-su"}]})).await;
    let second = json!({"names": [{"full": NAME}]});
    heron.change(actix_web::http::Method::PUT, &identity, &first.etag(), second).await.expect(200);
    let missing =
        json!({"to": "missing", "reason": "lost_contact", "on": "2026-03-01", "note": "By her sister."});
    heron.post_if(&format!("{path}/status"), &case_etag(&heron, &path).await, missing).await.expect(200);
    Scene { app, hub, heron, swan, path }
}

async fn case_etag(person: &Person, path: &str) -> String {
    person.get(path).await.etag()
}

#[actix_web::test]
async fn it_holds_every_version_and_note_in_clear_for_whoever_has_the_passphrase() {
    let Scene { app, heron, path, .. } = scene().await;
    app.app.notary.publish(&app.app.db).await.unwrap();
    let made = copy(&heron, &path, json!({})).await.expect(200);
    assert!(!made["file"].as_str().unwrap().contains(NAME));
    let document = by_passphrase(&made);
    assert_eq!(document["waystation_own_copy"], 1);
    assert!(document["log"]["size"].is_number() && document["log"] == made["log"], "{document}");
    let records = document["held"]["sealed_records"].as_array().unwrap();
    let names: Vec<&Value> = records.iter().map(|row| &row["record"]["names"][0]["full"]).collect();
    assert_eq!(names, [&json!("Un Ha-su"), &json!(NAME)]);
    let periods = document["held"]["case_periods"].as_array().unwrap();
    assert_eq!(periods.last().unwrap()["note"], "By her sister.");
    assert_eq!(document["held"]["cases"][0]["status"], "missing");
    let text = document.to_string();
    for helper in [heron.id.as_str(), "Kunming"] {
        assert!(!text.contains(helper), "{text}");
    }

    let entry = app.log().await.into_iter().rfind(|entry| entry.action == "case.own_copy").unwrap();
    let body = entry.body();
    assert_eq!(body["groups"], json!(["identity"]));
    assert_eq!(body["details"], json!({"closed_by": "passphrase", "opened": "notes"}));
    assert_eq!(entry.outcome, "done");
}

#[actix_web::test]
async fn it_can_be_closed_for_an_identity_of_the_person_s_own() {
    let Scene { app: _app, heron, path, .. } = scene().await;
    let (hers, another) = (age::x25519::Identity::generate(), age::x25519::Identity::generate());
    let made = copy(&heron, &path, json!({"recipient": hers.to_public().to_string()})).await.expect(200);
    assert_eq!(made["passphrase"], Value::Null);
    let file = made["file"].as_str().unwrap();
    assert_eq!(opened(file, &hers).unwrap()["held"]["sealed_records"][1]["record"]["names"][0]["full"], NAME);
    assert!(opened(file, &another).is_none());
    let wrong = copy(&heron, &path, json!({"recipient": "age1nobody"})).await;
    wrong.expect_problem(422, "invalid_fields");
}

#[actix_web::test]
async fn whoever_may_not_open_all_of_it_makes_none() {
    let Scene { app, hub, heron: _, swan, path } = scene().await;
    let tern = app.caseworker(hub);
    let place = format!("{path}/team/{}", tern.id);
    swan.put(&place, json!({"field_groups": ["contact"]})).await.expect(200);
    let refused = copy(&tern, &path, json!({})).await;
    refused.expect_problem(403, "field_group_withheld");
    assert!(refused.text().contains("identity"), "{}", refused.text());
    let (crane, stranger) = (app.caseworker(hub), copy(&swan, &path, json!({})).await);
    stranger.expect_problem(403, "forbidden");
    copy(&crane, &path, json!({})).await.expect_problem(404, "not_found");
    assert!(
        app.log().await.iter().all(|entry| entry.action != "case.own_copy" || entry.outcome == "refused")
    );
}

#[actix_web::test]
async fn a_merged_case_has_its_own_and_is_named_in_its_survivor_s() {
    let Scene { app: _app, hub, heron, swan, path } = scene().await;
    let other = heron.open_case(hub).await;
    let (code, other_path) =
        (other["code"].as_str().unwrap(), format!("/v1/cases/{}", other["id"].as_str().unwrap()));
    let contact = json!({"phones": [{"number": "+86 139 0000 0000", "safety": "safe"}]});
    let contact = heron.put_new(&format!("{other_path}/contact"), contact).await;
    contact.expect(200);
    let body = json!({"duplicate": other["id"], "duplicate_version": 1, "reason": "opened_twice"});
    swan.post_if(&format!("{path}/merges"), &case_etag(&heron, &path).await, body).await.expect(200);
    let survivor = by_passphrase(&copy(&heron, &path, json!({})).await.expect(200));
    assert_eq!(survivor["merged_cases"], json!([code]));
    assert!(!survivor.to_string().contains("139 0000 0000"));
    let merged = by_passphrase(&copy(&heron, &other_path, json!({})).await.expect(200));
    assert_eq!(merged["case"], code);
    assert!(merged.to_string().contains("139 0000 0000"), "{merged}");
}

#[actix_web::test]
async fn nobody_reads_by_a_copy_what_they_may_not_read_otherwise() {
    let Scene { app, hub, heron, swan, path } = scene().await;
    // A note of the other team, and no record whose group could be withheld.
    let tern = app.caseworker(hub);
    let other = tern.open_case(hub).await;
    let other_path = format!("/v1/cases/{}", other["id"].as_str().unwrap());
    let missing =
        json!({"to": "missing", "reason": "lost_contact", "on": "2026-03-01", "note": "Tern's own note."});
    tern.post_if(&format!("{other_path}/status"), &case_etag(&tern, &other_path).await, missing)
        .await
        .expect(200);
    let merge =
        json!({"duplicate": other["id"], "duplicate_version": 2, "reason": "opened_twice", "team": "apart"});
    swan.post_if(&format!("{path}/merges"), &case_etag(&heron, &path).await, merge).await.expect(200);
    copy(&heron, &other_path, json!({})).await.expect_problem(403, "field_group_withheld");
    let own = by_passphrase(&copy(&tern, &other_path, json!({})).await.expect(200));
    assert!(own.to_string().contains("Tern's own note."));

    // Nor why somebody else has opened the case in an emergency.
    let why = json!({"reason": "raid", "explanation": "I fear that heron has told them."});
    swan.post(&format!("{path}/emergency-accesses"), why).await.expect(201);
    let told = by_passphrase(&copy(&heron, &path, json!({})).await.expect(200));
    assert_eq!(told["held"]["emergency_accesses"][0]["reason"], "raid");
    assert!(!told.to_string().contains("I fear"), "{told}");
}
