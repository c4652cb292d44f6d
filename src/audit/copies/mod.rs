//! A copy of every entry somewhere else, as it is made: for a machine that whoever breaks into this one cannot reach.
//!
//! A thread follows the log by positions, so that nothing is left out, whatever crashes. A file has nothing twice: how far
//! it has come is read from itself. Syslog may be told some entries again after a crash, as that is kept beside it.

mod file;
mod line;
mod sent;
mod syslog;
mod target;

use std::path::Path;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::oneshot;

use crate::audit::entry::hex;
pub(crate) use crate::audit::model::StoredEntry as Entry;
use crate::db::LogFollower;
use crate::error::{Code, Error, Result};

pub use target::{CopyTarget, NoTarget};

/// How often the log is looked at though nobody asks: another server may have written to it.
const INTERVAL: Duration = Duration::from_secs(1);
/// Entries that are copied at once.
const BATCH: i64 = 500;

/// Where entries go.
trait Sink: Send {
    /// The last entry that it has: its position, and its leaf in hexadecimal; none where it has none.
    fn last(&self) -> Option<(i64, String)>;
    /// Whether one that has none leaves out what is there, up to this entry; else it begins with the log's first.
    fn begins_behind(&mut self, entry: Option<&Entry>) -> std::io::Result<bool>;
    /// Writes entries, durably as far as it can tell.
    fn write(&mut self, entries: &[Entry]) -> std::io::Result<()>;
}

type Waiter = oneshot::Sender<Result<(), String>>;

/// The thread that copies.
pub(crate) struct Copies {
    /// One message is enough to wake it: what came meanwhile it sees by itself.
    wake: SyncSender<()>,
    waiting: Arc<Mutex<Vec<Waiter>>>,
    required: bool,
}

impl Copies {
    /// Starts it, and says at once what is wrong with the target; `sent` is where it is kept how far one was sent that
    /// cannot be asked.
    pub(crate) fn start(target: &CopyTarget, sent: &Path, mut follower: LogFollower) -> anyhow::Result<Self> {
        let mut sink = target.open(sent)?;
        let mut next = goes_on(sink.as_mut(), sent, &mut follower)?;
        let (wake, woken) = sync_channel(1);
        let waiting: Arc<Mutex<Vec<Waiter>>> = Arc::default();
        let waiters = Arc::clone(&waiting);
        let run = move || {
            let mut told = Told::default();
            while wakes(&woken) {
                let asking = std::mem::take(&mut *waiters.lock().unwrap_or_else(PoisonError::into_inner));
                let copied = copy(&mut follower, sink.as_mut(), &mut next);
                told.tell(&copied);
                for waiter in asking {
                    drop(waiter.send(copied.clone()));
                }
            }
        };
        std::thread::Builder::new().name("log-copies".into()).spawn(run)?;
        Ok(Self { wake, waiting, required: target.required })
    }

    /// An entry was made. Where the copy is required, waits until it is written.
    pub(crate) async fn follow(&self) -> Result<()> {
        if !self.required {
            let _already_awake = self.wake.try_send(());
            return Ok(());
        }
        let (waiter, answer) = oneshot::channel();
        // Before it is woken: it takes whoever waits, and then looks at the log.
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner).push(waiter);
        let ended = || Error::internal(anyhow::anyhow!("the thread that copies the log has ended"));
        if let Err(TrySendError::Disconnected(())) = self.wake.try_send(()) {
            return Err(ended());
        }
        let copied = answer.await.map_err(|_| ended())?;
        copied.map_err(|failure| Error::caused(Code::CopyNotWritten, anyhow::anyhow!(failure)))
    }
}

/// What was said last of the copy: a target that stays broken is told once, and again when it is well.
#[derive(Default)]
struct Told(Option<String>);

impl Told {
    fn tell(&mut self, copied: &Result<(), String>) {
        match copied {
            Err(failure) if self.0.as_ref() != Some(failure) => {
                tracing::error!("entries of the log are not copied: {failure}");
            }
            Ok(()) if self.0.is_some() => tracing::info!("entries of the log are copied again"),
            Ok(()) | Err(_) => {}
        }
        self.0 = copied.as_ref().err().cloned();
    }
}

/// Waits until it is woken, or for some time; false when the server ends.
fn wakes(woken: &Receiver<()>) -> bool {
    match woken.recv_timeout(INTERVAL) {
        Ok(()) | Err(RecvTimeoutError::Timeout) => true,
        Err(RecvTimeoutError::Disconnected) => false,
    }
}

/// The entry that the copy lacks first. A copy of another history is not gone on with.
fn goes_on(sink: &mut dyn Sink, sent: &Path, follower: &mut LogFollower) -> anyhow::Result<i64> {
    let read = |error: Error| anyhow::anyhow!("the log cannot be read: {error:?}");
    let size = follower.size().map_err(read)?;
    let Some((last, leaf)) = sink.last() else {
        let newest = follower.entries_from(size - 1, 1).map_err(read)?;
        return Ok(if sink.begins_behind(newest.first())? { size } else { 0 });
    };
    let same = follower.entries_from(last, 1).map_err(read)?;
    if same.first().is_some_and(|entry| entry.position == last && hex(&entry.leaf) == leaf) {
        return Ok(last + 1);
    }
    anyhow::bail!(
        "the copy of the log ends with entry {last}, and the log has another one there or none: the copy is of another log, or \
         the database was put back from an older copy. Keep a copy in a file, and name another; for syslog, move {} away",
        sent.display()
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
