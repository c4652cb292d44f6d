//! An entry as one line of JSON.

use std::io::Write as _;

use super::Entry;
use crate::audit::entry::hex;

/// Adds it. The bytes of the entry stand in it as they were hashed.
pub(super) fn write(to: &mut Vec<u8>, entry: &Entry) {
    // Writing to a vector does not fail.
    drop(write!(to, "{{\"position\":{},\"leaf\":\"{}\",\"entry\":", entry.position, hex(&entry.leaf)));
    to.extend(&entry.body);
    to.extend(b"}");
}

/// The position and the leaf that a line of ours begins with.
pub(super) fn place(line: &[u8]) -> Option<(i64, String)> {
    let line = std::str::from_utf8(line).ok()?;
    let (position, rest) = line.strip_prefix("{\"position\":")?.split_once(',')?;
    let (leaf, _) = rest.strip_prefix("\"leaf\":\"")?.split_once('"')?;
    Some((position.parse().ok()?, leaf.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_json_and_holds_the_bytes_as_they_are() {
        let entry =
            Entry { position: 7, leaf: vec![0xab; 32], body: br#"{"action":"case.read","v":1}"#.to_vec() };
        let mut line = Vec::new();
        write(&mut line, &entry);
        let json: serde_json::Value = serde_json::from_slice(&line).unwrap();
        assert_eq!(json["position"], 7);
        assert_eq!(json["leaf"], "ab".repeat(32));
        assert_eq!(json["entry"]["action"], "case.read");
        assert_eq!(place(&line), Some((7, "ab".repeat(32))));
        for other in [&b"{}"[..], b"", b"{\"position\":x,", b"\xff"] {
            assert_eq!(place(other), None);
        }
    }
}
