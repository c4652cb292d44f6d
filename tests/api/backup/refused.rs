//! What is refused, before anything is written: each with what to do, and a target as empty as it was.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use waystation::backup::{Backup, BackupError, Identities, Journal};
use waystation::clock::Clock;
use waystation::config::{Config, Flags};

use super::{Safe, assert_nothing_in, give_root_key, part_of, refused, run, succeeded, text};
use crate::common::TestDatabase;
use crate::common::server::Installation;

/// A network, two backups of it, and where one is to go.
struct Scene {
    safe: Safe,
    from: Installation,
    into: Installation,
    manifest: PathBuf,
}

impl Scene {
    fn new() -> Self {
        let (safe, from, into) = (Safe::new(), Installation::set_up(), Installation::bare());
        give_root_key(&from, &into);
        let manifest = safe.back_up(&from);
        Self { safe, from, into, manifest }
    }

    /// A copy of the backup, to be spoiled.
    fn copy(&self) -> PathBuf {
        let copy = self.safe.path("copy");
        drop(fs::remove_dir_all(&copy));
        fs::create_dir(&copy).unwrap();
        let move_to = |path: &Path| copy.join(path.file_name().unwrap());
        for file in [self.manifest.clone(), part_of(&self.manifest, "data"), part_of(&self.manifest, "keys")]
        {
            fs::copy(&file, move_to(&file)).unwrap();
        }
        move_to(&self.manifest)
    }

    /// Neither is it whole, nor is it restored, and nothing is there afterwards.
    #[track_caller]
    fn assert_refused(&self, manifest: &Path, why: &str) {
        for verb in ["verify", "restore"] {
            self.assert_verb_refused(verb, manifest, why);
        }
    }

    #[track_caller]
    fn assert_verb_refused(&self, verb: &str, manifest: &Path, why: &str) {
        let told = refused(&run(&self.into, &self.safe.with(verb, manifest)));
        assert!(told.contains(why), "{verb}: {told}");
        assert_nothing_in(&self.into);
    }

    /// The copy with another manifest.
    fn with_manifest(&self, change: impl FnOnce(&mut Value)) -> PathBuf {
        let copy = self.copy();
        let mut value = super::read_manifest(&copy);
        change(&mut value);
        fs::write(&copy, value.to_string()).unwrap();
        copy
    }
}

fn cut(path: &Path, length: u64) {
    fs::File::options().write(true).open(path).unwrap().set_len(length).unwrap();
}

fn flip(path: &Path, at: usize) {
    let mut bytes = fs::read(path).unwrap();
    bytes[at] ^= 1;
    fs::write(path, bytes).unwrap();
}

#[test]
fn a_part_that_is_missing_cut_changed_or_of_another_backup_restores_nothing() {
    let scene = Scene::new();
    std::thread::sleep(std::time::Duration::from_millis(1_100));
    let other = scene.safe.back_up(&scene.from);
    for part in ["data", "keys"] {
        let copy = scene.copy();
        let file = part_of(&copy, part);
        let length = fs::metadata(&file).unwrap().len();
        for shorter in [0, length / 2, length - 1] {
            cut(&part_of(&scene.copy(), part), shorter);
            scene.assert_refused(&copy, "was cut or changed: it has");
        }
        for at in [0, 60, usize::try_from(length).unwrap() / 2, usize::try_from(length).unwrap() - 1] {
            flip(&part_of(&scene.copy(), part), at);
            scene.assert_refused(&copy, "its SHA-256 is not the one in the manifest");
        }
        fs::remove_file(part_of(&scene.copy(), part)).unwrap();
        scene.assert_refused(&copy, &format!("the {part} part is not at"));
        fs::copy(part_of(&other, part), part_of(&scene.copy(), part)).unwrap();
        scene.assert_refused(&copy, &format!("is not the {part} part of this backup"));
    }
    // The one part is not the other.
    let copy = scene.copy();
    fs::copy(part_of(&copy, "data"), part_of(&copy, "keys")).unwrap();
    scene.assert_refused(&copy, "is not the keys part of this backup");
    succeeded(&run(&scene.into, &scene.safe.with("restore", &scene.manifest)));
}

#[test]
fn parts_of_two_backups_do_not_go_together_whatever_the_manifest_says() {
    let scene = Scene::new();
    std::thread::sleep(std::time::Duration::from_millis(1_100));
    let other = scene.safe.back_up(&scene.from);
    let told = super::read_manifest(&other);
    let copy = scene.with_manifest(|manifest| manifest["keys"] = told["keys"].clone());
    fs::copy(part_of(&other, "keys"), part_of(&copy, "keys")).unwrap();
    let keys = copy.parent().unwrap().join(told["keys"]["file"].as_str().unwrap());
    fs::copy(part_of(&other, "keys"), keys).unwrap();
    scene.assert_refused(&copy, "it is of another backup than the manifest");
}

