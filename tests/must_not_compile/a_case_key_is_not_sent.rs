//! A key has no form for an answer.

use waystation::crypto::CaseKey;

fn sends<T: serde::Serialize>(_: &T) {}

fn send(key: &CaseKey) {
    sends(key); //~ E0277 the trait bound `CaseKey: serde::Serialize` is not satisfied
}

fn main() {}
