//! Folding names: from how a name is written to what it is found by, whatever the script, the romanisation and the
//! order.

mod hangul;
mod hanja;
mod latin;
mod likeness;
mod mandarin;
mod name;
mod sound;
pub mod surname_table;
mod surnames;
#[cfg(test)]
mod tests;
mod text;

pub use likeness::{NameLikeness, NameReason, SoughtName};
pub use name::FoldedName;
