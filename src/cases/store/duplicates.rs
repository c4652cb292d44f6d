//! Pairs of cases that may be of one person.
//!
//! A pair is shown to whoever reaches one of its cases, with that case; the other one as far as they reach it. One with
//! a restricted case is there only for those who reach that case, so that nobody else learns of it.

use std::collections::HashMap;

use diesel::prelude::*;

use crate::access::permissions::{DuplicateDecide, DuplicateList, IdentityCompare, SystemAct};
use crate::access::{CaseId, HubId, Permission, Permit, Reach, UserId};
use crate::cases::code::CaseCode;
use crate::cases::model::Case;
use crate::cases::scope::reached;
use crate::cases::search::duplicates::{DuplicateId, DuplicateState};
use crate::db::schema::{cases, duplicate_candidates as pairs, hubs};
use crate::db::types::Timestamp;
use crate::db::{Tx, WriteTx, changed_one};
use crate::error::{Error, Result};
use crate::http::IfMatch;
use crate::notices::codes::NoticeKind;
use crate::notices::{About, Whom, tell};

/// A pair as stored: the case with the lower id first.
#[derive(Queryable, Selectable, Insertable, Clone, Copy)]
#[diesel(table_name = pairs, treat_none_as_default_value = false)]
pub(crate) struct Pair {
    pub(crate) id: DuplicateId,
    pub(crate) lower_case: CaseId,
    pub(crate) upper_case: CaseId,
    pub(crate) state: DuplicateState,
    pub(crate) version: i64,
    pub(crate) noted_at: Timestamp,
    /// Who of its side said that they are two people.
    pub(crate) lower_by: Option<UserId>,
    pub(crate) upper_by: Option<UserId>,
    pub(crate) decided_at: Option<Timestamp>,
}

/// A case of a pair, as far as it may be seen.
#[derive(Clone)]
pub(crate) struct Side {
    pub(crate) hub: HubId,
    pub(crate) hub_name: String,
    /// Nothing where the case is not within reach.
    pub(crate) case: Option<(CaseId, CaseCode)>,
}

/// A pair with both its sides; the first is within reach.
pub(crate) struct SeenPair {
    pub(crate) pair: Pair,
    pub(crate) own: Side,
    pub(crate) other: Side,
}

/// Where a page of pairs ends.
pub(crate) type PairKey = (Timestamp, DuplicateId);

/// Pairs that are looked at together.
const CHUNK: i64 = 200;

impl Pair {
    fn cases(&self) -> [CaseId; 2] {
        [self.lower_case, self.upper_case]
    }
}

/// Notes pairs of a case. One that was decided as two people is open again: their names have changed since.
pub(crate) fn note(
    tx: &mut WriteTx<'_>,
    _: &Permit<SystemAct>,
    case: CaseId,
    others: &[CaseId],
) -> Result<()> {
    let mut noted = Vec::new();
    for &other in others {
        let (lower, upper) = (case.min(other), case.max(other));
        let this = pairs::table.filter(pairs::lower_case.eq(lower)).filter(pairs::upper_case.eq(upper));
        let known: Option<Pair> = this.select(Pair::as_select()).first(tx.conn()).optional()?;
        let pair = Pair {
            id: known.map_or_else(DuplicateId::generate, |pair| pair.id),
            lower_case: lower,
            upper_case: upper,
            state: DuplicateState::Open,
            version: known.map_or(1, |pair| pair.version + 1),
            noted_at: tx.now(),
            lower_by: None,
            upper_by: None,
            decided_at: None,
        };
        match known.map(|pair| pair.state) {
            None => diesel::insert_into(pairs::table).values(pair).execute(tx.conn())?,
            Some(DuplicateState::NotSame) => store(tx, &pair)?,
            Some(DuplicateState::Open | DuplicateState::Merged) => continue,
        };
        noted.push(other);
        tell_coordinators(tx, &pair)?;
    }
    tx.event.set_detail("pairs", noted.len());
    tx.event.set_cases(noted);
    Ok(())
}

