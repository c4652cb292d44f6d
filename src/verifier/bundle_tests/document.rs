//! The example in `docs/AUDIT.md` is a real log, and its table has every code.

use super::log::{contents, leaf, tiles};
use super::{codes, told};
use crate::verifier::Verdict;
use crate::verifier::findings::Code;

const DOCUMENT: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/AUDIT.md"));

/// What stands between the fences of this name.
fn block(name: &str) -> &'static str {
    let (_, from) = DOCUMENT.split_once(&format!("\n```{name}\n")).unwrap();
    &from[..=from.find("\n```").unwrap()]
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn the_example_is_a_log_that_is_whole() {
    let entries: Vec<Vec<u8>> = block("entries").lines().map(|line| line.as_bytes().to_vec()).collect();
    let leaves: Vec<String> = entries.iter().map(|entry| hex(&leaf(entry))).collect();
    assert_eq!(block("leaves").lines().collect::<Vec<_>>(), leaves);
    let mut files = contents(&entries, 3);
    assert!(String::from_utf8_lossy(&files["columns/000.p/3"]).contains(block("columns")));
    files.extend(tiles(&entries));
    for path in ["checkpoint", "checkpoints"] {
        files.insert(path.to_owned(), block("checkpoint").into());
    }
    files.insert("keys".to_owned(), block("key").into());
    files.insert("unsequenced".to_owned(), Vec::new());
    let report = told(&files, block("key").trim_end(), &[block("checkpoint")]);
    assert_eq!((report.verdict, codes(&report)), (Verdict::Whole, Vec::new()));
    assert_eq!(
        hex(&crate::verifier::Checkpoint::parse(
            &block("checkpoint")[..=block("checkpoint").find("\n\n").unwrap()]
        )
        .unwrap()
        .root),
        block("root").trim_end()
    );
    let node = crate::verifier::merkle::node_hash(&leaf(&entries[0]), &leaf(&entries[1]));
    assert!(DOCUMENT.contains(&format!("`{}`", hex(&node))));
}

#[test]
fn the_document_says_when_each_code_is_told() {
    for code in Code::ALL {
        assert!(DOCUMENT.contains(&format!("\n| `{}` | ", code.as_str())), "{}", code.as_str());
    }
}