#[test]
fn a_manifest_that_was_changed_restores_nothing() {
    let scene = Scene::new();
    // Whatever is not seen otherwise is seen by the signature.
    let later = scene.with_manifest(|manifest| manifest["program_version"] = json!("0.1.1"));
    scene.assert_verb_refused("restore", &later, "the log's key has not signed this manifest");
    let unsigned =
        scene.with_manifest(|manifest| drop(manifest.as_object_mut().unwrap().remove("signature")));
    scene.assert_verb_refused("restore", &unsigned, "the log's key has not signed this manifest");
    let unsigned_log = scene.with_manifest(|manifest| manifest["log"] = Value::Null);
    scene.assert_verb_refused("restore", &unsigned_log, "the log's key has not signed this manifest");
    let key = scene.from.serve().log_key();
    let with_key = [scene.safe.with("verify", &unsigned_log), vec!["--log-key".into(), key]].concat();
    assert!(refused(&run(&scene.into, &with_key)).contains("this key has not signed the manifest"));

    for (change, why) in [
        (
            json!({"keys_expire_at": "2099-01-01T00:00:00.000000Z"}),
            "it is of another backup than the manifest",
        ),
        (json!({"database_id": "7k5w8z0v4n9qx2c7m1b6t8r4ye"}), "other network"),
        (json!({"tables": []}), "does not tell of"),
        (json!({"more": 1}), "its members are not those of its format"),
        (json!({"format": "something"}), "does not say that it is one"),
    ] {
        let copy = scene.with_manifest(|manifest| {
            manifest.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        });
        let verb = if why == "other network" { "verify" } else { "restore" };
        let why = if why == "other network" { "of another network than the manifest" } else { why };
        scene.assert_verb_refused(verb, &copy, why);
    }
    let rows = scene.with_manifest(|manifest| manifest["tables"][0]["sha256"] = json!("00"));
    scene.assert_verb_refused("verify", &rows, "are not those of the manifest");
    let root = scene.with_manifest(|manifest| {
        manifest["log"]["root"] = json!("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")
    });
    scene.assert_verb_refused("verify", &root, "do not have the signed root");
    for nothing in ["", "nothing", "[]", "{}"] {
        let copy = scene.copy();
        fs::write(&copy, nothing).unwrap();
        scene.assert_refused(&copy, "is no manifest of a backup");
    }
}

#[test]
fn a_newer_form_and_other_tables_are_named() {
    let scene = Scene::new();
    let newer = scene.with_manifest(|manifest| {
        manifest["format_version"] = json!(2);
        manifest["what_comes"] = json!("later");
        manifest["program_version"] = json!("9.0.0");
    });
    scene.assert_refused(&newer, "of format 2, made by waystation 9.0.0");
    let newer = scene.with_manifest(|manifest| {
        manifest["migrations"].as_array_mut().unwrap().push(json!("2099-01-01-000001_later"));
    });
    scene.assert_refused(&newer, "the migration 2099-01-01-000001_later, which this program does not know");
    let older = scene.with_manifest(|manifest| drop(manifest["migrations"].as_array_mut().unwrap().pop()));
    scene.assert_refused(&older, "restore it with that version, and then upgrade");
}

#[test]
fn whoever_is_not_a_recipient_and_whoever_has_another_root_key_restores_nothing() {
    let scene = Scene::new();
    let stranger = Safe::new();
    for verb in ["verify", "restore"] {
        let told = refused(&run(&scene.into, &stranger.with(verb, &scene.manifest)));
        let recipient =
            super::read_manifest(&scene.manifest)["keys"]["recipients"][0].as_str().unwrap().to_owned();
        assert!(
            told.contains("no identity that was given opens the keys part") && told.contains(&recipient),
            "{told}"
        );
    }
    fs::write(scene.safe.path("none"), "not an identity\n").unwrap();
    let none = ["--identity".to_owned(), text(&scene.safe.path("none"))].to_vec();
    let told = refused(&run(&scene.into, &[scene.safe.with("restore", &scene.manifest), none].concat()));
    assert!(told.contains("holds no identity of age") && !told.contains("not an identity"), "{told}");
    give_root_key(&Installation::set_up_on_file(), &scene.into);
    scene.assert_verb_refused("restore", &scene.manifest, "the keys of the backup do not open");
    fs::remove_file(scene.into.path("root.key")).unwrap();
    scene.assert_verb_refused("restore", &scene.manifest, "root.key");
}

