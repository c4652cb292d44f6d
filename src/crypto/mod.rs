//! Keys and sealing. Nothing here knows a domain; nothing outside sees a raw key.
//!
//! [`root_key`] reads the one key kept apart, or [`split`] puts it together from what people hold; it opens the
//! [`keyring`]; that opens a [`CaseKey`];
//! that opens a [`Sealed`] value of its case, against a receipt. [`envelope`] is the one stored form
//! of all that is encrypted.

mod associated_data;
mod buffer;
mod case_key;
mod ciphertext;
pub mod envelope;
mod error;
pub mod keyring;
#[cfg(test)]
mod known_answers;
mod padding;
pub mod passphrase;
mod place;
mod primitives;
pub mod private_file;
pub mod random;
pub mod readable;
pub mod root_key;
mod sealed;
mod secret;
pub mod share;
pub mod split;
mod versions;
#[cfg(test)]
mod wycheproof;

pub use case_key::{CaseKey, SealedContent};
pub use ciphertext::Ciphertext;
pub(crate) use envelope::version_of as key_version;
pub use error::{KeyError, KeyTextFault, SealError};
pub use keyring::{KeyPurpose, Keyring, NextKey, SigningKeyVersion, WrappedCaseKey, WrappedKey};
pub use place::{Place, Written};
pub use root_key::{RootKey, RootKeySource};
pub use sealed::Sealed;
pub use share::{Share, ShareFault, SplitId};
pub use split::{Proportion, SplitError};
