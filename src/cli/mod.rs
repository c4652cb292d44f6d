//! The command line: one file a subcommand. The only place that prints.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "commands answer on the terminal")]

mod audit;
mod backup;
pub mod demo;
mod doctor;
mod hub;
mod init;
mod key;
mod logging;
mod migrate;
mod openapi;
mod operator;
mod password;
mod permissions;
mod progress;
mod serve;
mod terminal;
mod test_mail;
mod unseal;
mod user;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::config::{Config, Flags};
use crate::keyholders::Keyholders;
use terminal::Terminal;

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
    /// Open a sealed server with shares or a passphrase
    Unseal(unseal::Arguments),
    /// Look after the keys: another version of each, and the root key in the hands of people
    #[command(subcommand)]
    Key(key::Command),
    /// Make a network with a history, to look at and to try
    Demo(demo::command::Arguments),
    /// Manage users, as the operator at the machine
    #[command(subcommand)]
    User(user::Command),
    /// Manage hubs, as the operator at the machine
    #[command(subcommand)]
    Hub(hub::Command),
    /// Export, verify and look after the audit log
    #[command(subcommand)]
    Audit(audit::Command),
    /// Back the network up while it is served, and put it back
    #[command(subcommand)]
    Backup(backup::Command),
    /// Look at the network, and say what is not as it should be and what to do
    #[command(
        after_help = "Example:\n  waystation doctor\n\nEnds with 0 when nothing is wrong, warnings or not, with 1 when something is."
    )]
    Doctor,
    /// Send one message, to see that the mail server takes it
    TestMail(test_mail::Arguments),
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
    if let Command::Serve(arguments) = &command {
        flags.listen.clone_from(&arguments.listen);
    }
    match execute(command, &flags) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn execute(command: Command, flags: &Flags) -> anyhow::Result<ExitCode> {
    match command {
        // These need nothing to be set up, and so nothing to be configured.
        Command::Openapi => openapi::run()?,
        Command::Permissions => permissions::run(),
        Command::Demo(arguments) => demo::command::run(flags, &arguments)?,
        Command::Audit(command) => return audit::run(flags, command),
        Command::Key(command) => key::run(flags, command)?,
        Command::Backup(command) => backup::run(flags, command)?,
        Command::Doctor => return doctor::run(&configured(flags, false)?),
        Command::Init(arguments) => init::run(&configured(flags, false)?, &arguments)?,
        Command::Serve(arguments) => serve::run(&configured(flags, true)?, &arguments)?,
        Command::Unseal(arguments) => unseal::run(&configured(flags, false)?, &arguments)?,
        Command::User(command) => user::run(&configured(flags, false)?, command)?,
        Command::Hub(command) => hub::run(&configured(flags, false)?, command)?,
        Command::TestMail(arguments) => test_mail::run(&configured(flags, false)?, arguments)?,
        Command::Migrate => migrate::run(&configured(flags, false)?)?,
    }
    Ok(ExitCode::SUCCESS)
}

/// The configuration of a command that works with a network.
fn configured(flags: &Flags, is_server: bool) -> anyhow::Result<Config> {
    let mut config = Config::from_environment(flags)?;
    if !is_server {
        config.keyholders = Keyholders::asked_by(Terminal);
    }
    logging::start(&config, is_server)?;
    Ok(config)
}
