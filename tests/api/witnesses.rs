//! Signatures of witnesses at the server: whose are taken, what is kept of them, and what is told of them.

use serde_json::json;
use waystation::verifier::Policy;
use waystation::witness::WitnessKey;

use crate::common::{Answer, Person, TestApp};

fn witness(name: &str) -> WitnessKey {
    WitnessKey::new(name, &[name.len() as u8; 32]).unwrap()
}

/// Two of the three.
fn policy() -> Policy {
    let names = ["heron", "sparrow", "kingfisher"];
    let lines: String =
        names.iter().map(|name| format!("witness {name} {}\n", witness(name).public().unwrap())).collect();
    Policy::parse(format!("{lines}group all-of-them 2 {}\nquorum all-of-them\n", names.join(" ")).as_bytes())
        .unwrap()
}

async fn network() -> (TestApp, Person) {
    let app = TestApp::new().await.watched_by(policy()).await;
    let auditor = app.auditor();
    (app, auditor)
}

/// Text and size of a new checkpoint.
async fn signed(auditor: &Person) -> (String, u64) {
    let note = auditor.get("/v1/audit/log/checkpoint?signed=now").await.text();
    let text = format!("{}\n", note.split("\n\n").next().unwrap());
    let size = text.lines().nth(1).unwrap().parse().unwrap();
    (text, size)
}

async fn hand_in(person: &Person, size: u64, lines: &[String]) -> Answer {
    person.post("/v1/audit/log/cosignatures", json!({"size": size, "lines": lines})).await
}

fn seconds(app: &TestApp) -> u64 {
    app.now().seconds().unsigned_abs()
}

#[actix_web::test]
async fn a_good_signature_stands_below_its_checkpoint_and_on_the_log() {
    let (app, auditor) = network().await;
    let (text, size) = signed(&auditor).await;
    let lines = ["heron", "sparrow"].map(|name| witness(name).cosign(&text, seconds(&app)));
    let answer = hand_in(&auditor, size, &lines).await;
    answer.expect(204);
    let entry = &app.events_of(answer.header("x-request-id").unwrap()).await[0];
    assert_eq!(entry.action, "audit.cosign");
    assert_eq!(entry.body()["details"], json!({"size": size.to_string(), "witness": "heron sparrow"}));
    let cosigned = auditor.get("/v1/audit/log/checkpoint?signed=cosigned").await.text();
    assert!(cosigned.starts_with(&text) && cosigned.ends_with(&lines.concat()), "{cosigned}");
    // A newer checkpoint has none yet; whoever asks for the cosigned one is still given that.
    let (newer, _) = signed(&auditor).await;
    assert_ne!(newer, text);
    assert_eq!(auditor.get("/v1/audit/log/checkpoint?signed=cosigned").await.text(), cosigned);
}

#[actix_web::test]
async fn the_same_again_changes_nothing_and_a_newer_one_takes_its_place() {
    let (app, auditor) = network().await;
    let (text, size) = signed(&auditor).await;
    let at = seconds(&app);
    let line = |at| witness("heron").cosign(&text, at);
    let stored = || app.database.raw().texts("SELECT line AS t FROM audit_cosignatures");
    for (given, kept) in [(at - 5, at - 5), (at - 5, at - 5), (at, at), (at - 9, at)] {
        hand_in(&auditor, size, &[line(given)]).await.expect(204);
        assert_eq!(stored(), [line(kept)]);
    }
}

#[actix_web::test]
async fn what_is_not_good_is_told_by_its_place_and_nothing_of_the_request_is_kept() {
    let (app, auditor) = network().await;
    let (text, size) = signed(&auditor).await;
    let at = seconds(&app);
    let good = witness("heron").cosign(&text, at);
    for (line, what) in [
        (witness("crane").cosign(&text, at), "not by a witness"),
        (witness("sparrow").cosign("other\n", at), "does not verify"),
        (witness("sparrow").cosign(&text, at + 61), "of the future"),
        (good.clone(), "a second line"),
        ("\u{2014} sparrow".to_owned(), "one signature line"),
    ] {
        let answer = hand_in(&auditor, size, &[good.clone(), line]).await;
        answer.expect_problem(422, "invalid_fields");
        assert_eq!(answer.pointers(), ["/lines/1"]);
        assert!(answer.text().contains(what), "{what}: {}", answer.text());
    }
    for (size, lines, pointer) in [(size + 1, vec![good.clone()], "/size"), (size, vec![], "/lines")] {
        let answer = hand_in(&auditor, size, &lines).await;
        answer.expect_problem(422, "invalid_fields");
        assert_eq!(answer.pointers(), [pointer]);
    }
    assert_eq!(app.database.raw().count("SELECT COUNT(*) FROM audit_cosignatures"), 0);
    let without = TestApp::new().await;
    let auditor = without.auditor();
    hand_in(&auditor, size, &[good]).await.expect_problem(409, "no_witnesses");
}

