//! Which cases somebody may search, and by what: their places on teams, asked when they ask.

use diesel::prelude::*;

use crate::access::{CaseId, Permission, Permit};
use crate::cases::code::CaseCode;
use crate::cases::scope::{Way, lasts, reached, ways};
use crate::db::Tx;
use crate::db::schema::{case_team, cases};
use crate::error::Result;

/// A case that may be searched.
#[derive(Queryable, Clone, Copy)]
pub(crate) struct Searchable {
    pub(crate) case: CaseId,
    /// By what the identity record holds.
    pub(crate) identity: bool,
    /// By what the contact record holds.
    pub(crate) contact: bool,
}

/// The cases whose identity or contact record the permit's holder may open now. That takes a place on the team, by
/// whatever way a case is reached otherwise.
pub(crate) fn searchable<P: Permission>(tx: &mut Tx<'_>, permit: &Permit<P>) -> Result<Vec<Searchable>> {
    let mut found = Vec::new();
    for way in ways(permit) {
        let Way::Team(user) = way else { continue };
        let places = case_team::table
            .filter(case_team::user_id.eq(user))
            .filter(lasts(tx.now()))
            .filter(case_team::identity.or(case_team::contact))
            .select((case_team::case_id, case_team::identity, case_team::contact));
        found.extend(places.load::<Searchable>(tx.conn())?);
    }
    Ok(found)
}

/// The codes of those of the cases that the permit reaches, noted on the event as shown.
pub(crate) fn codes<P: Permission>(
    tx: &mut Tx<'_>,
    permit: &Permit<P>,
    ids: &[CaseId],
) -> Result<Vec<(CaseId, CaseCode)>> {
    let shown: Vec<(CaseId, CaseCode)> = cases::table
        .filter(cases::id.eq_any(ids))
        .filter(reached(permit, tx.now()))
        .select((cases::id, cases::code))
        .load(tx.conn())?;
    tx.event.set_cases(shown.iter().map(|(case, _)| *case));
    Ok(shown)
}
