//! Syslog on this machine (RFC 5424 over its datagram socket), which forwards to another.
//!
//! A datagram that syslog has taken is all that can be known of it. It cannot be asked how far it has come, so after
//! a start it is told from the end of the log on.

use std::io;
use std::os::unix::net::UnixDatagram;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::{Entry, Sink, line};

pub(super) struct Syslog {
    path: PathBuf,
    socket: UnixDatagram,
}

/// A syslog that takes nothing for so long has stopped.
const LONGEST_SEND: Duration = Duration::from_secs(5);

/// Facility 13 (log audit), severity 5 (notice): RFC 5424, section 6.2.1.
const PRIORITY: u8 = 13 * 8 + 5;

impl Syslog {
    pub(super) fn connect(path: &Path) -> io::Result<Self> {
        let socket = UnixDatagram::unbound()?;
        socket.connect(path)?;
        socket.set_write_timeout(Some(LONGEST_SEND))?;
        Ok(Self { path: path.to_owned(), socket })
    }

    fn send(&mut self, message: &[u8]) -> io::Result<()> {
        match self.socket.send(message) {
            Ok(_) => Ok(()),
            // Syslog was started again.
            Err(_) => {
                *self = Self::connect(&self.path)?;
                self.socket.send(message).map(drop)
            }
        }
    }
}

impl Sink for Syslog {
    fn last(&self) -> Option<(i64, String)> {
        None
    }

    fn begins_anew(&self) -> bool {
        false
    }

    fn write(&mut self, entries: &[Entry]) -> io::Result<()> {
        for entry in entries {
            // Time and host are syslog's own to add; the entry has its own moment.
            let mut message =
                format!("<{PRIORITY}>1 - - waystation {} audit - ", std::process::id()).into_bytes();
            line::write(&mut message, entry);
            self.send(&message)?;
        }
        Ok(())
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
        let mut syslog = Syslog::connect(&path).unwrap();
        let entry = || Entry { position: 3, leaf: vec![2; 32], body: b"{\"v\":1}".to_vec() };
        let receive = |server: &UnixDatagram| {
            let mut buffer = [0; 4096];
            let length = server.recv(&mut buffer).unwrap();
            String::from_utf8(buffer[..length].to_vec()).unwrap()
        };
        syslog.write(&[entry()]).unwrap();
        let message = receive(&server);
        assert!(message.starts_with("<109>1 - - waystation "), "{message}");
        assert!(message.contains(" audit - {\"position\":3,"), "{message}");
        drop(server);
        std::fs::remove_file(&path).unwrap();
        assert!(syslog.write(&[entry()]).is_err());
        let server = UnixDatagram::bind(&path).unwrap();
        syslog.write(&[entry()]).unwrap();
        assert!(receive(&server).contains("\"position\":3"));
    }
}
