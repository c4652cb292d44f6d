//! What somebody with the database, the files, or a stolen key could do: each is found, at its place.

use rand::SeedableRng as _;
use serde_json::json;

use super::log::{self, Files, Log};
use super::{codes, told};
use crate::verifier::findings::Code;
use crate::verifier::report::Fits;
use crate::verifier::{Report, Verdict};

fn thousand() -> Log {
    let mut log = Log::new(1000, 2);
    log.signed_at = vec![0, 1, 300, 600, 900, 1000];
    log
}

/// What is told when these files are not as the log wrote them.
#[track_caller]
fn told_of(log: &Log, edit: impl FnOnce(&mut Files)) -> Report {
    let mut files = log.files();
    edit(&mut files);
    let report = told(&files, &log.pinned(), &[]);
    assert_eq!(report.verdict, Verdict::NotWhole);
    report
}

fn flip(files: &mut Files, path: &str, byte: usize) {
    files.get_mut(path).unwrap()[byte] ^= 1;
}

/// What is told when entries are not those that were signed; the tree is as it was.
#[track_caller]
fn told_of_entries(edit: impl FnOnce(&mut Vec<Vec<u8>>)) -> Report {
    let log = thousand();
    let mut entries = log.entries.clone();
    edit(&mut entries);
    told_of(&log, |files| {
        files.retain(|path, _| !path.starts_with("columns/") && !path.starts_with("tile/entries/"));
        files.extend(log::contents(&entries, 1000));
    })
}

#[test]
fn a_flipped_bit_of_an_entry_is_at_its_position() {
    for position in [0, 255, 256, 767, 999] {
        let report = told_of_entries(|entries| entries[position][40] ^= 1);
        assert_eq!(report.first_wrong_position, Some(position as u64));
        assert!(codes(&report).contains(&Code::EntryDiffers));
        assert_eq!(report.fits, Fits::StoredTree);
        assert!(report.findings[0].what.contains("the bytes of the entry"), "{:?}", report.findings);
    }
}

#[test]
fn a_flipped_bit_of_a_leaf_is_at_its_position_and_the_entry_is_right() {
    let report = told_of(&thousand(), |files| flip(files, "tile/0/001", 32 * 44));
    assert_eq!((codes(&report), report.first_wrong_position), (vec![Code::EntryDiffers], Some(300)));
    assert_eq!(report.fits, Fits::Entries);
}

#[test]
fn an_edited_column_is_named_at_its_position() {
    let report = told_of(&thousand(), |files| {
        let columns = files.get_mut("columns/001").unwrap();
        *columns = String::from_utf8(columns.clone())
            .unwrap()
            .replace("\"position\":300", "\"position\":301")
            .into();
    });
    assert_eq!((codes(&report), report.first_wrong_position), (vec![Code::ColumnsDiffer], Some(300)));
    assert_eq!(report.findings[0].what, "not as in the entry: position");
}

#[test]
fn entries_that_were_deleted_swapped_or_put_in_are_told_as_that() {
    let report = told_of_entries(|entries| drop(entries.remove(300)));
    let first = &report.findings[0];
    assert_eq!((first.code, first.position), (Code::EntryDiffers, Some(300)));
    assert!(first.what.contains("is missing"), "{}", first.what);
    let report = told_of_entries(|entries| entries.swap(300, 301));
    assert_eq!(report.first_wrong_position, Some(300));
    assert!(report.findings[0].what.contains("changed places"), "{:?}", report.findings);
    let report = told_of_entries(|entries| {
        entries.insert(300, entries[0].clone());
        entries.pop();
    });
    assert_eq!(report.first_wrong_position, Some(300));
    assert!(report.findings[0].what.contains("was put in"), "{:?}", report.findings);
    assert_eq!(report.findings[0].until, Some(999));
    for position in [0, 999] {
        let report = told_of_entries(|entries| drop(entries.remove(position)));
        assert_eq!(report.first_wrong_position, Some(position as u64));
    }
}

#[test]
fn a_tree_rebuilt_without_the_key_is_between_the_checkpoints_around_the_change() {
    let log = thousand();
    let mut forged = log.clone();
    forged.entries.remove(700);
    forged.entries.push(log.entries[999].clone());
    let report = told_of(&log, |files| {
        files.extend(log::contents(&forged.entries, 1000));
        files.extend(log::tiles(&forged.entries));
    });
    let root = report.findings.iter().find(|found| found.code == Code::RootDiffers).unwrap();
    // The second copy of the last entry is seen too.
    assert_eq!((root.position, root.until), (Some(600), Some(899)));
    assert_eq!(codes(&report), [Code::EntryRepeated, Code::RootDiffers, Code::Fork]);
    assert_eq!(report.fits, Fits::Neither);
}

