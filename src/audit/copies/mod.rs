//! A copy of every entry somewhere else, as it is made: for a machine that whoever breaks into this one cannot reach.
//!
//! A thread follows the log by positions, so that nothing is left out and nothing told twice, whatever crashes: where it
//! had come to is read from the copy itself.

mod file;
mod line;
mod syslog;
mod target;

use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::Duration;

use tokio::sync::oneshot;

use crate::audit::entry::hex;
use crate::db::LogFollower;
use crate::error::{Code, Error, Result};

pub use target::{CopyTarget, NoTarget};

/// How often the log is looked at though nobody asks: another server may have written to it.
const INTERVAL: Duration = Duration::from_secs(1);
/// Entries that are copied at once.
const BATCH: i64 = 500;

/// Where entries go.
trait Sink: Send {
    /// The last entry that it has: its position, and its leaf in hexadecimal; none where it cannot know, or has none.
    fn last(&self) -> Option<(i64, String)>;
    /// Whether one that has none begins with the log's first entry, or with its next.
    fn begins_anew(&self) -> bool;
    /// Writes entries, durably as far as it can tell.
    fn write(&mut self, entries: &[Entry]) -> std::io::Result<()>;
}

/// An entry with its place.
pub(crate) struct Entry {
    pub position: i64,
    pub leaf: Vec<u8>,
    pub body: Vec<u8>,
}

type Waiter = oneshot::Sender<Result<(), String>>;

/// The thread that copies.
pub(crate) struct Copies {
    asking: Sender<Option<Waiter>>,
    required: bool,
}

impl Copies {
    /// Starts it, and says at once what is wrong with the target.
    pub(crate) fn start(target: &CopyTarget, mut follower: LogFollower) -> anyhow::Result<Self> {
        let mut sink = target.open()?;
        let mut next = goes_on(sink.as_ref(), &mut follower)?;
        let (asking, asked) = channel();
        let run = move || {
            let mut failed = false;
            while let Some(waiters) = waiters(&asked) {
                let copied = copy(&mut follower, sink.as_mut(), &mut next);
                match &copied {
                    Err(failure) => tracing::error!("entries of the log are not copied: {failure}"),
                    Ok(()) if failed => tracing::info!("entries of the log are copied again"),
                    Ok(()) => {}
                }
                failed = copied.is_err();
                for waiter in waiters {
                    drop(waiter.send(copied.clone()));
                }
            }
        };
        std::thread::Builder::new().name("log-copies".into()).spawn(run)?;
        Ok(Self { asking, required: target.required })
    }

    /// An entry was made. Where the copy is required, waits until it is written.
    pub(crate) async fn follow(&self) -> Result<()> {
        if !self.required {
            drop(self.asking.send(None));
            return Ok(());
        }
        let (waiter, answer) = oneshot::channel();
        let ended = || Error::internal(anyhow::anyhow!("the thread that copies the log has ended"));
        self.asking.send(Some(waiter)).map_err(|_| ended())?;
        let copied = answer.await.map_err(|_| ended())?;
        copied.map_err(|failure| Error::caused(Code::CopyNotWritten, anyhow::anyhow!(failure)))
    }
}

/// Whoever waits now; `None` when the server ends.
fn waiters(asked: &Receiver<Option<Waiter>>) -> Option<Vec<Waiter>> {
    let first = match asked.recv_timeout(INTERVAL) {
        Ok(first) => first,
        Err(RecvTimeoutError::Timeout) => None,
        Err(RecvTimeoutError::Disconnected) => return None,
    };
    Some(first.into_iter().chain(asked.try_iter().flatten()).collect())
}

/// The entry that the copy lacks first. A copy of another history is not gone on with.
fn goes_on(sink: &dyn Sink, follower: &mut LogFollower) -> anyhow::Result<i64> {
    let read = |error: Error| anyhow::anyhow!("the log cannot be read: {error:?}");
    let size = follower.size().map_err(read)?;
    let Some((last, leaf)) = sink.last() else { return Ok(if sink.begins_anew() { 0 } else { size }) };
    let same = follower.entries_from(last, 1).map_err(read)?;
    if same.first().is_some_and(|entry| entry.position == last && hex(&entry.leaf) == leaf) {
        return Ok(last + 1);
    }
    anyhow::bail!(
        "the copy of the log ends with entry {last}, and the log has another one there or none: the copy is of another log, or \
         the database was put back from an older copy. Keep that file, and name another"
    )
}

/// Copies what is on the log now: what comes meanwhile is for those who ask next.
fn copy(follower: &mut LogFollower, sink: &mut dyn Sink, next: &mut i64) -> Result<(), String> {
    let failed = |error: Error| format!("{error:?}");
    let end = follower.size().map_err(failed)?;
    while *next < end {
        let entries = follower.entries_from(*next, BATCH.min(end - *next)).map_err(failed)?;
        let Some(last) = entries.last() else { break };
        let after = last.position + 1;
        sink.write(&entries).map_err(|error| error.to_string())?;
        *next = after;
    }
    Ok(())
}
