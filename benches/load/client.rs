//! Asking for one thing and wanting it: for preparing, not for measuring.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use serde_json::{Value, json};

use crate::wire::{Connection, Request};

/// Of no one; there is nothing in the database that this would open.
pub const PASSWORD: &str = "only-for-measuring-2006-quartz";
/// A token lasts ten minutes; it is renewed in time for a long cell.
const RENEW_AFTER: Duration = Duration::from_secs(240);

/// What was answered.
pub struct Done {
    /// The version.
    pub etag: String,
    /// The body.
    pub body: Value,
}

impl Done {
    /// A text in the body.
    pub fn text(&self, name: &str) -> Result<String> {
        let text = self.body.get(name).and_then(Value::as_str);
        Ok(text.with_context(|| format!("the answer has no text `{name}`"))?.to_owned())
    }
}

/// Asks, and takes nothing but success.
pub async fn ask(
    connection: &mut Connection,
    method: &str,
    path: &str,
    token: Option<&str>,
    headers: &[(&str, &str)],
    body: Option<&Value>,
) -> Result<Done> {
    let text = body.map(ToString::to_string);
    let request = Request::new(method, path, token, headers, text.as_deref());
    let answer = connection.send(&request).await.with_context(|| format!("{method} {path}"))?;
    if !(200..300).contains(&answer.status) {
        bail!("{method} {path}: {} {}", answer.status, String::from_utf8_lossy(answer.body));
    }
    let body = if answer.body.is_empty() { Value::Null } else { serde_json::from_slice(answer.body)? };
    Ok(Done { etag: answer.etag.unwrap_or_default().to_owned(), body })
}

/// Somebody who is logged in.
pub struct Session {
    /// Their name.
    pub username: String,
    /// Their id.
    pub user: String,
    /// The access token.
    pub token: String,
    refresh: String,
    /// Earlier releases give none.
    device: Option<Value>,
    since: Instant,
}

impl Session {
    /// Logs in.
    pub async fn open(connection: &mut Connection, username: &str) -> Result<Self> {
        Self::open_with(connection, username, PASSWORD).await
    }

    /// Logs in with a password of its own.
    pub async fn open_with(connection: &mut Connection, username: &str, password: &str) -> Result<Self> {
        let body = json!({ "username": username, "password": password });
        let done = ask(connection, "POST", "/v1/sessions", None, &[], Some(&body)).await?;
        let user = done.body.pointer("/user/id").and_then(Value::as_str).context("no user in a session")?;
        Ok(Self {
            username: username.to_owned(),
            user: user.to_owned(),
            token: done.text("access_token")?,
            refresh: done.text("refresh_token")?,
            device: done.body.get("device_token").cloned(),
            since: Instant::now(),
        })
    }

    /// Carries the session on when the token is about to end; no password is hashed for it.
    pub async fn renew(&mut self, server: SocketAddr) -> Result<()> {
        if self.since.elapsed() < RENEW_AFTER {
            return Ok(());
        }
        let mut connection = Connection::open(server).await?;
        let body = json!({ "refresh_token": self.refresh });
        let done = ask(&mut connection, "POST", "/v1/sessions/refresh", None, &[], Some(&body)).await?;
        self.token = done.text("access_token")?;
        self.refresh = done.text("refresh_token")?;
        self.since = Instant::now();
        Ok(())
    }
}

/// The body of another login from the same device: one that is not known logs in a few times at once at most.
pub fn credentials(session: &Session) -> Value {
    let mut body = json!({ "username": session.username, "password": PASSWORD });
    if let Some(device) = &session.device {
        body["device_token"] = device.clone();
    }
    body
}
