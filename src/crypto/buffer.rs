//! A buffer for plaintext that is wiped, also where it grew.

use std::io::{self, Write};

use zeroize::Zeroizing;

/// A plain `Vec` that grows leaves its earlier allocation behind unwiped; this one does not.
pub(super) struct WipedBuffer(Zeroizing<Vec<u8>>);

impl WipedBuffer {
    pub(super) fn new() -> Self {
        Self(Zeroizing::new(Vec::with_capacity(1024)))
    }

    pub(super) fn as_slice(&self) -> &[u8] {
        &self.0
    }
}

impl Write for WipedBuffer {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let needed = self.0.len() + bytes.len();
        if needed > self.0.capacity() {
            let mut larger = Zeroizing::new(Vec::with_capacity(needed.max(2 * self.0.capacity())));
            larger.extend_from_slice(&self.0);
            self.0 = larger;
        }
        self.0.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_kept_in_order() {
        let mut buffer = WipedBuffer::new();
        for number in 0..5_000_u32 {
            buffer.write_all(&number.to_be_bytes()).unwrap();
        }
        let expected: Vec<u8> = (0..5_000_u32).flat_map(u32::to_be_bytes).collect();
        assert_eq!(buffer.as_slice(), expected);
    }
}
