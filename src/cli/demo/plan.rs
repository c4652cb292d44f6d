//! What a plan is: a network, people, and the dated steps of their lives.
//!
//! Codes are those of the columns, as text. Users, shelters and hubs are indices into the plan's own
//! lists. Whoever carries a plan out walks [`Plan::timeline`]: in that order no shelter is ever over
//! its beds, and every guard is met when its step comes.

use chrono::NaiveDate;
use serde::Serialize;

use super::network::{HubPlan, ShelterPlan, UserPlan};

/// The whole demonstration.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Hubs.
    pub hubs: Vec<HubPlan>,
    /// Shelters.
    pub shelters: Vec<ShelterPlan>,
    /// Users.
    pub users: Vec<UserPlan>,
    /// People, in the order in which their cases were opened.
    pub cases: Vec<CasePlan>,
}

/// One person's case.
#[derive(Clone, Debug)]
pub struct CasePlan {
    /// Hub that holds the case, from first to last.
    pub hub: usize,
    /// Day of opening, in stage `shelter` and status `active`.
    pub opened_on: NaiveDate,
    /// `female` or `male`.
    pub sex: &'static str,
    /// UNHCR age band on the day of opening.
    pub age_band: &'static str,
    /// Country of origin.
    pub origin: &'static str,
    /// Where the person wants to go.
    pub destination: String,
    /// Risk.
    pub risk: &'static str,
    /// Whether only its team may see the case.
    pub restricted: bool,
    /// The caseworker who opens the case and records the steps; also first in the team.
    pub caseworker: usize,
    /// The coordinator of the hub, who approves journeys.
    pub coordinator: usize,
    /// Who works on the case, and which groups of fields they see.
    pub team: Vec<TeamPlan>,
    /// Sealed identity record.
    pub identity: IdentityPlan,
    /// Sealed passage record, where a passage was paid.
    pub passage: Option<PassagePlan>,
    /// What happened, in order.
    pub steps: Vec<Step>,
}

/// A member of a case's team.
#[derive(Clone, Debug)]
pub struct TeamPlan {
    /// Who.
    pub user: usize,
    /// Field groups.
    pub field_groups: &'static [&'static str],
}

/// A made-up identity; every name is combined by chance from lists of common syllables.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct IdentityPlan {
    /// Name in Hangul.
    pub hangul: String,
    /// Name romanised as in the North, surname first.
    pub romanised: String,
    /// Name used in hiding, in Chinese characters.
    pub chinese: Option<String>,
    /// The same in pinyin.
    pub pinyin: Option<String>,
    /// Year of birth.
    pub birth_year: i32,
}

/// What a passage cost, in US dollars.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PassagePlan {
    /// Price agreed.
    pub price_usd: u64,
    /// What of it is still owed.
    pub debt_usd: u64,
    /// Who paid or promised to: `person`, `family_abroad`, `network`.
    pub payer: &'static str,
}

/// Something that happened on a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// The day.
    pub on: NaiveDate,
    /// What.
    pub act: Act,
}

/// What happened. Leg numbers are places, from 1, in the case's latest journey; steps on
/// applications and resettlements mean the case's latest one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Act {
    /// Arrived in a shelter.
    StayBegun {
        /// Index of the shelter.
        shelter: usize,
    },
    /// Left it.
    StayEnded {
        /// Code of leaving.
        leaving: &'static str,
    },
    /// A journey was planned.
    JourneyPlanned {
        /// Where to.
        destination: String,
        /// The legs in order.
        legs: Vec<LegPlan>,
    },
    /// The coordinator approved it.
    JourneyApproved,
    /// It was given up. That it is underway or completed follows from its legs.
    JourneyAbandoned,
    /// A leg became `underway`, `arrived`, `turned_back`, `intercepted`, `lost_contact` or `cancelled`.
    LegSet {
        /// Place of the leg.
        place: usize,
        /// State.
        to: &'static str,
    },
    /// The stage changed.
    Moved {
        /// Stage.
        to: &'static str,
        /// Reason.
        reason: &'static str,
    },
    /// The status changed to `active`, `detained` or `missing`.
    StatusSet {
        /// Status.
        to: &'static str,
        /// Reason.
        reason: &'static str,
    },
    /// An asylum application was lodged; it begins as `registered`.
    ApplicationLodged {
        /// Country.
        country: String,
        /// Authority.
        authority: &'static str,
        /// Level.
        level: &'static str,
    },
    /// Its state changed.
    ApplicationSet {
        /// State.
        to: &'static str,
    },
    /// A resettlement was prepared.
    ResettlementPrepared {
        /// Country.
        country: String,
        /// First category.
        primary_category: &'static str,
        /// Priority.
        priority: &'static str,
    },
    /// Its state changed.
    ResettlementSet {
        /// State.
        to: &'static str,
    },
    /// The case was closed.
    Closed {
        /// Outcome.
        outcome: &'static str,
    },
}

/// A leg of a journey.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LegPlan {
    /// From.
    pub from: &'static str,
    /// To.
    pub to: String,
    /// Who keeps it: a caseworker of the case's hub.
    pub keeper: usize,
    /// When it was meant to begin.
    pub planned_on: NaiveDate,
}

/// A moment of the timeline.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    /// The case is opened.
    Opening {
        /// Index of the case.
        case: usize,
    },
    /// A step of the case.
    Step {
        /// Index of the case.
        case: usize,
        /// Index of the step.
        step: usize,
    },
}

impl Plan {
    /// Only every so manyth case: fewer people never need more beds, so it breaks no rule either.
    #[must_use]
    pub fn thinned(mut self, one_in: usize) -> Self {
        self.cases = self.cases.into_iter().step_by(one_in.max(1)).collect();
        self
    }

    /// All openings and steps, day by day; a case's own order is kept.
    #[must_use]
    pub fn timeline(&self) -> Vec<Moment> {
        let mut dated = Vec::new();
        for (case, plan) in self.cases.iter().enumerate() {
            dated.push((plan.opened_on, Moment::Opening { case }));
            let steps = plan.steps.iter().enumerate();
            dated.extend(steps.map(|(step, planned)| (planned.on, Moment::Step { case, step })));
        }
        dated.sort_by_key(|(on, _)| *on);
        dated.into_iter().map(|(_, moment)| moment).collect()
    }
}

impl CasePlan {
    /// Stage and status at the end of a day; none before the opening.
    #[must_use]
    pub fn standing(&self, day: NaiveDate) -> Option<(&'static str, &'static str)> {
        if day < self.opened_on {
            return None;
        }
        let mut standing = ("shelter", "active");
        for step in self.steps.iter().take_while(|step| step.on <= day) {
            if let Act::Moved { to, .. } = step.act {
                standing.0 = to;
            } else if let Act::StatusSet { to, .. } = step.act {
                standing.1 = to;
            } else if let Act::Closed { .. } = step.act {
                standing.1 = "closed";
            }
        }
        Some(standing)
    }
}
