//! What may be changed of a user, and by whom: decisions without a database.

use super::codes::UserStatus;
use super::grants::rules::excluded;
use crate::access::Role;
use crate::error::Unmet;
use crate::machine::unmet;

/// Whether users of the role work in hubs. The others reach the whole network or nothing of it.
#[must_use]
pub fn works_in_hubs(role: Role) -> bool {
    match role {
        Role::Caseworker | Role::Coordinator => true,
        Role::Auditor | Role::Administrator | Role::Reader => false,
    }
}

/// What is decided about a user when their role or status is changed.
pub struct Change {
    /// The change is to the account of whoever makes it.
    pub own_account: bool,
    /// Role and status before.
    pub before: (Role, UserStatus),
    /// Role and status after.
    pub after: (Role, UserStatus),
    /// Active administrators beside this user.
    pub other_administrators: i64,
    /// Which of the roles that exclude each other the user has ever had.
    pub governed_as: Option<Role>,
}

/// What is remembered for good of whoever has this role.
#[must_use]
pub fn governing(role: Role) -> Option<Role> {
    matches!(role, Role::Auditor | Role::Administrator).then_some(role)
}

impl Change {
    /// Everything that stands against it.
    #[must_use]
    pub fn unmet(&self) -> Vec<Unmet> {
        let mut found = Vec::new();
        if self.before == self.after {
            return found;
        }
        if self.own_account {
            found.push(unmet("not_own_account", "Another administrator must change your role or status."));
        }
        found.extend(excluded(self.governed_as, self.after.0));
        if self.before.1 != self.after.1 && self.after.1 == UserStatus::Invited {
            found.push(unmet(
                "recovered_by_two",
                "Two people give a user another password: POST /v1/users/{user}/recovery.",
            ));
        }
        if (self.before.1, self.after.1) == (UserStatus::Invited, UserStatus::Active) {
            found.push(unmet(
                "password_chosen",
                "The user has yet to choose a password, with the code that they are given.",
            ));
        }
        let governs = (Role::Administrator, UserStatus::Active);
        if self.before == governs && self.after != governs && self.other_administrators == 0 {
            found.push(unmet(
                "another_administrator",
                "This is the last active administrator: create or reactivate another one first.",
            ));
        }
        found
    }

    /// Whether the user's sessions end.
    #[must_use]
    pub fn ends_sessions(&self) -> bool {
        self.after.1 == UserStatus::Suspended
    }

    /// Whether the user, who worked on cases of every hub, can only read those of other hubs from now on.
    #[must_use]
    pub fn may_only_read_elsewhere(&self) -> bool {
        self.before.0 == Role::Caseworker && self.after.0 == Role::Coordinator
    }

    /// Whether the user leaves every hub and every team.
    #[must_use]
    pub fn leaves_hubs(&self) -> bool {
        !works_in_hubs(self.after.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Role::{Administrator, Auditor, Caseworker};
    use UserStatus::{Active, Suspended};

    fn guards(
        own: bool,
        before: (Role, UserStatus),
        after: (Role, UserStatus),
        others: i64,
    ) -> Vec<&'static str> {
        let change =
            Change { own_account: own, before, after, other_administrators: others, governed_as: None };
        change.unmet().iter().map(|unmet| unmet.guard).collect()
    }

    #[test]
    fn nobody_changes_their_own_role_or_status() {
        let own = guards(true, (Administrator, Active), (Auditor, Active), 1);
        assert_eq!(own, ["not_own_account"]);
        assert!(guards(true, (Administrator, Active), (Administrator, Active), 0).is_empty());
    }

    #[test]
    fn an_invited_user_becomes_active_by_a_code_alone() {
        use UserStatus::Invited;
        assert_eq!(guards(false, (Caseworker, Invited), (Caseworker, Active), 1), ["password_chosen"]);
        assert_eq!(guards(false, (Caseworker, Active), (Caseworker, Invited), 1), ["recovered_by_two"]);
        assert!(guards(false, (Caseworker, Invited), (Caseworker, Suspended), 1).is_empty());
        assert!(guards(false, (Caseworker, Invited), (Auditor, Invited), 1).is_empty());
    }

    #[test]
    fn the_last_active_administrator_stays_one() {
        for after in [(Caseworker, Active), (Administrator, Suspended)] {
            assert_eq!(guards(false, (Administrator, Active), after, 0), ["another_administrator"]);
            assert!(guards(false, (Administrator, Active), after, 1).is_empty());
        }
        assert!(guards(false, (Administrator, Suspended), (Auditor, Suspended), 0).is_empty());
    }

    #[test]
    fn suspending_ends_sessions_and_leaving_casework_leaves_hubs() {
        let change = |after| Change {
            own_account: false,
            before: (Caseworker, Active),
            after,
            other_administrators: 1,
            governed_as: None,
        };
        assert!(change((Caseworker, Suspended)).ends_sessions());
        assert!(!change((Caseworker, Suspended)).leaves_hubs());
        assert!(change((Auditor, Active)).leaves_hubs());
        assert!(!change((Auditor, Active)).ends_sessions());
    }
}
