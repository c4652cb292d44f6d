//! How sure it is that whoever asks is the user: whether a second factor is needed, was given, and how long ago.

use chrono::TimeDelta;

use super::actor::Role;
use super::permissions::Row;
use crate::db::types::{CodeList as _, Timestamp, text_enum};
use crate::error::{Code, Error, Result};

/// How old a code may be when something dangerous is done.
pub const FRESH: TimeDelta = TimeDelta::minutes(5);

text_enum! {
    /// How a session stands with the second factor.
    FactorStanding, "second_factor_standings", "Waystation" {
        NotNeeded = "not_needed": "The role needs none, and none is enrolled",
        ToEnrol = "to_enrol": "The role needs one: until it is enrolled nothing else can be done",
        ToGive = "to_give": "One was enrolled since the session began: its code is needed first",
        Given = "given": "A code was given in this session",
    }
}

/// The second factor of a user, as a session sees it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Factor {
    /// Whether one is enrolled.
    pub enrolled: bool,
    /// When a code was last given in this session.
    pub given_at: Option<Timestamp>,
}

/// Which roles need a second factor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FactorRule {
    roles: [bool; 5],
}

impl FactorRule {
    /// Whoever leads, reviews or runs the network.
    #[must_use]
    pub fn standard() -> Self {
        Self::of(&[Role::Coordinator, Role::Auditor, Role::Administrator])
    }

    /// Nobody: a password is enough.
    #[must_use]
    pub fn nobody() -> Self {
        Self::of(&[])
    }

    fn of(needing: &[Role]) -> Self {
        let mut roles = [false; 5];
        for (needs, role) in roles.iter_mut().zip(Role::all()) {
            *needs = needing.contains(role);
        }
        Self { roles }
    }

    /// The same, and another role.
    #[must_use]
    pub fn and(mut self, role: Role) -> Self {
        for (needs, other) in self.roles.iter_mut().zip(Role::all()) {
            *needs |= *other == role;
        }
        self
    }

    /// Whether the role needs one.
    #[must_use]
    pub fn needs(&self, role: Role) -> bool {
        Role::all().iter().zip(self.roles).any(|(other, needs)| *other == role && needs)
    }

    /// How a session of a user stands.
    #[must_use]
    pub fn standing(&self, role: Role, factor: Factor) -> FactorStanding {
        match factor {
            Factor { given_at: Some(_), .. } => FactorStanding::Given,
            Factor { enrolled: true, .. } => FactorStanding::ToGive,
            Factor { .. } if self.needs(role) => FactorStanding::ToEnrol,
            Factor { .. } => FactorStanding::NotNeeded,
        }
    }
}

/// What a request is held to.
#[derive(Clone, Copy, Debug)]
pub struct Assurance {
    /// Which roles need a second factor.
    pub rule: FactorRule,
    /// When the request came.
    pub at: Timestamp,
}

impl Assurance {
    /// Refuses what needs a second factor that is not there, or an older one than it may be.
    pub(super) fn check(&self, row: &Row, role: Role, factor: Factor) -> Result<()> {
        match self.rule.standing(role, factor) {
            FactorStanding::ToEnrol if !row.own_account => {
                Err(Error::new(Code::SecondFactorNeeded, "Enrol one first, with POST /v1/me/second-factor."))
            }
            FactorStanding::ToGive if !row.own_account => Err(Error::new(
                Code::SecondFactorNeeded,
                "Send its code to POST /v1/sessions/current/second-factor, or log in again with it.",
            )),
            FactorStanding::Given if row.step_up => self.require_fresh(factor),
            FactorStanding::NotNeeded
            | FactorStanding::ToEnrol
            | FactorStanding::ToGive
            | FactorStanding::Given => Ok(()),
        }
    }

    /// Refuses where a code was given longer ago than [`FRESH`]; or that far in the future, by a clock that was set back
    /// since.
    pub(super) fn require_fresh(&self, factor: Factor) -> Result<()> {
        if factor.given_at.is_some_and(|given| self.at.since(given).abs() <= FRESH) {
            return Ok(());
        }
        Err(Error::new(
            Code::StepUpNeeded,
            "Send a code of your second factor to POST /v1/sessions/current/second-factor, and this once more within five \
             minutes.",
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access::permissions::{AccountRead, CaseRead, Permission, UserCreate};

    const NOW: Timestamp = Timestamp::from_micros(1_000_000_000);

    fn code(row: &Row, role: Role, factor: Factor) -> Option<Code> {
        let assurance = Assurance { rule: FactorRule::standard(), at: NOW };
        assurance.check(row, role, factor).err().map(|error| error.code())
    }

    #[test]
    fn who_needs_one_and_has_none_looks_after_their_own_account_alone() {
        let none = Factor::default();
        assert_eq!(code(&CaseRead::ROW, Role::Coordinator, none), Some(Code::SecondFactorNeeded));
        assert_eq!(code(&AccountRead::ROW, Role::Coordinator, none), None);
        assert_eq!(code(&CaseRead::ROW, Role::Caseworker, none), None);
        let enrolled = Factor { enrolled: true, given_at: None };
        assert_eq!(code(&CaseRead::ROW, Role::Caseworker, enrolled), Some(Code::SecondFactorNeeded));
    }

    #[test]
    fn what_is_dangerous_asks_for_a_code_of_the_last_five_minutes() {
        let given = |ago: TimeDelta| Factor { enrolled: true, given_at: Some(NOW.plus(-ago)) };
        assert_eq!(code(&UserCreate::ROW, Role::Administrator, given(FRESH)), None);
        let longer = given(FRESH + TimeDelta::microseconds(1));
        assert_eq!(code(&UserCreate::ROW, Role::Administrator, longer), Some(Code::StepUpNeeded));
        assert_eq!(code(&CaseRead::ROW, Role::Coordinator, longer), None);
    }

    #[test]
    fn the_rule_names_roles() {
        let rule = FactorRule::standard().and(Role::Caseworker);
        let needing: Vec<Role> = Role::all().iter().copied().filter(|role| rule.needs(*role)).collect();
        assert_eq!(needing, [Role::Caseworker, Role::Coordinator, Role::Auditor, Role::Administrator]);
        assert!(Role::all().iter().all(|role| !FactorRule::nobody().needs(*role)));
    }
}
