//! The offline verifier as an auditor runs it: the real binary on the log that stands in `docs/AUDIT.md`,
//! with nothing around it that belongs to a network.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use tempfile::TempDir;

const DOCUMENT: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/AUDIT.md"));

/// What stands between the fences of this name.
fn block(name: &str) -> &'static str {
    let (_, from) = DOCUMENT.split_once(&format!("\n```{name}\n")).unwrap();
    &from[..=from.find("\n```").unwrap()]
}

fn leaf(entry: &str) -> [u8; 32] {
    Sha256::digest([b"\0", entry.as_bytes()].concat()).into()
}

fn columns(position: usize, entry: &str) -> String {
    let entry: Value = serde_json::from_str(entry).unwrap();
    let line = json!({
        "action": entry["action"], "actor": entry["actor"], "case": entry["case"], "id": entry["id"],
        "outcome": entry["outcome"], "position": position, "recorded_at": entry["at"], "subject": entry["subject"],
    });
    format!("{line}\n")
}

/// The example, laid out; beside the bundle are the key and a copy of the checkpoint.
struct Example(TempDir);

impl Example {
    fn new() -> Self {
        let example = Self(tempfile::tempdir().unwrap());
        let entries: Vec<&str> = block("entries").lines().collect();
        let length = |entry: &&str| u16::try_from(entry.len()).unwrap().to_be_bytes();
        let bundle: Vec<u8> =
            entries.iter().flat_map(|entry| [&length(entry), entry.as_bytes()].concat()).collect();
        let leaves: Vec<u8> = entries.iter().flat_map(|entry| leaf(entry)).collect();
        let lines: String =
            entries.iter().enumerate().map(|(position, entry)| columns(position, entry)).collect();
        for (path, bytes) in [
            ("log/tile/entries/000.p/3", bundle.as_slice()),
            ("log/tile/0/000.p/3", &leaves),
            ("log/columns/000.p/3", lines.as_bytes()),
            ("log/checkpoint", block("checkpoint").as_bytes()),
            ("log/checkpoints", block("checkpoint").as_bytes()),
            ("log/keys", block("key").as_bytes()),
            ("log/unsequenced", b""),
            ("key", block("key").as_bytes()),
            ("kept", block("checkpoint").as_bytes()),
            ("entry", entries[2].as_bytes()),
        ] {
            fs::create_dir_all(example.path(path).parent().unwrap()).unwrap();
            fs::write(example.path(path), bytes).unwrap();
        }
        example
    }

    fn path(&self, path: &str) -> PathBuf {
        self.0.path().join(path)
    }

    fn audit(&self, arguments: &[&str]) -> (Option<i32>, String) {
        let Output { status, stdout, stderr } = program(self.0.path()).args(arguments).output().unwrap();
        (status.code(), String::from_utf8(stdout).unwrap() + &String::from_utf8(stderr).unwrap())
    }
}

/// Without a home, a configuration, or a place to write to: a wrong variable would stop any other command.
fn program(directory: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_waystation"));
    command.arg("audit").current_dir(directory).env_clear().env("WAYSTATION_NONSENSE", "1");
    command
}

#[test]
fn a_whole_log_is_told_in_words_and_ends_with_0() {
    let example = Example::new();
    for key in ["key", block("key").trim_end()] {
        let (code, told) =
            example.audit(&["verify", "log", "--key", key, "--since", "kept", "--against", "kept"]);
        assert_eq!(code, Some(0), "{told}");
        assert!(told.starts_with("The log is whole.\n") && told.contains("3 of 3"), "{told}");
    }
    let files: Vec<_> = fs::read_dir(example.0.path()).unwrap().collect();
    assert_eq!(files.len(), 4, "nothing was written");
}

#[test]
fn what_is_wrong_is_told_with_its_position_and_ends_with_1() {
    let example = Example::new();
    let path = example.path("log/tile/entries/000.p/3");
    let edited = fs::read(&path)
        .unwrap()
        .iter()
        .map(|byte| if *byte == b'w' { b'v' } else { *byte })
        .collect::<Vec<_>>();
    fs::write(path, edited).unwrap();
    let (code, told) = example.audit(&["verify", "log", "--key", "key"]);
    assert_eq!(code, Some(1), "{told}");
    assert!(told.starts_with("THE LOG IS NOT WHOLE"), "{told}");
    assert!(told.contains("[entry_differs]") && told.contains("Position"), "{told}");
    let (code, told) = example.audit(&["verify", "log", "--key", "key", "--json"]);
    let report: Value = serde_json::from_str(&told).unwrap();
    assert_eq!(
        (code, &report["verdict"], &report["fits"]),
        (Some(1), &json!("not_whole"), &json!("stored_tree"))
    );
    assert_eq!(report["findings"][0]["code"], "entry_differs");
    assert_eq!(report["first_wrong_position"], report["findings"][0]["position"]);
}

#[test]
fn what_cannot_be_checked_says_why_and_ends_with_2() {
    let example = Example::new();
    fs::write(example.path("note"), "no note").unwrap();
    for (arguments, why) in [
        (&["verify", "nowhere", "--key", "key"] as &[&str], "nowhere: there is no file `checkpoint` in it"),
        (&["verify", "log", "--key", "nowhere"], "--key is no verifier key, and no file"),
        (&["verify", "log", "--key", "entry"], "the first line of entry is no verifier key"),
        (&["verify", "log", "--key", "key", "--since", "nowhere"], "nowhere cannot be read"),
        (&["verify", "log", "--key", "key", "--against", "note"], "note is no checkpoint"),
        (&["verify", "log", "--key", "key", "--policy", "note"], "note is no policy: line 1"),
        (&["verify", "log"], "--key"),
        (&["verify-proof", "note", "--entry", "entry", "--key", "key"], "note is no proof"),
    ] {
        let (code, told) = example.audit(arguments);
        assert_eq!(code, Some(2), "{told}");
        assert!(told.contains(why), "{told}");
    }
}

#[test]
fn a_proof_of_one_entry_is_verified() {
    let example = Example::new();
    let (_, node) = DOCUMENT.split_once("The node of the first two is `").unwrap();
    let node: Vec<u8> =
        (0..32).map(|place| u8::from_str_radix(&node[2 * place..2 * place + 2], 16).unwrap()).collect();
    let proof =
        format!("c2sp.org/tlog-proof@v1\nindex 2\n{}\n\n{}", STANDARD.encode(node), block("checkpoint"));
    fs::write(example.path("proof"), proof).unwrap();
    let arguments = ["verify-proof", "proof", "--entry", "entry", "--key", "key"];
    let (code, told) = example.audit(&arguments);
    assert_eq!(code, Some(0), "{told}");
    assert!(told.contains("at position 2"), "{told}");
    fs::write(example.path("entry"), block("entries").lines().next().unwrap()).unwrap();
    let (code, told) = example.audit(&arguments);
    assert_eq!(code, Some(1), "{told}");
    assert!(told.starts_with("IT IS NOT SHOWN"), "{told}");
}
