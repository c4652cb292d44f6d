//! A row of the database has no form for an answer: a view has.

use waystation::cases::model::Case;

fn sends<T: serde::Serialize>(_: &T) {}

fn send(case: &Case) {
    sends(case); //~ E0277 the trait bound `Case: serde::Serialize` is not satisfied
}

fn main() {}
