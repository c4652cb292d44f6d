//! Names of details that this program reads back from the log: whoever writes one and whoever reads it say the same.

/// Which sealed texts outside the field groups were opened.
pub(crate) const OPENED: &str = "opened";
/// The notes of a case's history, as [`OPENED`] says it.
pub(crate) const NOTES: &str = "notes";
/// The status that a user was given.
pub(crate) const STATUS: &str = "status";
/// The key that another names as the next.
pub(crate) const NEW_KEY: &str = "new_key";
/// The version of a sealed record.
pub(crate) const VERSION: &str = "version";