#[test]
fn a_log_rebuilt_with_another_key_is_not_vouched_for() {
    let log = thousand();
    let mut forged = log.clone();
    forged.keys = vec![log::signing_key(9, 9)];
    let report = told(&forged.files(), &log.pinned(), &[]);
    assert_eq!(codes(&report), [Code::PinnedKeyUnseen, Code::KeysFile, Code::CopyNotSigned]);
}

#[test]
fn a_shortened_log_shows_only_against_a_checkpoint_that_was_kept() {
    let log = thousand();
    let mut shorter = log.clone();
    shorter.entries.truncate(990);
    shorter.signed_at = vec![300, 600, 990];
    assert_eq!(told(&shorter.files(), &log.pinned(), &[]).verdict, Verdict::Whole);
    let kept = log.checkpoints().pop().unwrap();
    let report = told(&shorter.files(), &log.pinned(), &[&kept]);
    assert_eq!(codes(&report), [Code::Truncated]);
    assert!(report.findings[0].what.contains("1000 entries, and the log has only 990"));
    let mut files = shorter.files();
    files.insert("kept-checkpoint".to_owned(), kept.into_bytes());
    assert_eq!(codes(&told(&files, &log.pinned(), &[])), [Code::Truncated]);
}

#[test]
fn the_last_entries_deleted_with_the_counters_fixed_up_leave_a_larger_checkpoint_behind() {
    let log = thousand();
    let mut shorter = log.clone();
    shorter.entries.truncate(990);
    shorter.signed_at = vec![300, 990];
    let mut files = shorter.files();
    files.insert("checkpoints".to_owned(), log.checkpoints().join("\n").into_bytes());
    assert_eq!(codes(&told(&files, &log.pinned(), &[])), [Code::Truncated]);
}

#[test]
fn two_signed_histories_are_a_fork() {
    let log = thousand();
    let mut other = log.clone();
    other.edit(950, |entry| entry["permission"] = json!("case.other"));
    let kept = other.checkpoints();
    let report = told(&log.files(), &log.pinned(), &[&kept[4], &kept[5]]);
    assert_eq!(codes(&report), [Code::Fork]);
    assert_eq!(report.findings.len(), 1);
}

#[test]
fn a_fork_that_was_accepted_on_the_record_is_a_warning() {
    let mut log = thousand();
    let mut lost = log.clone();
    lost.edit(950, |entry| entry["permission"] = json!("case.other"));
    let kept = lost.checkpoints().pop().unwrap();
    let accept = |log: &mut log::Log, key: &ed25519_dalek::SigningKey| {
        log.edit(970, |entry| log::accept(entry, &kept, log::TWO, "damage", key));
    };
    // Whoever writes such an entry without the key of the log accepts nothing.
    accept(&mut log, &log::signing_key(9, 9));
    let report = told(&log.files(), &log.pinned(), &[&kept]);
    assert_eq!(
        (codes(&report), report.first_wrong_position),
        (vec![Code::Fork, Code::ForkNotSigned], Some(970))
    );
    let key = log.keys[0].clone();
    accept(&mut log, &key);
    let report = told(&log.files(), &log.pinned(), &[&kept]);
    assert_eq!((report.verdict, report.findings_total), (Verdict::WholeWithFork, 0));
    assert_eq!(report.warnings.len(), 2);
    let (one, other) = log::TWO.split_once(' ').unwrap();
    for told in
        ["at position 970", "of 1000 entries", "the log was damaged or tampered with [damage]", one, other]
    {
        assert!(report.warnings[0].contains(told), "{:?}", report.warnings);
    }
    assert!(report.warnings[1].contains("position 970"), "{:?}", report.warnings);
    // Another one is not covered by it.
    lost.edit(950, |entry| entry["permission"] = json!("case.third"));
    let third = lost.checkpoints().pop().unwrap();
    assert_eq!(codes(&told(&log.files(), &log.pinned(), &[&third])), [Code::Fork]);
}

