//! A Waystation server as a witness sees it: an auditor's account, and the few requests that it needs.
//!
//! What the server says is looked at before it is believed or shown: only codes and numbers of an answer are told.

use std::time::Duration;

use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;
use serde_json::{Value, json};
use ureq::Agent;
use ureq::http::{Request, Uri};

use crate::authorities::Authorities;
use crate::verifier::merkle::Hash;
use crate::verifier::{Note, base64};

/// How long the server may take for one answer.
const PATIENCE: Duration = Duration::from_secs(40);
/// More than any answer that is asked for has.
const LARGEST_ANSWER: u64 = 2 << 20;

/// Why there is no answer.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum ClientError {
    /// The address is none that a password may be sent to.
    #[error("{0}")]
    Address(&'static str),
    /// Nobody answers, or only that they cannot now.
    #[error("the server cannot be reached: {0}")]
    Away(String),
    /// The server says no.
    #[error("the server refuses to {what}: {status} {code}{}", advice(.code))]
    Refused {
        /// What was asked.
        what: &'static str,
        /// The status.
        status: u16,
        /// Its code, as far as it has the form of one.
        code: String,
    },
    /// It answers something else.
    #[error(
        "the server's answer is none that it should give to {0}: is that the address of a Waystation server?"
    )]
    Strange(&'static str),
}

/// What the person at the witness can do about a refusal.
fn advice(code: &str) -> &'static str {
    match code {
        "login_refused" => "; check the name and the password",
        "forbidden" => "; a witness needs the account of an auditor",
        "no_witnesses" => "; the operator has to name the witness in the network's policy first",
        "invalid_fields" => {
            "; the operator's policy does not have the key of this witness, or a clock is wrong"
        }
        "log_not_signed" => "; the server itself says that the log does not fit what was signed of it",
        _ => "",
    }
}

/// A server, with whom to be there.
pub struct Server {
    agent: Agent,
    url: String,
    username: String,
    password: SecretString,
}

/// A session at the server; ended by [`Session::end`].
pub struct Session<'s> {
    server: &'s Server,
    token: SecretString,
}

/// Which checkpoint is asked for.
#[derive(Debug, Clone, Copy)]
pub enum Which {
    /// What the log signed last.
    Last,
    /// The newest that a witness has cosigned, the last where none has.
    Cosigned,
}

impl Server {
    /// A server at an address; nothing is asked of it yet.
    pub fn new(
        url: &str,
        username: &str,
        password: SecretString,
        authorities: &Authorities,
    ) -> Result<Self, ClientError> {
        let agent = agent(authorities, "waystation-witness");
        Ok(Self { agent, url: checked(url)?, username: username.to_owned(), password })
    }

    /// Logs in.
    pub fn log_in(&self) -> Result<Session<'_>, ClientError> {
        #[derive(Deserialize)]
        struct Opened {
            access_token: SecretString,
        }
        const WHAT: &str = "log in";
        let body = json!({"username": self.username, "password": self.password.expose_secret()});
        let text = self.send(WHAT, "POST", "/v1/sessions", None, Some(&body))?;
        let opened: Opened = serde_json::from_str(&text).map_err(|_| ClientError::Strange(WHAT))?;
        Ok(Session { server: self, token: opened.access_token })
    }

    fn send(
        &self,
        what: &'static str,
        method: &str,
        path: &str,
        token: Option<&SecretString>,
        body: Option<&Value>,
    ) -> Result<String, ClientError> {
        let mut request = Request::builder().method(method).uri(format!("{}{path}", self.url));
        if let Some(token) = token {
            request = request.header("Authorization", format!("Bearer {}", token.expose_secret()));
        }
        let away = |error: ureq::Error| ClientError::Away(error.to_string());
        let sent = match body {
            Some(body) => request
                .header("Content-Type", "application/json")
                .body(body.to_string())
                .map(|request| self.agent.run(request)),
            None => request.body(()).map(|request| self.agent.run(request)),
        };
        let mut answer = sent.map_err(|_| ClientError::Strange(what))?.map_err(away)?;
        let status = answer.status().as_u16();
        let text = answer.body_mut().with_config().limit(LARGEST_ANSWER).read_to_string().map_err(away)?;
        match status {
            200..300 => Ok(text),
            408 | 429 | 500.. => Err(ClientError::Away(format!("it answers {status} {}", code_of(&text)))),
            400..500 => Err(ClientError::Refused { what, status, code: code_of(&text) }),
            _ => Err(ClientError::Strange(what)),
        }
    }
}

