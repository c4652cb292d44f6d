//! The log as others check it: checkpoints, tiles, entries and proofs, fetched over HTTP and put together again by
//! code that shares nothing with the server's.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::{Signature, VerifyingKey};
use sha2::{Digest as _, Sha256};
use waystation::audit::checkpoint::{LossReason, NotSigned, RefusedToSign};

use crate::common::{Person, TestApp, hex, unhex};

type Hash = [u8; 32];

fn node(left: Hash, right: Hash) -> Hash {
    Sha256::new().chain_update([1]).chain_update(left).chain_update(right).finalize().into()
}

/// RFC 6962, section 2.1.
fn root(leaves: &[Hash]) -> Hash {
    match leaves {
        [] => Sha256::digest([]).into(),
        [leaf] => *leaf,
        _ => {
            let (left, right) = leaves.split_at(leaves.len().next_power_of_two() / 2);
            node(root(left), root(right))
        }
    }
}

/// RFC 9162, section 2.1.3.2.
fn root_by_path(leaf: Hash, position: u64, size: u64, path: &[Hash]) -> Option<Hash> {
    let (mut fn_, mut sn, mut hash) = (position, size.checked_sub(1)?, leaf);
    for step in path {
        if sn == 0 {
            return None;
        }
        if fn_ & 1 == 1 || fn_ == sn {
            hash = node(*step, hash);
            while fn_ & 1 == 0 && fn_ != 0 {
                (fn_, sn) = (fn_ >> 1, sn >> 1);
            }
        } else {
            hash = node(hash, *step);
        }
        (fn_, sn) = (fn_ >> 1, sn >> 1);
    }
    (sn == 0).then_some(hash)
}

/// A checkpoint that was checked against the key that the server publishes.
#[derive(Clone, Debug, PartialEq)]
struct Checkpoint {
    size: u64,
    root: Hash,
}

async fn opened(app: &TestApp, note: &str) -> Checkpoint {
    let keys = app.anonymous().get("/.well-known/waystation-log-keys").await;
    assert_eq!(keys.status, 200);
    let (text, signatures) = note.split_once("\n\n").expect("a signed note");
    let text = format!("{text}\n");
    let [origin, size, root] = text.lines().collect::<Vec<_>>()[..] else { panic!("three lines: {text}") };
    let signature = signatures.lines().next().unwrap().strip_prefix(&format!("\u{2014} {origin} ")).unwrap();
    let signature = STANDARD.decode(signature).unwrap();
    let vkeys = keys.text();
    let vkey = vkeys.lines().next_back().unwrap();
    let [name, id, key] = vkey.splitn(3, '+').collect::<Vec<_>>()[..] else { panic!("{vkey}") };
    let key = STANDARD.decode(key).unwrap();
    assert_eq!((name, id), (origin, hex(&signature[..4]).as_str()));
    assert_eq!(key[0], 1);
    let key = VerifyingKey::from_bytes(&key[1..].try_into().unwrap()).unwrap();
    key.verify_strict(text.as_bytes(), &Signature::from_slice(&signature[4..]).unwrap()).unwrap();
    Checkpoint { size: size.parse().unwrap(), root: STANDARD.decode(root).unwrap().try_into().unwrap() }
}

async fn fresh(app: &TestApp, auditor: &Person) -> Checkpoint {
    let answer = auditor.get("/v1/audit/log/checkpoint?signed=now").await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert_eq!(answer.header("content-type"), Some("text/plain; charset=utf-8"));
    opened(app, &answer.text()).await
}

async fn bytes(auditor: &Person, address: &str) -> Vec<u8> {
    let answer = auditor.get(address).await;
    assert_eq!(answer.status, 200, "{address}: {}", answer.text());
    assert_eq!(answer.header("content-type"), Some("application/octet-stream"));
    answer.bytes.to_vec()
}

/// Names of the tiles of a level for a tree of this size.
fn tiles(prefix: &str, hashes: u64) -> Vec<String> {
    let full = (0..hashes / 256).map(|number| format!("{prefix}/{number:03}"));
    let rest =
        (!hashes.is_multiple_of(256)).then(|| format!("{prefix}/{:03}.p/{}", hashes / 256, hashes % 256));
    full.chain(rest).collect()
}

