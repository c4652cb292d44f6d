//! What a list of the log may be narrowed by: one condition leads the way, the others are asked of each entry.

use super::action::{Action, Outcome};
use super::entry::SubjectId;
use super::model::{Held, LogRow};
use super::times::Stretch;
use super::walk::Way;
use crate::access::{CaseId, FieldGroup, UserId};
use crate::error::Result;

/// The narrowing.
#[derive(Clone, Copy, Default)]
pub(crate) struct LogFilter {
    pub actor: Option<UserId>,
    pub case: Option<CaseId>,
    pub subject: Option<SubjectId>,
    pub action: Option<Action>,
    pub outcome: Option<Outcome>,
    pub group: Option<FieldGroup>,
    pub times: Stretch,
}

impl LogFilter {
    /// The way by which the fewest entries are to be expected.
    pub(crate) fn way(&self) -> Way {
        let case = self.case.map(Way::Case);
        let not_done = self.outcome.filter(|outcome| *outcome != Outcome::Done).map(Way::NotDone);
        case.or(self.subject.map(Way::Subject))
            .or(self.actor.map(Way::Actor))
            .or(not_done)
            .or(self.action.map(Way::Action))
            .unwrap_or(Way::Everything)
    }

    /// Whether an entry is what was asked for.
    pub(crate) fn takes(&self, row: &LogRow) -> Result<bool> {
        let columns = self.actor.is_none_or(|actor| row.actor == Some(actor))
            && self.case.is_none_or(|case| row.case == Some(case))
            && self.subject.is_none_or(|subject| row.subject.as_deref() == Some(subject.as_str()))
            && self.action.is_none_or(|action| row.action == action.as_str())
            && self.outcome.is_none_or(|outcome| row.outcome == outcome)
            && self.times.holds(row.at);
        match self.group {
            Some(group) if columns => Ok(Held::of(row)?.groups.contains(&group)),
            _ => Ok(columns),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::model::tests::row;

    #[test]
    fn the_narrowest_condition_leads_the_way() {
        let (case, actor) = (CaseId::generate(), UserId::generate());
        let mut filter = LogFilter { action: Some(Action::CaseRead), ..LogFilter::default() };
        assert_eq!(filter.way(), Way::Action(Action::CaseRead));
        filter.outcome = Some(Outcome::Done);
        assert_eq!(filter.way(), Way::Action(Action::CaseRead));
        filter.outcome = Some(Outcome::Refused);
        assert_eq!(filter.way(), Way::NotDone(Outcome::Refused));
        filter.actor = Some(actor);
        assert_eq!(filter.way(), Way::Actor(actor));
        filter.case = Some(case);
        assert_eq!(filter.way(), Way::Case(case));
        assert_eq!(LogFilter::default().way(), Way::Everything);
    }

    #[test]
    fn every_condition_is_asked_of_an_entry() {
        let (case, actor) = (CaseId::generate(), UserId::generate());
        let row = row(actor, case, br#"{"groups":["identity"]}"#);
        let takes = |filter: LogFilter| filter.takes(&row).unwrap();
        let all = LogFilter::default();
        assert!(takes(all));
        assert!(takes(LogFilter { actor: Some(actor), case: Some(case), ..all }));
        assert!(!takes(LogFilter { actor: Some(UserId::generate()), ..all }));
        assert!(!takes(LogFilter { case: Some(CaseId::generate()), ..all }));
        assert!(!takes(LogFilter { subject: Some(SubjectId::generate()), ..all }));
        assert!(takes(LogFilter { action: Some(Action::RecordRead), ..all }));
        assert!(!takes(LogFilter { action: Some(Action::CaseRead), ..all }));
        assert!(!takes(LogFilter { outcome: Some(Outcome::Failed), ..all }));
        assert!(takes(LogFilter { group: Some(FieldGroup::Identity), ..all }));
        assert!(!takes(LogFilter { group: Some(FieldGroup::Health), ..all }));
        let times = Stretch { after: None, before: Some(row.at) };
        assert!(!takes(LogFilter { times, ..all }));
        let times = Stretch { after: Some(row.at), before: None };
        assert!(takes(LogFilter { times, ..all }));
    }
}
