//! The log as it stands in the database, read past all doors.

use serde_json::Value;
use waystation::db::types::Timestamp;

use super::{Raw, TestApp};

/// A row of the log.
#[derive(Debug, Clone)]
pub struct Entry {
    pub id: String,
    pub position: Option<i64>,
    pub recorded_at: Timestamp,
    pub actor_id: Option<String>,
    pub action: String,
    pub outcome: String,
    pub case_id: Option<String>,
    pub bytes: Vec<u8>,
    pub leaf: Vec<u8>,
}

impl Entry {
    /// The body as JSON.
    pub fn body(&self) -> Value {
        serde_json::from_slice(&self.bytes).unwrap()
    }

    /// The request that caused it.
    pub fn request(&self) -> String {
        self.body()["request"].as_str().unwrap().to_owned()
    }

    fn parse(line: &str) -> Self {
        let mut parts = line.split('|').map(|part| (part != "-").then(|| part.to_owned()));
        let mut next = move || parts.next().unwrap();
        Self {
            id: next().unwrap(),
            position: next().map(|position| position.parse().unwrap()),
            recorded_at: Timestamp::from_micros(next().unwrap().parse().unwrap()),
            actor_id: next(),
            action: next().unwrap(),
            outcome: next().unwrap(),
            case_id: next(),
            bytes: unhex(&next().unwrap()),
            leaf: unhex(&next().unwrap()),
        }
    }
}

/// Bytes as hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    let digit = |value: u8| char::from(b"0123456789abcdef"[usize::from(value)]);
    bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]).map(digit).collect()
}

/// Hexadecimal back to bytes.
pub fn unhex(text: &str) -> Vec<u8> {
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap()).collect()
}

impl Raw {
    /// Lets plain SQL take away what the triggers keep.
    pub fn unguard_log(&mut self) {
        let triggers = match self {
            Self::Sqlite(_) => ["audit_events_no_delete", "audit_checkpoints_no_delete"],
            Self::Postgres(_) => {
                ["audit_events_no_change ON audit_events", "audit_checkpoints_no_change ON audit_checkpoints"]
            }
        };
        for trigger in triggers {
            self.execute(&format!("DROP TRIGGER IF EXISTS {trigger}")).unwrap();
        }
    }

    /// Bytes, to be written.
    pub fn literal(&self, bytes: &[u8]) -> String {
        match self {
            Raw::Sqlite(_) => format!("X'{}'", hex(bytes)),
            Raw::Postgres(_) => format!("'\\x{}'", hex(bytes)),
        }
    }

    /// The expression for a column of bytes as hexadecimal.
    pub fn hex(&self, column: &str) -> String {
        match self {
            Self::Sqlite(_) => format!("lower(hex({column}))"),
            Self::Postgres(_) => format!("encode({column}, 'hex')"),
        }
    }

    /// The whole log, in the order of positions.
    pub fn log(&mut self) -> Vec<Entry> {
        let sql = format!(
            "SELECT id || '|' || COALESCE(CAST(position AS TEXT), '-') || '|' || CAST(recorded_at AS TEXT) || '|' ||
                    COALESCE(actor_id, '-') || '|' || action || '|' || outcome || '|' || COALESCE(case_id, '-') || '|' ||
                    {} || '|' || {} AS t
             FROM audit_events ORDER BY position",
            self.hex("body"),
            self.hex("leaf")
        );
        self.texts(&sql).iter().map(|line| Entry::parse(line)).collect()
    }
}

impl TestApp {
    /// The whole log, once every event has its position.
    pub async fn log(&self) -> Vec<Entry> {
        let mut raw = self.database.raw();
        for _ in 0..200 {
            if raw.count("SELECT COUNT(*) FROM audit_events WHERE position IS NULL") == 0 {
                return raw.log();
            }
            actix_web::rt::time::sleep(std::time::Duration::from_millis(25)).await;
        }
        panic!("events wait for their positions");
    }

    /// The events of one request.
    pub async fn events_of(&self, request: &str) -> Vec<Entry> {
        self.log().await.into_iter().filter(|entry| entry.request() == request).collect()
    }
}

/// Positions run from 0 without a gap.
#[track_caller]
pub fn assert_without_gap(log: &[Entry]) {
    let positions: Vec<_> = log.iter().map(|entry| entry.position).collect();
    let expected: Vec<_> = (0..i64::try_from(log.len()).unwrap()).map(Some).collect();
    assert_eq!(positions, expected);
}
