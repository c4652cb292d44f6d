//! The command line: one file a subcommand. The only place that prints.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "commands answer on the terminal")]

mod audit;
pub mod demo;
mod hub;
mod init;
mod logging;
mod migrate;
mod openapi;
mod operator;
mod password;
mod permissions;
mod serve;
mod user;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::config::{Config, Flags};

/// Case management for networks of shelters that bring people in hiding to safety.
///
/// A new network: `waystation init`, then `waystation serve`.
#[derive(Parser)]
#[command(name = "waystation", version, arg_required_else_help = true, max_term_width = 100)]
#[command(after_help = "Examples:
  waystation init --admin lantern        set a new network up in ./waystation-data
  waystation serve                       serve it on http://127.0.0.1:8080
  waystation user add heron --role caseworker --hub 'River office'

Errors end with 1, a wrong use of the command line with 2; `audit` tells its own.
All environment variables are told by `waystation serve --help`.")]
struct Cli {
    #[command(flatten)]
    flags: Flags,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Set a new network up: database, keys, first administrator
    Init(init::Arguments),
    /// Serve the API
    Serve(serve::Arguments),
    /// Make a network with a history, to look at and to try
    Demo(demo::command::Arguments),
    /// Manage users, as the operator at the machine
    #[command(subcommand)]
    User(user::Command),
    /// Manage hubs, as the operator at the machine
    #[command(subcommand)]
    Hub(hub::Command),
    /// Verify the log of all that was seen and done, as an auditor
    #[command(subcommand)]
    Audit(audit::Command),
    /// Bring the database up to date after an upgrade
    #[command(after_help = "Stop every server and take a backup first:\n  waystation migrate")]
    Migrate,
    /// Print the OpenAPI document
    #[command(after_help = "Example:\n  waystation openapi > openapi.json")]
    Openapi,
    /// Print who may do what, as Markdown
    #[command(after_help = "Example:\n  waystation permissions > docs/access-matrix.md")]
    Permissions,
}

/// Runs what the command line says.
#[must_use]
pub fn run() -> ExitCode {
    let Cli { mut flags, command } = Cli::parse();
    // An answer of its own is told by its exit code.
    if let Command::Audit(command) = &command {
        return audit::run(command);
    }
    if let Command::Serve(arguments) = &command {
        flags.listen.clone_from(&arguments.listen);
    }
    match execute(command, &flags) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn execute(command: Command, flags: &Flags) -> anyhow::Result<()> {
    // These need nothing to be set up, and so nothing to be configured.
    match command {
        Command::Openapi => return openapi::run(),
        Command::Permissions => {
            permissions::run();
            return Ok(());
        }
        Command::Demo(arguments) => return demo::command::run(flags, &arguments),
        _ => {}
    }
    let config = Config::from_environment(flags)?;
    let is_server = matches!(command, Command::Serve(_));
    logging::start(&config, is_server)?;
    match command {
        Command::Init(arguments) => init::run(&config, &arguments),
        Command::Serve(_) => serve::run(&config),
        Command::User(command) => user::run(&config, command),
        Command::Hub(command) => hub::run(&config, command),
        Command::Migrate => migrate::run(&config),
        Command::Openapi | Command::Permissions | Command::Demo(_) | Command::Audit(_) => Ok(()),
    }
}
