//! `waystation unseal`: opens a sealed server. Shares and passphrases are asked for, shown to nobody, and stand in no
//! history of a shell.

use anyhow::{Context as _, bail};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::{Value, json};
use ureq::Agent;

use super::operator::block_on;
use super::terminal::Terminal;
use crate::app::App;
use crate::authorities::Authorities;
use crate::config::Config;
use crate::crypto::Share;
use crate::door::{keeping, marker};
use crate::keyholders::{self, Ask as _, Keyholders};
use crate::witness::client::{agent, checked};

const LARGEST_ANSWER: u64 = 64 * 1024;

/// Which server.
#[derive(clap::Args)]
#[command(after_help = "Examples:
  waystation unseal                                    at its machine
  waystation unseal --url https://way.example.org      from anywhere, with your share

Asks for a share, or for the passphrase, and hands it in at the server, which tells how many more shares are needed.
Each holder does this from wherever they are, within ten minutes of the first. With --once it ends after one share;
where there is no terminal, lines are read.

A server whose key lies in a file or a variable is sealed by hand alone (POST /v1/seal, SIGUSR1), and stays sealed,
whoever restarts it, until `waystation unseal` was run at its machine with the key; then restart it.")]
pub struct Arguments {
    /// Address of the server [default: the one that `serve` listens on]
    #[arg(long, value_name = "URL")]
    url: Option<String>,
    /// Certificate of the authority that certifies the server, PEM; then no other is trusted
    #[arg(long, value_name = "FILE")]
    authority: Option<std::path::PathBuf>,
    /// Hand in one share and end
    #[arg(long)]
    once: bool,
}

/// Opens it, as far as that can be done from here.
pub fn run(config: &Config, arguments: &Arguments) -> anyhow::Result<()> {
    if arguments.url.is_none() && !config.root_key.is_with_people() {
        return unmark(config);
    }
    let url = arguments.url.clone().unwrap_or_else(|| format!("http://{}", config.listen));
    let authorities = match &arguments.authority {
        Some(path) => Authorities::of_file(path)?,
        None => Authorities::of_the_system(),
    };
    let server = Server::at(&url, &authorities)?;
    loop {
        let Some(body) = asked()? else { continue };
        match server.hand_in(&body)? {
            Answer::Open => {
                println!("The server opens.");
                return Ok(());
            }
            Answer::Needs(needed) => {
                println!("Taken. The server needs {needed} more, within ten minutes of the first.");
                if arguments.once {
                    return Ok(());
                }
            }
            Answer::Refused(why) if Terminal.tell(&why) => {}
            Answer::Refused(why) => bail!(why),
        }
    }
}

/// The key opens the network: so whoever runs this has it, and may take the mark away.
fn unmark(config: &Config) -> anyhow::Result<()> {
    let app = App::open(config)?;
    let path = marker::path(config);
    if !path.exists() {
        println!("The server of this data directory was not sealed by hand.");
        return Ok(());
    }
    block_on(keeping::record_unsealing(&app))?;
    marker::remove(&path).with_context(|| format!("{} cannot be removed", path.display()))?;
    println!("The next start is an open one: restart the server now.");
    Ok(())
}

/// What is to be handed in; a share is looked at here first, so that a slip of the hand is told at once.
fn asked() -> anyhow::Result<Option<Value>> {
    let holders = Keyholders::asked_by(Terminal);
    let typed = keyholders::typed(&holders, "Share or passphrase: ")?;
    if !keyholders::looks_like_a_share(&typed) {
        return Ok(Some(json!({"passphrase": typed.expose_secret()})));
    }
    match Share::parse(typed.expose_secret()) {
        Ok(share) => Ok(Some(json!({"share": share.to_text().as_str()}))),
        Err(fault) => {
            let why = format!("the share cannot be read: {fault}");
            if Terminal.tell(&why) { Ok(None) } else { bail!(why) }
        }
    }
}

/// What the server says.
enum Answer {
    Open,
    Needs(u64),
    Refused(String),
}

struct Server {
    agent: Agent,
    url: String,
}

impl Server {
    fn at(url: &str, authorities: &Authorities) -> anyhow::Result<Self> {
        Ok(Self { agent: agent(authorities, "waystation"), url: checked(url)? })
    }

    fn hand_in(&self, body: &Value) -> anyhow::Result<Answer> {
        let body = SecretString::from(body.to_string());
        let sent = self
            .agent
            .post(format!("{}/v1/unseal", self.url))
            .header("Content-Type", "application/json")
            .send(body.expose_secret());
        let mut answer = sent.context("the server cannot be reached")?;
        let text = answer.body_mut().with_config().limit(LARGEST_ANSWER).read_to_string();
        let said: Value = text.ok().and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default();
        match (answer.status().as_u16(), said["needed"].as_u64()) {
            (200, Some(0)) => Ok(Answer::Open),
            (200, Some(needed)) => Ok(Answer::Needs(needed)),
            (status, _) => Ok(Answer::Refused(told(status, &said))),
        }
    }
}

/// Of a stranger's answer no sign that a terminal would obey is shown.
fn told(status: u16, said: &Value) -> String {
    let plain = |name: &str| -> String {
        let text = said[name].as_str().unwrap_or_default();
        text.chars().filter(|c| c.is_ascii_graphic() || *c == ' ').take(300).collect()
    };
    match said["code"].as_str() {
        Some("not_sealed") => "the server is open; there is nothing to do".to_owned(),
        Some(_) => format!("not taken: {}. {}", plain("title"), plain("detail")),
        None => format!("the answer ({status}) is none of a Waystation server: is the address right?"),
    }
}