impl Session<'_> {
    fn get(&self, what: &'static str, path: &str) -> Result<String, ClientError> {
        self.server.send(what, "GET", path, Some(&self.token), None)
    }

    /// A checkpoint of the log. Nothing in it is verified yet.
    pub fn checkpoint(&self, which: Which) -> Result<Note, ClientError> {
        const WHAT: &str = "give a checkpoint of the log";
        let signed = match which {
            Which::Last => "last",
            Which::Cosigned => "cosigned",
        };
        let text = self.get(WHAT, &format!("/v1/audit/log/checkpoint?signed={signed}"))?;
        Note::parse(text.as_bytes()).map_err(|_| ClientError::Strange(WHAT))
    }

    /// The proof that the log of `to` entries begins with that of `from`. Nothing in it is verified yet.
    pub fn consistency(&self, from: u64, to: u64) -> Result<Vec<Hash>, ClientError> {
        #[derive(Deserialize)]
        struct Proof {
            hashes: Vec<String>,
        }
        const WHAT: &str = "prove that the log only grew";
        let text = self.get(WHAT, &format!("/v1/audit/log/consistency?from={from}&to={to}"))?;
        let proof: Proof = serde_json::from_str(&text).map_err(|_| ClientError::Strange(WHAT))?;
        let hashes: Option<Vec<Hash>> = proof.hashes.iter().map(|hash| base64::decode_hash(hash)).collect();
        hashes.ok_or(ClientError::Strange(WHAT))
    }

    /// Hands a signature in.
    pub fn hand_in(&self, size: u64, line: &str) -> Result<(), ClientError> {
        let body = json!({"size": size, "lines": [line]});
        let path = "/v1/audit/log/cosignatures";
        self.server.send("take the cosignature", "POST", path, Some(&self.token), Some(&body)).map(drop)
    }

    /// Logs out.
    pub fn end(self) -> Result<(), ClientError> {
        let token = Some(&self.token);
        self.server.send("log out", "DELETE", "/v1/sessions/current", token, None).map(drop)
    }
}

/// The code of a problem, if it has the form of one: nothing else of an answer is shown.
fn code_of(text: &str) -> String {
    let problem: Value = serde_json::from_str(text).unwrap_or_default();
    let code = problem["code"].as_str().unwrap_or_default();
    let fits = code.len() <= 40 && code.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
    if fits { code.to_owned() } else { String::new() }
}

/// Speaks to a server that is trusted with secrets, as `user_agent`.
pub(crate) fn agent(authorities: &Authorities, user_agent: &str) -> Agent {
    Agent::config_builder()
        .http_status_as_error(false)
        // Whoever answers with another address is not sent a password, a token or a share.
        .max_redirects(0)
        .max_redirects_will_error(false)
        .timeout_global(Some(PATIENCE))
        .tls_config(authorities.tls_config())
        .user_agent(user_agent)
        .build()
        .into()
}

/// An address that a password may be sent to, without the slash at its end.
pub(crate) fn checked(url: &str) -> Result<String, ClientError> {
    const FORM: ClientError = ClientError::Address(
        "the address of a server is https://HOST, with a port or a path behind it if it has one",
    );
    let uri: Uri = url.parse().map_err(|_| FORM)?;
    let (Some(scheme), Some(authority)) = (uri.scheme_str(), uri.authority()) else { return Err(FORM) };
    if authority.as_str().contains('@') || uri.query().is_some() || url.contains('#') {
        return Err(FORM);
    }
    let host = authority.host().trim_start_matches('[').trim_end_matches(']');
    let here = host == "localhost" || host.parse().is_ok_and(|host: std::net::IpAddr| host.is_loopback());
    match scheme {
        "https" => {}
        "http" if here => {}
        "http" => {
            return Err(ClientError::Address(
                "a password is sent over https only, or to this machine itself",
            ));
        }
        _ => return Err(FORM),
    }
    Ok(url.trim_end_matches('/').to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_goes_over_https_or_nowhere_but_here() {
        for (url, kept) in [
            ("https://way.example", "https://way.example"),
            ("https://way.example:8443/net/", "https://way.example:8443/net"),
            ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
            ("http://[::1]:8080/", "http://[::1]:8080"),
            ("http://localhost", "http://localhost"),
        ] {
            assert_eq!(checked(url).as_deref(), Ok(kept), "{url}");
        }
        for wrong in [
            "",
            "way.example",
            "http://way.example",
            "http://127.0.0.1.way.example",
            "http://10.0.0.1",
            "http://localhost@way.example",
            "https://heron@way.example",
            "https://way.example?a=b",
            "https://way.example#a",
            "ftp://way.example",
            "file:///etc/passwd",
        ] {
            assert!(matches!(checked(wrong), Err(ClientError::Address(_))), "{wrong}");
        }
    }

    #[test]
    fn of_a_refusal_only_its_code_is_told() {
        assert_eq!(code_of(r#"{"code":"login_refused","detail":"x"}"#), "login_refused");
        for other in ["", "<html>", r#"{"code":"\u001b[31m"}"#, r#"{"code":7}"#, &"a".repeat(99)] {
            assert_eq!(code_of(other), "", "{other}");
        }
    }
}
