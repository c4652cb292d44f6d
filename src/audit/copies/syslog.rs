//! Syslog on this machine (RFC 5424 over its datagram socket), which forwards to another.
//!
//! A datagram that syslog has taken is all that can be known of it. It cannot be asked how far it has come, so that is kept
//! in a file beside the database.

use std::io;
use std::os::unix::net::UnixDatagram;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::sent::Sent;
use super::{Entry, Sink, line};

pub(super) struct Syslog {
    path: PathBuf,
    socket: UnixDatagram,
    sent: Sent,
    last: Option<(i64, String)>,
}

/// A syslog that takes nothing for so long has stopped.
const LONGEST_SEND: Duration = Duration::from_secs(5);

/// Facility 13 (log audit), severity 5 (notice): RFC 5424, section 6.2.1.
const PRIORITY: u8 = 13 * 8 + 5;

impl Syslog {
    pub(super) fn open(path: &Path, sent: Sent) -> io::Result<Self> {
        let last = sent.read()?;
        Ok(Self { path: path.to_owned(), socket: connect(path)?, sent, last })
    }

    fn send(&mut self, message: &[u8]) -> io::Result<()> {
        match self.socket.send(message) {
            Ok(_) => Ok(()),
            // Syslog was started again.
            Err(_) => {
                self.socket = connect(&self.path)?;
                self.socket.send(message).map(drop)
            }
        }
    }

    fn send_all(&mut self, entries: &[Entry]) -> (Option<usize>, io::Result<()>) {
        for (place, entry) in entries.iter().enumerate() {
            // Time and host are syslog's own to add; the entry has its own moment.
            let mut message =
                format!("<{PRIORITY}>1 - - waystation {} audit - ", std::process::id()).into_bytes();
            line::write(&mut message, entry);
            if let Err(error) = self.send(&message) {
                return (place.checked_sub(1), Err(error));
            }
        }
        (entries.len().checked_sub(1), Ok(()))
    }
}

fn connect(path: &Path) -> io::Result<UnixDatagram> {
    let socket = UnixDatagram::unbound()?;
    socket.connect(path)?;
    socket.set_write_timeout(Some(LONGEST_SEND))?;
    Ok(socket)
}

impl Sink for Syslog {
    fn last(&self) -> Option<(i64, String)> {
        self.last.clone()
    }

    fn begins_behind(&mut self, entry: Option<&Entry>) -> io::Result<bool> {
        entry.map_or(Ok(()), |entry| self.sent.keep(entry))?;
        Ok(true)
    }

    fn write(&mut self, entries: &[Entry]) -> io::Result<()> {
        let (sent, done) = self.send_all(entries);
        if let Some(last) = sent.and_then(|place| entries.get(place)) {
            self.sent.keep(last)?;
        }
        done
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_is_a_message_of_rfc_5424_and_syslog_may_be_started_again() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("log");
        let server = UnixDatagram::bind(&path).unwrap();
        let sent = || Sent::at(directory.path().join("sent"));
        let mut syslog = Syslog::open(&path, sent()).unwrap();
        assert_eq!(syslog.last(), None);
        let entry = |position| Entry { position, leaf: vec![2; 32], body: b"{\"v\":1}".to_vec() };
        let receive = |server: &UnixDatagram| {
            let mut buffer = [0; 4096];
            let length = server.recv(&mut buffer).unwrap();
            String::from_utf8(buffer[..length].to_vec()).unwrap()
        };
        syslog.write(&[entry(3)]).unwrap();
        let message = receive(&server);
        assert!(message.starts_with("<109>1 - - waystation "), "{message}");
        assert!(message.contains(" audit - {\"position\":3,"), "{message}");
        drop(server);
        std::fs::remove_file(&path).unwrap();
        assert!(syslog.write(&[entry(3)]).is_err());
        let server = UnixDatagram::bind(&path).unwrap();
        syslog.write(&[entry(3)]).unwrap();
        assert!(receive(&server).contains("\"position\":3"));
        syslog.write(&[entry(4), entry(5)]).unwrap();
        assert_eq!(Syslog::open(&path, sent()).unwrap().last(), Some((5, "02".repeat(32))));
    }
}
