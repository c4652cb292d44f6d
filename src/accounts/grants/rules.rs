//! Who may ask for what, and who decides: facts in, everything that is unmet out.

use chrono::TimeDelta;

use crate::access::{Role, UserId};
use crate::accounts::codes::{GrantDecision, GrantKind, UserStatus};
use crate::db::types::Timestamp;
use crate::error::Unmet;
use crate::machine::{settled, unmet};

/// How long somebody may decide.
pub const DECIDED_WITHIN: TimeDelta = TimeDelta::days(7);

/// How long a code is good.
#[must_use]
pub fn code_lasts(kind: GrantKind) -> TimeDelta {
    match kind {
        GrantKind::Invitation | GrantKind::Role => TimeDelta::hours(72),
        GrantKind::Recovery => TimeDelta::hours(24),
    }
}

/// The roles that exclude each other for good: who has governed the accounts does not review it, nor the other way.
#[must_use]
pub fn excluded(governed_as: Option<Role>, role: Role) -> Option<Unmet> {
    let other = match role {
        Role::Administrator => Role::Auditor,
        Role::Auditor => Role::Administrator,
        Role::Caseworker | Role::Coordinator | Role::Reader => return None,
    };
    let was = governed_as == Some(other);
    was.then(|| {
        unmet("never_both", "whoever has been an auditor is never an administrator, nor the other way")
    })
}

/// What is asked before something is asked for.
#[derive(Clone, Copy, Debug)]
pub struct Asked {
    /// What.
    pub kind: GrantKind,
    /// It is for whoever asks.
    pub own_account: bool,
    /// The role that is asked for is the user's already.
    pub has_role: bool,
    /// How the account stands.
    pub status: UserStatus,
    /// Something else waits for a decision already.
    pub waits: bool,
}

/// Whether it may be asked for.
pub fn ask(asked: Asked) -> Result<(), Vec<Unmet>> {
    let mut missing = Vec::new();
    if asked.own_account {
        missing.push(unmet("not_own_account", "somebody else must ask for what concerns your own account"));
    }
    if asked.waits {
        missing.push(unmet(
            "nothing_waits",
            "something waits for a decision already: see GET /v1/grants?state=open",
        ));
    }
    if asked.kind == GrantKind::Role && asked.has_role {
        missing.push(unmet("another_role", "the user has this role already"));
    }
    if asked.kind == GrantKind::Recovery && asked.status == UserStatus::Suspended {
        missing
            .push(unmet("not_suspended", "the user is suspended: make them active first, if that is meant"));
    }
    settled(missing)
}

/// What is asked before it is decided.
#[derive(Clone, Copy, Debug)]
pub struct Facts {
    /// What was asked for.
    pub kind: GrantKind,
    /// For whom.
    pub user: UserId,
    /// By whom, and in which role.
    pub asked: (UserId, Role),
    /// Whoever decides, and in which role.
    pub by: (UserId, Role),
    /// Some other active coordinator is in a hub of the user's.
    pub has_coordinator: bool,
    /// It was decided already.
    pub decided: bool,
    /// Whoever asked could do so still.
    pub asker_stands: bool,
    /// Until when it can be.
    pub expires_at: Timestamp,
}

/// What is decided, as it is kept: whoever refuses what they asked for themselves withdraws it.
pub fn decide(facts: Facts, approves: bool, now: Timestamp) -> Result<GrantDecision, Vec<Unmet>> {
    let mut missing = Vec::new();
    let own = facts.by.0 == facts.asked.0;
    if facts.decided {
        missing.push(unmet("grant_open", "it was decided already"));
    }
    if facts.by.0 == facts.user {
        missing.push(unmet("not_own_account", "nobody decides what concerns their own account"));
    }
    if approves {
        if facts.expires_at <= now {
            missing.push(unmet(
                "grant_lasts",
                format!("nobody decided in time: ask anew by {}", anew(facts.kind)),
            ));
        }
        if !facts.asker_stands {
            missing.push(unmet(
                "asker_active",
                "whoever asked is not active, or not in the user's hub any more: refuse it, and ask anew if it is meant",
            ));
        }
        if own {
            missing
                .push(unmet("approved_by_another", "you asked for it yourself: somebody else approves it"));
        }
        missing.extend(one_of_each(facts));
    }
    settled(missing)?;
    Ok(match (approves, own) {
        (true, _) => GrantDecision::Approved,
        (false, true) => GrantDecision::Withdrawn,
        (false, false) => GrantDecision::Refused,
    })
}

/// Where it is asked for. Whoever was invited is there already, and waits for a code.
fn anew(kind: GrantKind) -> &'static str {
    match kind {
        GrantKind::Invitation | GrantKind::Recovery => "POST /v1/users/{user}/recovery",
        GrantKind::Role => "POST /v1/users/{user}/role",
    }
}

