//! A key has no form for a log line.

use waystation::crypto::CaseKey;

fn debug(key: &CaseKey) -> String {
    format!("{key:?}")
}

fn display(key: &CaseKey) -> String {
    format!("{key}")
}

fn main() {}
