//! Who can open a part: public keys of age, and what they are called on the log.

use std::fs;
use std::path::{Path, PathBuf};

use super::error::{BackupError, reading};
use super::format::sha256;

/// Those who can open a part.
#[derive(Clone)]
pub struct Recipients(Vec<age::x25519::Recipient>);

impl Recipients {
    /// Those that are named, and those in files: one a line, beside empty lines and comments that begin with `#`.
    pub fn read(named: &[String], files: &[PathBuf]) -> Result<Self, BackupError> {
        let mut all = Vec::new();
        for (number, text) in (1..).zip(named) {
            all.push(parse(text, || format!("recipient {number}"))?);
        }
        for path in files {
            let text = fs::read_to_string(path).map_err(reading(path))?;
            for (number, line) in (1..).zip(text.lines()).filter(|(_, line)| is_told(line)) {
                all.push(parse(line, || in_file(path, number))?);
            }
        }
        if all.is_empty() { Err(BackupError::NoRecipients) } else { Ok(Self(all)) }
    }

    /// The first 16 digits of the SHA-256 of each, as text.
    #[must_use]
    pub fn fingerprints(&self) -> Vec<String> {
        let mut all: Vec<String> = self
            .0
            .iter()
            .map(|recipient| sha256(recipient.to_string().as_bytes())[..16].to_owned())
            .collect();
        all.sort_unstable();
        all.dedup();
        all
    }

    pub(super) fn encryptor(&self) -> Result<age::Encryptor, BackupError> {
        let recipients = self.0.iter().map(|recipient| recipient as &dyn age::Recipient);
        Ok(age::Encryptor::with_recipients(recipients)?)
    }
}

fn is_told(line: &str) -> bool {
    let line = line.trim();
    !line.is_empty() && !line.starts_with('#')
}

fn in_file(path: &Path, line: usize) -> String {
    format!("line {line} of {}", path.display())
}

fn parse(text: &str, whence: impl Fn() -> String) -> Result<age::x25519::Recipient, BackupError> {
    text.trim().parse().map_err(|_| BackupError::NoRecipient(whence()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn recipients_are_named_or_in_a_file_and_nothing_else_is_repeated() {
        let (one, other) = (age::x25519::Identity::generate(), age::x25519::Identity::generate());
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("recipients");
        fs::write(&file, format!("# the safe\n\n{}\n", other.to_public())).unwrap();
        let named = [one.to_public().to_string()];
        let both = Recipients::read(&named, std::slice::from_ref(&file)).unwrap();
        assert_eq!(both.fingerprints().len(), 2);
        assert!(matches!(Recipients::read(&[], &[]), Err(BackupError::NoRecipients)));
        let secret = age::secrecy::ExposeSecret::expose_secret(&one.to_string()).to_owned();
        let refused = Recipients::read(std::slice::from_ref(&secret), &[]).err().unwrap().to_string();
        assert!(
            refused.starts_with("recipient 1 is no recipient") && !refused.contains(&secret),
            "{refused}"
        );
        fs::write(&file, "age1nothing").unwrap();
        let refused = Recipients::read(&[], &[file]).err().unwrap().to_string();
        assert!(refused.starts_with("line 1 of "), "{refused}");
    }
}
