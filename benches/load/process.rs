//! The server's process as Linux shows it: its memory, and the signal that ends it in order.

use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use serde::Serialize;

/// Memory of a process in KiB.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Memory {
    /// Most that was resident, since the start or since it was last forgotten.
    pub peak_kib: u64,
    /// Resident now.
    pub resident_kib: u64,
}

/// Reads it.
pub fn memory(process: u32) -> Result<Memory> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).context("the server's status")?;
    parse_status(&status).context("the server's status has no VmHWM and VmRSS")
}

/// `VmHWM` and `VmRSS` of a `/proc/<pid>/status`.
pub fn parse_status(status: &str) -> Option<Memory> {
    let field = |name: &str| -> Option<u64> {
        let rest = status.lines().find_map(|line| line.strip_prefix(name))?;
        rest.trim_start_matches(':').split_whitespace().next()?.parse().ok()
    };
    Some(Memory { peak_kib: field("VmHWM")?, resident_kib: field("VmRSS")? })
}

/// Forgets the peak, so that the next one is that of one cell alone. Where the kernel does not allow it
/// the peak stays that since the start.
pub fn forget_peak(process: u32) -> bool {
    std::fs::write(format!("/proc/{process}/clear_refs"), "5").is_ok()
}

/// Asks the process to end, as an init system does, and waits for it.
pub fn stop(child: &mut std::process::Child) -> Result<()> {
    let asked =
        Command::new("kill").args(["-TERM", &child.id().to_string()]).status().context("kill -TERM")?;
    if !asked.success() {
        bail!("the server had ended before it was stopped");
    }
    let deadline = Instant::now() + Duration::from_secs(30);
    while Instant::now() < deadline {
        match child.try_wait()? {
            Some(status) if status.success() => return Ok(()),
            Some(status) => bail!("the server ended with {status} when it was asked to stop"),
            None => std::thread::sleep(Duration::from_millis(20)),
        }
    }
    child.kill()?;
    bail!("the server did not stop within 30 seconds of SIGTERM");
}