/// A lost password is nothing that administrators alone may put right, where there is somebody who knows the user.
fn one_of_each(facts: Facts) -> Option<Unmet> {
    let (asked, by) = (facts.asked.1, facts.by.1);
    let coordinators = [asked, by].iter().filter(|role| **role == Role::Coordinator).count();
    if facts.kind != GrantKind::Recovery || coordinators == usize::from(facts.has_coordinator) {
        return None;
    }
    let who = if facts.has_coordinator {
        "one of the two is an administrator, and the other a coordinator of the user's hub"
    } else {
        "no other coordinator is active in a hub of the user's: both of the two are administrators"
    };
    Some(unmet("one_of_each", who))
}

#[cfg(test)]
mod tests {
    use super::*;
    use Role::{Administrator, Auditor, Caseworker, Coordinator};

    const NOW: Timestamp = Timestamp::from_micros(1_000);

    fn facts(kind: GrantKind, asked: Role, by: Role, has_coordinator: bool) -> Facts {
        Facts {
            kind,
            user: UserId::generate(),
            asked: (UserId::generate(), asked),
            by: (UserId::generate(), by),
            has_coordinator,
            decided: false,
            asker_stands: true,
            expires_at: Timestamp::from_micros(1_001),
        }
    }

    fn guards(facts: Facts, approves: bool) -> Vec<&'static str> {
        decide(facts, approves, NOW).err().unwrap_or_default().iter().map(|unmet| unmet.guard).collect()
    }

    #[test]
    fn nobody_approves_what_they_asked_for_or_what_is_theirs() {
        let open = facts(GrantKind::Role, Administrator, Administrator, false);
        assert_eq!(decide(open, true, NOW), Ok(GrantDecision::Approved));
        assert_eq!(decide(open, false, NOW), Ok(GrantDecision::Refused));
        let own = Facts { by: open.asked, ..open };
        assert_eq!(guards(own, true), ["approved_by_another"]);
        assert_eq!(decide(own, false, NOW), Ok(GrantDecision::Withdrawn));
        let for_oneself = Facts { by: (open.user, Administrator), ..open };
        assert_eq!(guards(for_oneself, true), ["not_own_account"]);
        assert_eq!(guards(for_oneself, false), ["not_own_account"]);
        let late = Facts { expires_at: NOW, ..own };
        assert_eq!(guards(late, true), ["grant_lasts", "approved_by_another"]);
        assert_eq!(decide(late, false, NOW), Ok(GrantDecision::Withdrawn));
        assert_eq!(guards(Facts { decided: true, ..open }, false), ["grant_open"]);
        let of_somebody_gone = Facts { asker_stands: false, ..open };
        assert_eq!(guards(of_somebody_gone, true), ["asker_active"]);
        assert_eq!(decide(of_somebody_gone, false, NOW), Ok(GrantDecision::Refused));
    }

    #[test]
    fn a_lost_password_takes_an_administrator_and_a_coordinator_where_there_is_a_hub() {
        for (asked, by, has_coordinator, right) in [
            (Administrator, Coordinator, true, true),
            (Coordinator, Administrator, true, true),
            (Administrator, Administrator, true, false),
            (Coordinator, Coordinator, true, false),
            (Administrator, Administrator, false, true),
            (Administrator, Coordinator, false, false),
        ] {
            let told = guards(facts(GrantKind::Recovery, asked, by, has_coordinator), true);
            assert_eq!(told.is_empty(), right, "{asked} {by} {has_coordinator}");
            assert_eq!(guards(facts(GrantKind::Invitation, asked, by, has_coordinator), true), [""; 0]);
        }
    }

    #[test]
    fn who_governed_never_reviews_and_who_reviewed_never_governs() {
        for (was, role, refused) in [
            (None, Auditor, false),
            (Some(Administrator), Auditor, true),
            (Some(Auditor), Administrator, true),
            (Some(Administrator), Administrator, false),
            (Some(Administrator), Caseworker, false),
        ] {
            assert_eq!(excluded(was, role).is_some(), refused, "{was:?} {role}");
        }
    }

    #[test]
    fn what_may_be_asked_for() {
        let asked = |own_account, waits, status| {
            let asked = Asked { kind: GrantKind::Recovery, own_account, has_role: false, status, waits };
            let missing = ask(asked).err().unwrap_or_default();
            missing.iter().map(|unmet| unmet.guard).collect::<Vec<_>>()
        };
        assert_eq!(asked(false, false, UserStatus::Active), [""; 0]);
        assert_eq!(asked(false, false, UserStatus::Invited), [""; 0]);
        assert_eq!(
            asked(true, true, UserStatus::Suspended),
            ["not_own_account", "nothing_waits", "not_suspended"]
        );
    }
}
