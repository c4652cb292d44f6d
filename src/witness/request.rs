//! The text of an add-checkpoint request (C2SP tlog-witness): the size that the witness knows, the proof from there, the
//! checkpoint.

use crate::verifier::base64::{decode_hash, encode};
use crate::verifier::checkpoint::number;
use crate::verifier::merkle::Hash;
use crate::verifier::{Checkpoint, Malformed, Note};

/// A proof of more hashes is longer than that of any log.
pub const MOST_HASHES: usize = 63;
/// More than any request has: 63 hashes, and a checkpoint with a hundred signatures.
pub const LARGEST: usize = 64 * 1024;

/// A request whose form is right. Nothing in it is verified yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AddCheckpoint {
    /// The size of the checkpoint that the proof begins at.
    pub old: u64,
    /// The hashes of the proof.
    pub proof: Vec<Hash>,
    /// The checkpoint with its signatures.
    pub note: Note,
    /// What the checkpoint says.
    pub checkpoint: Checkpoint,
}

impl AddCheckpoint {
    /// Puts one together from its parts.
    pub fn new(old: u64, proof: Vec<Hash>, note: Note) -> Result<Self, Malformed> {
        let checkpoint = Checkpoint::parse(note.text())?;
        Ok(Self { old, proof, note, checkpoint })
    }

    /// Reads a request.
    pub fn parse(bytes: &[u8]) -> Result<Self, Malformed> {
        if bytes.len() > LARGEST {
            return Err(Malformed::new("a request has at most 64 KiB"));
        }
        let text = std::str::from_utf8(bytes).map_err(|_| Malformed::new("a request is UTF-8"))?;
        let Some((head, note)) = text.split_once("\n\n") else {
            return Err(Malformed::new("a request has an empty line before its checkpoint"));
        };
        let mut lines = head.split('\n');
        let old = lines
            .next()
            .and_then(|line| number(line.strip_prefix("old ")?))
            .ok_or(Malformed::at_line(1, "a request begins with `old`, a space and a decimal number"))?;
        let mut proof = Vec::new();
        for (line, hash) in (2..).zip(lines) {
            if proof.len() == MOST_HASHES {
                return Err(Malformed::at_line(line, "a proof has at most 63 hashes"));
            }
            proof.push(
                decode_hash(hash)
                    .ok_or(Malformed::at_line(line, "a hash of a proof is the base64 of 32 bytes"))?,
            );
        }
        Self::new(old, proof, Note::parse(note.as_bytes())?)
    }
}

/// As it is sent.
impl std::fmt::Display for AddCheckpoint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        writeln!(f, "old {}", self.old)?;
        for hash in &self.proof {
            writeln!(f, "{}", encode(hash))?;
        }
        write!(f, "\n{}", self.note)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of the specification.
    const EXAMPLE: &str = "old 20852014
PlRNCrwHpqhGrupue0L7gxbjbMiKA9temvuZZDDpkaw=
jrJZDmY8Y7SyJE0MWLpLozkIVMSMZcD5kvuKxPC3swk=
5+pKlUdi2LeF/BcMHBn+Ku6yhPGNCswZZD1X/6QgPd8=
/6WVhPs2CwSsb5rYBH5cjHV/wSmA79abXAwhXw3Kj/0=

example.com/behind-the-sofa
20852163
CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=

\u{2014} example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=
\u{2014} example.com/behind-the-sofa opLqBQsREYCgu6xQkYQwJr9fo45a62DN9EdmHXnZdXNqlcVGlCum2Wks+49/V6267UEjw6QUXTS5Rovnzv++qbSzm9Q=
";

    #[test]
    fn the_example_of_the_specification_is_read_and_written_again_byte_for_byte() {
        let request = AddCheckpoint::parse(EXAMPLE.as_bytes()).unwrap();
        assert_eq!((request.old, request.proof.len()), (20_852_014, 4));
        assert_eq!((request.checkpoint.size, request.note.signatures().len()), (20_852_163, 2));
        assert_eq!(request.checkpoint.origin, "example.com/behind-the-sofa");
        assert_eq!(request.to_string(), EXAMPLE);
    }

    #[test]
    fn what_is_no_request_is_refused_with_its_line_and_what_would_be_right() {
        let hash = "PlRNCrwHpqhGrupue0L7gxbjbMiKA9temvuZZDDpkaw=\n";
        let head = EXAMPLE.split_once("\n\n").unwrap().0;
        let note = EXAMPLE.split_once("\n\n").unwrap().1;
        for (text, told) in [
            (String::new(), "an empty line before"),
            (EXAMPLE.replacen("old ", "older ", 1), "line 1: a request begins with `old`"),
            (EXAMPLE.replacen("old 2", "old 02", 1), "line 1:"),
            (EXAMPLE.replacen("old 2", "old +2", 1), "line 1:"),
            (EXAMPLE.replacen("old ", "old  ", 1), "line 1:"),
            (EXAMPLE.replacen("jrJ", "jr", 1), "line 3: a hash"),
            (EXAMPLE.replacen("20852163\n", "x\n", 1), "a decimal number"),
            (format!("{head}\n\n"), "an empty line between"),
            (format!("old 1\n{}\n{note}", hash.repeat(64)), "line 65: a proof has at most 63"),
            (format!("{EXAMPLE}{}", " ".repeat(LARGEST)), "at most 64 KiB"),
        ] {
            let refused = AddCheckpoint::parse(text.as_bytes()).unwrap_err().to_string();
            assert!(refused.contains(told), "{told}: {refused}");
        }
        assert_eq!(
            AddCheckpoint::parse(format!("old 1\n{}\n{note}", hash.repeat(63)).as_bytes())
                .unwrap()
                .proof
                .len(),
            63
        );
        assert!(AddCheckpoint::parse(b"old \xff\n\n").unwrap_err().to_string().contains("UTF-8"));
        assert_eq!(AddCheckpoint::parse(format!("old 0\n\n{note}").as_bytes()).unwrap().proof.len(), 0);
    }
}
