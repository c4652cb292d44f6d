//! A sealed value has no form for an answer.

use waystation::cases::records::Identity;
use waystation::crypto::Sealed;

fn sends<T: serde::Serialize>(_: &T) {}

fn send(sealed: &Sealed<Identity>) {
    sends(sealed);
}

fn main() {}
