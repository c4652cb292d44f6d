//! Whole bundles, good and spoiled in every way that is known, against what is told of them.

mod agreement;
mod document;
mod log;
mod mutation;
mod nonsense;
mod policy;
mod proof;
mod scale;
mod succession;
mod tampering;

use super::findings::Code;
use super::{KeptCopy, Report, Request, Verdict, VerifierKey, verify};
use log::{Files, Log, lay};

/// What is told of these files to somebody who trusts this key and kept these notes.
#[track_caller]
fn told(files: &Files, key: &str, copies: &[&str]) -> Report {
    let directory = tempfile::tempdir().unwrap();
    lay(files, directory.path());
    let copies = copies.iter().map(|note| KeptCopy::parse("the copy", note.as_bytes()).unwrap()).collect();
    let key = VerifierKey::parse(key).unwrap();
    let request = Request { bundle: directory.path(), key, copies, policy: None };
    verify(request, &mut |_, _| ()).unwrap()
}

/// The codes of what was found, each once, in their order.
fn codes(report: &Report) -> Vec<Code> {
    let mut codes: Vec<Code> = report.findings.iter().map(|finding| finding.code).collect();
    codes.sort_unstable();
    codes.dedup();
    codes
}

#[test]
fn good_bundles_of_every_size_are_whole() {
    for size in [0, 1, 2, 3, 255, 256, 257, 512, 1000] {
        let log = Log::new(size, 1);
        let report = told(&log.files(), &log.pinned(), &[&log.checkpoints()[0]]);
        assert_eq!(report.findings, [], "{size}");
        assert_eq!((report.verdict, report.entries), (Verdict::Whole, size as u64));
        assert_eq!((report.checkpoints, report.copies), (log.signed_at.len() as u64, 2));
        assert_eq!(report.warnings, [""; 0]);
    }
}

#[test]
fn a_bundle_with_three_levels_of_tiles_is_whole() {
    let log = Log::new(70_000, 1);
    let files = log.files();
    assert!(files.contains_key("tile/2/000.p/1"));
    assert_eq!(told(&files, &log.pinned(), &[]).findings, []);
    let mut edited = files;
    edited.get_mut("tile/1/001.p/17").unwrap()[3 * 32] ^= 1;
    edited.get_mut("tile/2/000.p/1").unwrap()[0] ^= 1;
    let report = told(&edited, &log.pinned(), &[]);
    assert_eq!(codes(&report), [Code::NodeDiffers]);
    let runs: Vec<_> =
        report.findings.iter().map(|found| (found.position.unwrap(), found.until.unwrap())).collect();
    assert_eq!(runs, [(0, 65_535), (259 * 256, 260 * 256 - 1)]);
    assert!(report.findings[1].what.contains("hash 3 of tile/1/001.p/17"), "{}", report.findings[1].what);
}

#[test]
fn what_is_no_bundle_cannot_be_checked() {
    let directory = tempfile::tempdir().unwrap();
    let key = || VerifierKey::parse(&Log::new(1, 1).pinned()).unwrap();
    for bundle in [directory.path().to_owned(), directory.path().join("none")] {
        let request = Request { bundle: &bundle, key: key(), copies: Vec::new(), policy: None };
        let refused = verify(request, &mut |_, _| ()).unwrap_err().to_string();
        assert!(refused.contains("no exported log"), "{refused}");
    }
}
