//! What a key may do of what its owner may.

use super::actor::Role;
use super::permissions::{PERMISSIONS, Row};
use super::reach::Reach;

/// Some permissions, by their names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scope(Vec<&'static str>);

impl Scope {
    /// Those that were named; else the places of names that no key of this role can have, or that are named again.
    ///
    /// A key looks after nobody's account, and does nothing that asks for a fresh second factor.
    pub fn of(names: &[String], role: Role) -> Result<Self, Vec<usize>> {
        let (mut scope, mut wrong) = (Vec::new(), Vec::new());
        for (place, name) in names.iter().enumerate() {
            match PERMISSIONS.iter().find(|row| row.name == name) {
                Some(row) if may_have(row, role) && !scope.contains(&row.name) => scope.push(row.name),
                _ => wrong.push(place),
            }
        }
        if wrong.is_empty() { Ok(Self(scope)) } else { Err(wrong) }
    }

    /// As it is stored. A permission that is there no more is none.
    #[must_use]
    pub fn from_text(text: &str) -> Self {
        let names: Vec<&str> = text.split_whitespace().collect();
        Self(PERMISSIONS.iter().map(|row| row.name).filter(|name| names.contains(name)).collect())
    }

    /// As it is stored.
    #[must_use]
    pub fn to_text(&self) -> String {
        self.0.join(" ")
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether it holds this one.
    pub(super) fn holds(&self, row: &Row) -> bool {
        self.0.contains(&row.name)
    }
}

fn may_have(row: &Row, role: Role) -> bool {
    row.reach_of(role) != Reach::No && !row.own_account && !row.step_up
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn it_holds_some_of_what_the_role_has() {
        let scope = Scope::of(&names(&["case.list", "case.read"]), Role::Caseworker).unwrap();
        assert_eq!(Scope::from_text(&scope.to_text()), scope);
        assert!(scope.to_text() == "case.list case.read" && !scope.is_empty());
        let wrong = ["case.list", "audit.read", "case.list", "nothing", "account.update", "own_copy.make"];
        assert_eq!(Scope::of(&names(&wrong), Role::Caseworker), Err(vec![1, 2, 3, 4, 5]));
        assert_eq!(Scope::from_text("case.read of.before"), Scope(vec!["case.read"]));
    }
}
