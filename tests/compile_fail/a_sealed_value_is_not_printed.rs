//! A sealed value has no form for a log line.

use waystation::cases::records::Identity;
use waystation::crypto::Sealed;

fn print(sealed: &Sealed<Identity>) -> String {
    format!("{sealed:?}")
}

fn main() {}
