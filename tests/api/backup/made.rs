//! A backup that is made: of every table, at one moment, on the log, and telling nobody anything who cannot open it.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use super::{Safe, part_of, read_manifest, run, succeeded, text};
use crate::common::columns::columns;
use crate::common::promises::{Promises, assert_changes_and_events_are_the_same, assert_positions, work};
use crate::common::server::Installation;
use crate::common::whole_log::assert_tree_is_rebuilt;
use crate::common::{TestDatabase, hex};

#[test]
fn every_table_is_in_backups_or_is_left_out_on_purpose() {
    let known: BTreeSet<String> =
        waystation::backup::tables().concat().into_iter().map(str::to_owned).collect();
    for database in TestDatabase::of_each_kind() {
        let there: BTreeSet<String> = columns(&mut database.raw()).into_keys().collect();
        assert_eq!(there, known, "say in src/backup/rows.rs what a backup has of a new table");
    }
}

#[test]
fn a_backup_under_load_is_the_network_at_one_moment() {
    let safe = Safe::new();
    let from = Installation::set_up();
    let server = from.serve();
    let (hub, tokens) = from.caseworkers(&server, 3);
    let key = server.log_key();
    let promises: Arc<Mutex<Promises>> = Arc::default();
    let clients: Vec<_> = tokens
        .iter()
        .cycle()
        .take(9)
        .map(|token| {
            let (wire, hub, promises) = (server.wire(Some(token)), hub.clone(), Arc::clone(&promises));
            std::thread::spawn(move || work(&wire, &hub, &promises))
        })
        .collect();
    std::thread::sleep(Duration::from_millis(800));
    let written = || promises.lock().unwrap().writes;
    let before = written();
    let first = safe.back_up(&from);
    assert!(written() > before, "nobody waited for the backup");
    std::thread::sleep(Duration::from_millis(1_100));
    let second = safe.back_up(&from);
    server.kill();
    for client in clients {
        client.join().expect("every answer was as expected").expect_err("it ends only with the server");
    }
    for manifest in [first, second] {
        succeeded(&run(
            &from,
            &[safe.with("verify", &manifest), vec!["--log-key".into(), key.clone()]].concat(),
        ));
        let into = Installation::bare();
        safe.restore(&manifest, &from, &into);
        let mut raw = into.raw();
        let log = raw.log();
        assert_changes_and_events_are_the_same(&mut raw, &log);
        assert_positions(&log, true);
        assert_tree_is_rebuilt(&mut raw);
        into.assert_whole_log(
            &key,
            &[read_manifest(&manifest)["log"]["checkpoint"].as_str().unwrap().to_owned()],
        );
    }
}

#[test]
fn it_is_on_the_log_before_it_is_begun_and_when_it_is_done() {
    let (safe, from) = (Safe::new(), Installation::set_up());
    let manifest = safe.back_up(&from);
    let told = read_manifest(&manifest);
    let of = |action: &str| {
        let log = from.raw().log();
        log.into_iter().filter(|entry| entry.action == action).map(|entry| entry.body()).collect::<Vec<_>>()
    };
    let (begun, made) = (of("backup.begin"), of("backup.create"));
    assert_eq!((begun.len(), made.len()), (1, 1));
    for body in [&begun[0], &made[0]] {
        assert_eq!(body["subject"], told["backup"]);
        assert_eq!(body["permission"], "operator");
    }
    assert_eq!(begun[0]["details"]["recipients"], told["data"]["recipients"][0]);
    let bytes = std::fs::read(&manifest).unwrap();
    let sha256: [u8; 32] =
        sha2::Digest::finalize(sha2::Digest::chain_update(<sha2::Sha256 as sha2::Digest>::new(), bytes))
            .into();
    assert_eq!(made[0]["details"]["manifest"], hex(&sha256));
    // The backup itself holds the first alone.
    let lines = safe.lines(&manifest, "data").concat();
    assert!(lines.contains("backup.begin") && !lines.contains("\"backup.create\""));
}

