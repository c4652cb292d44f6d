//! What finds without a handler is the crate's own.

use waystation::cases::store;

fn main() {}