#[test]
fn who_accepted_a_fork_and_why_is_signed_and_said() {
    let log = thousand();
    let lost = log::checkpoint(&log.entries[..5], &log.keys[0]);
    let told_of = |by: &str, reason: &str, name: &str, value: &str| {
        let mut log = log.clone();
        let key = log.keys[0].clone();
        log.edit(970, |entry| {
            log::accept(entry, &lost, by, reason, &key);
            if !name.is_empty() {
                entry["details"][name] = json!(value);
            }
        });
        told(&log.files(), &log.pinned(), &[])
    };
    for (reason, words) in [
        ("restored_backup", "put back from an older backup [restored_backup]"),
        ("other_copy", "another copy of the database was taken for the right one [other_copy]"),
        ("damage", "the log was damaged or tampered with [damage]"),
        ("war", "for a reason that is not known here [war]"),
    ] {
        let report = told_of(log::TWO, reason, "", "");
        assert_eq!(report.verdict, Verdict::WholeWithFork);
        assert!(report.warnings[0].contains(words), "{:?}", report.warnings);
    }
    let (one, other) = log::TWO.split_once(' ').unwrap();
    for (name, value) in [("accepted_by", format!("{other} {one}")), ("reason", "other_copy".to_owned())] {
        assert_eq!(codes(&told_of(log::TWO, "damage", name, &value)), [Code::ForkNotSigned], "{value}");
    }
    for by in [
        one.to_owned(),
        format!("{one} {one}"),
        format!("{one}  {other}"),
        format!("{one} heron"),
        String::new(),
    ] {
        assert_eq!(codes(&told_of(&by, "damage", "", "")), [Code::EntryMalformed], "{by}");
    }
    for reason in ["", "Damage", "a\u{1b}[2J"] {
        assert_eq!(codes(&told_of(log::TWO, reason, "", "")), [Code::EntryMalformed], "{reason}");
    }
}

#[test]
fn entries_of_a_newer_version_alone_do_not_say_that_the_log_is_not_whole() {
    let mut log = thousand();
    log.edit(11, |entry| entry["v"] = json!(2));
    log.edit(12, |entry| {
        entry["v"] = json!(2);
        entry["more"] = json!("text");
    });
    let report = told(&log.files(), &log.pinned(), &[]);
    assert_eq!((report.verdict, codes(&report)), (Verdict::NeedsNewer, vec![Code::EntryVersion]));
    let report = told_of(&log, |files| drop(files.insert("more".to_owned(), Vec::new())));
    assert_eq!(codes(&report), [Code::FileSurplus, Code::EntryVersion]);
    assert!(report.warnings[0].contains("a version that is not known here"), "{:?}", report.warnings);
}

#[test]
fn a_hundred_small_findings_hide_no_fork() {
    let log = thousand();
    let mut other = log.clone();
    other.edit(950, |entry| entry["permission"] = json!("case.other"));
    let mut files = log.files();
    files.extend((0..200).map(|number| (format!("{number}"), Vec::new())));
    let report = told(&files, &log.pinned(), &[&other.checkpoints()[5]]);
    assert_eq!((codes(&report), report.findings_total), (vec![Code::FileSurplus, Code::Fork], 201));
}

#[test]
fn a_copy_by_nobody_proves_nothing() {
    let log = thousand();
    let forged = log::checkpoint(&log.entries[1..], &log::signing_key(9, 9));
    assert_eq!(codes(&told(&log.files(), &log.pinned(), &[&forged])), [Code::CopyNotSigned]);
}

#[test]
fn what_a_faulty_server_signs_is_found_all_the_same() {
    let mut rng = rand::rngs::StdRng::seed_from_u64(1);
    let entry_at = |moment: u64, rng: &mut _| {
        let id = log::id(moment, rng);
        json!({ "action": "case.read", "at": log::moment(moment), "id": id, "outcome": "done",
            "permission": "case.read", "request": id, "v": 1 })
    };
    let hour = 3_600_000_000;
    let good = entry_at(1_154_422_800_000_000, &mut rng);
    let with = |name: &str, value: serde_json::Value| {
        let mut entry = good.clone();
        entry[name] = value;
        log::write(&entry)
    };
    let cases = [
        (Code::ClockBackwards, log::write(&entry_at(1_154_422_800_000_000 - hour, &mut rng))),
        (Code::EntryMoment, with("at", json!(log::moment(1_154_422_801_000_000)))),
        (Code::EntryRepeated, Vec::new()),
        (Code::EntryVersion, with("v", json!(2))),
        (Code::EntryMalformed, with("request", json!("me"))),
        (Code::EntryMalformed, b"entry".to_vec()),
        (Code::EntryNotCanonical, [b" ".as_slice(), &log::write(&good)].concat()),
    ];
    for (code, entry) in cases {
        let mut log = Log::new(20, 3);
        log.entries[11] = if code == Code::EntryRepeated { log.entries[10].clone() } else { entry };
        let mut files = log.files();
        let report = told(&files, &log.pinned(), &[]);
        assert_eq!(
            (codes(&report), report.first_wrong_position),
            (vec![code], Some(11)),
            "{:?}",
            report.findings
        );
        files.remove("unsequenced");
        assert!(codes(&told(&files, &log.pinned(), &[])).contains(&Code::FileMissing));
    }
}

