//! What a report tells of restricted cases: a decision without a database.

use crate::db::types::Day;

use super::dimension::{Dimension, Dimensions};
use super::model::ReportScope;

/// Whether the restricted cases whose team the caller is not on are left out of the report.
///
/// Whoever takes the cases they may list from the figures is left with the hidden ones, so these are counted
/// in a total of today alone. That it hangs on the question and never on the cases, tells nothing of them.
#[must_use]
pub fn leaves_restricted_out(scope: &ReportScope, by: &Dimensions, day: Day, today: Day) -> bool {
    match scope {
        ReportScope::Team { .. } => false,
        ReportScope::Hub { .. } => day != today || by.iter().any(finer_than_a_total),
    }
}

fn finer_than_a_total(dimension: Dimension) -> bool {
    !matches!(dimension, Dimension::Hub | Dimension::Stage)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(number: u32) -> Day {
        format!("2026-03-{number:02}").parse().unwrap()
    }

    #[test]
    fn hidden_cases_are_counted_by_hub_and_stage_of_today_and_no_finer() {
        let hub = ReportScope::Hub { hubs: Vec::new() };
        for (by, of_today) in [
            ("hub", false),
            ("stage", false),
            ("hub,stage", false),
            ("status", true),
            ("hub,stage,status", true),
            ("hub,sex", true),
            ("age_band", true),
            ("destination_country", true),
        ] {
            let by: Dimensions = by.parse().unwrap();
            assert_eq!(leaves_restricted_out(&hub, &by, day(2), day(2)), of_today, "{by}");
            assert!(leaves_restricted_out(&hub, &by, day(1), day(2)), "{by} of an earlier day");
        }
    }

    #[test]
    fn whoever_counts_their_own_cases_misses_none() {
        let team = ReportScope::Team { hub: None };
        assert!(!leaves_restricted_out(&team, &"sex".parse().unwrap(), day(1), day(2)));
    }
}
