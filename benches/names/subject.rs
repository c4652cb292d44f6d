//! What is measured.

pub use waystation::cases::search::fold::surname_table::{SURNAMES, Surname};
pub use waystation::cases::search::fold::{FoldedName, SoughtName};
