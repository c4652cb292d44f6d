//! Room on the disk of the data directory: on a full one nothing can be recorded, and so nothing read.

use std::path::Path;

use super::finding::Finding;

const ABOUT: &str = "disk";
const MIB: u64 = 1 << 20;
/// Below this a day's work may fill it.
const LITTLE: u64 = 1024 * MIB;
/// Below this the next hour may.
const NONE: u64 = 100 * MIB;

/// How much is free.
pub fn free(directory: &Path) -> Finding {
    match rustix::fs::statvfs(directory) {
        Ok(disk) => of(disk.f_bavail.saturating_mul(disk.f_frsize), directory),
        Err(error) => Finding::wrong(ABOUT, format!("{} cannot be looked at: {error}", directory.display())),
    }
}

fn of(free: u64, directory: &Path) -> Finding {
    let told = format!("{} MiB are free in {}", free / MIB, directory.display());
    let full = "when the disk is full nothing can be written, and nothing read either: make room";
    match free {
        ..NONE => Finding::wrong(ABOUT, format!("{told}; {full}")),
        NONE..LITTLE => Finding::warning(ABOUT, format!("{told}; {full}")),
        _ => Finding::ok(ABOUT, told),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_less_is_free_the_louder_it_is_said() {
        let said = [NONE - 1, NONE, LITTLE - 1, LITTLE].map(|free| of(free, Path::new("d")).to_string());
        let grades = said.map(|line| line.split_whitespace().next().unwrap().to_owned());
        assert_eq!(grades, ["WRONG", "warning", "warning", "ok"]);
        assert!(free(Path::new("/nowhere/at/all")).is_wrong());
    }
}
