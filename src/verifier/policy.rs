//! Which witnesses must have signed a checkpoint (C2SP tlog-policy).

use std::collections::BTreeMap;

use super::checkpoint::number;
use super::findings::{Code, Findings};
use super::key::{KeyType, Signed, VerifierKey};
use super::malformed::Malformed;
use super::note::Note;

/// More than the 32 logs, witnesses and groups that the specification asks for.
const LONGEST_POLICY: usize = 1 << 17;
/// Lines that are read: groups may stand in each other, and each costs.
const MOST_LINES: usize = 1000;

/// A policy. Names are octets: what they look like does not matter.
#[derive(Debug, Clone)]
pub struct Policy {
    logs: Vec<VerifierKey>,
    witnesses: Vec<VerifierKey>,
    quorum: Rule,
}

/// What must have signed.
#[derive(Debug, Clone)]
enum Rule {
    Nobody,
    Witness(usize),
    Group { threshold: usize, members: Vec<Rule> },
}

/// What a policy says of a checkpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evaluation {
    /// Whether one of its logs signed; so it is if it names none.
    pub log: bool,
    /// The witnesses that signed, and when, in seconds since 1970.
    pub witnesses: Vec<(String, u64)>,
    /// Those in whose name something else was signed.
    pub falsely: Vec<String>,
    /// Whether those that signed are enough.
    pub quorum: bool,
}

impl Policy {
    /// Reads a policy.
    pub fn parse(bytes: &[u8]) -> Result<Self, Malformed> {
        if bytes.len() > LONGEST_POLICY {
            return Err(Malformed::new("a policy has at most 128 KiB"));
        }
        if bytes.split(|byte| *byte == b'\n').count() > MOST_LINES {
            return Err(Malformed::new("a policy has at most 1,000 lines"));
        }
        let mut reader = Reader::default();
        for (number, line) in (1..).zip(bytes.split(|byte| *byte == b'\n')) {
            reader.line(line).map_err(|what| Malformed::at_line(number, what))?;
        }
        let quorum = reader.quorum.ok_or(Malformed::new("a policy has a line `quorum NAME`"))?;
        Ok(Self { logs: reader.logs, witnesses: reader.witnesses, quorum })
    }

    /// Keys of the witnesses, in the order of the file.
    #[must_use]
    pub fn witnesses(&self) -> &[VerifierKey] {
        &self.witnesses
    }

    /// Judges a checkpoint.
    #[must_use]
    pub fn evaluate(&self, note: &Note) -> Evaluation {
        let signed: Vec<Signed> = self.witnesses.iter().map(|witness| witness.verify(note)).collect();
        let by_log = |log: &VerifierKey| {
            let origin = note.text().split('\n').next();
            origin == Some(log.name()) && matches!(log.verify(note), Signed::Yes { .. })
        };
        let named = || self.witnesses.iter().map(|witness| witness.name().to_owned()).zip(&signed);
        Evaluation {
            log: self.logs.is_empty() || self.logs.iter().any(by_log),
            witnesses: named()
                .filter_map(|(name, signed)| match signed {
                    Signed::Yes { at } => Some((name, at.unwrap_or_default())),
                    Signed::No | Signed::Falsely => None,
                })
                .collect(),
            falsely: named()
                .filter(|(_, signed)| **signed == Signed::Falsely)
                .map(|(name, _)| name)
                .collect(),
            quorum: self.quorum.is_met(&signed),
        }
    }

    /// Judges a checkpoint, tells what is wrong with it, and returns who signed.
    pub(super) fn tell(&self, note: &Note, findings: &mut Findings) -> Vec<String> {
        let Evaluation { log, witnesses, falsely, quorum } = self.evaluate(note);
        for name in falsely {
            findings
                .add(Code::CosignatureFalse, format!("the signature of {name} does not fit the checkpoint"));
        }
        if !log {
            findings.add(Code::QuorumUnmet, "the newest checkpoint is not signed by a log of the policy");
        }
        let names: Vec<String> = witnesses.into_iter().map(|(name, _)| name).collect();
        if !quorum {
            let known = if names.is_empty() { "none".to_owned() } else { names.join(", ") };
            findings.add(
                Code::QuorumUnmet,
                format!("the policy asks for more witnesses than signed the newest checkpoint: {known}"),
            );
        }
        names
    }
}

