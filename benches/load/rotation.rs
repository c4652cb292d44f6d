//! Every key gets another version while the server is asked, and whoever sees to that is killed again and again.

use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use serde::Serialize;
use tokio::task::JoinHandle;

use crate::database::Store;
use crate::installation::Installation;

/// When each of them is killed: a new version is used after ten seconds, and then the keys of cases are wrapped anew.
const KILLED_AFTER: [Duration; 3] = [Duration::from_secs(3), Duration::from_secs(9), Duration::from_secs(1)];

/// What a rotation took.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Rotated {
    /// How often it was killed.
    pub kills: usize,
    /// Keys of cases that were wrapped anew.
    pub case_keys: i64,
    /// From the first command to the end of the last one.
    pub seconds: f64,
}

/// A rotation that is going on.
pub struct Rotation(JoinHandle<Result<Duration>>);

impl Rotation {
    /// Begins it.
    pub fn begin(installation: &Installation) -> Self {
        let mut commands = vec![installation.rotate_keys(false)];
        commands.extend(KILLED_AFTER.map(|_| installation.rotate_keys(true)));
        Self(tokio::task::spawn_blocking(move || run(commands)))
    }

    /// Waits for its end, which has to come before that of the cell, and sees that no key was left out.
    pub async fn ended(self, store: &mut Store) -> Result<Rotated> {
        if !self.0.is_finished() {
            bail!("the keys are still being rotated: measure longer, with --seconds");
        }
        let took = self.0.await??;
        let current = "(SELECT max(version) FROM keyring WHERE purpose = 'case_wrapping')";
        let count = |than: &str| {
            format!("SELECT count(*) AS value FROM case_keys WHERE key_version {than} {current}")
        };
        let left = store.number(&count("<"))?;
        if left > 0 {
            bail!("{left} keys of cases are still wrapped by an older version");
        }
        Ok(Rotated {
            kills: KILLED_AFTER.len(),
            case_keys: store.number(&count("="))?,
            seconds: took.as_secs_f64(),
        })
    }
}

fn run(commands: Vec<Command>) -> Result<Duration> {
    let started = Instant::now();
    let mut kills = KILLED_AFTER.iter();
    for mut command in commands {
        let mut child = command.spawn().context("starting `waystation key rotate`")?;
        if let Some(after) = kills.next() {
            std::thread::sleep(*after);
            child.kill()?;
            child.wait()?;
            continue;
        }
        let output = child.wait_with_output()?;
        if !output.status.success() {
            bail!("`waystation key rotate` failed: {}", String::from_utf8_lossy(&output.stderr));
        }
    }
    Ok(started.elapsed())
}
