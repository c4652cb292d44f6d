//! The memory of a process, as a core file would hold it.

use std::fs::{File, read_to_string};
use std::io::{Read as _, Seek as _, SeekFrom};

/// All that the process may write, with the name of each mapping; `None` where only root may look.
pub fn writable_memory(process: u32) -> Option<Vec<(String, Vec<u8>)>> {
    let mut memory = File::open(format!("/proc/{process}/mem")).ok()?;
    let maps = read_to_string(format!("/proc/{process}/maps")).ok()?;
    let mut read = Vec::new();
    for line in maps.lines() {
        let (range, rest) = line.split_once(' ').unwrap();
        if !rest.starts_with("rw") {
            continue;
        }
        let (from, to) = range.split_once('-').unwrap();
        let [from, to] = [from, to].map(|address| u64::from_str_radix(address, 16).unwrap());
        let mut bytes = vec![0; usize::try_from(to - from).unwrap()];
        memory.seek(SeekFrom::Start(from)).unwrap();
        if memory.read_exact(&mut bytes).is_ok() {
            read.push((rest.split_whitespace().last().unwrap_or_default().to_owned(), bytes));
        }
    }
    assert!(read.iter().map(|(_, bytes)| bytes.len()).sum::<usize>() > 100 * 4096, "the memory was not read");
    Some(read)
}
