//! Which mail server takes the messages, as the operator says.

use std::borrow::Cow;
use std::path::PathBuf;

use lettre::message::Mailbox;
use percent_encoding::percent_decode_str;
use secrecy::SecretString;
use url::{Host, Url};

/// What stands in a message, its subject included, where nothing else is said.
pub const USUAL_TEXT: &str = "Something waits for you.";

/// What the address of a server must be.
pub const WANTED_SERVER: &str = "smtps://USER:PASSWORD@HOST (TLS), or smtp://USER:PASSWORD@HOST (STARTTLS); without user or \
     password where the server asks for none; smtp:// to this machine goes without TLS";

/// How the link to the server is protected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Link {
    /// TLS from the first byte on (RFC 8314).
    Tls,
    /// TLS before anything else is said, or nothing is said (RFC 3207).
    StartTls,
    /// None: the server is this machine.
    Plain,
}

/// Who may send by the server. No `Debug`.
#[derive(Clone)]
pub struct Login {
    /// The name.
    pub user: String,
    /// What proves it.
    pub password: SecretString,
}

/// The server. No `Debug`: it may hold a password.
#[derive(Clone)]
pub struct MailServer {
    /// Its name or address, by which it is certified.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How it is reached.
    pub link: Link,
    /// Who sends.
    pub login: Option<Login>,
}

impl MailServer {
    /// None where it is no such address.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let url = Url::parse(text).ok()?;
        // Of a scheme that browsers do not know, the library leaves a host as it was written.
        let host = Host::parse(url.host_str()?).ok()?;
        let more = !matches!(url.path(), "" | "/") || url.query().is_some() || url.fragment().is_some();
        let link = match url.scheme() {
            "smtps" => Link::Tls,
            "smtp" if is_this_machine(&host) => Link::Plain,
            "smtp" => Link::StartTls,
            _ => return None,
        };
        let decoded = |text: &str| percent_decode_str(text).decode_utf8().ok().map(Cow::into_owned);
        let login = match (url.username(), url.password()) {
            ("", None) => None,
            ("", Some(_)) | (_, None) => return None,
            (user, Some(password)) => {
                Some(Login { user: decoded(user)?, password: decoded(password)?.into() })
            }
        };
        // Those that RFC 8314 names for what a client hands in.
        let usual = if link == Link::Tls { 465 } else { 587 };
        let port = url.port().unwrap_or(if link == Link::Plain { 25 } else { usual });
        let host = match host {
            Host::Domain(name) => name,
            Host::Ipv4(address) => address.to_string(),
            Host::Ipv6(address) => address.to_string(),
        };
        (!more).then_some(Self { host, port, link, login })
    }
}

fn is_this_machine(host: &Host) -> bool {
    match host {
        Host::Domain(name) => name == "localhost",
        Host::Ipv4(address) => address.is_loopback(),
        Host::Ipv6(address) => address.is_loopback(),
    }
}

/// How mail is sent. No `Debug`: it may hold a password.
#[derive(Clone)]
pub struct MailConfig {
    /// The server that takes the messages.
    pub server: MailServer,
    /// From whom they are.
    pub from: Mailbox,
    /// File of the authorities that certify the server; those of this machine where none is named.
    pub authorities: Option<PathBuf>,
    /// All that a message says.
    pub text: String,
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret as _;

    use super::*;

    fn server(text: &str) -> (String, u16, Link) {
        let server = MailServer::parse(text).unwrap_or_else(|| panic!("{text}"));
        (server.host, server.port, server.link)
    }

    #[test]
    fn every_link_off_this_machine_is_tls() {
        assert_eq!(server("smtps://mail.example.org"), ("mail.example.org".to_owned(), 465, Link::Tls));
        assert_eq!(server("smtp://mail.example.org/"), ("mail.example.org".to_owned(), 587, Link::StartTls));
        assert_eq!(server("smtp://192.0.2.1:2525"), ("192.0.2.1".to_owned(), 2525, Link::StartTls));
        assert_eq!(server("smtp://127.0.0.1"), ("127.0.0.1".to_owned(), 25, Link::Plain));
        assert_eq!(server("smtp://[::1]:1025"), ("::1".to_owned(), 1025, Link::Plain));
        assert_eq!(server("smtps://localhost").2, Link::Tls);
    }

    #[test]
    fn a_password_may_hold_anything() {
        let server = MailServer::parse("smtps://way%40station:p%3Ass%2Fw%C3%B6rd@mail.example.org").unwrap();
        let login = server.login.unwrap();
        assert_eq!((login.user.as_str(), login.password.expose_secret()), ("way@station", "p:ss/wörd"));
    }

    #[test]
    fn what_would_be_ignored_is_refused() {
        for text in [
            "",
            "mail.example.org",
            "http://mail.example.org",
            "smtps://",
            "smtps://user@mail.example.org",
            "smtps://:password@mail.example.org",
            "smtps://mail.example.org/inbox",
            "smtp://mail.example.org?tls=opportunistic",
        ] {
            assert!(MailServer::parse(text).is_none(), "{text}");
        }
    }
}
