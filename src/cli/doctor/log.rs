//! The log: signed, numbered, cosigned.

use super::finding::{Finding, ago};
use crate::app::App;
use crate::audit::checkpoint::NotSigned;
use crate::audit::status::{LogStatus, WitnessStatus, now};
use crate::cli::operator::block_on;
use crate::db::types::Timestamp;

/// A server signs within seconds; this long ago, none runs.
const SIGNED_WITHIN: i64 = 60;
/// A witness looks every few minutes; a day without it, nobody watches.
const COSIGNED_WITHIN: i64 = 24 * 3600;

/// Looks at it.
pub fn look(app: &App) -> anyhow::Result<Vec<Finding>> {
    let (status, refusal) = block_on(now(app))?;
    let mut findings = vec![signed(&status, refusal.as_ref()), numbered(&status)];
    findings.extend(cosigned(&status, app.clock.now()));
    Ok(findings)
}

fn signed(status: &LogStatus, refusal: Option<&NotSigned>) -> Finding {
    const ABOUT: &str = "log";
    if let Some(refusal) = refusal {
        return Finding::wrong(ABOUT, format!("it is not signed: {refusal}"));
    }
    let Some(newest) = &status.checkpoint else {
        return Finding::warning(ABOUT, "it was never signed; a server does so when it runs");
    };
    let told = format!(
        "{} entries, of which {} are signed, {} ago",
        status.size,
        newest.size,
        ago(newest.age_seconds)
    );
    if status.size > newest.size && newest.age_seconds > SIGNED_WITHIN {
        return Finding::warning(
            ABOUT,
            format!("{told}; is a server running? It signs what is new within seconds"),
        );
    }
    Finding::ok(ABOUT, format!("{told}; it fits the checkpoint that is kept outside the database"))
}

fn numbered(status: &LogStatus) -> Finding {
    const ABOUT: &str = "numbering";
    match status.waiting.oldest_seconds {
        Some(oldest) if status.waiting.is_alarm() => Finding::wrong(
            ABOUT,
            format!(
                "{} events wait for their place in the log, the oldest for {}: nobody numbers it. Start a server; if one \
                 runs, look into its log for `events wait for their positions`",
                status.waiting.events,
                ago(oldest)
            ),
        ),
        _ => Finding::ok(ABOUT, "every event has its place in the log"),
    }
}

fn cosigned(status: &LogStatus, now: Timestamp) -> Vec<Finding> {
    const ABOUT: &str = "witnesses";
    let Some(quorum) = &status.quorum else {
        return vec![Finding::warning(
            ABOUT,
            "nobody outside watches the log: name witnesses in a file, and that in WAYSTATION_AUDIT_POLICY \
             (docs/OPERATIONS.md)",
        )];
    };
    let mut findings: Vec<Finding> = status.witnesses.iter().map(|witness| one(witness, now)).collect();
    findings.push(match &quorum.met {
        Some(met) if met.age_seconds <= COSIGNED_WITHIN => Finding::ok(
            ABOUT,
            format!(
                "enough of them have cosigned the log of {} entries, signed {} ago",
                met.size,
                ago(met.age_seconds)
            ),
        ),
        Some(met) => Finding::warning(
            ABOUT,
            format!(
                "the newest log that enough of them have cosigned is of {} ago ({} entries): ask them",
                ago(met.age_seconds),
                met.size
            ),
        ),
        None => Finding::warning(
            ABOUT,
            "no checkpoint is cosigned by as many of them as the policy asks for: ask them",
        ),
    });
    findings
}

fn one(witness: &WitnessStatus, now: Timestamp) -> Finding {
    const ABOUT: &str = "witness";
    let name = &witness.name;
    let Some((size, at)) = witness.size.zip(witness.cosigned_at) else {
        return Finding::warning(
            ABOUT,
            format!("{name} has not cosigned the log yet: ask them whether they watch it"),
        );
    };
    let age = now.since(at).num_seconds();
    let told = format!("{name} has cosigned {size} entries, {} ago", ago(age));
    if age > COSIGNED_WITHIN {
        return Finding::warning(
            ABOUT,
            format!("{told}: ask them whether they still watch it, and what they have seen"),
        );
    }
    Finding::ok(ABOUT, told)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::checkpoint::RefusedToSign;
    use crate::audit::status::{Quorum, SignedAt, Waiting};

    const NOW: Timestamp = Timestamp::from_micros(1_700_000_000_000_000);

    fn signed_at(size: i64, age_seconds: i64) -> SignedAt {
        SignedAt { size, signed_at: NOW, age_seconds }
    }

    fn status() -> LogStatus {
        LogStatus {
            size: 12,
            checkpoint: Some(signed_at(10, 5)),
            not_signed: None,
            waiting: Waiting { events: 0, oldest_seconds: None },
            witnesses: Vec::new(),
            quorum: None,
        }
    }

    fn grade(finding: &Finding) -> String {
        finding.to_string().split_whitespace().next().unwrap().to_owned()
    }

    #[test]
    fn a_log_is_as_good_as_its_signature() {
        assert_eq!(grade(&signed(&status(), None)), "ok");
        let old = LogStatus { checkpoint: Some(signed_at(10, 61)), ..status() };
        assert_eq!(grade(&signed(&old, None)), "warning");
        let quiet = LogStatus { size: 10, ..old };
        assert_eq!(grade(&signed(&quiet, None)), "ok", "nothing is new");
        assert_eq!(grade(&signed(&LogStatus { checkpoint: None, ..status() }, None)), "warning");
        let refusal = NotSigned::Refused(RefusedToSign::Forked { signed: 9 });
        let told = signed(&status(), Some(&refusal)).to_string();
        assert!(told.starts_with("WRONG") && told.contains("accept-fork"), "{told}");
    }

    #[test]
    fn an_event_that_waits_for_more_than_a_minute_is_an_alarm() {
        let waiting =
            |oldest| LogStatus { waiting: Waiting { events: 3, oldest_seconds: oldest }, ..status() };
        let grades = [None, Some(60), Some(61)].map(|oldest| grade(&numbered(&waiting(oldest))));
        assert_eq!(grades, ["ok", "ok", "WRONG"]);
    }

    #[test]
    fn a_witness_that_has_said_nothing_for_a_day_is_told() {
        let grades = |cosigned: Option<i64>, met: Option<i64>| {
            let witness = WitnessStatus {
                name: "heron".to_owned(),
                size: cosigned.map(|_| 7),
                cosigned_at: cosigned.map(|age| NOW.plus(chrono::TimeDelta::seconds(-age))),
            };
            let quorum = Quorum { newest_met: false, met: met.map(|age| signed_at(7, age)) };
            let status = LogStatus { witnesses: vec![witness], quorum: Some(quorum), ..status() };
            cosigned_grades(&status)
        };
        let day = COSIGNED_WITHIN;
        assert_eq!(grades(None, None), ["warning", "warning"]);
        assert_eq!(grades(Some(day), Some(day)), ["ok", "ok"]);
        assert_eq!(grades(Some(day + 1), Some(day + 1)), ["warning", "warning"]);
        assert_eq!(cosigned_grades(&status()), ["warning"], "nobody watches");
    }

    fn cosigned_grades(status: &LogStatus) -> Vec<String> {
        cosigned(status, NOW).iter().map(grade).collect()
    }
}
