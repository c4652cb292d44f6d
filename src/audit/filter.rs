//! What a list of the log may be narrowed by: one condition leads the way, the others are asked of each entry.

use super::action::{Action, Outcome};
use super::entry::SubjectId;
use super::model::{Held, LogRow};
use super::times::Stretch;
use super::walk::Way;
use crate::access::{CaseId, FieldGroup, UserId};

/// The narrowing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
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
        let Self { actor, case, subject, action, outcome, group: _, times: _ } = *self;
        let not_done = outcome.filter(|outcome| *outcome != Outcome::Done).map(Way::NotDone);
        case.map(Way::Case)
            .or(subject.map(Way::Subject))
            .or(actor.map(Way::Actor))
            .or(not_done)
            .or(action.map(Way::Action))
            .unwrap_or(Way::Everything)
    }

    /// Whether an entry is what was asked for. One whose groups cannot be read may be.
    pub(crate) fn takes(&self, row: &LogRow) -> bool {
        let Self { actor, case, subject, action, outcome, group, times } = self;
        let is =
            |asked_for: Option<&str>, found: Option<&str>| asked_for.is_none_or(|text| found == Some(text));
        is(actor.as_ref().map(UserId::as_str), row.actor.as_deref())
            && is(case.as_ref().map(CaseId::as_str), row.case.as_deref())
            && is(subject.as_ref().map(SubjectId::as_str), row.subject.as_deref())
            && is(action.as_ref().map(Action::as_str), Some(&row.action))
            && is(outcome.as_ref().map(Outcome::as_str), Some(&row.outcome))
            && times.holds(row.at)
            && group.is_none_or(|group| {
                row.stored.read().map_or(true, |Held { groups, .. }| groups.contains(&group))
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::model::tests::row;
    use crate::db::types::Timestamp;

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

    /// A filter by each condition alone, of which none is so of an entry of [`row`]. A new one belongs here.
    fn each() -> Vec<LogFilter> {
        let all = LogFilter::default();
        let LogFilter { actor: _, case: _, subject: _, action: _, outcome: _, group: _, times: _ } = all;
        let at = Timestamp::from_micros(1_000_000);
        vec![
            LogFilter { actor: Some(UserId::generate()), ..all },
            LogFilter { case: Some(CaseId::generate()), ..all },
            LogFilter { subject: Some(SubjectId::generate()), ..all },
            LogFilter { action: Some(Action::CaseRead), ..all },
            LogFilter { outcome: Some(Outcome::Failed), ..all },
            LogFilter { group: Some(FieldGroup::Health), ..all },
            LogFilter { times: Stretch { after: None, before: Some(at) }, ..all },
            LogFilter {
                times: Stretch { after: Some(at.plus(chrono::TimeDelta::microseconds(1))), before: None },
                ..all
            },
        ]
    }

    #[test]
    fn every_condition_leaves_something_out() {
        let (case, actor) = (CaseId::generate(), UserId::generate());
        let row = row(actor, case, br#"{"groups":["identity"]}"#);
        for (number, filter) in each().into_iter().enumerate() {
            assert!(!filter.takes(&row), "{number}");
        }
        let all = LogFilter::default();
        assert!(all.takes(&row));
        for filter in [
            LogFilter { actor: Some(actor), case: Some(case), ..all },
            LogFilter { action: Some(Action::RecordRead), outcome: Some(Outcome::Done), ..all },
            LogFilter { group: Some(FieldGroup::Identity), ..all },
            LogFilter { times: Stretch { after: Some(row.at), before: None }, ..all },
        ] {
            assert!(filter.takes(&row));
        }
    }

    #[test]
    fn an_entry_that_cannot_be_read_is_left_out_by_nothing_that_it_may_hold() {
        let row = row(UserId::generate(), CaseId::generate(), b"{");
        assert!(LogFilter { group: Some(FieldGroup::Health), ..LogFilter::default() }.takes(&row));
    }
}
