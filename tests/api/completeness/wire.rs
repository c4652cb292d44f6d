//! Messages of HTTP/1.1 as bytes, good or not: as much of the protocol as this server speaks.

use std::io::{self, BufRead};

/// A request or an answer.
pub struct Message {
    /// Everything, as it came.
    pub bytes: Vec<u8>,
    head: String,
    body: usize,
}

impl Message {
    /// The next message on a connection; `None` at its end. The answer to a HEAD has no body.
    pub fn read(from: &mut impl BufRead, bodiless: bool) -> io::Result<Option<Self>> {
        let mut bytes = Vec::new();
        while !bytes.ends_with(b"\r\n\r\n") {
            if from.read_until(b'\n', &mut bytes)? == 0 {
                return Ok(None);
            }
        }
        let mut message =
            Self { head: String::from_utf8_lossy(&bytes).into_owned(), body: bytes.len(), bytes };
        if bodiless {
            return Ok(Some(message));
        }
        if message.header("transfer-encoding") == Some("chunked") {
            while !message.bytes.ends_with(b"\r\n0\r\n\r\n") {
                if from.read_until(b'\n', &mut message.bytes)? == 0 {
                    return Err(io::ErrorKind::UnexpectedEof.into());
                }
            }
        } else {
            let length = message.header("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
            message.bytes.resize(message.body + length, 0);
            let body = message.body;
            from.read_exact(&mut message.bytes[body..])?;
        }
        Ok(Some(message))
    }

    /// The words of the first line.
    pub fn first_line(&self) -> impl Iterator<Item = &str> {
        self.head.lines().next().unwrap_or_default().split(' ')
    }

    /// A header.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().skip(1).find_map(|line| {
            let (own, value) = line.split_once(':')?;
            own.eq_ignore_ascii_case(name).then(|| value.trim())
        })
    }

    /// The body.
    pub fn body(&self) -> &[u8] {
        &self.bytes[self.body..]
    }

    /// The status of an answer.
    pub fn status(&self) -> u16 {
        self.first_line().nth(1).and_then(|status| status.parse().ok()).expect("an answer has a status")
    }
}