#[test]
fn missing_cut_and_surplus_files_are_told_by_name_and_position() {
    let log = thousand();
    for path in log.files().into_keys().filter(|path| path != "checkpoint" && path != "kept-checkpoint") {
        let report = told_of(&log, |files| drop(files.remove(&path)));
        assert_eq!(codes(&report)[0], Code::FileMissing, "{path}");
        assert!(report.findings[0].what.contains(&path), "{path}");
    }
    let report = told_of(&log, |files| drop(files.remove("tile/entries/002")));
    let found = &report.findings[0];
    assert_eq!((found.position, found.until), (Some(512), Some(767)));
    let report = told_of(&log, |files| files.get_mut("tile/entries/002").unwrap().truncate(3000));
    assert_eq!(codes(&report), [Code::FileLength]);
    assert!((513..530).contains(&report.first_wrong_position.unwrap()));
    let report = told_of(&log, |files| files.get_mut("tile/0/002").unwrap().truncate(64));
    assert_eq!((codes(&report), report.first_wrong_position), (vec![Code::FileLength], Some(514)));
    let report = told_of(&log, |files| files.get_mut("columns/000").unwrap().truncate(3));
    assert_eq!((codes(&report), report.first_wrong_position), (vec![Code::FileLength], Some(0)));
    for path in ["tile/0/003.p/231", "tile/0/004", "more", "tile/entries/000.p/1", "columns/000.p/9"] {
        let report = told_of(&log, |files| drop(files.insert(path.to_owned(), vec![0; 32])));
        assert_eq!(codes(&report), [Code::FileSurplus], "{path}");
    }
    // Neither an entry nor its hash: the walk ends there.
    let report = told_of(&log, |files| files.retain(|path, _| !path.contains("/002")));
    assert_eq!((report.entries, report.first_wrong_position), (512, Some(512)));
    assert_eq!(report.fits, Fits::NotKnown);
}

#[test]
fn a_partial_file_of_another_width_is_none() {
    let report = told_of(&thousand(), |files| {
        let leaves = files.remove("tile/0/003.p/232").unwrap();
        files.insert("tile/0/003.p/231".to_owned(), leaves[32..].to_vec());
    });
    assert_eq!(codes(&report), [Code::FileMissing, Code::FileSurplus]);
}

#[test]
fn edited_checkpoints_are_told() {
    let log = thousand();
    let with = |path: &str, old: &str, new: &str| {
        codes(&told_of(&log, |files| {
            let text = String::from_utf8(files[path].clone()).unwrap();
            assert!(text.contains(old));
            files.insert(path.to_owned(), text.replacen(old, new, 1).into_bytes());
        }))
    };
    assert_eq!(with("checkpoints", "\n600\n", "\n601\n"), [Code::RootDiffers, Code::CheckpointSignature]);
    assert_eq!(with("checkpoints", "\n600\n", "\n200\n"), [Code::CheckpointOrder]);
    assert_eq!(
        with("checkpoints", "\n600\n", "\n0600\n"),
        [Code::CheckpointMalformed, Code::CheckpointMissing]
    );
    assert_eq!(with("checkpoints", log::ORIGIN, "other.example"), [Code::CheckpointOrigin]);
    assert_eq!(with("checkpoint", "\n\u{2014}", "\n-"), [Code::CheckpointMalformed]);
    assert_eq!(
        with("checkpoint", log::ORIGIN, "other.example"),
        [Code::CheckpointOrigin, Code::CheckpointSignature, Code::CheckpointMissing, Code::CopyNotSigned]
    );
    let report = told_of(&log, |files| {
        drop(files.insert("checkpoint".to_owned(), log.checkpoints()[3].clone().into()));
    });
    assert!(codes(&report).contains(&Code::Truncated), "{:?}", report.findings);
}

#[test]
fn events_without_a_place_are_told() {
    let line = "{\"id\":\"a\",\"recorded_at\":\"b\"}\n";
    let report =
        told_of(&thousand(), |files| drop(files.insert("unsequenced".to_owned(), line.repeat(2).into())));
    assert_eq!(codes(&report), [Code::Unsequenced]);
    assert!(report.findings[0].what.starts_with("2 events"));
}
