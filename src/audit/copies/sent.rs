//! How far a target was sent that cannot be asked how far it has come: in a private file.

use std::fs;
use std::io::{self, ErrorKind, Write as _};
use std::path::PathBuf;

use super::Entry;
use crate::audit::entry::hex;
use crate::db::sqlite_file::parent;

pub(super) struct Sent(PathBuf);

impl Sent {
    pub(super) fn at(path: PathBuf) -> Self {
        Self(path)
    }

    /// The last entry that was sent: its position, and its leaf in hexadecimal; none before the first.
    pub(super) fn read(&self) -> io::Result<Option<(i64, String)>> {
        let text = match fs::read_to_string(&self.0) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            text => text?,
        };
        let said = text.strip_suffix('\n').and_then(|line| line.split_once(' '));
        let last = said.and_then(|(position, leaf)| Some((position.parse().ok()?, leaf.to_owned())));
        let what = || {
            let path = self.0.display();
            io::Error::new(
                ErrorKind::InvalidData,
                format!(
                    "{path} does not say how far it was sent; without that file it is sent from the end of the log on"
                ),
            )
        };
        last.map(Some).ok_or_else(what)
    }

    /// This one was sent. It is replaced whole, and not waited for: after a power failure some are sent again.
    pub(super) fn keep(&self, entry: &Entry) -> io::Result<()> {
        // Only its owner may read what is made so.
        let mut next = tempfile::NamedTempFile::new_in(parent(&self.0))?;
        next.write_all(format!("{} {}\n", entry.position, hex(&entry.leaf)).as_bytes())?;
        next.persist(&self.0).map_err(|error| error.error)?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_nothing_then_what_was_kept_last_and_never_guessed() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("log-sent");
        let sent = Sent::at(path.clone());
        assert_eq!(sent.read().unwrap(), None);
        for position in [7, 8] {
            sent.keep(&Entry { position, leaf: vec![2; 32], body: Vec::new() }).unwrap();
            assert_eq!(sent.read().unwrap(), Some((position, "02".repeat(32))));
        }
        let mode = std::os::unix::fs::PermissionsExt::mode(&fs::metadata(&path).unwrap().permissions());
        assert_eq!(mode & 0o077, 0);
        for wrong in ["", "7", "x y\n", "7 a"] {
            fs::write(&path, wrong).unwrap();
            assert!(sent.read().is_err(), "{wrong}");
        }
    }
}
