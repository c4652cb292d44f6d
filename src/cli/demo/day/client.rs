//! A person at an API client: real requests over a socket, and what must come back.

use anyhow::{Context as _, Result, bail};
use chrono::TimeDelta;
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::{Value, json};
use ureq::Agent;
use ureq::http::Request;

use crate::clock::Clock;
use crate::db::types::Timestamp;

/// A token is good for ten minutes; it is renewed a little before.
const RENEWED_AFTER: TimeDelta = TimeDelta::minutes(9);

/// An answer.
pub struct Answer {
    asked: String,
    /// Status.
    pub status: u16,
    /// Body.
    pub body: String,
}

impl Answer {
    /// The body, when the status is the expected one.
    pub fn expect(self, status: u16) -> Result<Value> {
        if self.status != status {
            bail!("{}: expected {status}, came {}: {}", self.asked, self.status, self.body);
        }
        if self.body.is_empty() {
            return Ok(Value::Null);
        }
        serde_json::from_str(&self.body).with_context(|| format!("{}: expected JSON", self.asked))
    }

    /// The problem, when status and code are the expected ones.
    pub fn expect_problem(self, status: u16, code: &str) -> Result<Value> {
        let asked = self.asked.clone();
        let problem = self.expect(status)?;
        if problem["code"] != code {
            bail!("{asked}: expected the problem {code}, came {problem}");
        }
        Ok(problem)
    }
}

/// Somebody who has logged in.
pub struct Client {
    agent: Agent,
    url: String,
    clock: Clock,
    /// Their username.
    pub name: &'static str,
    /// Their id.
    pub id: String,
    access_token: String,
    refresh_token: String,
    since: Timestamp,
}

impl Client {
    /// Logs in.
    pub fn log_in(url: &str, clock: &Clock, name: &'static str, password: &SecretString) -> Result<Self> {
        let agent: Agent = Agent::config_builder().http_status_as_error(false).build().into();
        let mut client = Self {
            agent,
            url: url.to_owned(),
            clock: clock.clone(),
            name,
            id: String::new(),
            access_token: String::new(),
            refresh_token: String::new(),
            since: clock.now(),
        };
        let body = json!({"username": name, "password": password.expose_secret()});
        let session = client.exchange("POST", "/v1/sessions", None, Some(&body))?.expect(201)?;
        client.carry_on(&session)?;
        client.id = text(&session["user"]["id"])?;
        Ok(client)
    }

    /// Reads.
    pub fn get(&mut self, path: &str) -> Result<Answer> {
        self.send("GET", path, None, None)
    }

    /// Creates something in a list.
    pub fn post(&mut self, path: &str, body: &Value) -> Result<Answer> {
        self.send("POST", path, None, Some(body))
    }

    /// Writes a sealed record for the first time.
    pub fn put_first(&mut self, path: &str, body: &Value) -> Result<Answer> {
        self.send("PUT", path, Some(("If-None-Match", "*")), Some(body))
    }

    /// Takes a step on a version.
    pub fn step(&mut self, path: &str, version: &Value, body: &Value) -> Result<Answer> {
        self.send("POST", path, Some(("If-Match", &format!("\"{version}\""))), Some(body))
    }

    fn send(
        &mut self,
        method: &str,
        path: &str,
        condition: Option<(&str, &str)>,
        body: Option<&Value>,
    ) -> Result<Answer> {
        if self.clock.now().since(self.since) > RENEWED_AFTER {
            let body = json!({"refresh_token": self.refresh_token});
            let session = self.exchange("POST", "/v1/sessions/refresh", None, Some(&body))?.expect(200)?;
            self.carry_on(&session)?;
        }
        self.exchange(method, path, condition, body)
    }

    fn carry_on(&mut self, session: &Value) -> Result<()> {
        self.access_token = text(&session["access_token"])?;
        self.refresh_token = text(&session["refresh_token"])?;
        self.since = self.clock.now();
        Ok(())
    }

    fn exchange(
        &self,
        method: &str,
        path: &str,
        condition: Option<(&str, &str)>,
        body: Option<&Value>,
    ) -> Result<Answer> {
        let mut request = Request::builder().method(method).uri(format!("{}{path}", self.url));
        if !self.access_token.is_empty() {
            request = request.header("Authorization", format!("Bearer {}", self.access_token));
        }
        if let Some((name, value)) = condition {
            request = request.header(name, value);
        }
        let sent = match body {
            Some(body) => {
                self.agent.run(request.header("Content-Type", "application/json").body(body.to_string())?)
            }
            None => self.agent.run(request.body(())?),
        };
        let asked = format!("{}: {method} {path}", self.name);
        let mut answer = sent.with_context(|| asked.clone())?;
        let status = answer.status().as_u16();
        let body = answer.body_mut().read_to_string().with_context(|| asked.clone())?;
        Ok(Answer { asked, status, body })
    }
}

/// A text of an answer.
pub fn text(value: &Value) -> Result<String> {
    Ok(value.as_str().context("expected a text in an answer")?.to_owned())
}

#[cfg(test)]
mod tests {
    use super::Answer;

    fn answer(status: u16, body: &str) -> Answer {
        Answer { asked: "tern: GET /v1/cases/1".to_owned(), status, body: body.to_owned() }
    }

    #[test]
    fn what_was_not_expected_is_told_beside_what_came() {
        let error = answer(200, r#"{"id":"1"}"#).expect_problem(404, "not_found").unwrap_err();
        assert_eq!(error.to_string(), r#"tern: GET /v1/cases/1: expected 404, came 200: {"id":"1"}"#);
        let error = answer(404, r#"{"code":"gone"}"#).expect_problem(404, "not_found").unwrap_err();
        assert!(error.to_string().contains("expected the problem not_found"), "{error}");
    }
}
