//! What a record says has no form for a log line.

use waystation::cases::records::Identity;

fn debug(identity: &Identity) -> String {
    format!("{identity:?}") //~ E0277 `waystation::cases::records::Identity` doesn't implement `Debug`
}

fn display(identity: &Identity) -> String {
    format!("{identity}") //~ E0277 `waystation::cases::records::Identity` doesn't implement `std::fmt::Display`
}

fn main() {}
