//! Signed notes (C2SP signed-note): a text, and lines with signatures by keys of a name and an id.

use super::base64;
use super::malformed::Malformed;

/// More than any checkpoint with all its signatures has.
pub const LONGEST_NOTE: usize = 1 << 20;
/// The specification asks for 16 at least.
pub const MOST_SIGNATURES: usize = 100;

/// A note whose form is right. Nothing in it is to be believed before a key has verified it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    text: String,
    signatures: Vec<Signature>,
}

/// A signature line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signature {
    /// The name of the key.
    pub name: String,
    /// The id of the key.
    pub key_id: [u8; 4],
    /// What follows the id; its form depends on the type of the key.
    pub bytes: Vec<u8>,
}

impl Note {
    /// Reads a note.
    pub fn parse(bytes: &[u8]) -> Result<Self, Malformed> {
        if bytes.len() > LONGEST_NOTE {
            return Err(Malformed::new("a signed note has at most 1 MiB"));
        }
        let note = std::str::from_utf8(bytes).map_err(|_| Malformed::new("a signed note is UTF-8"))?;
        if note.chars().any(|c| c < ' ' && c != '\n') {
            return Err(Malformed::new("a signed note has no control character but the end of a line"));
        }
        let Some(text_end) = note.rfind("\n\n") else {
            return Err(Malformed::new(
                "a signed note has an empty line between its text and its signatures",
            ));
        };
        let (text, lines) = (&note[..=text_end], &note[text_end + 2..]);
        let Some(lines) = lines.strip_suffix('\n') else {
            return Err(Malformed::new("a signed note ends with a whole line that is a signature"));
        };
        let signatures: Vec<Signature> =
            lines.split('\n').take(MOST_SIGNATURES + 1).map(Signature::parse).collect::<Result<_, _>>()?;
        if signatures.len() > MOST_SIGNATURES {
            return Err(Malformed::new("a signed note has at most 100 signatures"));
        }
        Ok(Self { text: text.to_owned(), signatures })
    }

    /// What is signed, with its last end of line.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Its signature lines, in order.
    #[must_use]
    pub fn signatures(&self) -> &[Signature] {
        &self.signatures
    }
}

/// The bytes that it was read from: there is one form for each note.
impl std::fmt::Display for Note {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        writeln!(f, "{}", self.text)?;
        self.signatures.iter().try_for_each(|signature| write!(f, "{signature}"))
    }
}

/// The line, with its end.
impl std::fmt::Display for Signature {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let bytes = [self.key_id.as_slice(), &self.bytes].concat();
        writeln!(f, "\u{2014} {} {}", self.name, base64::encode(&bytes))
    }
}

impl Signature {
    fn parse(line: &str) -> Result<Self, Malformed> {
        const FORM: Malformed =
            Malformed::new("a signature line is an em dash, a space, the key's name, a space, and base64");
        let (name, signature) =
            line.strip_prefix("\u{2014} ").and_then(|rest| rest.split_once(' ')).ok_or(FORM)?;
        if !is_key_name(name) {
            return Err(FORM);
        }
        let bytes = base64::decode(signature).ok_or(FORM)?;
        match bytes.split_first_chunk() {
            Some((key_id, rest)) if !rest.is_empty() => {
                Ok(Self { name: name.to_owned(), key_id: *key_id, bytes: rest.to_vec() })
            }
            _ => Err(Malformed::new("a signature is the four bytes of a key's id, and more")),
        }
    }
}

/// Not empty, without Unicode spaces and plus signs.
pub(super) fn is_key_name(name: &str) -> bool {
    !name.is_empty() && !name.chars().any(|c| c.is_whitespace() || c == '+' || c.is_control())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(note: &str) -> String {
        Note::parse(note.as_bytes()).unwrap_err().to_string()
    }

    #[test]
    fn the_last_empty_line_parts_the_text_from_the_signatures() {
        let note = Note::parse("a\n\nb\n\n\u{2014} k AAAAAAA=\n".as_bytes()).unwrap();
        assert_eq!(note.text(), "a\n\nb\n");
        let signature = Signature { name: "k".to_owned(), key_id: [0; 4], bytes: vec![0] };
        assert_eq!(note.signatures(), [signature]);
        assert_eq!(note.to_string(), "a\n\nb\n\n\u{2014} k AAAAAAA=\n");
    }

    #[test]
    fn what_is_no_note_is_refused_with_what_it_would_be() {
        for (note, told) in [
            ("", "an empty line between"),
            ("a\n", "an empty line between"),
            ("a\n\n", "ends with a whole line"),
            ("a\n\n\u{2014} k AAAAAAA=", "ends with a whole line"),
            ("a\n\n- k AAAAAAA=\n", "an em dash"),
            ("a\n\n\u{2014} k\n", "an em dash"),
            ("a\n\n\u{2014}  AAAAAAA=\n", "an em dash"),
            ("a\n\n\u{2014} k+ AAAAAAA=\n", "an em dash"),
            ("a\n\n\u{2014} k AAAAAAB=\n", "an em dash"),
            ("a\n\n\u{2014} k AAAAAAA\n", "an em dash"),
            ("a\n\n\u{2014} k AAAAAA==\n", "the four bytes"),
            ("a\n\n\u{2014} k AAAAAAA=\n\n", "ends with a whole line"),
            ("a\tb\n\n\u{2014} k AAAAAAA=\n", "no control character"),
        ] {
            assert!(refusal(note).contains(told), "{note:?}: {}", refusal(note));
        }
        assert!(Note::parse(b"\xff\n\n").unwrap_err().to_string().contains("UTF-8"));
    }

    #[test]
    fn a_hundred_signatures_are_read_and_no_more() {
        let note = |count| format!("a\n\n{}", "\u{2014} k AAAAAAA=\n".repeat(count));
        assert_eq!(Note::parse(note(100).as_bytes()).unwrap().signatures().len(), 100);
        assert!(refusal(&note(101)).contains("at most 100"));
        assert!(refusal(&"a".repeat(LONGEST_NOTE + 1)).contains("1 MiB"));
    }
}
