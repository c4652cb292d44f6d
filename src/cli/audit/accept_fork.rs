//! `waystation audit accept-fork`.

use actix_web::web::Data;
use anyhow::{Context as _, bail};

use crate::accounts::operator::list_users;
use crate::accounts::username::Username;
use crate::app::App;
use crate::audit::{Action, Event};
use crate::cli::operator::block_on;
use crate::config::Config;

/// Who, and why.
#[derive(clap::Args)]
#[command(after_help = "Example:
  waystation audit accept-fork --by lantern --by heron --because restored-backup

A server signs the log no more when it does not fit the checkpoint that it keeps outside the database: entries
that were signed, and perhaps seen by others, are gone. If the copy of the database that had them is still
somewhere, put that back instead. Otherwise two people accept the loss; their names, and what was lost, stand on
the log from then on, and everybody who kept the lost checkpoint is told so when they verify.")]
pub struct Arguments {
    /// A user of the network who knows of the loss and accepts it; said twice
    #[arg(long = "by", value_name = "NAME", required = true)]
    by: Vec<Username>,
    /// Why entries are lost
    #[arg(long, value_enum)]
    because: Because,
}

#[derive(Clone, Copy, clap::ValueEnum)]
enum Because {
    /// The database was put back from an older backup
    RestoredBackup,
    /// Another copy of the database is the right one
    OtherCopy,
    /// The log was damaged or tampered with
    Damage,
}

impl Because {
    fn code(self) -> &'static str {
        match self {
            Self::RestoredBackup => "restored_backup",
            Self::OtherCopy => "other_copy",
            Self::Damage => "damage",
        }
    }
}

/// Accepts it.
pub fn run(config: &Config, arguments: &Arguments) -> anyhow::Result<()> {
    let app = Data::new(App::open(config)?);
    let users = block_on(async { list_users(&app).await })?;
    let mut by = Vec::new();
    for name in &arguments.by {
        let user = users.iter().find(|user| user.username == *name);
        by.push(user.with_context(|| format!("there is no user {name}"))?.id.to_string());
    }
    by.sort_unstable();
    by.dedup();
    if by.len() < 2 {
        bail!("two people accept such a loss: say --by twice, with two names");
    }
    let event = Event::new(Action::AuditForkAccept)
        .detail("accepted_by", by.join(" "))
        .detail("reason", arguments.because.code());
    let runtime = tokio::runtime::Runtime::new().context("no thread could be started")?;
    let signed = runtime.block_on(app.notary.accept_fork(&app.db, event))?;
    println!("The loss is on the log, and the log of {} entries is signed again.", signed.checkpoint.size);
    Ok(())
}
