//! A key has no form for an answer.

use waystation::crypto::CaseKey;

fn sends<T: serde::Serialize>(_: &T) {}

fn send(key: &CaseKey) {
    sends(key);
}

fn main() {}