impl Rule {
    fn is_met(&self, signed: &[Signed]) -> bool {
        match self {
            Self::Nobody => true,
            Self::Witness(place) => matches!(signed.get(*place), Some(Signed::Yes { .. })),
            Self::Group { threshold, members } => {
                members.iter().filter(|member| member.is_met(signed)).count() >= *threshold
            }
        }
    }
}

/// What the lines so far define.
#[derive(Default)]
struct Reader {
    logs: Vec<VerifierKey>,
    witnesses: Vec<VerifierKey>,
    /// Witnesses and groups by name, and whether a group has them already.
    names: BTreeMap<Vec<u8>, (Rule, bool)>,
    quorum: Option<Rule>,
}

impl Reader {
    fn line(&mut self, line: &[u8]) -> Result<(), &'static str> {
        if line.iter().any(|byte| (*byte < b' ' && *byte != b'\t') || *byte == 0x7f) {
            return Err("a policy has no control character but tab and the end of a line");
        }
        let items: Vec<&[u8]> =
            line.split(|byte| b" \t".contains(byte)).filter(|item| !item.is_empty()).collect();
        match items.as_slice() {
            [] => Ok(()),
            [first, ..] if first.starts_with(b"#") => Ok(()),
            [b"log", key] | [b"log", key, _] => {
                let key = key_of(key, KeyType::Log)?;
                add(&mut self.logs, key)
            }
            [b"witness", name, key] | [b"witness", name, key, _] => {
                let key = key_of(key, KeyType::Witness)?;
                self.define(name, Rule::Witness(self.witnesses.len()))?;
                add(&mut self.witnesses, key)
            }
            [b"group", name, threshold, members @ ..] => {
                let group = self.group(threshold, members)?;
                self.define(name, group)
            }
            [b"quorum", name] => {
                let rule = if *name == b"none" {
                    Rule::Nobody
                } else {
                    self.names.get(*name).ok_or("the quorum must be defined on a line before it")?.0.clone()
                };
                self.quorum.replace(rule).map_or(Ok(()), |_| Err("there is a second quorum"))
            }
            _ => Err(
                "a line is `log KEY [URL]`, `witness NAME KEY [URL]`, `group NAME any|all|NUMBER NAME...` or `quorum NAME`",
            ),
        }
    }

    fn group(&mut self, threshold: &[u8], names: &[&[u8]]) -> Result<Rule, &'static str> {
        let mut members = Vec::new();
        for name in names {
            let (rule, taken) =
                self.names.get_mut(*name).ok_or("a member must be defined on a line before the group")?;
            if std::mem::replace(taken, true) {
                return Err("a member belongs to one group only, and once");
            }
            members.push(rule.clone());
        }
        let threshold = match threshold {
            b"all" => members.len(),
            b"any" => 1,
            digits => std::str::from_utf8(digits)
                .ok()
                .and_then(number)
                .and_then(|number| usize::try_from(number).ok())
                .ok_or("a group has `any`, `all` or a number before its members")?,
        };
        if threshold == 0 || threshold > members.len() {
            return Err("a group asks for one member at least, and for no more than it has");
        }
        Ok(Rule::Group { threshold, members })
    }

    fn define(&mut self, name: &[u8], rule: Rule) -> Result<(), &'static str> {
        if name == b"none" {
            return Err("`none` is no name");
        }
        let before = self.names.insert(name.to_vec(), (rule, false));
        before.map_or(Ok(()), |_| Err("a name is defined a second time"))
    }
}

fn key_of(text: &[u8], key_type: KeyType) -> Result<VerifierKey, &'static str> {
    std::str::from_utf8(text)
        .ok()
        .and_then(|text| VerifierKey::parse(text).ok())
        .filter(|key| key.key_type() == key_type)
        .ok_or("a log has a verifier key of type 0x01, a witness one of type 0x04")
}

fn add(keys: &mut Vec<VerifierKey>, key: VerifierKey) -> Result<(), &'static str> {
    if keys.iter().any(|known| known.public_key() == key.public_key()) {
        return Err("a key is listed a second time");
    }
    keys.push(key);
    Ok(())
}
