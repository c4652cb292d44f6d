//! Whether a log is whole, as an auditor finds out: exported, and verified against every checkpoint that anybody was
//! given.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Mutex;

use sha2::{Digest as _, Sha256};
use waystation::audit::export::{Until, export};
use waystation::audit::tree::node_hash;
use waystation::verifier::{KeptCopy, Report, Request, Verdict, VerifierKey, verify};

use super::server::{Installation, Server, Wire};
use super::{Raw, TestApp, hex};

type Hash = [u8; 32];

impl Installation {
    /// What an auditor is told of the log as the program exports it, who trusts `key` and kept `notes`.
    pub fn audited(&self, key: &str, notes: &[String]) -> Report {
        let directory = tempfile::tempdir().unwrap();
        let bundle = directory.path().join("log");
        let exported = self.run(&["audit", "export", bundle.to_str().unwrap()]);
        let told = String::from_utf8_lossy(&exported.stderr);
        assert!(exported.status.success(), "{told}");
        audit(&bundle, key, notes)
    }

    /// The log is whole, fits every note, and is signed as it is.
    #[track_caller]
    pub fn assert_whole_log(&self, key: &str, notes: &[String]) {
        assert_whole(&self.audited(key, notes));
    }
}

impl Server {
    /// The log's first key, as an auditor writes it down when the network is set up.
    pub fn log_key(&self) -> String {
        let keys = self.wire(None).send("GET", "/.well-known/waystation-log-keys", None, &().into()).unwrap();
        keys.text.lines().next().unwrap().to_owned()
    }
}

impl TestApp {
    /// The log is whole, and is signed as it is.
    pub async fn assert_whole_log(&self) {
        let directory = tempfile::tempdir().unwrap();
        let bundle = directory.path().join("log");
        let exported = export(&self.app, bundle.clone(), Until::Now, |_, _| {}).await.unwrap();
        assert!(exported.unsigned.is_none(), "{:?}", exported.unsigned);
        assert_whole(&audit(&bundle, &self.app.notary.verifier_keys()[0], &[]));
    }
}

/// What an auditor is told of a bundle.
pub fn audit(bundle: &Path, key: &str, notes: &[String]) -> Report {
    let copy = |note: &String| KeptCopy::parse("a checkpoint that was handed out", note.as_bytes()).unwrap();
    let copies = notes.iter().map(copy).collect();
    let request = Request { bundle, key: VerifierKey::parse(key).unwrap(), copies, policy: None };
    verify(request, &mut |_, _| {}).unwrap()
}

#[track_caller]
fn assert_whole(report: &Report) {
    assert_eq!(report.findings, []);
    assert_eq!((report.verdict, report.entries), (Verdict::Whole, report.size));
    assert_eq!(report.warnings, [""; 0]);
}

/// The log, signed as it is now; an error is a server that is gone.
pub fn signed_now(wire: &Wire) -> Result<String, ureq::Error> {
    let told = wire.send("GET", "/v1/audit/log/checkpoint?signed=now", None, &().into())?;
    assert_eq!(told.status, 200, "{}", told.text);
    Ok(told.text)
}

/// The same again and again, each kept, until the server is gone.
pub fn collect(wire: &Wire, notes: &Mutex<Vec<String>>) -> Result<(), ureq::Error> {
    loop {
        let note = signed_now(wire)?;
        notes.lock().unwrap().push(note);
    }
}

/// How many entries a note spans.
pub fn size_of(note: &str) -> u64 {
    note.lines().nth(1).and_then(|size| size.parse().ok()).unwrap_or_else(|| panic!("no checkpoint: {note}"))
}

/// The stored tree is the one that the entries make, no hash more and none less.
#[track_caller]
pub fn assert_tree_is_rebuilt(raw: &mut Raw) {
    let mut rebuilt: BTreeMap<(u32, usize), String> = BTreeMap::new();
    let entries = raw.log();
    let numbered = entries.iter().filter(|entry| entry.position.is_some());
    let mut row: Vec<Hash> = numbered
        .map(|entry| {
            let leaf: Hash = Sha256::digest([b"\0", entry.bytes.as_slice()].concat()).into();
            assert_eq!(entry.leaf, leaf, "the leaf at {:?}", entry.position);
            leaf
        })
        .collect();
    for level in 1.. {
        row = row.chunks_exact(256).map(|tile| folded(tile.to_vec())).collect();
        if row.is_empty() {
            break;
        }
        rebuilt.extend(row.iter().enumerate().map(|(number, hash)| ((level, number), hex(hash))));
    }
    let hash = raw.hex("hash");
    let sql = format!(
        "SELECT CAST(level AS TEXT) || '|' || CAST(number AS TEXT) || '|' || {hash} AS t FROM audit_subtrees"
    );
    let stored: BTreeMap<_, _> = raw
        .texts(&sql)
        .iter()
        .map(|line| {
            let parts: Vec<&str> = line.split('|').collect();
            ((parts[0].parse().unwrap(), parts[1].parse().unwrap()), parts[2].to_owned())
        })
        .collect();
    assert_eq!(stored, rebuilt);
}

fn folded(mut row: Vec<Hash>) -> Hash {
    while row.len() > 1 {
        row = row.chunks_exact(2).map(|pair| node_hash(&pair[0], &pair[1])).collect();
    }
    row[0]
}
