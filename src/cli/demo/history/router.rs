//! Requests through the real router, in this process, in the name of the network's users.
//!
//! Nothing of a request is left out but the socket: middleware, permits, rules, the log.

use std::cell::RefCell;
use std::collections::HashMap;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;

use actix_web::body::to_bytes;
use actix_web::dev::Service as _;
use actix_web::http::{Method, StatusCode};
use actix_web::test::{TestRequest, init_service};
use actix_web::web::{Bytes, Data};
use anyhow::{Context as _, Result, anyhow, bail};
use chrono::TimeDelta;
use serde_json::Value;

use crate::access::permissions::SystemAct;
use crate::access::{Permit, SessionId, UserId};
use crate::accounts::access_token::Bearer;
use crate::accounts::refresh;
use crate::app::{self, App};
use crate::audit::{Action, Event};
use crate::db::types::Timestamp;

type Call = Box<dyn Fn(TestRequest) -> Pin<Box<dyn Future<Output = Result<(StatusCode, Bytes)>>>>>;

/// A user logs in again after this time; a session lasts a day longer.
const WORKS_WITH_ONE_SESSION: TimeDelta = TimeDelta::days(29);

/// The router, and who is logged in.
pub struct Router {
    app: Data<App>,
    call: Call,
    sessions: RefCell<HashMap<UserId, (SessionId, Timestamp)>>,
}

/// What the request must find, beside its body.
#[derive(Clone, Copy)]
pub enum Condition {
    /// Nothing.
    None,
    /// This version.
    Version(i64),
    /// That there is none yet.
    Absent,
}

impl Router {
    /// Over an opened network.
    pub async fn new(app: Data<App>) -> Self {
        let service = Rc::new(init_service(app::build(app.clone())).await);
        let call: Call = Box::new(move |request| {
            let service = Rc::clone(&service);
            Box::pin(async move {
                let answer = service.call(request.to_request()).await.map_err(|error| anyhow!("{error}"))?;
                let status = answer.status();
                let body = to_bytes(answer.into_body()).await.map_err(|_| anyhow!("an answer broke off"))?;
                Ok((status, body))
            })
        });
        Self { app, call, sessions: RefCell::default() }
    }

    /// The network behind it.
    pub fn app(&self) -> &App {
        &self.app
    }

    /// Sends a request as a user; whatever is not a success is an error that tells the answer.
    pub async fn send(
        &self,
        user: UserId,
        method: Method,
        path: &str,
        condition: Condition,
        body: &Value,
    ) -> Result<Value> {
        let session = self.session_of(user).await?;
        let (token, _) = self.app.tokens.issue(Bearer { user, session })?;
        let request = TestRequest::with_uri(path)
            .method(method.clone())
            .insert_header(("Authorization", format!("Bearer {token}")));
        let request = match condition {
            Condition::None => request,
            Condition::Version(version) => request.insert_header(("If-Match", format!("\"{version}\""))),
            Condition::Absent => request.insert_header(("If-None-Match", "*")),
        };
        self.answer_to(request, (&method, path), body).await
    }

    /// Sends a request as somebody who has not logged in.
    pub async fn send_as_nobody(&self, method: Method, path: &str, body: &Value) -> Result<Value> {
        self.answer_to(TestRequest::with_uri(path).method(method.clone()), (&method, path), body).await
    }

    async fn answer_to(
        &self,
        request: TestRequest,
        (method, path): (&Method, &str),
        body: &Value,
    ) -> Result<Value> {
        let request = if body.is_null() { request } else { request.set_json(body) };
        let (status, bytes) = (self.call)(request).await?;
        if !status.is_success() {
            bail!("{method} {path} was answered {status}: {}", String::from_utf8_lossy(&bytes));
        }
        if bytes.is_empty() {
            return Ok(Value::Null);
        }
        serde_json::from_slice(&bytes).with_context(|| format!("{method} {path} was answered without JSON"))
    }

    /// Reads.
    pub async fn get(&self, user: UserId, path: &str) -> Result<Value> {
        self.send(user, Method::GET, path, Condition::None, &Value::Null).await
    }

    /// The session in which the user works today. It is opened without the password, which would be
    /// hashed each time.
    async fn session_of(&self, user: UserId) -> Result<SessionId> {
        let now = self.app.clock.now();
        let open = self.sessions.borrow().get(&user).copied();
        if let Some((session, since)) = open
            && now.since(since) < WORKS_WITH_ONE_SESSION
        {
            return Ok(session);
        }
        let permit = Permit::<SystemAct>::system("demo");
        let event = Event::new(Action::SessionCreate).by(user);
        let opened = self.app.db.write(permit, event, move |tx, _| {
            let (session, _) = refresh::open_session(tx, user)?;
            tx.event.set_subject(session);
            Ok(session)
        });
        let session = opened.await?.made()?;
        self.sessions.borrow_mut().insert(user, (session, now));
        Ok(session)
    }
}
