//! The offline verifier of the audit log: an exported bundle, and a key that is trusted beforehand.
//!
//! It is the second pair of eyes on what the rest of the crate writes, so it shares no code with it: nothing
//! here is imported from outside this folder but hashes, signatures and JSON. The format is `docs/AUDIT.md`,
//! and this is written from it.

mod abandoned;
mod anchor;
pub(crate) mod base64;
mod bundle;
#[cfg(test)]
mod bundle_tests;
pub mod checkpoint;
mod columns;
mod copies;
mod difference;
mod entry;
pub mod findings;
mod group;
pub mod key;
mod levels;
pub mod malformed;
pub mod merkle;
mod moments;
pub mod note;
pub mod policy;
pub mod proof;
pub mod report;
mod roots;
mod statement;
mod stored;
mod succession;
mod tile;
#[cfg(test)]
mod vector_tests;
mod verify;
mod walk;

pub use bundle::Unreadable;
pub use checkpoint::Checkpoint;
pub use copies::KeptCopy;
pub use key::VerifierKey;
pub use malformed::Malformed;
pub use note::Note;
pub use policy::Policy;
pub use report::{Report, Verdict};
pub use verify::{Request, verify};
