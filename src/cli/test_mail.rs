//! One message to see that mail is sent, before anybody relies on it.

use anyhow::{Context as _, bail};
use lettre::Address;

use crate::config::Config;
use crate::notices::mail::sender::Sender;

/// To whom.
#[derive(clap::Args)]
#[command(after_help = "Example:
  WAYSTATION_SMTP=smtps://USER:PASSWORD@mail.example.org WAYSTATION_SMTP_FROM=post@example.org \\
    waystation test-mail somebody@example.org

Needs no network and no key: it sends what the server would send, by the same settings.")]
pub struct Arguments {
    /// Where it goes
    address: Address,
}

/// Sends it.
pub fn run(config: &Config, arguments: Arguments) -> anyhow::Result<()> {
    let Some(mail) = &config.mail else {
        bail!("no mail is sent: WAYSTATION_SMTP and WAYSTATION_SMTP_FROM are not set");
    };
    let (sender, server) = (Sender::new(mail)?, &mail.server);
    actix_web::rt::System::new()
        .block_on(sender.send(arguments.address))
        .with_context(|| format!("not sent by {} at port {}", server.host, server.port))?;
    println!("{} at port {} took it. It says: {}", server.host, server.port, mail.text);
    Ok(())
}
