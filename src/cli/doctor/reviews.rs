//! Whether emergency accesses are reviewed in time.

use super::finding::Finding;
use crate::app::App;
use crate::cli::operator::block_on;
use crate::emergency::{self, Unreviewed};

const ABOUT: &str = "reviews";

/// Looks at it.
pub fn look(app: &App) -> anyhow::Result<Finding> {
    Ok(of(block_on(emergency::count(app))?))
}

fn of(reviews: Unreviewed) -> Finding {
    match reviews.overdue {
        0 => Finding::ok(ABOUT, "no emergency access has waited for a review for longer than three days"),
        overdue => Finding::wrong(
            ABOUT,
            format!(
                "emergency accesses that no auditor has reviewed in time: {overdue}. Auditors find them by GET \
                 /v1/emergency-accesses?review=waiting"
            ),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_that_nobody_has_reviewed_is_wrong() {
        assert!(!of(Unreviewed { overdue: 0 }).is_wrong());
        let found = of(Unreviewed { overdue: 2 });
        assert!(found.is_wrong() && found.to_string().contains("in time: 2."));
    }
}
