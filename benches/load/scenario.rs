//! What is asked, over and over, on one connection.

use anyhow::{Result, bail};
use clap::ValueEnum;
use serde_json::json;

use crate::cases::OwnCase;
use crate::wire::{Answer, Request};

/// A scenario. The order is that of a run: what only reads comes first, what makes the database larger
/// last, and logins, which need the most memory, after all that needs little.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub enum Scenario {
    /// `GET /v1/cases/{case}`
    Read,
    /// `GET /v1/cases/{case}/identity`
    Sealed,
    /// `GET /v1/cases?limit=50`
    List,
    /// `GET /v1/reports/stages`, as a coordinator of all hubs.
    Report,
    /// The same along every dimension there is: the longest answer.
    Breakdown,
    /// `POST /v1/cases/{case}/stage`
    Move,
    /// `POST /v1/cases`
    Create,
    /// `POST /v1/sessions`
    Login,
}

impl Scenario {
    /// For a person.
    pub fn name(self) -> &'static str {
        match self {
            Self::Read => "audited read of a case",
            Self::Sealed => "audited read of a sealed record",
            Self::List => "list of 50 cases",
            Self::Report => "stage report",
            Self::Breakdown => "stage report, every dimension",
            Self::Move => "stage move",
            Self::Create => "create a case",
            Self::Login => "login",
        }
    }

    /// The action that every answer must have on the log.
    pub fn action(self) -> &'static str {
        match self {
            Self::Read => "case.read",
            Self::Sealed => "record.read",
            Self::List => "case.list",
            Self::Report | Self::Breakdown => "report.stages",
            Self::Move => "case.move",
            Self::Create => "case.create",
            Self::Login => "session.create",
        }
    }

    /// The status of every answer; any other ends the run.
    pub fn expected_status(self) -> u16 {
        match self {
            Self::Read | Self::Sealed | Self::List | Self::Report | Self::Breakdown | Self::Move => 200,
            Self::Create | Self::Login => 201,
        }
    }
}

/// What one connection asks for.
pub enum Requests {
    /// The same requests in turn.
    InTurn { requests: Vec<Request>, next: usize },
    /// Moves of the connection's own cases in turn, so that none gets a history longer than life.
    Moves { token: String, today: String, cases: Vec<OwnCase>, next: usize, current: Option<Request> },
}

impl Requests {
    /// In turn, from the first.
    pub fn in_turn(requests: Vec<Request>) -> Self {
        Self::InTurn { requests, next: 0 }
    }

    /// Moves on this day.
    pub fn moves(token: String, today: String, cases: Vec<OwnCase>) -> Self {
        Self::Moves { token, today, cases, next: 0, current: None }
    }

    /// The next request.
    pub fn next(&mut self) -> Result<&Request> {
        match self {
            Self::InTurn { requests, next } => {
                let index = *next % requests.len().max(1);
                *next = index + 1;
                match requests.get(index) {
                    Some(request) => Ok(request),
                    None => bail!("a connection has nothing to ask for"),
                }
            }
            Self::Moves { token, today, cases, next, current } => {
                let Some(case) = cases.get(*next) else { bail!("a connection has no case to move") };
                Ok(current.insert(move_request(token, today, case)))
            }
        }
    }

    /// Learns from the answer what the next request needs.
    pub fn learn(&mut self, answer: &Answer<'_>) -> Result<()> {
        let Self::Moves { cases, next, .. } = self else { return Ok(()) };
        let Some(etag) = answer.etag else { bail!("the answer to a move has no ETag") };
        if let Some(case) = cases.get_mut(*next) {
            etag.clone_into(&mut case.etag);
            case.in_transit = !case.in_transit;
        }
        *next = (*next + 1) % cases.len().max(1);
        Ok(())
    }
}

/// There and back: both moves stay allowed, as the stay is open and the journey approved.
fn move_request(token: &str, today: &str, case: &OwnCase) -> Request {
    let (to, reason) =
        if case.in_transit { ("shelter", "returned_to_shelter") } else { ("transit", "route_ready") };
    let body = json!({ "to": to, "reason": reason, "on": today }).to_string();
    let path = format!("/v1/cases/{}/stage", case.id);
    Request::new("POST", &path, Some(token), &[("If-Match", &case.etag)], Some(&body))
}
