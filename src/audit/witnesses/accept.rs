//! Which signature lines are good: each by a witness of the policy, over this checkpoint, not of the future.

use chrono::TimeDelta;

use crate::db::types::Timestamp;
use crate::error::Fault;
use crate::verifier::key::Signed;
use crate::verifier::{Note, Policy};

/// How far the clock of a witness may be before ours.
const MOST_AHEAD: TimeDelta = TimeDelta::seconds(60);
/// As many as a policy is sure to have room for, and more than any network has.
const MOST_LINES: usize = 32;

/// A signature that was verified.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Cosignature {
    /// The name of the witness.
    pub witness: String,
    /// The line, with its end.
    pub line: String,
    /// When the witness signed.
    pub at: Timestamp,
}

/// Verifies all of them, or says what is wrong with each that is not good.
pub(super) fn verify(
    policy: &Policy,
    checkpoint: &str,
    lines: &[String],
    now: Timestamp,
) -> Result<Vec<Cosignature>, Vec<Fault>> {
    if lines.is_empty() || lines.len() > MOST_LINES {
        return Err(vec![Fault::new("/lines", format!("give 1 to {MOST_LINES} signature lines"))]);
    }
    let (mut good, mut faults) = (Vec::<Cosignature>::new(), Vec::new());
    for (place, line) in lines.iter().enumerate() {
        let again = |one: &Cosignature| good.iter().any(|other| other.witness == one.witness);
        match verify_line(policy, checkpoint, line, now) {
            Ok(one) if again(&one) => {
                faults.push(Fault::new(format!("/lines/{place}"), "a second line of the same witness"));
            }
            Ok(one) => good.push(one),
            Err(what) => faults.push(Fault::new(format!("/lines/{place}"), what)),
        }
    }
    if faults.is_empty() { Ok(good) } else { Err(faults) }
}

fn verify_line(
    policy: &Policy,
    checkpoint: &str,
    line: &str,
    now: Timestamp,
) -> Result<Cosignature, &'static str> {
    const FORM: &str = "must be one signature line: an em dash, a space, the witness's name, a space, base64, and the end of \
                        the line";
    if line.split_once('\n').is_none_or(|(_, rest)| !rest.is_empty()) {
        return Err(FORM);
    }
    let (text, _) = checkpoint.rsplit_once("\n\n").ok_or(FORM)?;
    let note = Note::parse(format!("{text}\n\n{line}").as_bytes()).map_err(|_| FORM)?;
    let [signature] = note.signatures() else { return Err(FORM) };
    let witness = policy
        .witnesses()
        .iter()
        .find(|witness| witness.signs_as(signature))
        .ok_or("is not by a witness of this network's policy")?;
    let Signed::Yes { at: Some(at) } = witness.verify(&note) else {
        return Err("does not verify: it is not over the checkpoint of this size, or not by this witness");
    };
    let at = i64::try_from(at).ok().and_then(|seconds| seconds.checked_mul(1_000_000));
    let at = at.map(Timestamp::from_micros).filter(|at| at.since(now) <= MOST_AHEAD);
    let at = at.ok_or("is of the future: the clock of the witness is ahead by more than a minute")?;
    Ok(Cosignature { witness: witness.name().to_owned(), line: line.to_owned(), at })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::witness::WitnessKey;

    const TEXT: &str = "log.example\n7\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n";
    const NOW: u64 = 1_700_000_000;

    fn witness(name: &str) -> WitnessKey {
        WitnessKey::new(name, &[name.len().to_le_bytes()[0]; 32]).unwrap()
    }

    fn policy(names: &[&str]) -> Policy {
        let lines = names.iter().map(|name| format!("witness {name} {}\n", witness(name).public().unwrap()));
        Policy::parse(format!("{}quorum none\n", lines.collect::<String>()).as_bytes()).unwrap()
    }

    fn faults(lines: &[String]) -> Vec<(String, String)> {
        let now = Timestamp::from_micros(1_700_000_000_000_000);
        let checkpoint = format!("{TEXT}\n\u{2014} log.example AAAAAAAA\n");
        match verify(&policy(&["heron", "tern"]), &checkpoint, lines, now) {
            Ok(_) => Vec::new(),
            Err(faults) => faults.into_iter().map(|fault| (fault.pointer, fault.detail)).collect(),
        }
    }

    #[test]
    fn lines_of_witnesses_of_the_policy_are_taken_up_to_a_minute_ahead() {
        let lines = [witness("heron").cosign(TEXT, NOW + 60), witness("tern").cosign(TEXT, 1)];
        assert_eq!(faults(&lines), []);
    }

    #[test]
    fn each_line_that_is_not_good_is_told_by_its_place() {
        let good = witness("heron").cosign(TEXT, NOW);
        let swapped = good.replace("heron", "tern");
        for (line, told) in [
            (good.trim_end().to_owned(), "must be one signature line"),
            (format!("{good}{good}"), "must be one signature line"),
            (String::new(), "must be one signature line"),
            (format!("\n{good}"), "must be one signature line"),
            (witness("crane").cosign(TEXT, NOW), "is not by a witness"),
            (swapped, "is not by a witness"),
            (witness("heron").cosign("another\n", NOW), "does not verify"),
            (witness("heron").cosign(TEXT, NOW + 61), "is of the future"),
            (witness("heron").cosign(TEXT, u64::MAX / 2), "is of the future"),
        ] {
            let told_of = faults(&[witness("tern").cosign(TEXT, NOW), line.clone()]);
            assert_eq!(told_of.len(), 1, "{line:?}");
            assert_eq!(told_of[0].0, "/lines/1");
            assert!(told_of[0].1.contains(told), "{line:?}: {told_of:?}");
        }
        assert!(faults(&[good.clone(), good.clone()])[0].1.contains("a second line"));
        assert_eq!(faults(&[])[0].0, "/lines");
        assert_eq!(faults(&vec![good; 33])[0].0, "/lines");
    }
}
