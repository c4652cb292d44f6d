//! How long a large log takes, and how much memory: `cargo test --release --lib scale -- --ignored --nocapture`.

use std::time::Instant;

use super::log::{Log, lay};
use crate::verifier::{Request, Verdict, VerifierKey, verify};

/// The most memory that this process ever held, in kilobytes.
fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

/// Lays a bundle of `AUDIT_ENTRIES` into `AUDIT_BUNDLE`, or verifies the one that is there already, so that
/// the second run's memory is that of the verifier alone.
#[test]
#[ignore = "a million entries; tests/audit/run.sh tells how"]
fn a_large_log_takes_little_memory() {
    let directory = std::path::PathBuf::from(std::env::var_os("AUDIT_BUNDLE").unwrap());
    let size = std::env::var_os("AUDIT_ENTRIES").unwrap().into_string().unwrap().parse().unwrap();
    let key = directory.with_extension("key");
    if !key.exists() {
        let mut log = Log::new(size, 1);
        log.signed_at = vec![size / 2, size];
        lay(&log.files(), &directory);
        std::fs::write(key, log.pinned()).unwrap();
        return;
    }
    let key = VerifierKey::parse(&std::fs::read_to_string(key).unwrap()).unwrap();
    let started = Instant::now();
    let request = Request { bundle: &directory, key, copies: Vec::new(), policy: None };
    let report = verify(request, &mut |_, _| ()).unwrap();
    let (took, memory) = (started.elapsed(), peak());
    println!("{size} entries in {took:?}, at most {memory} kB");
    assert_eq!((report.verdict, report.entries), (Verdict::Whole, size as u64));
    assert!(took.as_secs() < 60 && memory < 100_000);
}
