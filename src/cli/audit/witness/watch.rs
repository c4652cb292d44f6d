//! `waystation audit witness watch`: what was seen at a server, in plain words.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context as _, bail};
use secrecy::SecretString;
use zeroize::Zeroizing;

use super::{Place, now, tell_fork};
use crate::authorities::Authorities;
use crate::witness::client::Server;
use crate::witness::cosign::Refusal;
use crate::witness::watch::{NotSeen, Seen, look};

/// At whose server, and how often.
#[derive(clap::Args)]
#[command(after_help = "Examples:
  waystation audit witness watch --state heron-witness --url https://way.example.org --user heron
  waystation audit witness watch --state heron-witness --url https://way.example.org --user heron \\
      --password-file password --once

Logs in with the account of an auditor, sees whether the log has only grown since it was cosigned last, cosigns it and hands
the signature in. A server that is away is asked again.

Ends with 1 when something is wrong with the log, and then says what to do; with 2 when it could not look. With --once it
ends with 0 when the log is cosigned and the server has the signature.")]
pub struct Arguments {
    #[command(flatten)]
    place: Place,
    /// Address of the server
    #[arg(long)]
    url: String,
    /// Username of an auditor
    #[arg(long, value_name = "NAME")]
    user: String,
    /// File whose first line is the password [default: asked for]
    #[arg(long, value_name = "FILE")]
    password_file: Option<PathBuf>,
    /// Certificate of the authority that certifies the server, PEM; then no other is trusted
    #[arg(long, value_name = "FILE")]
    authority: Option<PathBuf>,
    /// Name of the log, where the witness watches several
    #[arg(long, value_name = "NAME")]
    log: Option<String>,
    /// Seconds between two looks
    #[arg(long, value_name = "SECONDS", default_value_t = 300, value_parser = clap::value_parser!(u64).range(1..=86_400))]
    every: u64,
    /// Look once
    #[arg(long, conflicts_with = "every")]
    once: bool,
}

/// Looks, once or until something is wrong.
pub fn run(arguments: &Arguments) -> anyhow::Result<bool> {
    let state = arguments.place.open()?;
    let origin = log(arguments, &state.lock()?.logs()?)?;
    let authorities = match &arguments.authority {
        Some(path) => Authorities::of_file(path)?,
        None => Authorities::of_the_system(),
    };
    let server = Server::new(&arguments.url, &arguments.user, password(arguments)?, &authorities)?;
    let mut told = String::new();
    loop {
        let trouble = match look(&state, &origin, &server, now()) {
            Ok(seen) => match tell(&origin, seen) {
                Told::Fine => None,
                Told::Trouble(trouble) => Some(trouble),
                Told::Wrong => return Ok(false),
            },
            Err(error) if error.may_pass() && !arguments.once => Some(error.to_string()),
            Err(error) => return Err(refused(error)),
        };
        if arguments.once {
            return trouble.map_or(Ok(true), |trouble| bail!(trouble));
        }
        tell_once(&mut told, trouble);
        std::thread::sleep(Duration::from_secs(arguments.every));
    }
}

/// What a look comes to.
enum Told {
    Fine,
    /// The log is as it should be, and something else is not.
    Trouble(String),
    Wrong,
}

fn tell(origin: &str, seen: Seen) -> Told {
    match seen {
        Seen::Cosigned { from, to, not_handed_in } => {
            match from {
                Some(from) if from == to => println!("{origin} has {to} entries, as before; cosigned again."),
                Some(from) => println!(
                    "{origin} has grown from {from} entries to {to}, and begins with those that were there; cosigned."
                ),
                None => println!("{origin} has {to} entries, seen for the first time; cosigned."),
            }
            not_handed_in.map_or(Told::Fine, |error| {
                Told::Trouble(format!("the signature is kept here, and the server did not take it: {error}"))
            })
        }
        Seen::Shrunk { from, to, evidence } => {
            eprintln!(
                "\nTHE LOG HAS SHRUNK: {from} entries of {origin} were cosigned, and the server shows {to}."
            );
            if let Some(evidence) = evidence {
                eprintln!("Both checkpoints are kept in {}", evidence.display());
            }
            eprintln!(
                "Its database was put back from an older copy, or entries were taken out. It is not cosigned until it has \
                 all of them again. Ask its operators, and verify an export with `waystation audit verify --against`."
            );
            Told::Wrong
        }
        Seen::AnotherLog => {
            eprintln!("\nTHE SERVER SHOWS ANOTHER LOG: its name is not {origin}. Nothing is cosigned.");
            Told::Wrong
        }
        Seen::Refused { refusal: Refusal::Stale { .. }, .. } => {
            Told::Trouble("another process cosigned with this directory meanwhile".to_owned())
        }
        Seen::Refused { refusal: Refusal::NotSigned, .. } => {
            eprintln!(
                "\nTHE LOG IS NOT SIGNED BY THE KEY THAT IS TRUSTED. Nothing is cosigned. If its operators have given it a new \
                 key: have the log exported, verify it with the key that you trust, and then trust the new one with\n  \
                 waystation audit witness trust\nIf they have not, somebody else signs it."
            );
            Told::Wrong
        }
        Seen::Refused { refusal, evidence } => {
            eprintln!("{origin}: {refusal}");
            tell_fork(evidence.as_deref());
            Told::Wrong
        }
    }
}

/// What is in the way is told once, and again when it is something else; and that it is no more.
fn tell_once(told: &mut String, trouble: Option<String>) {
    let trouble = trouble.unwrap_or_default();
    if trouble != *told {
        if trouble.is_empty() {
            eprintln!("all is well again");
        } else {
            eprintln!("warning: {trouble}; trying again");
        }
        *told = trouble;
    }
}

fn refused(error: NotSeen) -> anyhow::Error {
    anyhow::Error::from(error).context("nothing was seen of the log")
}

fn log(arguments: &Arguments, trusted: &[String]) -> anyhow::Result<String> {
    match (&arguments.log, trusted) {
        (_, []) => bail!("the witness knows no log yet: waystation audit witness trust --log-key KEY"),
        (None, [only]) => Ok(only.clone()),
        (Some(name), logs) if logs.contains(name) => Ok(name.clone()),
        (_, logs) => bail!("say with --log which one it is; the witness knows {}", logs.join(", ")),
    }
}

fn password(arguments: &Arguments) -> anyhow::Result<SecretString> {
    let Some(path) = &arguments.password_file else {
        let terminal = console::Term::stderr();
        if !terminal.is_term() {
            bail!("there is no terminal to ask for the password on: name a file with --password-file");
        }
        terminal.write_str(&format!("Password of {}: ", arguments.user))?;
        return Ok(terminal.read_secure_line().context("no password was read")?.into());
    };
    let text = Zeroizing::new(
        std::fs::read_to_string(path).with_context(|| format!("{} cannot be read", path.display()))?,
    );
    let line = text.lines().next().filter(|line| !line.is_empty());
    Ok(line.with_context(|| format!("the first line of {} is empty", path.display()))?.to_owned().into())
}
