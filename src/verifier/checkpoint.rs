//! What a log says of itself (C2SP tlog-checkpoint): its origin, its size, its root.

use super::base64;
use super::malformed::Malformed;
use super::merkle::Hash;

/// The text of a checkpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// Which log it is of.
    pub origin: String,
    /// How many entries it spans.
    pub size: u64,
    /// The root of the tree over them.
    pub root: Hash,
}

impl Checkpoint {
    /// Reads the text of a note. Lines after the third are passed over: nobody can check what they say.
    pub fn parse(text: &str) -> Result<Self, Malformed> {
        let Some(text) = text.strip_suffix('\n') else {
            return Err(Malformed::new("a checkpoint ends with a whole line"));
        };
        let mut lines = text.split('\n');
        let (Some(origin), Some(size), Some(root)) = (lines.next(), lines.next(), lines.next()) else {
            return Err(Malformed::new("a checkpoint has three lines at least: origin, size and root"));
        };
        if origin.is_empty() || lines.any(str::is_empty) {
            return Err(Malformed::new("a checkpoint has no empty line"));
        }
        let size = number(size).ok_or(Malformed::new("the size of a checkpoint is a decimal number"))?;
        let root = base64::decode_hash(root)
            .ok_or(Malformed::new("the root of a checkpoint is the base64 of 32 bytes"))?;
        Ok(Self { origin: origin.to_owned(), size, root })
    }

    /// The root as the checkpoint writes it.
    #[must_use]
    pub fn root_text(&self) -> String {
        base64::encode(&self.root)
    }
}

/// ASCII decimal without sign and leading zeroes.
pub(crate) fn number(text: &str) -> Option<u64> {
    let number: u64 = text.parse().ok()?;
    (number.to_string() == text).then_some(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROOT: &str = "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=";

    #[test]
    fn three_lines_are_read_and_more_are_allowed() {
        let checkpoint = Checkpoint::parse(&format!("log.example\n7\n{ROOT}\nmore\n")).unwrap();
        assert_eq!((checkpoint.origin.as_str(), checkpoint.size), ("log.example", 7));
        assert_eq!(checkpoint.root_text(), ROOT);
    }

    #[test]
    fn what_is_no_checkpoint_is_refused_with_what_it_would_be() {
        for (text, told) in [
            (format!("a\n7\n{ROOT}"), "a whole line"),
            ("a\n7\n".to_owned(), "three lines"),
            (format!("\n7\n{ROOT}\n"), "no empty line"),
            (format!("a\n7\n{ROOT}\n\nb\n"), "no empty line"),
            (format!("a\n07\n{ROOT}\n"), "a decimal number"),
            (format!("a\n+7\n{ROOT}\n"), "a decimal number"),
            (format!("a\n99999999999999999999\n{ROOT}\n"), "a decimal number"),
            ("a\n7\nAAAA\n".to_owned(), "32 bytes"),
        ] {
            let refused = Checkpoint::parse(&text).unwrap_err().to_string();
            assert!(refused.contains(told), "{text:?}: {refused}");
        }
    }
}
