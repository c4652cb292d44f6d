//! What must not compile: reading without a permit, opening without a receipt, printing a secret.
//!
//! One rule a file of `tests/must_not_compile`, each compiled against the crate as this suite was built with. Where the
//! compiler must object, the line ends in `//~`, the code of the error, and its words; anywhere else it must not.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

/// The line, and the error's code and words.
type Objection = (u64, String);

#[test]
fn what_must_not_compile_does_not() {
    let libraries = libraries();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/must_not_compile");
    let mut files: Vec<PathBuf> =
        folder.read_dir().unwrap().map(|entry| entry.unwrap().path()).filter(|path| is_rust(path)).collect();
    files.sort();
    assert!(files.len() > 15, "{files:?}");
    let mut wrong = String::new();
    for file in &files {
        let (expected, found) = (expected(file), objections(file, &libraries));
        let same = expected.len() == found.len()
            && expected
                .iter()
                .zip(&found)
                .all(|(one, other)| one.0 == other.0 && other.1.starts_with(&one.1));
        if expected.is_empty() || !same {
            let name = file.file_name().unwrap().display();
            wrong.push_str(&format!("{name}\n  expected {expected:#?}\n  found {found:#?}\n"));
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

fn is_rust(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "rs")
}

fn expected(file: &Path) -> Vec<Objection> {
    let source = std::fs::read_to_string(file).unwrap();
    (1..)
        .zip(source.lines())
        .filter_map(|(number, line)| Some((number, line.split_once("//~ ")?.1.to_owned())))
        .collect()
}

fn objections(file: &Path, libraries: &Libraries) -> Vec<Objection> {
    let scratch = tempfile::tempdir().unwrap();
    let output = Command::new(std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into()))
        .args(["--edition=2024", "--error-format=json", "--emit=metadata", "--cap-lints=allow"])
        .arg("--extern")
        .arg(format!("waystation={}", libraries.waystation.display()))
        .arg("--extern")
        .arg(format!("serde={}", libraries.serde.display()))
        .arg("-L")
        .arg(format!("dependency={}", libraries.serde.parent().unwrap().display()))
        .arg("--out-dir")
        .arg(scratch.path())
        .arg(file)
        .output()
        .unwrap();
    assert!(!output.status.success(), "{} compiles", file.display());
    let messages = String::from_utf8(output.stderr).unwrap();
    let mut found: Vec<Objection> = messages.lines().filter_map(objection).collect();
    found.sort();
    found
}

/// An error that is about a line: the last, which counts the others, is not.
fn objection(message: &str) -> Option<Objection> {
    let message: Value = serde_json::from_str(message).unwrap();
    let spans = message["spans"].as_array().filter(|_| message["level"] == "error")?;
    let span = spans.iter().find(|span| span["is_primary"] == true)?;
    let code = message["code"]["code"].as_str().unwrap_or("no code");
    let words = message["message"].as_str().unwrap();
    let label = span["label"].as_str().unwrap_or_default();
    Some((span["line_start"].as_u64().unwrap(), format!("{code} {words}: {label}")))
}

/// The crate, and another that the files name, as they were built for this suite.
struct Libraries {
    waystation: PathBuf,
    serde: PathBuf,
}

fn libraries() -> Libraries {
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["test", "--locked", "--no-run", "--test", "api", "--message-format=json", "--quiet"]);
    if !cfg!(debug_assertions) {
        cargo.arg("--release");
    }
    // Build scripts look at these, which stand for the package under test: with them all would be built again.
    let of_package = |name: &str| {
        name == "OUT_DIR" || name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_")
    };
    for (name, _) in std::env::vars().filter(|(name, _)| of_package(name)) {
        cargo.env_remove(name);
    }
    let output = cargo.current_dir(env!("CARGO_MANIFEST_DIR")).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let messages = String::from_utf8(output.stdout).unwrap();
    let artifacts: Vec<Value> = messages.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let library = |name: &str| {
        let built = artifacts.iter().find(|artifact| {
            artifact["target"]["name"] == name && artifact["target"]["kind"] == serde_json::json!(["lib"])
        });
        let files = built.unwrap_or_else(|| panic!("{name} is not built"))["filenames"].as_array().unwrap();
        let files = files.iter().map(|file| PathBuf::from(file.as_str().unwrap()));
        files.into_iter().find(|file| file.extension().is_some_and(|extension| extension == "rlib")).unwrap()
    };
    Libraries { waystation: library("waystation"), serde: library("serde") }
}
