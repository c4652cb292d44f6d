//! Proof that a read is on the record. Without one, a sealed value does not open.
//!
//! A person reads one case at a time. The index of the search is made of many (`Batch`): its entry says which, and
//! its receipt opens no other.

use crate::access::actor::{CaseId, FieldGroup};

/// Given by `db` after the commit of the event, and by nothing else.
///
/// It names what the event says was read, so that a receipt for one case or one field group opens
/// no other.
pub struct Receipt {
    case: Option<CaseId>,
    batch: Option<Batch>,
    groups: Vec<FieldGroup>,
    sealed_text: bool,
}

/// Cases that the server itself reads at once.
#[derive(Clone)]
pub(crate) enum Batch {
    /// Those whose ids are from the first to the last.
    Between(CaseId, CaseId),
    /// These.
    These(Vec<CaseId>),
}

impl Batch {
    fn holds(&self, case: &CaseId) -> bool {
        match self {
            Self::Between(first, last) => (first..=last).contains(&case),
            Self::These(cases) => cases.contains(case),
        }
    }
}

impl Receipt {
    /// Called by `db` alone, once the event that says the same is durable.
    pub(crate) fn for_committed(case: Option<CaseId>, groups: Vec<FieldGroup>, sealed_text: bool) -> Self {
        Self { case, batch: None, groups, sealed_text }
    }

    /// The same for several cases; a text of theirs that belongs to no group stays sealed.
    pub(super) fn over(self, batch: Option<Batch>) -> Self {
        Self { batch, ..self }
    }

    /// Whether the committed event says that this was read: a field group of the case, or (`None`) a
    /// sealed text of the case that belongs to no group.
    #[must_use]
    pub fn covers(&self, case: &CaseId, group: Option<FieldGroup>) -> bool {
        let one = self.case.as_ref() == Some(case);
        match group {
            Some(group) => {
                let batch = self.batch.as_ref().is_some_and(|batch| batch.holds(case));
                (one || batch) && self.groups.contains(&group)
            }
            None => one && self.sealed_text,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_receipt_over_several_cases_opens_those_and_their_groups_alone() {
        let mut cases = [CaseId::generate(), CaseId::generate(), CaseId::generate()];
        cases.sort_unstable();
        let [before, first, last] = cases;
        let receipt =
            |batch| Receipt::for_committed(None, vec![FieldGroup::Identity], true).over(Some(batch));
        for receipt in [receipt(Batch::Between(first, last)), receipt(Batch::These(vec![first, last]))] {
            for case in [first, last] {
                assert!(receipt.covers(&case, Some(FieldGroup::Identity)));
                assert!(!receipt.covers(&case, Some(FieldGroup::Contact)));
                assert!(!receipt.covers(&case, None));
            }
            assert!(!receipt.covers(&before, Some(FieldGroup::Identity)));
        }
        assert!(!receipt(Batch::These(Vec::new())).covers(&first, Some(FieldGroup::Identity)));
    }
}
