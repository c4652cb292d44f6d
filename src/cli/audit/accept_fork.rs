//! `waystation audit accept-fork`.

use anyhow::{Context as _, bail};

use crate::accounts::operator::list_users;
use crate::accounts::username::Username;
use crate::app::App;
use crate::audit::checkpoint::LossReason;
use crate::cli::operator::{block_on, wait_for};
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

impl From<Because> for LossReason {
    fn from(because: Because) -> Self {
        match because {
            Because::RestoredBackup => Self::RestoredBackup,
            Because::OtherCopy => Self::OtherCopy,
            Because::Damage => Self::Damage,
        }
    }
}

/// Accepts it.
pub fn run(config: &Config, arguments: &Arguments) -> anyhow::Result<()> {
    let [one, other] = arguments.by.as_slice() else {
        bail!("two people accept such a loss: say --by twice, with two names");
    };
    let app = App::open(config)?;
    let users = block_on(list_users(&app))?;
    let id = |name: &Username| {
        let user = users.iter().find(|user| user.username == *name);
        user.map(|user| user.id).with_context(|| format!("there is no user {name}"))
    };
    let by = [id(one)?, id(other)?];
    let signed = wait_for(app.notary.accept_fork(&app.db, by, arguments.because.into()))??;
    println!("The loss is on the log, and the log of {} entries is signed again.", signed.checkpoint.size);
    Ok(())
}
