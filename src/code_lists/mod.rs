//! The code lists that the API serves: every code a client may send or be given, with its meaning.
//!
//! The codes themselves stand beside what they describe; this is only the table of them all, and a
//! test finds the list that is missing here.

pub mod api;

use crate::access::FactorStanding;
use crate::access::actor::{FieldGroup, Role};
use crate::accounts::codes::{GrantDecision, GrantKind, GrantState, SessionEnd, UserStatus};
use crate::asylum::codes::{ApplicationState, Authority, Level};
use crate::audit::checkpoint::LossReason;
use crate::audit::unusual::UnusualKind;
use crate::audit::{Action, Outcome as AuditOutcome};
use crate::cases::codes::{AgeBand, Outcome, Risk, Sex, Stage, Status};
use crate::cases::merging::codes::{MergeReason, MergeUndoReason, MergedTeam};
use crate::cases::reasons::{MoveReason, ReopeningReason, StatusReason};
use crate::cases::records::{codes, concern_codes, currency, need_codes, procedure_codes};
use crate::cases::search::duplicates::DuplicateState;
use crate::cases::search::rank::SearchReason;
use crate::db::types::{CodeList, Country};
use crate::emergency::codes::{EmergencyReason, ReviewFinding, ReviewState};
use crate::network::codes::{HubState, Leaving, ShelterState};
use crate::notices::codes::{NoticeKind, NoticeState};
use crate::reports::dimension::Dimension;
use crate::resettlement::codes::{Category, Priority, ResettlementState};
use crate::retention::codes::{ErasureDecision, ErasureReason, ErasureState, HoldReason};
use crate::transit::codes::{JourneyState, LegState};

/// A code list, whatever type its codes have.
#[derive(Clone, Copy)]
pub struct List {
    /// Its name in the API.
    pub name: &'static str,
    /// Where its codes come from.
    pub source: &'static str,
    codes: fn() -> Vec<Code>,
}

/// One code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Code {
    /// As stored and sent.
    pub code: &'static str,
    /// What it means.
    pub label: &'static str,
}

impl List {
    const fn of<T: CodeList>() -> Self {
        Self { name: T::NAME, source: T::SOURCE, codes: codes_of::<T> }
    }

    /// Its codes, in the order of the standard.
    #[must_use]
    pub fn codes(&self) -> Vec<Code> {
        (self.codes)()
    }

    /// The list of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        LISTS.iter().copied().find(|list| list.name == name)
    }
}

fn codes_of<T: CodeList>() -> Vec<Code> {
    T::all().iter().map(|code| Code { code: code.code(), label: code.label() }).collect()
}

