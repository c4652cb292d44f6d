//! Hands messages to the mail server.

use std::error::Error as StdError;
use std::io;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use lettre::message::Mailbox;
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Certificate, CertificateStore, Tls, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use lettre::{Address, Message, SmtpTransport, Transport as _};
use secrecy::ExposeSecret as _;

use super::config::{Link, MailConfig};
use crate::authorities::{Authorities, NoAuthority};

/// For each step of the talk with the server.
const PATIENCE: Duration = Duration::from_secs(20);

/// Why no mail can be sent at all.
#[derive(Debug, thiserror::Error)]
pub enum NoSender {
    /// The authorities.
    #[error(transparent)]
    Authority(#[from] NoAuthority),
    /// The library refuses them, or the name of the server.
    #[error("the mail server cannot be certified: {0}")]
    Tls(#[source] lettre::transport::smtp::Error),
}

/// Why a message was not taken. Says nothing of whom it was for.
#[derive(Debug, thiserror::Error)]
pub enum NotSent {
    /// It is no message.
    #[error("the message cannot be made")]
    Message,
    /// The server will never take it.
    #[error("the mail server refused the message for good")]
    RefusedForGood,
    /// The server was not reached, or cannot take it now.
    #[error("the mail server {0}")]
    NotNow(&'static str),
}

/// Sends one message, which is always the same.
#[derive(Clone)]
pub struct Sender {
    transport: SmtpTransport,
    from: Mailbox,
    text: Arc<str>,
}

impl Sender {
    /// Reads the authorities; talks to nobody yet.
    pub fn new(config: &MailConfig) -> Result<Self, NoSender> {
        let server = &config.server;
        let mut builder = SmtpTransport::builder_dangerous(&server.host)
            .port(server.port)
            .timeout(Some(PATIENCE))
            // The name of this machine is nobody's business.
            .hello_name(ClientId::Domain("localhost".to_owned()))
            .tls(tls(&server.host, server.link, config.authorities.as_deref())?);
        if let Some(login) = &server.login {
            let password = login.password.expose_secret().to_owned();
            builder = builder.credentials(Credentials::new(login.user.clone(), password));
        }
        let (from, text) = (config.from.clone(), config.text.as_str().into());
        Ok(Self { transport: builder.build(), from, text })
    }

    /// Sends it; on a thread of its own, since a server may be slow.
    pub async fn send(&self, to: Address) -> Result<(), NotSent> {
        let message = Message::builder()
            .from(self.from.clone())
            .to(Mailbox::new(None, to))
            .subject(&*self.text)
            .body(format!("{}\r\n", self.text))
            .map_err(|_| NotSent::Message)?;
        let transport = self.transport.clone();
        let sent = tokio::task::spawn_blocking(move || transport.send(&message)).await;
        sent.map_err(|_| NotSent::Message)?.map(drop).map_err(|error| why(&error))
    }
}

/// In words of our own: servers repeat the recipient in what they say.
fn why(error: &lettre::transport::smtp::Error) -> NotSent {
    if error.is_permanent() {
        return NotSent::RefusedForGood;
    }
    NotSent::NotNow(if error.is_transient() {
        "takes no message now"
    } else if error.is_timeout() {
        "did not answer in time"
    } else if error.is_tls() || is_of_tls(error) {
        "is not certified by an authority that is trusted"
    } else if error.is_client() {
        "offers no STARTTLS, or no way to log in that is known here"
    } else {
        "could not be reached, or breaks off"
    })
}

/// The library tells what TLS says against a server like any other link that breaks off.
fn is_of_tls(error: &(dyn StdError + 'static)) -> bool {
    let mut next = Some(error);
    while let Some(cause) = next {
        let inner = cause.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        if inner.and_then(|inner| inner.downcast_ref::<rustls::Error>()).is_some() {
            return true;
        }
        next = cause.source();
    }
    false
}

fn tls(host: &str, link: Link, authorities: Option<&Path>) -> Result<Tls, NoSender> {
    if link == Link::Plain {
        return Ok(Tls::None);
    }
    let authorities = match authorities {
        Some(path) => Authorities::of_file(path)?,
        None => Authorities::of_the_system(),
    };
    let mut parameters = TlsParameters::builder(host.to_owned()).certificate_store(CertificateStore::None);
    for certificate in authorities.certificates() {
        let certificate = Certificate::from_der(certificate.to_vec()).map_err(NoSender::Tls)?;
        parameters = parameters.add_root_certificate(certificate);
    }
    let parameters = parameters.build().map_err(NoSender::Tls)?;
    Ok(if link == Link::Tls { Tls::Wrapper(parameters) } else { Tls::Required(parameters) })
}
