//! Random damage: to the files of a bundle, and to a log before it is signed.

use rand::RngExt as _;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom as _;
use serde_json::json;

use super::log::{self, Files, Log};

/// A random log; some have changed their key.
pub fn log(rng: &mut StdRng) -> Log {
    let size = match rng.random_range(0..20) {
        0 => *[0, 1, 2, 255, 256, 257, 512, 513, 1000].choose(rng).unwrap(),
        _ => rng.random_range(0..40),
    };
    let seed = rng.random();
    let mut log = Log::new(size, seed);
    if size > 4 && rng.random_ratio(1, 3) {
        let first = rng.random_range(0..size / 2);
        log = log.rotate(first, seed);
        log.signed_at.push(rng.random_range(first + 1..=size));
        if rng.random() {
            let second = rng.random_range(first + 1..size);
            log = log.rotate(second, seed);
        }
        log.signed_at.sort_unstable();
    }
    let free: Vec<usize> = (0..size).filter(|position| !log.rotations.contains(position)).collect();
    if let Some(position) = free.choose(rng)
        && rng.random_ratio(1, 3)
    {
        log = log.accept(*position, rng.random());
    }
    log
}

/// A bundle that is not whole, and what was done to it.
pub fn spoiled(rng: &mut StdRng) -> (Log, Files, String) {
    loop {
        let log = log(rng);
        let kind = rng.random_range(0..18);
        if let Some(files) = spoil(&log, kind, rng) {
            let size = log.entries.len();
            return (log, files, format!("damage {kind} to {size} entries"));
        }
    }
}

/// `None` where a log of this size cannot be damaged so.
fn spoil(log: &Log, kind: u8, rng: &mut StdRng) -> Option<Files> {
    let mut files = log.files();
    let size = log.entries.len();
    let (position, other) = (place(size, rng)?, place(size, rng)?);
    match kind {
        0..4 => flip(&mut files, rng),
        4 => drop(files.remove(&any_path(&files, rng))),
        5 => drop(files.insert(format!("tile/0/{position:03}.p/0"), vec![0; 32])),
        6 => cut(&mut files, rng),
        7..10 => {
            let mut entries = log.entries.clone();
            match kind {
                7 => drop(entries.remove(position)),
                8 if position == other => return None,
                8 => entries.swap(position, other),
                _ => entries.insert(position, entries[other].clone()),
            }
            files.retain(|path, _| !path.starts_with("columns") && !path.starts_with("tile/entries"));
            files.extend(log::contents(&entries, size));
            if rng.random() {
                entries.truncate(size);
                files.extend(log::tiles(&entries));
            }
        }
        10 => {
            let mut forged = log.clone();
            forged.edit(position, |entry| entry["permission"] = json!("other"));
            let checkpoints = log.checkpoints().join("\n");
            let newest = files["checkpoint"].clone();
            files = forged.files();
            files.insert("checkpoints".to_owned(), checkpoints.into_bytes());
            files.insert("checkpoint".to_owned(), newest.clone());
            files.insert("kept-checkpoint".to_owned(), newest);
        }
        11 => {
            let mut forged = log.clone();
            let version = rng.random_range(0..forged.keys.len());
            forged.keys[version] = log::signing_key(9, 9);
            files = forged.files();
        }
        12 => files = signed_all_the_same(log, position, rng).files(),
        13 => {
            let line = "{\"id\":\"a\",\"recorded_at\":\"b\"}\n";
            files.insert("unsequenced".to_owned(), line.into());
        }
        14 => {
            let mut longer = log.clone();
            longer.entries.push(Log::new(1, 7).entries.remove(0));
            longer.signed_at = vec![size + 1];
            files.insert("kept-checkpoint".to_owned(), longer.checkpoints().remove(0).into_bytes());
        }
        15 => {
            let (mut forged, stranger) = (log.clone(), log::signing_key(9, 9));
            let lost = log::checkpoint(&[], &log.keys[0]);
            forged.edit(position, |entry| log::accept(entry, &lost, log::TWO, "damage", &stranger));
            files = forged.files();
        }
        16 => {
            // By the key of the log, and for other people or another reason than it signed.
            let (mut forged, key) = (log.clone(), &log.keys[0]);
            let lost = log::checkpoint(&[], key);
            let (name, value) = *[
                ("reason", "other_copy"),
                ("reason", "Damage"),
                ("accepted_by", "51wqktbw4sf2cm1tqdrk9127d6 1fxfgyz1s5d18jgy7vhc1hqg1b"),
                ("accepted_by", "51wqktbw4sf2cm1tqdrk9127d6"),
                ("accepted_by", "51wqktbw4sf2cm1tqdrk9127d6 51wqktbw4sf2cm1tqdrk9127d6"),
            ]
            .choose(rng)
            .unwrap();
            forged.edit(position, |entry| {
                log::accept(entry, &lost, log::TWO, "damage", key);
                entry["details"][name] = json!(value);
            });
            files = forged.files();
        }
        _ => {
            let mut checkpoints = log.checkpoints();
            checkpoints.remove(rng.random_range(0..checkpoints.len()));
            checkpoints.push(log::checkpoint(&log.entries, &log::signing_key(9, 9)));
            files.insert("checkpoints".to_owned(), checkpoints.join("\n").into_bytes());
        }
    }
    Some(files)
}

