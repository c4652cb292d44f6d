//! What the tables around a case say, gathered for the guards of its stages.

use super::model::Case;
use super::rules::{CaseFacts, StageFacts};
use crate::db::Tx;
use crate::error::Result;
use crate::{asylum, network, resettlement, transit};

/// What the row says.
pub(crate) fn of_row(case: &Case) -> CaseFacts {
    CaseFacts { stage: case.stage, status: case.status, outcome: case.outcome, since: case.since }
}

/// What the other tables say.
pub(crate) fn around(tx: &mut Tx<'_>, case: &Case) -> Result<StageFacts> {
    let (approved_journey, journey_legs) = transit::store::journey_facts(tx, case)?;
    let application = asylum::store::facts(tx, case)?;
    Ok(StageFacts {
        open_stay: network::store::has_open_stay(tx, case)?,
        approved_journey,
        journey_legs,
        open_application: application.open,
        granted: application.granted,
        accepted_by_country: resettlement::store::accepted_by_country(tx, case)?,
    })
}
