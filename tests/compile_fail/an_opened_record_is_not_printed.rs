//! What a record says has no form for a log line.

use waystation::cases::records::Identity;

fn debug(identity: &Identity) -> String {
    format!("{identity:?}")
}

fn display(identity: &Identity) -> String {
    format!("{identity}")
}

fn main() {}
