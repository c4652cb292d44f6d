//! What sealing costs, without the database and the log: `cargo bench --bench sealing`.
//!
//! A sealed record opens only against a receipt of the log, so its opening cannot be timed alone from
//! outside. A stored answer is the same envelope around as many bytes, and opens with the keyring.

use std::hint::black_box;
use std::time::{Duration, Instant};

use anyhow::Result;
use serde::{Deserialize, Serialize};
use waystation::access::{CaseId, FieldGroup};
use waystation::crypto::{Keyring, Place, RootKey, SealedContent};

const RUNS: usize = 2_000;
const CONTEXT: &str = "sealing";

#[derive(Serialize, Deserialize)]
struct Record {
    story: String,
}

impl SealedContent for Record {}

#[expect(clippy::print_stdout, reason = "a program for people")]
fn main() -> Result<()> {
    let (keyring, _) = Keyring::create(&RootKey::generate(), CONTEXT)?;
    let case = CaseId::generate();
    let (key, row) = keyring.new_case_key(case)?;
    let place = Place::new("sealed_records", "sealed", "row", case).in_group(FieldGroup::Identity);
    let record = Record { story: "가".repeat(340) };
    let answer = serde_json::to_vec(&record)?;
    let sealed = keyring.seal_answer(CONTEXT, &answer)?;
    println!("{} bytes, median of {RUNS}", answer.len());
    println!("a key for a new case, wrapped   {:?}", median(|| Ok(keyring.new_case_key(case)?))?);
    println!("the key of a case, opened       {:?}", median(|| Ok(keyring.case_key(&row)?))?);
    println!("a record, sealed                {:?}", median(|| Ok(key.seal(&place, black_box(&record))?))?);
    println!("an answer, sealed               {:?}", median(|| Ok(keyring.seal_answer(CONTEXT, &answer)?))?);
    println!("an answer, opened               {:?}", median(|| Ok(keyring.open_answer(CONTEXT, &sealed)?))?);
    Ok(())
}

fn median<T>(mut work: impl FnMut() -> Result<T>) -> Result<Duration> {
    let mut times = Vec::with_capacity(RUNS);
    for _ in 0..RUNS {
        let started = Instant::now();
        black_box(work()?);
        times.push(started.elapsed());
    }
    times.sort_unstable();
    Ok(times[RUNS / 2])
}
