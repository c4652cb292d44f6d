//! What a verification tells.

use serde::Serialize;

use super::findings::{Code, Finding, Findings};

/// What it comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Everything that can be checked is as it must be.
    Whole,
    /// So it is, and on the record a part of the history was once given up.
    WholeWithFork,
    /// Some entries are of a version that is not known here; nothing else is wrong.
    NeedsNewer,
    /// Something is wrong.
    NotWhole,
}

/// Which of the two the newest checkpoint fits, where entries and stored tree differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Fits {
    /// Both.
    Both,
    /// The entries: the stored tree was changed.
    Entries,
    /// The stored tree: the entries were changed.
    StoredTree,
    /// Neither.
    Neither,
    /// The bundle does not reach so far.
    NotKnown,
}

/// What was checked, and what was found.
#[derive(Debug, Serialize)]
pub struct Report {
    /// What it comes to.
    pub verdict: Verdict,
    /// Which log it is.
    pub origin: String,
    /// How many entries the newest checkpoint spans.
    pub size: u64,
    /// Its root, in base64.
    pub root: String,
    /// How many entries were read.
    pub entries: u64,
    /// How many stored checkpoints were read.
    pub checkpoints: u64,
    /// Of those, how many are older than the given key, so that their signatures say nothing.
    pub checkpoints_before_key: u64,
    /// How many copies from elsewhere were compared.
    pub copies: usize,
    /// Which witnesses signed the newest checkpoint, of those that the policy names.
    pub witnesses: Vec<String>,
    /// What the newest checkpoint fits.
    pub fits: Fits,
    /// What is not wrong and must be known.
    pub warnings: Vec<String>,
    /// The first entry that a finding is about.
    pub first_wrong_position: Option<u64>,
    /// How many findings there are.
    pub findings_total: u64,
    /// The first of them.
    pub findings: Vec<Finding>,
}

impl Report {
    /// Puts what was found into the report, and says what it comes to.
    pub(super) fn conclude(mut self, findings: &Findings, fork: bool) -> Self {
        self.verdict = match (findings.total(), fork) {
            (0, false) => Verdict::Whole,
            (0, true) => Verdict::WholeWithFork,
            _ if findings.has_only(Code::EntryVersion) => Verdict::NeedsNewer,
            _ => Verdict::NotWhole,
        };
        if self.verdict == Verdict::NotWhole && findings.has(Code::EntryVersion) {
            self.warnings.push(
                "some entries are of a version that is not known here: what else is wrong may be so for what they say, and a newer program may find less"
                    .to_owned(),
            );
        }
        self.first_wrong_position = findings.first_position();
        self.findings_total = findings.total();
        self.findings = findings.told().to_vec();
        self
    }
}
