//! A key has no form for a log line.

use waystation::crypto::CaseKey;

fn debug(key: &CaseKey) -> String {
    format!("{key:?}") //~ E0277 `CaseKey` doesn't implement `Debug`
}

fn display(key: &CaseKey) -> String {
    format!("{key}") //~ E0277 `CaseKey` doesn't implement `std::fmt::Display`
}

fn main() {}
