//! The name of a log: the first line of its checkpoints and the name of its keys (C2SP tlog-checkpoint).

use std::fmt;
use std::str::FromStr;

/// A log's name. It never changes: under another name it would be another log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogOrigin(String);

/// Longest name, in bytes.
const LONGEST: usize = 128;

impl LogOrigin {
    /// The name of a log that was given none.
    #[must_use]
    pub fn of_database(database_id: &str) -> Self {
        Self(format!("waystation/{database_id}"))
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The text cannot name a log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "a log is named by an address without its scheme, such as log.example.org/river: at most 128 visible ASCII \
     characters, without plus and without spaces"
)]
pub struct NoOrigin;

impl FromStr for LogOrigin {
    type Err = NoOrigin;

    fn from_str(text: &str) -> Result<Self, NoOrigin> {
        let fits = |byte: u8| byte.is_ascii_graphic() && byte != b'+';
        let right = !text.is_empty() && text.len() <= LONGEST && text.bytes().all(fits);
        if right { Ok(Self(text.to_owned())) } else { Err(NoOrigin) }
    }
}

impl fmt::Display for LogOrigin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_one_that_every_verifier_takes() {
        for good in ["log.example.org/river", "waystation/7k5w8z0v4n9qx2c7m1b6t8r4ye", "x"] {
            assert_eq!(good.parse::<LogOrigin>().unwrap().as_str(), good);
        }
        for wrong in ["", "two words", "a+b", "tab\t", "line\nline", "\u{2014}", "강", &"x".repeat(129)] {
            assert_eq!(wrong.parse::<LogOrigin>(), Err(NoOrigin), "{wrong}");
        }
        assert!(LogOrigin::of_database("7k5w8z0v4n9qx2c7m1b6t8r4ye").as_str().parse::<LogOrigin>().is_ok());
    }
}
