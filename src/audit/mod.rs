//! The log of all that was seen and done. `db` is the only caller that appends.

pub mod receipt;

pub use receipt::Receipt;
