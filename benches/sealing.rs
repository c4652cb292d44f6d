//! What sealing costs a record: the key of its group derived from the case's key, then authenticated
//! encryption of one KiB. The primitives alone, which the sealed format cannot be quicker than.
//!
//! `cargo bench --bench sealing`; the database and the log are measured by the load runner.

use std::hint::black_box;
use std::time::{Duration, Instant};

use anyhow::{Result, anyhow};
use chacha20poly1305::aead::{Aead as _, KeyInit as _, Payload};
use chacha20poly1305::{Key, XChaCha20Poly1305, XNonce};
use hkdf::Hkdf;
use sha2::Sha256;

const RUNS: usize = 2_000;
const RECORD: [u8; 1024] = [0x5A; 1024];
const CASE_KEY: [u8; 32] = [7; 32];
const NONCE: [u8; 24] = [9; 24];
const PLACE: &[u8] = b"sealed_records/sealed/identity";

#[expect(clippy::print_stdout, reason = "a program for people")]
fn main() -> Result<()> {
    let sealed = seal()?;
    println!("seal 1 KiB: {:?} (median of {RUNS})", median(seal)?);
    println!("open 1 KiB: {:?} (median of {RUNS})", median(|| open(&sealed))?);
    Ok(())
}

fn cipher() -> Result<XChaCha20Poly1305> {
    let mut key = [0; 32];
    Hkdf::<Sha256>::new(None, black_box(&CASE_KEY))
        .expand(PLACE, &mut key)
        .map_err(|_| anyhow!("32 bytes are too many for HKDF"))?;
    Ok(XChaCha20Poly1305::new(&Key::from(key)))
}

fn seal() -> Result<Vec<u8>> {
    let payload = Payload { msg: black_box(&RECORD), aad: PLACE };
    cipher()?.encrypt(&XNonce::from(NONCE), payload).map_err(|_| anyhow!("the record was not sealed"))
}

fn open(sealed: &[u8]) -> Result<Vec<u8>> {
    let payload = Payload { msg: black_box(sealed), aad: PLACE };
    cipher()?.decrypt(&XNonce::from(NONCE), payload).map_err(|_| anyhow!("the record did not open"))
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
