//! When the last backup was made, as far as the log knows.

use super::finding::{Finding, ago};
use crate::app::App;
use crate::backup::last;
use crate::cli::operator::block_on;
use crate::db::types::Timestamp;

const ABOUT: &str = "backup";
const WEEK: i64 = 7 * 86_400;

/// Looks at it.
pub fn look(app: &App) -> anyhow::Result<Finding> {
    let made = block_on(last(app))?;
    Ok(of(made, app.clock.now()))
}

fn of(made: Option<Timestamp>, now: Timestamp) -> Finding {
    const MAKE: &str = "make one with `waystation backup create`, every day";
    match made.map(|made| now.since(made).num_seconds()) {
        None => Finding::warning(ABOUT, format!("there is none on the log: {MAKE}")),
        Some(age) if age > WEEK => {
            Finding::warning(ABOUT, format!("the last one was made {} ago: {MAKE}", ago(age)))
        }
        Some(age) => Finding::ok(
            ABOUT,
            format!("the last one was made {} ago. Was one ever restored, to see that it can be?", ago(age)),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_backup_is_good_for_a_week() {
        let now = Timestamp::from_micros(1_700_000_000_000_000);
        let grade = |age: Option<i64>| {
            let made = age.map(|age| now.plus(chrono::TimeDelta::seconds(-age)));
            of(made, now).to_string().split_whitespace().next().unwrap().to_owned()
        };
        assert_eq!(
            [None, Some(0), Some(WEEK), Some(WEEK + 1)].map(grade),
            ["warning", "ok", "ok", "warning"]
        );
    }
}
