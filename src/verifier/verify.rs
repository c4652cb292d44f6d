//! Verifying a bundle, from its newest checkpoint to what is said at the end.

use std::path::Path;

use super::abandoned::Abandoned;
use super::bundle::{Bundle, Unreadable};
use super::checkpoint::Checkpoint;
use super::copies::KeptCopy;
use super::findings::{Code, Findings, MOST_TOLD};
use super::key::VerifierKey;
use super::note::Note;
use super::policy::Policy;
use super::report::{Fits, Report, Verdict};
use super::succession::Succession;
use super::walk::Walk;

/// What is verified, and against what.
pub struct Request<'a> {
    /// The directory of the bundle.
    pub bundle: &'a Path,
    /// The key of the log that is trusted beforehand.
    pub key: VerifierKey,
    /// Checkpoints that were kept elsewhere.
    pub copies: Vec<KeptCopy>,
    /// Which witnesses must have signed.
    pub policy: Option<Policy>,
}

/// Verifies it. `progress` is told how many entries of how many are done.
pub fn verify(request: Request<'_>, progress: &mut dyn FnMut(u64, u64)) -> Result<Report, Unreadable> {
    let Request { bundle, key, mut copies, policy } = request;
    let bundle = Bundle(bundle);
    let mut findings = Findings::default();
    let Some(bytes) = bundle.read("checkpoint")? else {
        return Err(Unreadable::new("there is no file `checkpoint` in it, so it is no exported log"));
    };
    let newest = Note::parse(&bytes).and_then(|note| Ok((Checkpoint::parse(note.text())?, note)));
    let (checkpoint, note) = match newest {
        Ok(newest) => newest,
        Err(malformed) => {
            findings
                .add(Code::CheckpointMalformed, format!("the newest checkpoint cannot be read: {malformed}"));
            return Ok(empty(&key).conclude(&findings, false));
        }
    };
    if checkpoint.origin != key.name() {
        findings.add(Code::CheckpointOrigin, "the newest checkpoint is not of the log that the key is of");
    }
    copies.extend(kept(&bundle, &mut findings)?);
    let mut report = empty(&key);
    let mut walk = Walk::new(&bundle, checkpoint.size, key, copies, findings)?;
    walk.go(progress)?;
    report.size = checkpoint.size;
    report.root = checkpoint.root_text();
    report.entries = walk.position();
    report.fits = walk.compare_newest(&note, &checkpoint);
    if walk.position() == checkpoint.size {
        walk.stored.finish(&note, checkpoint.size, &mut walk.findings);
        walk.succession.judge_newest(&note, &mut walk.findings);
        walk.succession.finish(&mut walk.findings);
    }
    walk.roots.finish(&mut walk.findings);
    judge_copies(&mut walk, &checkpoint, &mut report);
    bundle.tell_surplus(checkpoint.size, &mut walk.findings)?;
    check_keys(&bundle, &walk.succession, &mut walk.findings)?;
    check_unsequenced(&bundle, &mut walk.findings)?;
    if let Some(policy) = policy {
        report.witnesses = policy.tell(&note, &mut walk.findings);
    }
    Ok(conclude(&walk, report))
}

fn empty(key: &VerifierKey) -> Report {
    Report {
        verdict: Verdict::NotWhole,
        origin: key.name().to_owned(),
        size: 0,
        root: String::new(),
        entries: 0,
        checkpoints: 0,
        checkpoints_before_key: 0,
        copies: 0,
        witnesses: Vec::new(),
        fits: Fits::NotKnown,
        warnings: Vec::new(),
        first_wrong_position: None,
        findings_total: 0,
        findings: Vec::new(),
    }
}

/// The checkpoint that the server keeps beside its database.
fn kept(bundle: &Bundle<'_>, findings: &mut Findings) -> Result<Option<KeptCopy>, Unreadable> {
    let Some(bytes) = bundle.read("kept-checkpoint")? else { return Ok(None) };
    match KeptCopy::parse("the checkpoint that the server keeps beside its database", &bytes) {
        Ok(copy) => Ok(Some(copy)),
        Err(malformed) => {
            findings.add(Code::CheckpointMalformed, format!("kept-checkpoint cannot be read: {malformed}"));
            Ok(None)
        }
    }
}

fn judge_copies(walk: &mut Walk<'_>, newest: &Checkpoint, report: &mut Report) {
    report.copies = walk.copies.len();
    let (said, invented) = std::mem::take(&mut walk.abandoned)
        .into_iter()
        .partition(|lost| walk.succession.said(&lost.statement));
    walk.abandoned = said;
    for Abandoned { position, .. } in invented {
        walk.findings.at(Code::ForkNotSigned, position, || {
            "the loss of signed entries is accepted, and not by the key of the log".to_owned()
        });
    }
    for abandoned in walk.abandoned.iter().take(MOST_TOLD) {
        report.warnings.push(abandoned.told());
    }
    for copy in &walk.copies {
        let signed = |note: &Note| walk.succession.signed(note);
        let given_up = copy.judge(newest.size, &newest.origin, signed, &walk.abandoned, &mut walk.findings);
        if let Some(abandoned) = given_up {
            report.warnings.push(format!(
                "{} is of the history that was given up on the record at position {}",
                copy.told(),
                abandoned.position
            ));
        }
    }
}

/// The list of keys begins with those that the log tells; a newer one may stand behind them.
fn check_keys(
    bundle: &Bundle<'_>,
    succession: &Succession,
    findings: &mut Findings,
) -> Result<(), Unreadable> {
    let Some(bytes) = bundle.read("keys")? else {
        findings.add(Code::FileMissing, "keys is missing");
        return Ok(());
    };
    let text = String::from_utf8_lossy(&bytes);
    let listed: Option<Vec<VerifierKey>> =
        text.split_inclusive('\n').map(|line| VerifierKey::parse(line.strip_suffix('\n')?).ok()).collect();
    let told: Vec<&VerifierKey> = succession.keys().collect();
    let begins = |listed: &Vec<VerifierKey>| {
        listed.len() >= told.len() && listed.iter().zip(&told).all(|(listed, told)| listed == *told)
    };
    if !listed.as_ref().is_some_and(begins) {
        findings.add(Code::KeysFile, "keys does not list the keys that the log tells, in their order");
    }
    Ok(())
}

fn check_unsequenced(bundle: &Bundle<'_>, findings: &mut Findings) -> Result<(), Unreadable> {
    match bundle.read("unsequenced")? {
        None => findings.add(Code::FileMissing, "unsequenced is missing"),
        Some(bytes) if !bytes.is_empty() => {
            let count = bytes.split_inclusive(|byte| *byte == b'\n').count();
            findings
                .add(Code::Unsequenced, format!("{count} events wait for a place for more than a minute"));
        }
        Some(_) => {}
    }
    Ok(())
}

fn conclude(walk: &Walk<'_>, mut report: Report) -> Report {
    report.checkpoints = walk.stored.count();
    report.checkpoints_before_key = walk.succession.unchecked();
    if report.checkpoints_before_key > 0 {
        report.warnings.push(format!(
            "{} checkpoints are older than the key that was given: their roots fit or are told, their signatures say nothing to this key",
            report.checkpoints_before_key
        ));
    }
    if walk.moments.forgot() {
        report.warnings.push(
            "more than a million entries are of one minute: a repeated id may have been missed among them"
                .to_owned(),
        );
    }
    report.conclude(&walk.findings, !walk.abandoned.is_empty())
}
