//! How long the network keeps what it knows of people whose cases are closed. It is the server's configuration and no
//! part of the API: whoever coerces or robs a user must not be able to shorten it.

use std::str::FromStr;

use chrono::TimeDelta;

use crate::cases::codes::Outcome;

/// From the decision until an erasure is carried out: time to object.
const OBJECTIONS: TimeDelta = TimeDelta::days(7);
/// Less would be no time to object.
const SHORTEST_OBJECTIONS: i64 = 3;
const LONGEST_OBJECTIONS: i64 = 90;
/// Whoever comes back within a month is not to be a stranger.
const SHORTEST: u16 = 30;

/// The policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    /// From the decision until an erasure is carried out.
    pub objections: TimeDelta,
    /// For how long closed cases are kept, by how they ended; the others for good.
    pub rules: Vec<Rule>,
}

/// How long a case that ended so is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rule {
    /// How it ended.
    pub outcome: Outcome,
    /// Days since it was closed.
    pub days: u16,
}

/// What was said is no time to object.
pub const WANTED_OBJECTIONS: &str = "a number of days from 3 to 90";
/// What was said are no rules.
pub const WANTED_RULES: &str =
    "outcomes with numbers of days from 30 to 65535, each once, such as settled=1825,withdrew=365";

impl Default for Policy {
    fn default() -> Self {
        Self { objections: OBJECTIONS, rules: Vec::new() }
    }
}

impl Policy {
    /// Days as text.
    #[must_use]
    pub fn objections(text: &str) -> Option<TimeDelta> {
        let days: i64 = text.parse().ok()?;
        (SHORTEST_OBJECTIONS..=LONGEST_OBJECTIONS).contains(&days).then(|| TimeDelta::days(days))
    }

    /// Rules as text: `settled=1825,withdrew=365`.
    #[must_use]
    pub fn rules(text: &str) -> Option<Vec<Rule>> {
        let mut rules: Vec<Rule> = Vec::new();
        for part in text.split(',') {
            let (outcome, days) = part.trim().split_once('=')?;
            let outcome = Outcome::from_str(outcome).ok()?;
            let days = days.parse().ok().filter(|days| *days >= SHORTEST)?;
            if rules.iter().any(|rule| rule.outcome == outcome) {
                return None;
            }
            rules.push(Rule { outcome, days });
        }
        Some(rules)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_name_each_outcome_once_and_keep_for_a_month_at_least() {
        let settled = Rule { outcome: Outcome::Settled, days: 1825 };
        let withdrew = Rule { outcome: Outcome::Withdrew, days: 30 };
        assert_eq!(Policy::rules("settled=1825, withdrew=30"), Some(vec![settled, withdrew]));
        for wrong in
            ["", "settled", "settled=29", "settled=-1", "settled=70000", "lost=30", "settled=30,settled=40"]
        {
            assert_eq!(Policy::rules(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn there_is_time_to_object() {
        assert_eq!(Policy::objections("14"), Some(TimeDelta::days(14)));
        for wrong in ["", "2", "91", "7d", "-7"] {
            assert_eq!(Policy::objections(wrong), None, "{wrong}");
        }
        assert_eq!(Policy::default().objections, TimeDelta::days(7));
    }
}
