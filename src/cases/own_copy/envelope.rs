//! Encrypted for the person, in the format of age (age-encryption.org/v1), as text.

use std::io::Write as _;

use age::armor::{ArmoredWriter, Format};
use secrecy::{ExposeSecret as _, SecretString};

use crate::crypto::readable;
use crate::error::{Error, Result};

/// 2^14: 16 MiB and some ten milliseconds. The passphrase has 100 random bits and needs no more.
const WORK_FACTOR: u8 = 14;

/// Who opens it.
pub(super) enum Addressee {
    /// Whoever has the identity of this recipient.
    Recipient(age::x25519::Recipient),
    /// Whoever is told the passphrase.
    Passphrase,
}

/// The closed envelope.
pub(super) struct Envelope {
    pub file: String,
    pub passphrase: Option<SecretString>,
}

/// Closes it.
pub(super) fn close(document: &[u8], addressee: &Addressee) -> Result<Envelope> {
    match addressee {
        Addressee::Recipient(recipient) => {
            Ok(Envelope { file: encrypted(document, recipient)?, passphrase: None })
        }
        Addressee::Passphrase => {
            let passphrase = readable::generate();
            let given = age::secrecy::SecretString::from(passphrase.expose_secret().to_owned());
            let mut recipient = age::scrypt::Recipient::new(given);
            recipient.set_work_factor(WORK_FACTOR);
            Ok(Envelope { file: encrypted(document, &recipient)?, passphrase: Some(passphrase) })
        }
    }
}

fn encrypted(document: &[u8], recipient: &dyn age::Recipient) -> Result<String> {
    let encryptor = age::Encryptor::with_recipients(std::iter::once(recipient)).map_err(Error::internal)?;
    let armor = ArmoredWriter::wrap_output(Vec::new(), Format::AsciiArmor).map_err(Error::internal)?;
    let mut writer = encryptor.wrap_output(armor).map_err(Error::internal)?;
    writer.write_all(document).map_err(Error::internal)?;
    let file = writer.finish().and_then(ArmoredWriter::finish).map_err(Error::internal)?;
    String::from_utf8(file).map_err(Error::internal)
}
