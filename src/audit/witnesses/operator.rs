//! Witnesses without a network: the operator carries the request there and the signatures back.

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::hand_in;
use crate::access::Permit;
use crate::access::permissions::SystemAct;
use crate::app::App;
use crate::audit::checkpoint::{NotSigned, store};
use crate::audit::tree::{StoredTiles, consistency};
use crate::audit::{Action, Event};
use crate::db::Tx;
use crate::error::{Error, Result};

/// What a witness is asked with.
pub struct Request {
    /// How many entries its checkpoint has.
    pub size: i64,
    /// The body of add-checkpoint (C2SP tlog-witness).
    pub text: String,
    /// Why that is not the log as it is now.
    pub unsigned: Option<NotSigned>,
}

/// The newest checkpoint, of the log as it is now if that may be signed, with the proof from `since`.
pub async fn request(app: &App, since: u64) -> Result<Request> {
    let event = Event::new(Action::AuditFetch).detail("part", "witness_request").detail("from", since);
    let read = move |tx: &mut Tx<'_>, _: &Permit<SystemAct>| {
        let (size, note) = store::newest_note(tx)?
            .ok_or_else(|| Error::internal(anyhow::anyhow!("the log was never signed: start a server")))?;
        if since > size.unsigned_abs() {
            return Err(Error::invalid_field("--since", format!("the signed log has {size} entries")));
        }
        tx.event.set_detail("to", size);
        let mut text = format!("old {since}\n");
        for hash in consistency(&mut StoredTiles::new(tx.conn()), since, size.unsigned_abs())? {
            writeln!(text, "{}", STANDARD.encode(hash)).map_err(Error::internal)?;
        }
        text.push('\n');
        text.push_str(&note);
        Ok((size, text))
    };
    let unsigned = app.notary.publish_all(&app.db).await.err();
    let (size, text) = app.db.read_log(Permit::system("operator"), event, read).await?.value;
    Ok(Request { size, text, unsigned })
}

/// Keeps the signatures that a witness answered.
pub async fn add(app: &App, size: i64, lines: Vec<String>) -> Result<()> {
    hand_in(app, Permit::<SystemAct>::system("operator"), size, lines).await
}