async fn level(auditor: &Person, level: u32, hashes: u64) -> Vec<Hash> {
    let mut all = Vec::new();
    for tile in tiles(&level.to_string(), hashes) {
        let bytes = bytes(auditor, &format!("/v1/audit/log/tile/{tile}")).await;
        all.extend(bytes.chunks_exact(32).map(|hash| Hash::try_from(hash).unwrap()));
    }
    assert_eq!(all.len() as u64, hashes);
    all
}

async fn entries(auditor: &Person, size: u64) -> Vec<Vec<u8>> {
    let mut all = Vec::new();
    for bundle in tiles("entries", size) {
        let bytes = bytes(auditor, &format!("/v1/audit/log/tile/{bundle}")).await;
        let mut rest = bytes.as_slice();
        while let Some((length, after)) = rest.split_first_chunk() {
            let (entry, after) = after.split_at(u16::from_be_bytes(*length).into());
            all.push(entry.to_vec());
            rest = after;
        }
    }
    all
}

#[actix_web::test]
async fn the_log_is_whole_by_the_tools_of_others() {
    let app = TestApp::new().await;
    let (auditor, heron) = (app.auditor(), app.caseworker(app.hub("Kunming")));
    let mut earlier = Vec::new();
    for wanted in [1_u64, 2, 3, 255, 256, 257, 300, 520] {
        while fresh(&app, &auditor).await.size < wanted {
            // What is read grows the log as well as what is written.
            for _ in 0..(wanted / 8).max(1) {
                heron.get("/v1/me").await.expect(200);
            }
        }
        let checkpoint = fresh(&app, &auditor).await;
        let size = checkpoint.size;
        let leaves = level(&auditor, 0, size).await;
        assert_eq!(root(&leaves), checkpoint.root, "the leaves of {size} have the signed root");
        let stored = entries(&auditor, size).await;
        for (position, entry) in stored.iter().enumerate() {
            let leaf: Hash = Sha256::new().chain_update([0]).chain_update(entry).finalize().into();
            assert_eq!(leaf, leaves[position], "entry {position}");
        }
        let blocks = level(&auditor, 1, size / 256).await;
        for (number, block) in blocks.iter().enumerate() {
            assert_eq!(*block, root(&leaves[number * 256..(number + 1) * 256]), "tile {number}");
        }
        for Checkpoint { size: from, root: old } in &earlier {
            assert_eq!(
                root(&leaves[..usize::try_from(*from).unwrap()]),
                *old,
                "the log of {from} is its beginning"
            );
        }
        earlier.push(checkpoint);
    }
    // Everything that was fetched is on the log, as fetched by the auditor.
    let fetched: Vec<_> =
        app.database.raw().log().into_iter().filter(|event| event.action == "audit.fetch").collect();
    assert!(fetched.len() > 30);
    assert!(fetched.iter().all(|event| event.actor_id.as_deref() == Some(auditor.id.as_str())));
}

#[actix_web::test]
async fn an_entry_is_proved_by_a_text_that_needs_nothing_else() {
    let app = TestApp::new().await;
    let (auditor, heron) = (app.auditor(), app.caseworker(app.hub("Kunming")));
    for _ in 0..40 {
        heron.get("/v1/me").await.expect(200);
    }
    let listed = app.database.raw().log();
    for event in listed.iter().step_by(7) {
        let answer = auditor.get(&format!("/v1/audit/events/{}/proof", event.id)).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        let text = answer.text();
        let (head, note) = text.split_once("\n\n").unwrap();
        let mut lines = head.lines();
        assert_eq!(lines.next(), Some("c2sp.org/tlog-proof@v1"));
        let position: u64 = lines.next().unwrap().strip_prefix("index ").unwrap().parse().unwrap();
        let path: Vec<Hash> = lines.map(|line| STANDARD.decode(line).unwrap().try_into().unwrap()).collect();
        let checkpoint = opened(&app, note).await;
        let view = auditor.get(&format!("/v1/audit/events/{}", event.id)).await.expect(200);
        assert_eq!(view["position"], position);
        let leaf = unhex(view["leaf"].as_str().unwrap()).try_into().unwrap();
        let proved = root_by_path(leaf, position, checkpoint.size, &path);
        assert_eq!(proved, Some(checkpoint.root), "entry {position} of {}", checkpoint.size);
    }
}

