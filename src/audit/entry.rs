//! An event with who, when and how it ended, as the canonical bytes that are stored and hashed.
//!
//! The bytes are RFC 8785 JSON and are hashed as stored: leaf = SHA-256(0x00 || bytes), RFC 6962.

use diesel::prelude::*;
use serde::Serialize;
use sha2::{Digest, Sha256};

use super::action::{Action, Outcome};
use super::event::{Event, SealedWrite};
use crate::access::actor::{CaseId, FieldGroup, Role, SessionId, UserId};
use crate::db::schema::audit_events;
use crate::db::types::{Timestamp, id};
use crate::error::{Code, Error, Result};

id!(EventId, "An entry of the log.", dated);
id!(SubjectId, "What an entry is about: a user, a session, a hub, a stay, a version of a record and so on.");
id!(RequestId, "A request; in every answer, log line and entry it caused.");

/// Who and under which request.
#[derive(Clone)]
pub struct Origin {
    /// The user; none before a login and for the operator at the machine.
    pub actor: Option<UserId>,
    /// Their role at that moment.
    pub role: Option<Role>,
    /// Their session.
    pub session: Option<SessionId>,
    /// The request.
    pub request: RequestId,
    /// The permission that was used, or why the system acts by itself.
    pub permission: &'static str,
}

/// A row of the log, ready to insert.
#[derive(Insertable, Clone)]
#[diesel(table_name = audit_events, treat_none_as_default_value = false)]
pub(crate) struct NewEntry {
    pub id: EventId,
    pub position: Option<i64>,
    pub recorded_at: Timestamp,
    pub actor_id: Option<UserId>,
    pub action: Action,
    pub outcome: Outcome,
    pub case_id: Option<CaseId>,
    pub subject: Option<String>,
    pub body: Vec<u8>,
    pub leaf: Vec<u8>,
}

#[derive(Serialize)]
struct Body<'a> {
    action: Action,
    #[serde(skip_serializing_if = "Option::is_none")]
    actor: Option<UserId>,
    at: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    case: Option<CaseId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    case_asked_for: Option<&'a str>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    cases: &'a [CaseId],
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<&'static str>,
    #[serde(skip_serializing_if = "std::collections::BTreeMap::is_empty")]
    details: &'a std::collections::BTreeMap<&'static str, String>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    fields: &'a [&'static str],
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    groups: &'a [FieldGroup],
    id: EventId,
    outcome: Outcome,
    permission: &'static str,
    request: RequestId,
    #[serde(skip_serializing_if = "Option::is_none")]
    role: Option<Role>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    sealed: &'a [SealedWrite],
    #[serde(skip_serializing_if = "Option::is_none")]
    session: Option<SessionId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    subject: Option<&'a str>,
    v: u8,
}

impl NewEntry {
    /// Completes an event. `refusal` is the code by which it was denied or failed.
    pub(crate) fn new(
        event: &Event,
        origin: &Origin,
        at: Timestamp,
        outcome: Outcome,
        refusal: Option<Code>,
    ) -> Result<Self> {
        let id = EventId::generate(at);
        let actor = event.actor.or(origin.actor);
        let body = serde_json_canonicalizer::to_vec(&Body {
            action: event.action,
            actor,
            at,
            case: event.case,
            case_asked_for: event.case_asked_for.as_deref().filter(|_| event.case.is_none()),
            cases: &event.cases,
            code: refusal.map(Code::as_str),
            details: &event.details,
            fields: &event.fields,
            groups: &event.groups,
            id,
            outcome,
            permission: origin.permission,
            request: origin.request,
            role: origin.role,
            sealed: &event.sealed,
            session: origin.session,
            subject: event.subject.as_deref(),
            v: 1,
        })
        .map_err(Error::internal)?;
        if body.len() > LARGEST_BODY {
            return Err(Error::internal(anyhow::anyhow!(
                "an entry of {} bytes is larger than a log may have",
                body.len()
            )));
        }
        let leaf = leaf_hash(&body).to_vec();
        Ok(Self {
            id,
            position: None,
            recorded_at: at,
            actor_id: actor,
            action: event.action,
            outcome,
            case_id: event.case,
            subject: event.subject.clone(),
            body,
            leaf,
        })
    }
}

/// The log is handed out as entries after two bytes of length each (C2SP tlog-tiles).
const LARGEST_BODY: usize = u16::MAX as usize;

/// RFC 6962, section 2.1: the hash of a leaf.
#[must_use]
pub fn leaf_hash(body: &[u8]) -> [u8; 32] {
    Sha256::new().chain_update([0]).chain_update(body).finalize().into()
}

/// Lower-case hexadecimal.
pub(crate) fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    bytes
        .iter()
        .flat_map(|byte| [byte >> 4, byte & 15])
        .map(|nibble| DIGITS[usize::from(nibble)] as char)
        .collect()
}
