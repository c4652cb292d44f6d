//! A sealed value has no form for an answer.

use waystation::cases::records::Identity;
use waystation::crypto::Sealed;

fn sends<T: serde::Serialize>(_: &T) {}

fn send(sealed: &Sealed<Identity>) {
    sends(sealed); //~ E0277 the trait bound `waystation::crypto::Sealed<waystation::cases::records::Identity>: serde::Serialize` is not satisfied
}

fn main() {}
