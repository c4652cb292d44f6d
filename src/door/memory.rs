//! Keeps the memory of the process to itself: no core file, and no other process of the same user looks into it.

use rustix::io::Result;
use rustix::process::{Resource, Rlimit, setrlimit};

/// Asked of the kernel at the start of a server, and once more after each sealing. Root looks in all the same.
pub fn keep_private() -> Result<()> {
    setrlimit(Resource::Core, Rlimit { current: Some(0), maximum: Some(0) })?;
    #[cfg(target_os = "linux")]
    rustix::process::set_dumpable_behavior(rustix::process::DumpableBehavior::NotDumpable)?;
    Ok(())
}