/// Tells those of both hubs. Of a pair with a restricted case they are not told: who reaches both sees it there.
fn tell_coordinators(tx: &mut WriteTx<'_>, pair: &Pair) -> Result<()> {
    let sides: Vec<(HubId, bool)> = cases::table
        .filter(cases::id.eq_any(pair.cases()))
        .select((cases::hub_id, cases::restricted))
        .load(tx.conn())?;
    if sides.iter().any(|(_, restricted)| *restricted) {
        return Ok(());
    }
    let whom: Vec<Whom> = sides.into_iter().map(|(hub, _)| Whom::CoordinatorsOf(hub)).collect();
    tell(tx, &whom, About { kind: NoticeKind::DuplicateWaits, subject: pair.id.as_str(), not_to: None })
}

fn store(tx: &mut WriteTx<'_>, pair: &Pair) -> Result<usize> {
    let before = pairs::table.find(pair.id).filter(pairs::version.eq(pair.version - 1));
    let changed = diesel::update(before)
        .set((
            pairs::state.eq(pair.state),
            pairs::version.eq(pair.version),
            pairs::noted_at.eq(pair.noted_at),
            pairs::lower_by.eq(pair.lower_by),
            pairs::upper_by.eq(pair.upper_by),
            pairs::decided_at.eq(pair.decided_at),
        ))
        .execute(tx.conn())?;
    changed_one(changed)?;
    Ok(changed)
}

/// Open pairs, the newest first: those of which one case is the permit's to decide about.
pub(crate) fn list(
    tx: &mut Tx<'_>,
    permit: &Permit<DuplicateList>,
    start: Option<PairKey>,
    limit: i64,
) -> Result<Vec<SeenPair>> {
    let wanted = usize::try_from(limit).map_err(Error::internal)?;
    let (mut found, mut after) = (Vec::new(), start);
    while found.len() <= wanted {
        let chunk = open_after(tx, after)?;
        after = chunk.last().map(|pair| (pair.noted_at, pair.id));
        let last = i64::try_from(chunk.len()).is_ok_and(|rows| rows < CHUNK);
        found.extend(
            seen(tx, permit, chunk)?.into_iter().filter(|pair| permit.hubs().contains(&pair.own.hub)),
        );
        if last {
            break;
        }
    }
    found.truncate(wanted + 1);
    let shown = found.iter().take(wanted).flat_map(|pair| [&pair.own.case, &pair.other.case]);
    let shown: Vec<CaseId> = shown.flatten().map(|(case, _)| *case).collect();
    tx.event.set_cases(shown);
    Ok(found)
}

fn open_after(tx: &mut Tx<'_>, after: Option<PairKey>) -> Result<Vec<Pair>> {
    let mut query = pairs::table.filter(pairs::state.eq(DuplicateState::Open)).into_boxed();
    if let Some((at, id)) = after {
        query = query.filter(pairs::noted_at.lt(at).or(pairs::noted_at.eq(at).and(pairs::id.lt(id))));
    }
    let query = query.order((pairs::noted_at.desc(), pairs::id.desc())).limit(CHUNK);
    Ok(query.select(Pair::as_select()).load(tx.conn())?)
}

