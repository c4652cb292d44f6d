//! Proof that a read is on the record. Without one, a sealed value does not open.

use crate::access::actor::{CaseId, FieldGroup};

/// Given by `db` after the commit of the event, and by nothing else.
///
/// It names what the event says was read, so that a receipt for one case or one field group opens
/// no other.
pub struct Receipt {
    case: Option<CaseId>,
    groups: Vec<FieldGroup>,
    sealed_text: bool,
}

impl Receipt {
    /// Called by `db` alone, once the event that says the same is durable.
    pub(crate) fn for_committed(case: Option<CaseId>, groups: Vec<FieldGroup>, sealed_text: bool) -> Self {
        Self { case, groups, sealed_text }
    }

    /// Whether the committed event says that this was read: a field group of the case, or (`None`) a
    /// sealed text of the case that belongs to no group.
    #[must_use]
    pub fn covers(&self, case: &CaseId, group: Option<FieldGroup>) -> bool {
        self.case.as_ref() == Some(case)
            && match group {
                Some(group) => self.groups.contains(&group),
                None => self.sealed_text,
            }
    }
}
