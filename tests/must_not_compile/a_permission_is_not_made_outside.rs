//! The table of permissions is the only place that makes one.

use waystation::access::permissions::sealed::Sealed; //~ E0603 module `sealed` is private

fn main() {}
