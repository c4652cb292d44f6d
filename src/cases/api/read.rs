//! Reading one case.

use actix_web::web::Data;

use super::CaseWithMerged;
use crate::access::Permit;
use crate::access::permissions::CaseRead;
use crate::app::App;
use crate::audit::{Action, Event};
use crate::cases::code::CaseRef;
use crate::cases::merging;
use crate::cases::store;
use crate::error::Result;
use crate::http::{Path, Versioned};

/// `GET /v1/cases/{case}`
pub async fn get_case(
    permit: Permit<CaseRead>,
    app: Data<App>,
    path: Path<CaseRef>,
) -> Result<Versioned<CaseWithMerged>> {
    let reference = path.0;
    let event = Event::new(Action::CaseRead).asked_for(reference);
    let read = app.db.read(permit, event, move |tx, permit| {
        let case = store::find(tx, permit, &reference)?;
        let merged = merging::store::merged_into(tx, case.id)?;
        Ok((case, merged))
    });
    Ok(Versioned::read(CaseWithMerged::new(read.await?.value)))
}
