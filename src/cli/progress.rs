//! A bar for work that goes through the whole log, or all rows; seen on a terminal alone.

use indicatif::{ProgressBar, ProgressStyle};

#[derive(Clone)]
pub struct Progress(ProgressBar);

impl Progress {
    pub fn new() -> Self {
        Self::of("entries")
    }

    /// Of so many of something.
    pub fn of(what: &str) -> Self {
        let style = ProgressStyle::with_template(&format!("{{pos}} of {{len}} {what} {{wide_bar}} {{eta}}"))
            .unwrap_or_else(|_| ProgressStyle::default_bar());
        Self(ProgressBar::no_length().with_style(style))
    }

    /// Says something beside the bar.
    pub fn tell(&self, line: &str) {
        self.0.suspend(|| eprintln!("{line}"));
    }

    pub fn at(&self, done: u64, all: u64) {
        self.0.set_length(all);
        self.0.set_position(done);
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}
