//! The error of every parser here: what a text is not, and what it would have to be.

use std::borrow::Cow;

/// Says what is wrong with a text. Never repeats the text: nobody knows what somebody put into it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Malformed(Cow<'static, str>);

impl Malformed {
    /// A fixed sentence.
    #[must_use]
    pub const fn new(what: &'static str) -> Self {
        Self(Cow::Borrowed(what))
    }

    /// A sentence that names the line it is about, counted from 1.
    #[must_use]
    pub fn at_line(line: usize, what: &str) -> Self {
        Self(Cow::Owned(format!("line {line}: {what}")))
    }
}

impl std::fmt::Display for Malformed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Malformed {}
