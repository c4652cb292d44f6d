#![allow(missing_docs)]
use crate::{cases::model::Case, db::Tx, error::Result};
pub struct F { pub open: bool, pub granted: bool }
pub(crate) fn facts(_: &mut Tx<'_>, _: &Case) -> Result<F> { Ok(F{open:true,granted:true}) }
