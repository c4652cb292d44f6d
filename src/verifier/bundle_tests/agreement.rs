//! Random bundles, good and spoiled: what this verifier says of them, and whether the other one agrees.

use std::io::Write as _;
use std::process::{Command, Stdio};

use rand::SeedableRng as _;
use rand::rngs::StdRng;

use super::log::{Files, Log, lay};
use super::{mutation, told};
use crate::verifier::{Report, Verdict};

#[test]
fn random_bundles_are_whole_until_they_are_spoiled() {
    let mut rng = StdRng::seed_from_u64(1);
    for _ in 0..100 {
        let log = mutation::log(&mut rng);
        let lost: Vec<&str> = log.lost.iter().map(String::as_str).collect();
        let report = told(&log.files(), &log.pinned(), &lost);
        let whole = if lost.is_empty() { Verdict::Whole } else { Verdict::WholeWithFork };
        assert_eq!(report.verdict, whole, "{:?}", report.findings);
        let (log, files, damage) = mutation::spoiled(&mut rng);
        let report = told(&files, &log.pinned(), &[]);
        assert!(matches!(report.verdict, Verdict::NotWhole | Verdict::NeedsNewer), "{damage}");
    }
}

/// `tests/audit/run.sh` runs this: it needs Python, with a package for Ed25519.
#[test]
#[ignore = "needs Python; tests/audit/run.sh runs it"]
fn the_verifier_in_python_agrees() {
    const EACH: usize = 1_000;
    let mut rng = StdRng::seed_from_u64(2);
    let directory = tempfile::tempdir().unwrap();
    let (mut expected, mut asked) = (Vec::new(), String::new());
    let mut lay_out = |log: &Log, files: &Files, what: String| {
        let bundle = directory.path().join(expected.len().to_string());
        lay(files, &bundle);
        // Somebody kept a checkpoint of the log as it was, or of a history that was lost.
        let kept = [log.checkpoints(), log.lost.clone()].concat();
        let kept = kept[expected.len() % kept.len()].clone();
        let copy = bundle.with_extension("copy");
        std::fs::write(&copy, &kept).unwrap();
        asked += &format!("{}\t{}\t{}\n", bundle.display(), log.pinned(), copy.display());
        expected.push((told(files, &log.pinned(), &[&kept]), what));
    };
    for _ in 0..EACH {
        let log = mutation::log(&mut rng);
        lay_out(&log, &log.files(), "good".to_owned());
        let (log, files, damage) = mutation::spoiled(&mut rng);
        lay_out(&log, &files, damage);
    }
    let answers = ask(&asked);
    assert_eq!(answers.lines().count(), 2 * EACH);
    for verdict in [Verdict::Whole, Verdict::WholeWithFork, Verdict::NeedsNewer, Verdict::NotWhole] {
        let times = expected.iter().filter(|(report, _)| report.verdict == verdict).count();
        assert!(times > 0, "{verdict:?} is not among them");
    }
    for ((report, what), answer) in expected.iter().zip(answers.lines()) {
        let whole = matches!(report.verdict, Verdict::Whole | Verdict::WholeWithFork);
        assert_eq!(whole, what == "good", "{what}: {:?}", report.findings);
        assert!(answer.starts_with(&line_of(report)), "{what}: {answer:?}, and here {:?}", report.findings);
    }
}

/// Verdict and first wrong position, as the other one writes them.
fn line_of(report: &Report) -> String {
    let verdict = match report.verdict {
        Verdict::Whole => "whole",
        Verdict::WholeWithFork => "whole with fork",
        Verdict::NeedsNewer => "needs newer",
        Verdict::NotWhole => "not whole",
    };
    let first = report.first_wrong_position.map_or_else(|| "-".to_owned(), |first| first.to_string());
    format!("{verdict}\t{first}\t")
}

fn ask(asked: &str) -> String {
    let python = std::env::var_os("AUDIT_PYTHON").unwrap_or_else(|| "python3".into());
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/audit/verify.py");
    let mut other = Command::new(python)
        .args([script, "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = other.stdin.take().unwrap();
    let asked = asked.to_owned();
    let writing = std::thread::spawn(move || input.write_all(asked.as_bytes()));
    let output = other.wait_with_output().unwrap();
    writing.join().unwrap().unwrap();
    String::from_utf8(output.stdout).unwrap()
}
