//! `waystation backup create`.

use std::path::PathBuf;

use anyhow::Context as _;

use crate::app::App;
use crate::backup::{Made, Plan, Recipients, Step, create};
use crate::cli::progress::Progress;
use crate::config::Config;

/// SQLite's log of changes is no larger by itself.
const USUAL_CHANGES: u64 = 64 << 20;
const MIB: u64 = 1 << 20;

/// Where to, and for whom.
#[derive(clap::Args)]
#[command(after_help = "Examples:
  age-keygen -o backup-identity.txt          on another machine; it prints the public key, age1...
  waystation backup create --to /backup --recipient age1...
  waystation backup create --to /backup --keys-to /safe --recipient age1... --keys-recipient age1...

It is made while the network is served, and says so on the log. Three files: the data, the keys, and a manifest
in clear that names nobody. Keep the keys part apart from the data part, and delete it within its days: until
then it can bring back whoever was erased since. THE ROOT KEY IS IN NO BACKUP: without it nothing in one opens.")]
pub struct Arguments {
    /// A directory that is there, for the manifest and the data part
    #[arg(long, value_name = "DIR")]
    to: PathBuf,
    /// A directory that is there, for the keys part [default: the same]
    #[arg(long, value_name = "DIR")]
    keys_to: Option<PathBuf>,
    /// Public key of age of who can open the backup; may be said several times
    #[arg(long = "recipient", short = 'r', value_name = "AGE1…")]
    recipients: Vec<String>,
    /// A file of such keys, one a line
    #[arg(long, value_name = "FILE")]
    recipients_file: Vec<PathBuf>,
    /// Who can open the keys part instead; may be said several times
    #[arg(long = "keys-recipient", value_name = "AGE1…")]
    keys_recipients: Vec<String>,
    /// A file of those, one a line
    #[arg(long, value_name = "FILE")]
    keys_recipients_file: Vec<PathBuf>,
    /// After how many days the keys part is to be deleted, 1 to 30; no restore takes it later
    #[arg(long, value_name = "DAYS", default_value_t = 30)]
    keys_days: i64,
}

/// Makes it.
pub fn run(config: &Config, arguments: Arguments) -> anyhow::Result<()> {
    let recipients = Recipients::read(&arguments.recipients, &arguments.recipients_file)?;
    let apart = !arguments.keys_recipients.is_empty() || !arguments.keys_recipients_file.is_empty();
    let keys_recipients = if apart {
        Recipients::read(&arguments.keys_recipients, &arguments.keys_recipients_file)?
    } else {
        recipients.clone()
    };
    let plan = Plan {
        keys_to: arguments.keys_to.unwrap_or_else(|| arguments.to.clone()),
        to: arguments.to,
        recipients,
        keys_recipients,
        keys_days: arguments.keys_days,
    };
    let app = App::open(config)?;
    let runtime = tokio::runtime::Runtime::new().context("no thread could be started")?;
    let progress = Progress::of("rows");
    let (bar, mut told) = (progress.clone(), USUAL_CHANGES);
    let step = move |step: Step| {
        bar.at(step.done, step.all);
        // It can begin anew only when the backup is done: said whenever it has doubled.
        if step.held_back > 2 * told {
            told = step.held_back;
            bar.tell(&format!(
                "warning: the log of changes beside the database has {} MiB, and grows with what is written until this is done",
                step.held_back / MIB
            ));
        }
    };
    let made = runtime.block_on(create(&app, &config.database, plan, step));
    drop(progress);
    tell(&made?, apart);
    Ok(())
}

fn tell(made: &Made, apart: bool) {
    let manifest = &made.manifest;
    println!("A backup of {} rows is made, and is on the log.\n", manifest.rows());
    println!("  manifest  {}", made.manifest_path.display());
    println!("  data      {}   ({} MiB)", made.data_path.display(), manifest.data.bytes.div_ceil(MIB));
    println!("  keys      {}   (delete it before {})\n", made.keys_path.display(), manifest.keys_expire_at);
    println!(
        "THE ROOT KEY IS NOT IN IT. Without the root key nobody can ever open this backup: keep a copy of"
    );
    println!("it apart from here and from every backup. Keep the keys part apart from the data part.");
    if !apart {
        println!("Both parts are for the same recipients; --keys-recipient gives the keys part others.");
    }
    println!("\nTry it: waystation backup verify {} --identity FILE", made.manifest_path.display());
    if let Some(refusal) = &made.unsigned {
        eprintln!(
            "warning: the log in it is signed as it was last. As it is now it is not signed: {refusal}"
        );
    }
}
