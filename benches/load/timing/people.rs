//! Whoever logs in while it is timed: so many that none has to wait for what they did the turn before.

use std::net::SocketAddr;

use anyhow::{Context as _, Result, bail};
use serde_json::json;
use totp_rs::{Builder, Secret, Totp};
use waystation::clock::Clock;

use crate::client::{PASSWORD, Session, ask};
use crate::network::{Administrators, Network};
use crate::wire::Connection;

/// In each of the two classes.
pub const EACH: usize = 100;
/// The other password of everybody without a device.
pub const DURESS: &str = "another-for-measuring-1998-basalt";

/// Somebody with a duress password.
#[derive(Clone)]
pub struct Person {
    pub username: String,
    pub id: String,
}

/// Somebody with an authenticator app.
pub struct Enrolled {
    pub username: String,
    device: Totp,
}

impl Enrolled {
    /// A code that is right at no moment around now.
    pub fn wrong_code(&self) -> Result<String> {
        let code: u32 = code_of(&self.device)?.parse()?;
        Ok(format!("{:06}", (code + 500_000) % 1_000_000))
    }
}

fn code_of(device: &Totp) -> Result<String> {
    let now = u64::try_from(Clock::system().now().seconds())?;
    Ok(device.generate(now).to_string())
}

/// Everybody, by class.
pub struct People {
    plain: [Vec<Person>; 2],
    enrolled: [Vec<Enrolled>; 2],
}

impl People {
    /// Lets them in.
    pub async fn create(server: SocketAddr, passwords: (&str, &str), network: &Network) -> Result<Self> {
        let mut connection = Connection::open(server).await?;
        let administrators =
            Administrators::log_in(&mut connection, (passwords.0, Some(passwords.1))).await?;
        let mut people = Self { plain: [Vec::new(), Vec::new()], enrolled: [Vec::new(), Vec::new()] };
        for number in 0..2 * EACH {
            let (plain, enrolled) = (format!("plain-{number}"), format!("enrolled-{number}"));
            for username in [&plain, &enrolled] {
                let hub = network.hub_of(0).id.as_str();
                administrators.let_in(&mut connection, username, "caseworker", &[hub]).await?;
            }
            people.plain[number % 2].push(with_duress(&mut connection, plain).await?);
            people.enrolled[number % 2].push(with_device(&mut connection, enrolled).await?);
        }
        Ok(people)
    }

    /// Whose turn it is, of a class.
    pub fn plain(&self, class: usize, turn: usize) -> &Person {
        &self.plain[class][turn % EACH]
    }

    /// The same of those with a device.
    pub fn enrolled(&self, class: usize, turn: usize) -> &Enrolled {
        &self.enrolled[class][turn % EACH]
    }
}

async fn with_duress(connection: &mut Connection, username: String) -> Result<Person> {
    let session = Session::open(connection, &username).await?;
    let body = json!({ "current_password": PASSWORD, "duress_password": DURESS });
    ask(connection, "POST", "/v1/me/duress-password", Some(&session.token), &[], Some(&body)).await?;
    Ok(Person { username, id: session.user })
}

async fn with_device(connection: &mut Connection, username: String) -> Result<Enrolled> {
    let session = Session::open(connection, &username).await?;
    let token = Some(session.token.as_str());
    let body = json!({ "current_password": PASSWORD });
    let begun = ask(connection, "POST", "/v1/me/second-factor", token, &[], Some(&body)).await?;
    let secret = Secret::try_from_base32(&begun.text("secret")?)?;
    let device = Builder::new().with_secret(secret).with_account_name("-").build();
    let device = device.ok().context("a secret that no device takes")?;
    let code = json!({ "code": code_of(&device)? });
    let done = ask(connection, "POST", "/v1/me/second-factor/confirmation", token, &[], Some(&code)).await?;
    if done.body["recovery_codes"].is_null() {
        bail!("{username} has no second factor");
    }
    Ok(Enrolled { username, device })
}
