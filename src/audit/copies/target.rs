//! Where the copies go, as the configuration says it.

use std::path::{Path, PathBuf};
use std::str::FromStr;

use anyhow::Context as _;

use super::Sink;
use super::file::JsonLines;
use super::sent::Sent;
use super::syslog::Syslog;

/// Where the copies go, and whether an answer waits for them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CopyTarget {
    to: To,
    /// Nothing is answered before its entry is copied.
    pub(super) required: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum To {
    File(PathBuf),
    Syslog(PathBuf),
}

/// The text names no target.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a file, as file:/var/log/waystation/log.jsonl, or syslog, as syslog:/dev/log")]
pub struct NoTarget;

impl FromStr for CopyTarget {
    type Err = NoTarget;

    fn from_str(text: &str) -> Result<Self, NoTarget> {
        let (kind, path) = text.split_once(':').ok_or(NoTarget)?;
        if path.is_empty() {
            return Err(NoTarget);
        }
        let to = match kind {
            "file" => To::File(path.into()),
            "syslog" => To::Syslog(path.into()),
            _ => return Err(NoTarget),
        };
        Ok(Self { to, required: false })
    }
}

impl CopyTarget {
    /// Whether an answer waits for the copy of its entry.
    #[must_use]
    pub fn requiring(self, required: bool) -> Self {
        Self { required, ..self }
    }

    /// Opens it; `sent` is where it is kept how far a target was sent that cannot be asked.
    pub(super) fn open(&self, sent: &Path) -> anyhow::Result<Box<dyn Sink>> {
        match &self.to {
            To::File(path) => {
                let file = JsonLines::open(path);
                Ok(Box::new(
                    file.with_context(|| {
                        format!("the copy of the log {} cannot be written", path.display())
                    })?,
                ))
            }
            To::Syslog(path) => {
                let syslog = Syslog::open(path, Sent::at(sent.to_owned()));
                Ok(Box::new(
                    syslog.with_context(|| format!("syslog at {} cannot be reached", path.display()))?,
                ))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_is_a_file_or_syslog() {
        let parsed = |text: &str| text.parse::<CopyTarget>().map(|target| target.to);
        assert_eq!(parsed("file:/var/log/w.jsonl"), Ok(To::File("/var/log/w.jsonl".into())));
        assert_eq!(parsed("syslog:/dev/log"), Ok(To::Syslog("/dev/log".into())));
        for wrong in ["", "file", "file:", "syslog:", "/var/log/w.jsonl", "http://example.org"] {
            assert_eq!(parsed(wrong), Err(NoTarget), "{wrong}");
        }
    }
}
