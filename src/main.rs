//! The program: parses the command line, calls `cli`, tells errors in plain words.

use std::process::ExitCode;

mod cli;

fn main() -> ExitCode {
    cli::run()
}