/// Those of the pairs that may be seen, with the side that is within reach first; of two, one of the own hubs.
fn seen<P: Permission>(tx: &mut Tx<'_>, permit: &Permit<P>, chunk: Vec<Pair>) -> Result<Vec<SeenPair>> {
    let ids: Vec<CaseId> = chunk.iter().flat_map(Pair::cases).collect();
    let within: Vec<CaseId> = cases::table
        .filter(cases::id.eq_any(&ids))
        .filter(reached(permit, tx.now()))
        .select(cases::id)
        .load(tx.conn())?;
    let rows: Vec<(CaseId, CaseCode, HubId, String, bool)> = cases::table
        .inner_join(hubs::table.on(hubs::id.eq(cases::hub_id)))
        .filter(cases::id.eq_any(&ids))
        .select((cases::id, cases::code, cases::hub_id, hubs::name, cases::restricted))
        .load(tx.conn())?;
    let sides: HashMap<CaseId, (Side, bool)> = rows
        .into_iter()
        .filter_map(|(id, code, hub, hub_name, restricted)| {
            let reached = within.contains(&id);
            let side = Side { hub, hub_name, case: reached.then_some((id, code)) };
            (reached || !restricted).then_some((id, (side, reached)))
        })
        .collect();
    let pair = |pair: Pair| {
        let [(lower, lower_reached), (upper, upper_reached)] =
            [sides.get(&pair.lower_case)?.clone(), sides.get(&pair.upper_case)?.clone()];
        let lower_is_own = lower_reached && (!upper_reached || permit.hubs().contains(&lower.hub));
        let (own, other) = if lower_is_own { (lower, upper) } else { (upper, lower) };
        (lower_reached || upper_reached).then_some(SeenPair { pair, own, other })
    };
    Ok(chunk.into_iter().filter_map(pair).collect())
}

/// Whether a case may be the same as one that the permit does not reach, and of which others were told.
pub(crate) fn has_others(tx: &mut Tx<'_>, permit: &Permit<IdentityCompare>, case: &Case) -> Result<bool> {
    let of_case = |column: bool| {
        let query =
            pairs::table.filter(pairs::state.eq(DuplicateState::Open)).select(Pair::as_select()).into_boxed();
        if column {
            query.filter(pairs::lower_case.eq(case.id))
        } else {
            query.filter(pairs::upper_case.eq(case.id))
        }
    };
    let mut open: Vec<Pair> = of_case(true).load(tx.conn())?;
    open.extend(of_case(false).load::<Pair>(tx.conn())?);
    let seen = seen(tx, permit, open)?;
    Ok(seen.iter().any(|pair| pair.own.case.is_none() || pair.other.case.is_none()))
}

/// Says for the side of a case that they are two people. That is decided once both sides have said so, or somebody
/// who reaches both.
pub(crate) fn say_not_same(
    tx: &mut WriteTx<'_>,
    permit: &Permit<DuplicateDecide>,
    case: &Case,
    id: DuplicateId,
    if_match: IfMatch,
) -> Result<Pair> {
    let pair: Pair = pairs::table
        .find(id)
        .filter(pairs::lower_case.eq(case.id).or(pairs::upper_case.eq(case.id)))
        .select(Pair::as_select())
        .first(tx.conn())?;
    tx.event.set_subject(id);
    let [shown] = seen(tx, permit, vec![pair])?.try_into().map_err(|_| Error::not_found())?;
    let person = permit.person()?;
    let reaches_both = shown.own.case.is_some() && shown.other.case.is_some();
    let is_lower = pair.lower_case == case.id;
    if !reaches_both && permit.reach() == Reach::Team {
        return Err(Error::command_withheld(
            "The other case is not yours: its coordinators and yours decide.",
        ));
    }
    if_match.check(pair.version)?;
    if pair.state != DuplicateState::Open {
        return Ok(pair);
    }
    let lower_by = if is_lower || reaches_both { pair.lower_by.or(Some(person)) } else { pair.lower_by };
    let upper_by = if !is_lower || reaches_both { pair.upper_by.or(Some(person)) } else { pair.upper_by };
    let decided = lower_by.is_some() && upper_by.is_some();
    let state = if decided { DuplicateState::NotSame } else { DuplicateState::Open };
    let decided_at = decided.then(|| tx.now());
    let pair = Pair { lower_by, upper_by, state, decided_at, version: pair.version + 1, ..pair };
    store(tx, &pair)?;
    tx.event.set_detail("state", state);
    Ok(pair)
}
