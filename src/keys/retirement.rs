//! A version that nothing needs any longer is destroyed.

use super::{LET_GO, follow};
use crate::access::Permit;
use crate::access::permissions::SystemAct;
use crate::accounts;
use crate::app::App;
use crate::audit::{self, Action, Event};
use crate::cases;
use crate::crypto::KeyPurpose;
use crate::db::keyring_rows::{self, KeyRow};
use crate::db::{Tx, WriteTx, idempotency};
use crate::error::Result;
use crate::notices;

/// A version of a key.
type Version = (KeyPurpose, i32);

/// What there is to do.
#[derive(Default)]
struct Due {
    /// Nothing needs them.
    retire: Vec<Version>,
    /// Every server knows them.
    known: Vec<Version>,
}

/// Destroys what nothing needs; how many versions that were.
pub async fn run(app: &App) -> Result<usize> {
    let due = app.db.unrecorded("which keys nothing needs any longer", due).await?;
    if due.retire.is_empty() && due.known.is_empty() {
        return Ok(0);
    }
    let named = |versions: &[Version]| {
        versions
            .iter()
            .map(|(purpose, version)| format!("{purpose} {version}"))
            .collect::<Vec<_>>()
            .join(", ")
    };
    let mut event = Event::new(Action::KeyRetire);
    for (name, versions) in [("retired", &due.retire), ("known", &due.known)] {
        if !versions.is_empty() {
            event = event.detail(name, named(versions));
        }
    }
    let retired = due.retire.len();
    let written =
        app.db.write(Permit::<SystemAct>::system("upkeep"), event, move |tx, _| carry_out(tx, &due));
    written.await?.made()?;
    follow(app).await?;
    Ok(retired)
}

fn carry_out(tx: &mut WriteTx<'_>, due: &Due) -> Result<()> {
    let now = tx.now();
    for &(purpose, version) in &due.known {
        keyring_rows::end_handover(tx.conn(), purpose, version)?;
    }
    for &version in &due.retire {
        keyring_rows::retire(tx.conn(), version, now)?;
    }
    Ok(())
}

fn due(tx: &mut Tx<'_>) -> Result<Due> {
    let mut due = Due::default();
    let settled = tx.now().plus(-LET_GO);
    let rows = keyring_rows::live(tx.conn())?;
    for row in &rows {
        let version = (row.purpose, row.version);
        if row.handover.is_some() && row.active_from <= settled {
            due.known.push(version);
        }
        let successor = rows.iter().find(|next| next.purpose == row.purpose && next.version > row.version);
        if let Some(next) = successor.filter(|next| next.active_from <= settled)
            && !is_needed(tx, version, next)?
        {
            due.retire.push(version);
        }
    }
    Ok(due)
}

/// Whether anything that is stored needs the version before `next`, which has been used for a while.
fn is_needed(tx: &mut Tx<'_>, (purpose, version): Version, next: &KeyRow) -> Result<bool> {
    match purpose {
        KeyPurpose::CaseWrapping => cases::store::keys::any_wrapped_before(tx, version + 1),
        // Tokens are good for less time than has passed.
        KeyPurpose::TokenSigning => Ok(false),
        // What it signed is there for good, and its public half is had from it.
        KeyPurpose::AuditSigning => Ok(true),
        KeyPurpose::PasswordPepper => Ok(accounts::store::any_peppered_by(tx, version)?
            || accounts::second_factor::store::any_sealed_by(tx, version)?
            || notices::mail::any_sealed_by(tx, version)?),
        KeyPurpose::SearchTexts => audit::text::any_before(tx, next.active_from.plus(LET_GO)),
        KeyPurpose::RefreshTokens | KeyPurpose::StoredAnswers => {
            idempotency::any_before(tx, next.active_from.plus(LET_GO))
        }
    }
}
