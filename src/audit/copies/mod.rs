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

use crate::db::LogFollower;
use crate::error::{Code, Error, Result};

pub use target::{CopyTarget, NoTarget};

/// How often the log is looked at though nobody asks: another server may have written to it.
const INTERVAL: Duration = Duration::from_secs(1);
/// Entries that are copied at once.
const BATCH: i64 = 500;

/// Where entries go.
trait Sink: Send {
    /// The position of the next entry that it lacks; none where it cannot know.
    fn next(&self) -> Option<i64>;
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
        let size = follower.size().map_err(|error| anyhow::anyhow!("the log cannot be read: {error:?}"))?;
        let mut next = sink.next().unwrap_or(size);
        if next > size {
            anyhow::bail!(
                "the copy of the log has {next} entries and the log {size}: the database was put back from an older copy. Keep \
                 that file, and name another"
            );
        }
        let (asking, asked) = channel();
        let run = move || {
            while let Some(waiters) = waiters(&asked) {
                let copied = copy(&mut follower, sink.as_mut(), &mut next);
                if let Err(failure) = &copied {
                    tracing::error!("entries of the log are not copied: {failure}");
                }
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

/// Copies all that is on the log now.
fn copy(follower: &mut LogFollower, sink: &mut dyn Sink, next: &mut i64) -> Result<(), String> {
    loop {
        let entries = follower.entries_from(*next, BATCH).map_err(|error| format!("{error:?}"))?;
        let Some(last) = entries.last() else { return Ok(()) };
        let after = last.position + 1;
        sink.write(&entries).map_err(|error| error.to_string())?;
        *next = after;
    }
}
