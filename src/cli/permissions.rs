//! `waystation permissions`: who may do what, as it is compiled in.

/// Prints it.
pub fn run() {
    print!("{}", crate::access::matrix::markdown());
}
