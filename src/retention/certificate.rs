//! The certificate of an erasure: a signed note (C2SP signed-note) by the log's key, over
//!
//! ```text
//! waystation/case.erase
//! <the log's name>
//! <the erasure's id>
//! <the case's id>
//! <the moment>
//! <the position of the entry on the log>
//! <the entry's leaf hash, base64>
//! <the id of each case that had been merged into it and was erased with it, a line each>
//! ```
//!
//! Its second line is the log's name, so it can never pass for a checkpoint, which has a number there.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::model::ErasureRow;
use super::store;
use crate::access::permissions::SystemAct;
use crate::access::{CaseId, Permit};
use crate::app::App;
use crate::audit::{Action, Event, log};
use crate::error::Result;

/// Certifies what is erased and has its position on the log; how many.
pub(super) async fn make(app: &App, at_once: i64) -> Result<usize> {
    let waiting = app.db.unrecorded("which erasures have no certificate", move |tx| {
        let mut waiting = Vec::new();
        for erasure in store::to_certify(tx, at_once)? {
            if let Some(entry) = log::newest_about(tx, erasure.case_id, Action::CaseErase)? {
                let cases = log::cases_of_subject(tx, erasure.id.as_str(), Action::CaseErase)?;
                let merged = cases.into_iter().filter(|case| *case != erasure.case_id).collect();
                waiting.push((erasure, merged, entry));
            }
        }
        Ok(waiting)
    });
    let mut made = 0;
    for (erasure, merged, (position, leaf)) in waiting.await? {
        let note = app.notary.certify(Action::CaseErase, &lines(&erasure, merged, position, &leaf));
        let event = Event::new(Action::ErasureCertify).about(erasure.case_id).subject(erasure.id);
        let written = app.db.write(Permit::<SystemAct>::system("upkeep"), event, move |tx, _| {
            let row = ErasureRow { certificate: Some(note.clone()), ..erasure.clone() };
            store::update(tx, &erasure, row).map(drop)
        });
        written.await?.made()?;
        made += 1;
    }
    Ok(made)
}

fn lines(erasure: &ErasureRow, merged: Vec<CaseId>, position: i64, leaf: &[u8]) -> Vec<String> {
    let own = [
        erasure.id.to_string(),
        erasure.case_id.to_string(),
        erasure.ended_at.map(|at| at.to_string()).unwrap_or_default(),
        position.to_string(),
        STANDARD.encode(leaf),
    ];
    own.into_iter().chain(merged.into_iter().map(|case| case.to_string())).collect()
}
