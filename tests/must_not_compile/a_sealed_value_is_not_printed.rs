//! A sealed value has no form for a log line.

use waystation::cases::records::Identity;
use waystation::crypto::Sealed;

fn print(sealed: &Sealed<Identity>) -> String {
    format!("{sealed:?}") //~ E0277 `waystation::crypto::Sealed<waystation::cases::records::Identity>` doesn't implement `Debug`
}

fn main() {}
