//! What opens a part: files as `age-keygen` writes them.

use std::fs::File;
use std::io::{BufReader, Read};
use std::path::PathBuf;

use super::error::{BackupError, reading};

/// Secret keys of age.
pub struct Identities(Vec<Box<dyn age::Identity + Send + Sync>>);

impl Identities {
    /// Those in files.
    pub fn read(files: &[PathBuf]) -> Result<Self, BackupError> {
        let mut all = Vec::new();
        for path in files {
            let file = File::open(path).map_err(reading(path))?;
            let none = |cause: String| BackupError::NoIdentity { path: path.clone(), cause };
            let found = age::IdentityFile::from_buffer(BufReader::new(file))
                .map_err(|cause| none(cause.to_string()))?
                .into_identities()
                .map_err(|cause| none(cause.to_string()))?;
            if found.is_empty() {
                return Err(none("it is empty".to_owned()));
            }
            all.extend(found);
        }
        Ok(Self(all))
    }

    pub(super) fn open<R: Read>(
        &self,
        encrypted: R,
    ) -> Result<age::stream::StreamReader<R>, age::DecryptError> {
        let identities = self.0.iter().map(|identity| &**identity as &dyn age::Identity);
        age::Decryptor::new(encrypted)?.decrypt(identities)
    }
}
