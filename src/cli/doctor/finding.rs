//! One thing that was looked at.

use std::fmt;

/// How it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Grade {
    Ok,
    Warning,
    Wrong,
}

/// What was looked at, how it is, and what to do.
#[derive(Debug)]
pub struct Finding {
    about: &'static str,
    grade: Grade,
    told: String,
}

impl Finding {
    /// It is as it should be.
    pub fn ok(about: &'static str, told: impl Into<String>) -> Self {
        Self { about, grade: Grade::Ok, told: told.into() }
    }

    /// The network works, and should not stay so.
    pub fn warning(about: &'static str, told: impl Into<String>) -> Self {
        Self { about, grade: Grade::Warning, told: told.into() }
    }

    /// Somebody has to do something now.
    pub fn wrong(about: &'static str, told: impl Into<String>) -> Self {
        Self { about, grade: Grade::Wrong, told: told.into() }
    }

    /// Whether somebody has to.
    pub fn is_wrong(&self) -> bool {
        self.grade == Grade::Wrong
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let grade = match self.grade {
            Grade::Ok => "ok",
            Grade::Warning => "warning",
            Grade::Wrong => "WRONG",
        };
        write!(f, "{grade:<8} {:<10} {}", self.about, self.told)
    }
}

/// A time in the unit that a person would say it in.
pub fn ago(seconds: i64) -> String {
    match seconds {
        ..120 => format!("{seconds} seconds"),
        120..7200 => format!("{} minutes", seconds / 60),
        7200..172_800 => format!("{} hours", seconds / 3600),
        _ => format!("{} days", seconds / 86_400),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_said_in_a_unit_that_is_not_too_small() {
        let said = [0, 119, 120, 7199, 7200, 172_799, 172_800].map(ago);
        assert_eq!(
            said,
            ["0 seconds", "119 seconds", "2 minutes", "119 minutes", "2 hours", "47 hours", "2 days"]
        );
    }
}