fn place(size: usize, rng: &mut StdRng) -> Option<usize> {
    (size > 0).then(|| rng.random_range(0..size))
}

/// What a faulty server, or one in wrong hands, writes and signs.
fn signed_all_the_same(log: &Log, position: usize, rng: &mut StdRng) -> Log {
    let mut log = log.clone();
    let change = rng.random_range(0..8);
    if change == 0 {
        // An hour back, and the id is of that moment.
        let moment = 1_154_422_800_000_000 - 3_600_000_000;
        let id = log::id(moment, rng);
        log.entries.insert(position + 1, Vec::from("{}"));
        log.edit(position + 1, |entry| {
            *entry = json!({ "action": "case.read", "at": log::moment(moment), "id": id, "outcome": "done",
                "permission": "case.read", "request": id, "v": 1 });
        });
        *log.signed_at.last_mut().unwrap() += 1;
        log.rotations.iter_mut().filter(|rotation| **rotation > position).for_each(|rotation| *rotation += 1);
        return log;
    }
    log.edit(position, |entry| match change {
        1 => entry["at"] = json!("2006-08-01T08:59:59.999999Z"),
        2 => entry["v"] = json!(2),
        3 => drop(entry.as_object_mut().unwrap().remove("request")),
        4 => entry["more"] = json!("text"),
        5 => entry["actor"] = json!("NOBODY"),
        6 => entry["cases"] = json!([]),
        _ => entry["outcome"] = json!("maybe"),
    });
    log
}

fn any_path(files: &Files, rng: &mut StdRng) -> String {
    let needed = |path: &&String| *path != "kept-checkpoint" && *path != "checkpoint";
    let paths: Vec<&String> = files.keys().filter(needed).collect();
    (*paths.choose(rng).unwrap()).clone()
}

fn flip(files: &mut Files, rng: &mut StdRng) {
    let full: Vec<&mut Vec<u8>> = files.values_mut().filter(|bytes| !bytes.is_empty()).collect();
    let which = rng.random_range(0..full.len());
    let bytes = full.into_iter().nth(which).unwrap();
    let at = rng.random_range(0..bytes.len());
    bytes[at] ^= 1 << rng.random_range(0..8);
}

fn cut(files: &mut Files, rng: &mut StdRng) {
    let full: Vec<&mut Vec<u8>> = files.values_mut().filter(|bytes| !bytes.is_empty()).collect();
    let which = rng.random_range(0..full.len());
    let bytes = full.into_iter().nth(which).unwrap();
    bytes.truncate(rng.random_range(0..bytes.len()));
}