/// Every list.
pub const LISTS: &[List] = &[
    // What a report tells apart.
    List::of::<Dimension>(),
    // What the row of a case holds, and why it changed.
    List::of::<Stage>(),
    List::of::<Status>(),
    List::of::<Risk>(),
    List::of::<Sex>(),
    List::of::<AgeBand>(),
    List::of::<Outcome>(),
    List::of::<SearchReason>(),
    List::of::<DuplicateState>(),
    List::of::<MoveReason>(),
    List::of::<StatusReason>(),
    List::of::<ReopeningReason>(),
    List::of::<ErasureDecision>(),
    List::of::<ErasureReason>(),
    List::of::<ErasureState>(),
    List::of::<HoldReason>(),
    List::of::<EmergencyReason>(),
    List::of::<ReviewState>(),
    List::of::<ReviewFinding>(),
    List::of::<NoticeKind>(),
    List::of::<NoticeState>(),
    List::of::<MergeReason>(),
    List::of::<MergeUndoReason>(),
    List::of::<MergedTeam>(),
    List::of::<Country>(),
    // The stages.
    List::of::<ShelterState>(),
    List::of::<HubState>(),
    List::of::<Leaving>(),
    List::of::<JourneyState>(),
    List::of::<LegState>(),
    List::of::<Authority>(),
    List::of::<Level>(),
    List::of::<ApplicationState>(),
    List::of::<Category>(),
    List::of::<Priority>(),
    List::of::<ResettlementState>(),
    // Access and the log.
    List::of::<Role>(),
    List::of::<UserStatus>(),
    List::of::<SessionEnd>(),
    List::of::<GrantKind>(),
    List::of::<GrantDecision>(),
    List::of::<GrantState>(),
    List::of::<FactorStanding>(),
    List::of::<FieldGroup>(),
    List::of::<Action>(),
    List::of::<AuditOutcome>(),
    List::of::<UnusualKind>(),
    List::of::<LossReason>(),
    // The sealed records.
    List::of::<codes::Script>(),
    List::of::<codes::NameKind>(),
    List::of::<codes::Calendar>(),
    List::of::<codes::DocumentKind>(),
    List::of::<codes::Genuineness>(),
    List::of::<codes::DocumentHolder>(),
    List::of::<codes::AddressKind>(),
    List::of::<codes::ChannelSafety>(),
    List::of::<codes::Relation>(),
    List::of::<codes::RelativeState>(),
    List::of::<codes::Hukou>(),
    List::of::<codes::Schooling>(),
    List::of::<codes::CareArrangement>(),
    List::of::<codes::Statelessness>(),
    List::of::<codes::SeparationCause>(),
    List::of::<concern_codes::Concern>(),
    List::of::<concern_codes::GbvType>(),
    List::of::<concern_codes::GbvContext>(),
    List::of::<concern_codes::FearedRole>(),
    List::of::<need_codes::NeedCode>(),
    List::of::<procedure_codes::ConditionState>(),
    List::of::<procedure_codes::PregnancyOutcome>(),
    List::of::<procedure_codes::FunctionalDomain>(),
    List::of::<procedure_codes::Difficulty>(),
    List::of::<procedure_codes::Severity>(),
    List::of::<procedure_codes::DetainingBody>(),
    List::of::<procedure_codes::Treatment>(),
    List::of::<procedure_codes::DetentionEnd>(),
    List::of::<procedure_codes::Punishment>(),
    List::of::<procedure_codes::Trust>(),
    List::of::<procedure_codes::Payer>(),
    List::of::<procedure_codes::Coercion>(),
    List::of::<procedure_codes::Exploitation>(),
    List::of::<procedure_codes::TravelMeans>(),
    List::of::<currency::Currency>(),
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::Path;

    use super::*;

    /// No client ever sends one of these.
    const OURS_ALONE: &[&str] = &["key_purposes"];

    /// The names in the declarations `Name, "list_name", "source" {` after each `text_enum!`.
    fn declared(folder: &Path, names: &mut BTreeSet<String>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                declared(&path, names);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let source = std::fs::read_to_string(&path).unwrap();
                for declaration in source.split("\ntext_enum! {").skip(1) {
                    let header = declaration
                        .lines()
                        .map(str::trim_start)
                        .find(|line| !line.is_empty() && !line.starts_with("//") && !line.starts_with('#'));
                    names.extend(header.and_then(|line| line.split('"').nth(1)).map(ToOwned::to_owned));
                }
            }
        }
    }

    #[test]
    fn every_declared_list_is_served() {
        let mut names = BTreeSet::new();
        declared(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut names);
        assert!(names.len() > 30, "{names:?}");
        let missing: Vec<_> = names
            .iter()
            .filter(|name| List::named(name).is_none() && !OURS_ALONE.contains(&name.as_str()))
            .collect();
        assert!(missing.is_empty(), "not in LISTS: {missing:?}");
    }

    #[test]
    fn names_and_codes_are_unique() {
        let names: BTreeSet<_> = LISTS.iter().map(|list| list.name).collect();
        assert_eq!(names.len(), LISTS.len());
        for list in LISTS {
            let codes: BTreeSet<_> = list.codes().iter().map(|code| code.code).collect();
            assert_eq!(codes.len(), list.codes().len(), "{}", list.name);
        }
    }

    #[test]
    fn a_list_is_found_by_its_name() {
        let stages = List::named("stages").unwrap();
        assert_eq!(stages.codes()[0], Code { code: "shelter", label: "Hidden in a shelter" });
        assert_eq!(List::named("countries").unwrap().source, "ISO 3166-1 alpha-3");
        assert!(List::named("nonsense").is_none());
    }
}
