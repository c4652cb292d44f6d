//! What a witness must never do, whatever befalls it; and the log that its tests watch.

mod log;
mod never_two;
mod state;

pub use log::TestLog;
