//! The sealed records: what is known about a person, one type a field group.
//!
//! | module | what is there |
//! | --- | --- |
//! | [`identity`] [`contact`] [`family`] [`protection`] [`health`] [`legal`] [`passage`] | the records |
//! | [`codes`] [`concern_codes`] [`need_codes`] [`procedure_codes`] [`currency`] | the code lists they use |
//! | [`text`] [`dates`] [`money`] [`language`] | the values they are made of |
//! | [`read`] [`patch`] [`faults`] | from JSON to a record, and what is wrong with it |
//!
//! Not here: sealing, storing and who may read. What the case row holds (sex, age band, origin) is not
//! repeated here.
//!
//! **A record is JSON inside the seal and outlives the program that wrote it.** Every field may be
//! absent, so a new field needs no migration: older records simply lack it. A field or a code is
//! therefore never removed, renamed or given another meaning, and a limit is never made tighter, or the
//! records that hold it would no longer open; a field that has had its day stays, marked as deprecated.
//! `tests/vectors/records-v1.json` has a record with each of them, and is only ever added to.
//! Unknown fields are refused, so a record written by a newer version does not open in an older one,
//! which is better than an older one quietly dropping what it does not know.
//!
//! What is sealed cannot be printed:
//! ```compile_fail,E0277
//! fn print<T: std::fmt::Debug>() {}
//! print::<waystation::cases::records::Identity>();
//! ```

#[macro_use]
mod part;
pub mod codes;
pub mod concern_codes;
pub mod contact;
pub mod currency;
pub mod dates;
pub mod family;
pub mod faults;
pub mod health;
pub mod identity;
#[cfg(test)]
mod kept_tests;
pub mod language;
pub mod legal;
pub mod money;
pub mod need_codes;
pub mod passage;
pub mod patch;
pub mod procedure_codes;
pub mod protection;
pub mod read;
#[cfg(test)]
mod tests;
pub mod text;

use serde::Serialize;
use serde::de::DeserializeOwned;
use utoipa::ToSchema;

use crate::access::actor::FieldGroup;
use crate::crypto::SealedContent;
use crate::error::Fault;

pub use contact::Contact;
pub use family::Family;
pub use health::Health;
pub use identity::Identity;
pub use legal::Legal;
pub use part::MAX_ITEMS;
pub use passage::Passage;
pub use patch::{PatchError, merge_patch};
pub use protection::Protection;

/// What one field group of a case holds.
pub trait Record: SealedContent + Serialize + DeserializeOwned + ToSchema + Send + 'static {
    /// The group that it belongs to.
    const GROUP: FieldGroup;

    /// What cannot be true of its fields together, all of it; the format of each field is settled when
    /// it is read.
    fn check(&self) -> Vec<Fault>;
}

impl SealedContent for Identity {}
impl SealedContent for Contact {}
impl SealedContent for Family {}
impl SealedContent for Protection {}
impl SealedContent for Health {}
impl SealedContent for Legal {}
impl SealedContent for Passage {}

/// Work that is the same for every group, to be done with the type of one of them.
pub trait ForRecord {
    /// What the work gives.
    type Output;

    /// Does it for `R`.
    fn with<R: Record>(self) -> Self::Output;
}

/// Which record belongs to which group.
pub fn for_group<F: ForRecord>(group: FieldGroup, work: F) -> F::Output {
    match group {
        FieldGroup::Identity => work.with::<Identity>(),
        FieldGroup::Contact => work.with::<Contact>(),
        FieldGroup::Family => work.with::<Family>(),
        FieldGroup::Protection => work.with::<Protection>(),
        FieldGroup::Health => work.with::<Health>(),
        FieldGroup::Legal => work.with::<Legal>(),
        FieldGroup::Passage => work.with::<Passage>(),
    }
}