#[test]
fn a_stranger_reads_it_with_age_and_a_parser_of_json() {
    let (safe, from) = (Safe::new(), Installation::set_up());
    let server = from.serve();
    from.caseworkers(&server, 1);
    let manifest = safe.back_up(&from);
    let told = read_manifest(&manifest);
    for part in ["data", "keys"] {
        let lines = safe.lines(&manifest, part);
        let mut lines = lines.iter().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
        let head = lines.next().unwrap();
        assert_eq!((head["part"].as_str(), &head["backup"]), (Some(part), &told["backup"]));
        for table in told["tables"].as_array().unwrap().iter().filter(|table| table["part"] == part) {
            let head = lines.next().unwrap();
            assert_eq!((&head["table"], &head["rows"]), (&table["name"], &table["rows"]));
            for _ in 0..table["rows"].as_u64().unwrap() {
                assert!(lines.next().unwrap().is_object());
            }
        }
        assert!(lines.next().is_none());
    }
    let keys = safe.lines(&manifest, "keys").concat();
    assert!(keys.contains("audit_signing"), "{keys}");
    assert!(!safe.lines(&manifest, "data").concat().contains("audit_signing\",\"version"));
}

#[test]
fn whoever_cannot_open_it_learns_of_nobody_from_it() {
    let (safe, from) = (Safe::new(), Installation::set_up());
    let server = from.serve();
    from.caseworkers(&server, 1);
    let manifest = safe.back_up(&from);
    let root_key = std::fs::read_to_string(from.path("root.key")).unwrap();
    for file in [manifest.clone(), part_of(&manifest, "data"), part_of(&manifest, "keys")] {
        let bytes = String::from_utf8_lossy(&std::fs::read(&file).unwrap()).into_owned();
        for word in ["heron0", "Kunming", "admin\"", "$argon2", root_key.trim()] {
            assert!(!bytes.contains(word), "{word} in {}", text(&file));
        }
        let mode = std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(&file).unwrap().permissions());
        assert_eq!(mode & 0o077, 0);
    }
    // Nor is the root key in what is opened, nor who was logged in.
    let opened = [safe.lines(&manifest, "data"), safe.lines(&manifest, "keys")].concat().concat();
    assert!(!opened.contains(root_key.trim()));
    assert!(!opened.contains("token_hash"));
}

#[test]
fn the_parts_can_be_for_others_and_elsewhere() {
    let (safe, other, from) = (Safe::new(), Safe::new(), Installation::set_up());
    let apart =
        ["--keys-to", &text(&other.backups()), "--keys-recipient", &other.recipient()].map(str::to_owned);
    let made = run(&from, &[safe.create(), apart.to_vec()].concat());
    succeeded(&made);
    let told = String::from_utf8(made.stdout).unwrap();
    assert!(told.contains("THE ROOT KEY IS NOT IN IT") && !told.contains("same recipients"), "{told}");
    let manifest = safe.manifests()[0].clone();
    let keys = other.backups().join(part_of(&manifest, "keys").file_name().unwrap());
    assert!(keys.exists() && !part_of(&manifest, "keys").exists());
    let with_keys = ["--keys-part", &text(&keys), "--identity", &other.identity_file()].map(str::to_owned);
    succeeded(&run(&from, &[safe.with("verify", &manifest), with_keys.to_vec()].concat()));
    let data = ["--only", "data"].map(str::to_owned).to_vec();
    succeeded(&run(&from, &[safe.with("verify", &manifest), data].concat()));
}

#[test]
fn an_auditor_holds_the_log_against_a_manifest() {
    let (safe, from) = (Safe::new(), Installation::set_up());
    let key = from.serve().log_key();
    let manifest = safe.back_up(&from);
    succeeded(&from.run(&["audit", "export", from.path("log").to_str().unwrap()]));
    let log = text(&from.path("log"));
    let verified = from.run(&["audit", "verify", &log, "--key", &key, "--against", &text(&manifest)]);
    let told = String::from_utf8_lossy(&verified.stdout);
    // The other is what the server keeps, which is in the export.
    assert!(verified.status.success() && told.contains("2 from elsewhere"), "{told}");
}
