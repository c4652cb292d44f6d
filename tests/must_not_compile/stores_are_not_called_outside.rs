//! What finds without a handler is the crate's own.

use waystation::cases::store; //~ E0603 module `store` is private

fn main() {}