#[actix_web::test]
async fn the_status_tells_who_has_cosigned_and_whether_they_are_enough() {
    let (app, auditor) = network().await;
    let status = async || auditor.get("/v1/audit/log/status").await.expect(200);
    let before = status().await;
    assert_eq!((&before["checkpoint"], &before["not_signed"]), (&json!(null), &json!(null)));
    let unseen = |name: &str| json!({"name": name, "size": null, "cosigned_at": null});
    assert_eq!(before["witnesses"], json!(["heron", "sparrow", "kingfisher"].map(unseen)));
    assert_eq!(before["quorum"], json!({"newest_met": false, "met": null}));
    assert_eq!(before["waiting"]["events"], 0);

    let (first, small) = signed(&auditor).await;
    let at = seconds(&app);
    let lines = ["heron", "sparrow"].map(|name| witness(name).cosign(&first, at));
    hand_in(&auditor, small, &lines).await.expect(204);
    assert_eq!(status().await["quorum"]["newest_met"], true);
    let ready = async || app.anonymous().get("/ready").await.expect(200)["cosigned_seconds"].clone();
    assert_eq!(ready().await, 0);
    app.wait(chrono::TimeDelta::seconds(90));
    assert_eq!(ready().await, 90);
    let auditor = app.renew(&auditor);
    let (second, large) = signed(&auditor).await;
    hand_in(&auditor, large, &[witness("heron").cosign(&second, at)]).await.expect(204);
    app.log().await;
    let told = auditor.get("/v1/audit/log/status").await.expect(200);
    assert_eq!(told["checkpoint"]["size"], large);
    assert_eq!(told["checkpoint"]["age_seconds"], 0);
    assert!(told["size"].as_u64().unwrap() > large);
    let sizes: Vec<_> =
        told["witnesses"].as_array().unwrap().iter().map(|one| one["size"].as_u64()).collect();
    assert_eq!(sizes, [Some(large), Some(small), None]);
    assert_eq!(told["witnesses"][0]["cosigned_at"], crate::common::NOW.replace('Z', ".000000Z"));
    assert_eq!(told["quorum"]["newest_met"], false);
    assert_eq!(
        (&told["quorum"]["met"]["size"], &told["quorum"]["met"]["age_seconds"]),
        (&json!(small), &json!(90))
    );
}

#[actix_web::test]
async fn the_status_says_why_the_log_is_not_signed() {
    let (app, auditor) = network().await;
    let (_, small) = signed(&auditor).await;
    for _ in 0..5 {
        auditor.get("/v1/me").await.expect(200);
    }
    let (_, large) = signed(&auditor).await;
    let mut raw = app.database.raw();
    raw.unguard_log();
    raw.execute(&format!("DELETE FROM audit_checkpoints WHERE tree_size > {small}")).unwrap();
    raw.execute(&format!("DELETE FROM audit_events WHERE position >= {small}")).unwrap();
    assert_eq!(auditor.get("/v1/audit/log/status").await.expect(200)["not_signed"], "shorter");
    while raw.count("SELECT COUNT(*) FROM audit_events") < i64::try_from(large).unwrap() {
        auditor.get("/v1/me").await.expect(200);
    }
    app.log().await;
    assert_eq!(auditor.get("/v1/audit/log/status").await.expect(200)["not_signed"], "forked");
    std::fs::write(app.database.kept_checkpoint(), "nothing\n").unwrap();
    assert_eq!(auditor.get("/v1/audit/log/status").await.expect(200)["not_signed"], "foreign_file");
}
