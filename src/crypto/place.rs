//! Where a sealed value belongs. It opens there and nowhere else.

use super::associated_data;
use crate::access::actor::{CaseId, FieldGroup, UserId};
use crate::db::types::{CodeList, Timestamp};

/// One column of one row of one case, and the field group that grants it, if there is one.
#[derive(Clone, PartialEq, Eq)]
pub struct Place {
    table: &'static str,
    column: &'static str,
    row: String,
    case: CaseId,
    group: Option<FieldGroup>,
    written: Option<Written>,
}

/// Which version of a record it is, when it was written and by whom.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Written {
    /// From 1.
    pub version: i64,
    /// The moment.
    pub at: Timestamp,
    /// The writer.
    pub by: UserId,
}

impl Place {
    /// A value that belongs to no field group, as a note.
    #[must_use]
    pub fn new(table: &'static str, column: &'static str, row: impl Into<String>, case: CaseId) -> Self {
        Self { table, column, row: row.into(), case, group: None, written: None }
    }

    /// The same place for a value of a field group: a receipt for another group does not open it.
    #[must_use]
    pub fn in_group(self, group: FieldGroup) -> Self {
        Self { group: Some(group), ..self }
    }

    /// The same place for one version: a row in which number, moment or writer was changed does not open.
    #[must_use]
    pub fn written(self, written: Written) -> Self {
        Self { written: Some(written), ..self }
    }

    /// The table.
    #[must_use]
    pub fn table(&self) -> &'static str {
        self.table
    }

    /// The column.
    #[must_use]
    pub fn column(&self) -> &'static str {
        self.column
    }

    /// The id of the row.
    #[must_use]
    pub fn row(&self) -> &str {
        &self.row
    }

    /// The case whose key seals it.
    #[must_use]
    pub fn case(&self) -> &CaseId {
        &self.case
    }

    /// The field group that grants it.
    #[must_use]
    pub fn group(&self) -> Option<FieldGroup> {
        self.group
    }

    pub(super) fn associated_data(&self) -> Vec<u8> {
        let group = self.group.map_or("", CodeList::code);
        let mut parts = vec![
            self.table.as_bytes(),
            self.column.as_bytes(),
            self.row.as_bytes(),
            self.case.as_str().as_bytes(),
            group.as_bytes(),
        ];
        let written = self
            .written
            .map(|written| (written.version.to_be_bytes(), written.at.micros().to_be_bytes(), written.by));
        if let Some((version, at, by)) = &written {
            parts.extend([version.as_slice(), at.as_slice(), by.as_str().as_bytes()]);
        }
        associated_data::encode("waystation sealed value v1", &parts)
    }
}
