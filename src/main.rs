//! The program: what the command line says is done by `waystation::cli`.

use std::process::ExitCode;

fn main() -> ExitCode {
    waystation::cli::run()
}