#[test]
fn where_there_is_something_nothing_is_restored() {
    let scene = Scene::new();
    let told = refused(&run(&scene.from, &scene.safe.with("restore", &scene.manifest)));
    assert!(told.contains("is there already") || told.contains("is not empty"), "{told}");
    succeeded(&scene.from.run(&["user", "list"]));
    if scene.into.is_postgres() {
        scene.into.raw().execute("CREATE TABLE somebody_elses (id bigint)").unwrap();
        let told = refused(&run(&scene.into, &scene.safe.with("restore", &scene.manifest)));
        assert!(told.contains("is not empty"), "{told}");
        scene.into.raw().execute("DROP TABLE somebody_elses").unwrap();
        // What `migrate` makes is as good as nothing.
        succeeded(&scene.into.run(&["migrate"]));
        succeeded(&run(&scene.into, &scene.safe.with("restore", &scene.manifest)));
    } else {
        for file in ["waystation.db", "waystation.db-wal"] {
            fs::write(scene.into.path(file), "").unwrap();
            let told = refused(&run(&scene.into, &scene.safe.with("restore", &scene.manifest)));
            assert!(told.contains("is there already"), "{told}");
            fs::remove_file(scene.into.path(file)).unwrap();
        }
        // What one that was broken off has left is no obstacle.
        fs::write(scene.into.path("waystation.db.restoring"), "half").unwrap();
        succeeded(&run(&scene.into, &scene.safe.with("restore", &scene.manifest)));
        assert!(!scene.into.path("waystation.db.restoring").exists());
    }
}

#[test]
fn a_keys_part_that_has_expired_restores_nothing() {
    let scene = Scene::new();
    let target = TestDatabase::empty_sqlite();
    let file = target.file().unwrap().to_owned();
    fs::remove_file(&file).unwrap();
    let variables = BTreeMap::from([("DATABASE_URL".to_owned(), text(&file))]);
    let flags = Flags { data: Some(scene.into.directory().to_owned()), ..Flags::default() };
    let config = Config::read(&flags, &variables).unwrap();
    fs::set_permissions(file.parent().unwrap(), std::os::unix::fs::PermissionsExt::from_mode(0o700)).unwrap();
    let backup = Backup::read(&scene.manifest, None, None).unwrap();
    let identities = Identities::read(&[scene.safe.path("identity")]).unwrap();
    let at = |days| Clock::fixed(backup.manifest.made_at.plus(chrono::TimeDelta::days(days)));
    let restore = |clock: &Clock| {
        waystation::backup::restore(&config, clock, &backup, &identities, Journal::default(), |_, _| {})
    };
    assert!(matches!(restore(&at(30)), Err(BackupError::Expired(_))));
    assert!(!file.exists());
    restore(&at(29)).unwrap();
    assert!(file.exists());
    for days in ["0", "31"] {
        let told = refused(&run(
            &scene.from,
            &[scene.safe.create(), vec!["--keys-days".into(), days.into()]].concat(),
        ));
        assert!(told.contains("1 to 30 days"), "{told}");
    }
}

#[test]
fn a_backup_that_cannot_be_written_is_told_why_and_leaves_nothing() {
    let (safe, from) = (Safe::new(), Installation::set_up());
    let to = |directory: &str| {
        ["backup", "create", "--to", directory, "--recipient", &safe.recipient()].map(str::to_owned).to_vec()
    };
    let nowhere = refused(&run(&from, &to("/nowhere/at/all")));
    assert!(nowhere.contains("/nowhere/at/all cannot be written"), "{nowhere}");
    let file = text(&safe.path("identity"));
    assert!(refused(&run(&from, &to(&file))).contains("cannot be written"));
    let none = ["backup", "create", "--to", &text(&safe.backups())].map(str::to_owned);
    assert!(refused(&run(&from, &none)).contains("name who can open the backup"));
    let secret = fs::read_to_string(safe.path("identity")).unwrap();
    let wrong = [none.to_vec(), vec!["--recipient".into(), secret.clone()]].concat();
    let told = refused(&run(&from, &wrong));
    assert!(told.contains("recipient 1 is no recipient") && !told.contains(&secret), "{told}");
    // A disk on which no file has room for it.
    let script = "trap '' XFSZ; ulimit -f 4; exec \"$0\" \"$@\"";
    let arguments = safe.create();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let full = from.program_by(&["bash", "-c", script], &arguments).output().unwrap();
    refused(&full);
    assert_eq!(fs::read_dir(safe.backups()).unwrap().count(), 0);
    // With room again it is made.
    safe.back_up(&from);
}
