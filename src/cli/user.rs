//! `waystation user`: users, managed by the operator at the machine. Everything is on the record.

use clap::Subcommand;
use comfy_table::Table;
use secrecy::ExposeSecret as _;

use super::operator::with_app;
use super::password;
use crate::access::Role;
use crate::accounts::codes::UserStatus;
use crate::accounts::operator;
use crate::accounts::username::Username;
use crate::config::Config;
use crate::network::hubs::name::HubName;

/// What to do with users.
#[derive(Subcommand)]
pub enum Command {
    /// Create a user; a first password is made and printed once
    #[command(after_help = "Example:\n  waystation user add heron --role caseworker --hub 'River office'")]
    Add {
        /// A pseudonym: 3 to 40 of a-z, 0-9, dot, underscore, hyphen
        username: Username,
        /// caseworker, coordinator, auditor, administrator or reader
        #[arg(long)]
        role: Role,
        /// Name of a hub to put them into; may be said several times
        #[arg(long = "hub", value_name = "NAME")]
        hubs: Vec<HubName>,
    },
    /// List the users
    List,
    /// Give a user another role
    #[command(after_help = "Example:\n  waystation user set-role heron coordinator")]
    SetRole {
        /// Who
        username: Username,
        /// caseworker, coordinator, auditor, administrator or reader
        role: Role,
    },
    /// End every session of a user and let them in no more
    #[command(after_help = "Example:\n  waystation user suspend heron")]
    Suspend {
        /// Who
        username: Username,
    },
    /// Let a suspended user in again
    Reactivate {
        /// Who
        username: Username,
    },
    /// Take a lost second factor away and end every session; see first that it is really them
    #[command(after_help = "Example:\n  waystation user reset-second-factor heron")]
    ResetSecondFactor {
        /// Who
        username: Username,
    },
    /// End every session of a user and make a new password, printed once
    #[command(after_help = "Example:\n  waystation user reset-password heron")]
    ResetPassword {
        /// Who
        username: Username,
    },
}

/// Does it.
pub fn run(config: &Config, command: Command) -> anyhow::Result<()> {
    match command {
        Command::Add { username, role, hubs } => add(config, &username, role, hubs),
        Command::List => list(config),
        Command::SetRole { username, role } => change(config, &username, Some(role), None),
        Command::Suspend { username } => change(config, &username, None, Some(UserStatus::Suspended)),
        Command::Reactivate { username } => change(config, &username, None, Some(UserStatus::Active)),
        Command::ResetSecondFactor { username } => reset_second_factor(config, &username),
        Command::ResetPassword { username } => reset_password(config, &username),
    }
}

fn add(config: &Config, username: &Username, role: Role, hubs: Vec<HubName>) -> anyhow::Result<()> {
    let password = password::generate(username.as_str());
    let (name, first) = (username.clone(), password.clone());
    with_app(config, async |app| operator::add_user(app, name, role, hubs, first).await)?;
    println!("{username} can log in as {role}.");
    println!("  password  {}   (shown only now)", password.expose_secret());
    Ok(())
}

fn list(config: &Config) -> anyhow::Result<()> {
    let users = with_app(config, async |app| operator::list_users(app).await)?;
    let mut table = Table::new();
    table.load_style(comfy_table::presets::NOTHING);
    table.set_header(["USERNAME", "ROLE", "STATUS", "HUBS", "ID"]);
    for user in users {
        let hubs: Vec<String> = user.hubs.iter().map(ToString::to_string).collect();
        table.add_row([
            user.username.to_string(),
            user.role.to_string(),
            user.status.to_string(),
            hubs.join(", "),
            user.id.to_string(),
        ]);
    }
    println!("{table}");
    Ok(())
}

fn change(
    config: &Config,
    username: &Username,
    role: Option<Role>,
    status: Option<UserStatus>,
) -> anyhow::Result<()> {
    let name = username.clone();
    let user = with_app(config, async |app| operator::change_user(app, name, role, status).await)?;
    println!("{username} is {} as {}.", user.status, user.role);
    Ok(())
}

fn reset_second_factor(config: &Config, username: &Username) -> anyhow::Result<()> {
    let name = username.clone();
    with_app(config, async |app| operator::reset_second_factor(app, name).await)?;
    println!("{username} has no second factor, and every session of theirs has ended.");
    Ok(())
}

fn reset_password(config: &Config, username: &Username) -> anyhow::Result<()> {
    let password = password::generate(username.as_str());
    let (name, next) = (username.clone(), password.clone());
    with_app(config, async |app| operator::reset_password(app, name, next).await)?;
    println!("Every session of {username} has ended.");
    println!("  password  {}   (shown only now)", password.expose_secret());
    Ok(())
}