#[actix_web::test]
async fn consistency_is_told_for_any_two_trees_and_refused_beyond_the_log() {
    let app = TestApp::new().await;
    let auditor = app.auditor();
    for _ in 0..6 {
        auditor.get("/v1/me").await.expect(200);
    }
    let size = fresh(&app, &auditor).await.size;
    let whole = auditor.get(&format!("/v1/audit/log/consistency?from=1&to={size}")).await.expect(200);
    let hashes: Vec<Hash> = whole["hashes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|hash| STANDARD.decode(hash.as_str().unwrap()).unwrap().try_into().unwrap())
        .collect();
    let leaves = level(&auditor, 0, size).await;
    // From one entry, the proof is the entry's own audit path.
    assert_eq!(root_by_path(leaves[0], 0, size, &hashes), Some(root(&leaves)));
    for same in ["from=0", "from=0&to=1", "from=5&to=5"] {
        let none = auditor.get(&format!("/v1/audit/log/consistency?{same}")).await.expect(200);
        assert_eq!(none["hashes"].as_array().unwrap().len(), 0, "{same}");
    }
    for (wrong, pointer) in
        [("from=1&to=9999", "to"), ("from=2&to=1", "from"), ("from=-1", "from"), ("from=x", "from")]
    {
        let refused = auditor.get(&format!("/v1/audit/log/consistency?{wrong}")).await;
        assert_eq!(refused.status, 400, "{wrong}: {}", refused.text());
        assert!(refused.text().contains(pointer), "{wrong}: {}", refused.text());
    }
    for absent in
        ["0/000", "1/000.p/1", "0/001.p/1", "entries/000", "7/x999/x999/x999/x999/999", "0/00", "x", "0"]
    {
        let answer = auditor.get(&format!("/v1/audit/log/tile/{absent}")).await;
        assert_eq!(answer.status, 404, "{absent}: {}", answer.text());
    }
}

#[actix_web::test]
async fn what_was_not_asked_for_is_what_was_signed_last() {
    let app = TestApp::new().await;
    let auditor = app.auditor();
    let first = opened(&app, &auditor.get("/v1/audit/log/checkpoint").await.text()).await;
    let again = opened(&app, &auditor.get("/v1/audit/log/checkpoint").await.text()).await;
    assert_eq!(first, again);
    let newer = fresh(&app, &auditor).await;
    assert!(newer.size > first.size, "the reading itself is on the log");
    let kept = std::fs::read_to_string(app.database.kept_checkpoint()).unwrap();
    assert_eq!(opened(&app, &kept).await, newer);
}

#[actix_web::test]
async fn a_database_that_is_put_back_from_an_older_copy_is_not_signed() {
    let app = TestApp::new().await;
    let auditor = app.auditor();
    let older = fresh(&app, &auditor).await;
    for _ in 0..3 {
        auditor.get("/v1/me").await.expect(200);
    }
    let newer = fresh(&app, &auditor).await;
    let kept = std::fs::read_to_string(app.database.kept_checkpoint()).unwrap();
    // As a restore leaves it: the entries and the checkpoints of before.
    let mut raw = app.database.raw();
    raw.unguard_log();
    raw.execute(&format!("DELETE FROM audit_events WHERE position >= {}", older.size)).unwrap();
    raw.execute(&format!("DELETE FROM audit_checkpoints WHERE tree_size > {}", older.size)).unwrap();

    let refused = auditor.get("/v1/audit/log/checkpoint?signed=now").await;
    refused.expect_problem(409, "log_not_signed");
    while raw.count("SELECT COUNT(*) FROM audit_events") < i64::try_from(newer.size).unwrap() + 2 {
        auditor.get("/v1/me").await.expect(200);
    }
    // Longer than what was signed by now, and another history.
    auditor.get("/v1/audit/log/checkpoint?signed=now").await.expect_problem(409, "log_not_signed");
    assert_eq!(
        std::fs::read_to_string(app.database.kept_checkpoint()).unwrap(),
        kept,
        "what was signed is kept"
    );
    assert_eq!(opened(&app, &auditor.get("/v1/audit/log/checkpoint").await.text()).await, older);

    let (one, two, gone) = (app.administrator().id, app.administrator().id, app.administrator().id);
    raw.execute(&format!("UPDATE users SET status = 'suspended' WHERE id = '{gone}'")).unwrap();
    let accept = async |by| app.app.notary.accept_fork(&app.app.db, by, LossReason::RestoredBackup).await;
    for by in [[one, one], [one, gone], [gone, one], [one, waystation::access::UserId::generate()]] {
        let refused = accept(by).await.unwrap_err();
        assert!(matches!(refused, NotSigned::Refused(RefusedToSign::NotTwo)), "{refused}");
    }
    accept([one, two]).await.unwrap();
    let signed = fresh(&app, &auditor).await;
    assert!(signed.size > newer.size);
    let told = app.log().await.into_iter().find(|entry| entry.action == "audit.fork_accept").unwrap().body();
    assert_eq!(told["details"]["abandoned_size"], newer.size.to_string());
    assert_eq!(told["details"]["abandoned_root"], STANDARD.encode(newer.root));
    assert_eq!(told["details"]["reason"], "restored_backup");
    let mut both = [one.to_string(), two.to_string()];
    both.sort();
    assert_eq!(told["details"]["accepted_by"], both.join(" "));
    // A loss is accepted once; there is no other.
    assert!(accept([one, two]).await.is_err());
}

#[actix_web::test]
async fn a_crash_between_the_file_and_the_database_signs_nothing_twice() {
    let app = TestApp::new().await;
    let auditor = app.auditor();
    fresh(&app, &auditor).await;
    auditor.get("/v1/me").await.expect(200);
    app.log().await;
    let mut raw = app.database.raw();
    let mend = if app.database.is_postgres() {
        raw.execute(
            "CREATE FUNCTION broken() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'broken'; END; $$;
             CREATE TRIGGER broken BEFORE INSERT ON audit_checkpoints FOR EACH ROW EXECUTE FUNCTION broken()",
        )
        .unwrap();
        "DROP TRIGGER broken ON audit_checkpoints"
    } else {
        raw.execute(
            "CREATE TRIGGER broken BEFORE INSERT ON audit_checkpoints BEGIN SELECT RAISE(ABORT, 'broken'); END",
        )
        .unwrap();
        "DROP TRIGGER broken"
    };
    assert!(app.app.notary.publish(&app.app.db).await.is_err());
    let kept = std::fs::read_to_string(app.database.kept_checkpoint()).unwrap();
    raw.execute(mend).unwrap();
    let signed = app.app.notary.publish(&app.app.db).await.unwrap();
    assert_eq!(signed.note, kept);
    let stored = raw.texts("SELECT note AS t FROM audit_checkpoints ORDER BY tree_size DESC");
    assert_eq!(stored.first(), Some(&kept));
}

#[actix_web::test]
async fn a_file_that_is_not_this_logs_own_stops_the_signing() {
    let app = TestApp::new().await;
    let auditor = app.auditor();
    fresh(&app, &auditor).await;
    let path = app.database.kept_checkpoint();
    let kept = std::fs::read_to_string(&path).unwrap();
    for other in ["", "nothing\n", &kept.replacen("\n1", "\n9", 1), &kept[..kept.len() - 10]] {
        if other == kept {
            continue;
        }
        std::fs::write(&path, other).unwrap();
        auditor.get("/v1/audit/log/checkpoint?signed=now").await.expect_problem(409, "log_not_signed");
        assert_eq!(std::fs::read_to_string(&path).unwrap(), other, "it is left as it was found");
    }
    std::fs::write(&path, kept).unwrap();
    fresh(&app, &auditor).await;
}

#[actix_web::test]
async fn an_entry_that_is_gone_stops_the_signing_and_nobodys_work() {
    let app = TestApp::new().await;
    let (auditor, heron) = (app.auditor(), app.caseworker(app.hub("Kunming")));
    for _ in 0..20 {
        heron.get("/v1/me").await.expect(200);
    }
    fresh(&app, &auditor).await;
    app.log().await;
    let mut raw = app.database.raw();
    raw.unguard_log();
    raw.execute("CREATE TABLE aside AS SELECT * FROM audit_events WHERE position = 7").unwrap();
    raw.execute("DELETE FROM audit_events WHERE position = 7").unwrap();
    for _ in 0..300 {
        heron.get("/v1/me").await.expect(200);
    }
    let refused = auditor.get("/v1/audit/log/checkpoint?signed=now").await;
    assert!(!refused.status.is_success(), "{}", refused.text());
    // Put back, it is signed again once a server has started and made what the tree lacks.
    raw.execute("INSERT INTO audit_events SELECT * FROM aside").unwrap();
    let again = app.beside().await;
    let signed = again.app.notary.publish(&again.app.db).await.unwrap();
    assert!(signed.checkpoint.size > 300);
    assert_eq!(raw.count("SELECT COUNT(*) FROM audit_subtrees"), 1);
}
