//! Reading one case.

use actix_web::web::Data;

use super::CaseView;
use crate::access::Permit;
use crate::access::permissions::CaseRead;
use crate::app::App;
use crate::audit::{Action, Event};
use crate::cases::code::CaseRef;
use crate::cases::store;
use crate::error::Result;
use crate::http::{Path, Versioned};

/// `GET /v1/cases/{case}`
pub async fn get_case(
    permit: Permit<CaseRead>,
    app: Data<App>,
    path: Path<CaseRef>,
) -> Result<Versioned<CaseView>> {
    let reference = path.0;
    let event = Event::new(Action::CaseRead).asked_for(reference);
    let seen = app.db.read(permit, event, move |tx, permit| store::find(tx, permit, &reference)).await?;
    Ok(Versioned::read(seen.value))
}
