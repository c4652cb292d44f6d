//! `waystation permissions`: who may do what, as it is compiled in.

/// Prints it.
pub fn run() -> anyhow::Result<()> {
    print!("{}", crate::access::matrix::markdown());
    Ok(())
}
