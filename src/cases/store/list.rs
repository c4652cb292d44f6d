//! Lists of cases: each way of the permit asks its own index, and the pages are merged.

use std::collections::BTreeMap;

use diesel::prelude::*;
use serde::{Deserialize, Serialize};

use crate::access::{CaseId, HubId, Permission, Permit, UserId};
use crate::cases::codes::{Risk, Stage, Status};
use crate::cases::model::Case;
use crate::cases::scope::{cases_of_team_member, ways};
use crate::db::schema::{cases, stays};
use crate::db::types::{Day, Timestamp};
use crate::db::{Backend, Tx};
use crate::error::{Error, Result};
use crate::network::model::ShelterId;

/// What a list may be narrowed by.
#[derive(Clone, Default)]
pub(crate) struct CaseListFilter {
    pub stage: Option<Stage>,
    pub status: Option<Status>,
    pub hub: Option<HubId>,
    pub shelter: Option<ShelterId>,
    pub risk: Option<Risk>,
    pub assigned: Option<UserId>,
    pub updated_since: Option<Timestamp>,
}

/// The order of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CaseOrder {
    Updated,
    UpdatedLastFirst,
    Opened,
    OpenedLastFirst,
}

/// Where a page ends.
#[derive(Clone, Copy, Serialize, Deserialize, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum ListKey {
    Updated(Timestamp, CaseId),
    Opened(Day, CaseId),
}

impl CaseOrder {
    /// Where a row stands in this order.
    pub(crate) fn key(self, case: &Case) -> ListKey {
        match self {
            Self::Updated | Self::UpdatedLastFirst => ListKey::Updated(case.updated_at, case.id),
            Self::Opened | Self::OpenedLastFirst => ListKey::Opened(case.opened_on, case.id),
        }
    }

    fn descends(self) -> bool {
        matches!(self, Self::UpdatedLastFirst | Self::OpenedLastFirst)
    }
}

type Boxed<'a> = cases::BoxedQuery<'a, Backend>;

/// Up to `limit` cases after `start`, noted on the event, and one more where there are more: that one
/// only tells so, and is neither shown nor on the record.
pub(crate) fn list<P: Permission>(
    tx: &mut Tx<'_>,
    permit: &Permit<P>,
    filter: &CaseListFilter,
    order: CaseOrder,
    start: Option<ListKey>,
    limit: i64,
) -> Result<Vec<Case>> {
    let with_one_more = limit + 1;
    let mut found: BTreeMap<ListKey, Case> = BTreeMap::new();
    for way in ways(permit) {
        let query =
            cases::table.into_boxed().filter(way.filter(tx.now())).filter(cases::merged_into.is_null());
        let query = ordered(after(narrowed(query, filter, tx.now()), start, order), order);
        let rows: Vec<Case> = query.limit(with_one_more).select(Case::as_select()).load(tx.conn())?;
        found.extend(rows.into_iter().map(|case| (order.key(&case), case)));
    }
    let most = usize::try_from(with_one_more).map_err(Error::internal)?;
    let cases: Vec<Case> = if order.descends() {
        found.into_values().rev().take(most).collect()
    } else {
        found.into_values().take(most).collect()
    };
    tx.event.set_cases(cases.iter().take(most - 1).map(|case| case.id));
    Ok(cases)
}

fn narrowed<'a>(mut query: Boxed<'a>, filter: &CaseListFilter, now: Timestamp) -> Boxed<'a> {
    if let Some(stage) = filter.stage {
        query = query.filter(cases::stage.eq(stage));
    }
    if let Some(status) = filter.status {
        query = query.filter(cases::status.eq(status));
    }
    if let Some(hub) = filter.hub {
        query = query.filter(cases::hub_id.eq(hub));
    }
    if let Some(risk) = filter.risk {
        query = query.filter(cases::risk.eq(risk));
    }
    if let Some(since) = filter.updated_since {
        query = query.filter(cases::updated_at.ge(since));
    }
    if let Some(shelter) = filter.shelter {
        let inside = stays::table.filter(stays::shelter_id.eq(shelter)).filter(stays::left_on.is_null());
        query = query.filter(cases::id.eq_any(inside.select(stays::case_id)));
    }
    if let Some(user) = filter.assigned {
        query = query.filter(cases::id.eq_any(cases_of_team_member(user, now)));
    }
    query
}

fn after(query: Boxed<'_>, start: Option<ListKey>, order: CaseOrder) -> Boxed<'_> {
    match (start, order.descends()) {
        (None, _) => query,
        (Some(ListKey::Updated(at, id)), false) => {
            query.filter(cases::updated_at.gt(at).or(cases::updated_at.eq(at).and(cases::id.gt(id))))
        }
        (Some(ListKey::Updated(at, id)), true) => {
            query.filter(cases::updated_at.lt(at).or(cases::updated_at.eq(at).and(cases::id.lt(id))))
        }
        (Some(ListKey::Opened(on, id)), false) => {
            query.filter(cases::opened_on.gt(on).or(cases::opened_on.eq(on).and(cases::id.gt(id))))
        }
        (Some(ListKey::Opened(on, id)), true) => {
            query.filter(cases::opened_on.lt(on).or(cases::opened_on.eq(on).and(cases::id.lt(id))))
        }
    }
}

fn ordered(query: Boxed<'_>, order: CaseOrder) -> Boxed<'_> {
    match order {
        CaseOrder::Updated => query.order((cases::updated_at.asc(), cases::id.asc())),
        CaseOrder::UpdatedLastFirst => query.order((cases::updated_at.desc(), cases::id.desc())),
        CaseOrder::Opened => query.order((cases::opened_on.asc(), cases::id.asc())),
        CaseOrder::OpenedLastFirst => query.order((cases::opened_on.desc(), cases::id.desc())),
    }
}
