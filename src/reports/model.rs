//! Counts of cases by what their rows say, and their totals.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use diesel::Queryable;
use serde::Serialize;
use utoipa::ToSchema;

use crate::access::HubId;
use crate::cases::codes::{AgeBand, Sex, Stage, Status};
use crate::db::types::{CodeList, Country, Timestamp};
use crate::http::table::Tabular;

/// How many cases there are of one kind.
#[derive(Queryable, Serialize, ToSchema, Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct StageCount {
    /// The hub that helps.
    pub hub_id: HubId,
    /// The stage.
    pub stage: Stage,
    /// The status.
    pub status: Status,
    /// Where they mean to live; null where that is not known.
    pub destination_country: Option<Country>,
    /// Sex.
    pub sex: Sex,
    /// Age band.
    pub age_band: AgeBand,
    /// How many cases.
    pub cases: i64,
}

/// Whose cases are counted.
#[derive(Serialize, ToSchema, Clone, Debug, PartialEq, Eq)]
#[serde(tag = "reach", rename_all = "snake_case")]
pub enum ReportScope {
    /// All cases of these hubs, restricted ones too.
    Hub {
        /// The hubs.
        hubs: Vec<HubId>,
    },
    /// The cases on whose team the caller is now.
    Team {
        /// The hub to which they are narrowed.
        hub: Option<HubId>,
    },
}

/// The cases of one code.
#[derive(Serialize, ToSchema, Clone, Debug, PartialEq, Eq)]
pub struct Total {
    /// The code, or the hub's id; null where it is not known.
    pub code: Option<String>,
    /// How many cases.
    pub cases: i64,
}

/// The same cases, added up along each dimension.
#[derive(Serialize, ToSchema, Clone, Debug, PartialEq, Eq)]
pub struct Totals {
    /// All of them.
    pub cases: i64,
    /// By stage, those without a case too.
    pub by_stage: Vec<Total>,
    /// By status, those without a case too.
    pub by_status: Vec<Total>,
    /// By hub.
    pub by_hub: Vec<Total>,
    /// By destination.
    pub by_destination_country: Vec<Total>,
    /// By sex, those without a case too.
    pub by_sex: Vec<Total>,
    /// By age band, those without a case too.
    pub by_age_band: Vec<Total>,
}

/// Cases by stage, status, hub, destination, sex and age band, as of a day.
#[derive(Serialize, ToSchema, Clone, Debug)]
#[schema(example = json!({
    "as_of": "2006-08-31", "made_at": "2006-09-01T08:00:00.000000Z", "exact": true,
    "scope": {"reach": "hub", "hubs": ["1a5w8z0v4n9qx2c7m1b6t8r4ye"]},
    "rows": [{
        "hub_id": "1a5w8z0v4n9qx2c7m1b6t8r4ye", "stage": "transit", "status": "active",
        "destination_country": "KOR", "sex": "female", "age_band": "18-59", "cases": 2
    }],
    "totals": {
        "cases": 2, "by_stage": [{"code": "transit", "cases": 2}], "by_status": [{"code": "active", "cases": 2}],
        "by_hub": [{"code": "1a5w8z0v4n9qx2c7m1b6t8r4ye", "cases": 2}],
        "by_destination_country": [{"code": "KOR", "cases": 2}], "by_sex": [{"code": "female", "cases": 2}],
        "by_age_band": [{"code": "18-59", "cases": 2}]
    }
}))]
pub struct StageReport {
    /// The day.
    pub as_of: NaiveDate,
    /// When it was counted.
    pub made_at: Timestamp,
    /// True: nothing is rounded or suppressed, so it stays within one's reach.
    pub exact: bool,
    /// Whose cases are counted.
    pub scope: ReportScope,
    /// The counts; what has no case has no row.
    pub rows: Vec<StageCount>,
    /// Their totals.
    pub totals: Totals,
}

impl Tabular for StageReport {
    const CSV: &'static str = "as_of,hub_id,stage,status,destination_country,sex,age_band,cases\r\n\
        2006-08-31,1a5w8z0v4n9qx2c7m1b6t8r4ye,transit,active,KOR,female,18-59,2\r\n";
}

impl StageReport {
    /// Puts the counts in order and adds them up.
    #[must_use]
    pub fn new(as_of: NaiveDate, made_at: Timestamp, scope: ReportScope, mut rows: Vec<StageCount>) -> Self {
        rows.sort_unstable();
        let totals = Totals::of(&rows);
        Self { as_of, made_at, exact: true, scope, rows, totals }
    }
}

impl Totals {
    /// Adds up.
    #[must_use]
    pub fn of(rows: &[StageCount]) -> Self {
        Self {
            cases: rows.iter().map(|row| row.cases).sum(),
            by_stage: by_code(rows, |row| row.stage),
            by_status: by_code(rows, |row| row.status),
            by_hub: by(rows, |row| Some(row.hub_id)),
            by_destination_country: by(rows, |row| row.destination_country),
            by_sex: by_code(rows, |row| row.sex),
            by_age_band: by_code(rows, |row| row.age_band),
        }
    }
}

/// Along a short code list: every code of it, in its order.
fn by_code<C: CodeList + PartialEq>(rows: &[StageCount], code_of: impl Fn(&StageCount) -> C) -> Vec<Total> {
    let total = |code: &C| Total {
        code: Some(code.code().to_owned()),
        cases: rows.iter().filter(|row| code_of(row) == *code).map(|row| row.cases).sum(),
    };
    C::all().iter().map(total).collect()
}

/// Along anything else: what occurs, the unknown first.
fn by<K: Ord + ToString>(rows: &[StageCount], key_of: impl Fn(&StageCount) -> Option<K>) -> Vec<Total> {
    let mut sums: BTreeMap<Option<K>, i64> = BTreeMap::new();
    for row in rows {
        *sums.entry(key_of(row)).or_default() += row.cases;
    }
    sums.into_iter().map(|(key, cases)| Total { code: key.map(|key| key.to_string()), cases }).collect()
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub(in crate::reports) fn row(hub_id: HubId, stage: Stage, to: Option<&str>, cases: i64) -> StageCount {
        StageCount {
            hub_id,
            stage,
            status: Status::Active,
            destination_country: to.map(|code| code.parse().unwrap()),
            sex: Sex::Female,
            age_band: AgeBand::To59,
            cases,
        }
    }

    fn figures(totals: &[Total]) -> Vec<(Option<&str>, i64)> {
        totals.iter().map(|total| (total.code.as_deref(), total.cases)).collect()
    }

    #[test]
    fn totals_add_up_along_every_dimension() {
        let hub = HubId::generate();
        let rows = [
            row(hub, Stage::Transit, Some("KOR"), 2),
            row(hub, Stage::Shelter, Some("KOR"), 3),
            row(hub, Stage::Shelter, None, 4),
        ];
        let totals = Totals::of(&rows);
        assert_eq!(totals.cases, 9);
        assert_eq!(
            figures(&totals.by_stage),
            [(Some("shelter"), 7), (Some("transit"), 2), (Some("asylum"), 0), (Some("resettlement"), 0)]
        );
        assert_eq!(figures(&totals.by_destination_country), [(None, 4), (Some("KOR"), 5)]);
        assert_eq!(figures(&totals.by_hub), [(Some(hub.as_str()), 9)]);
        let sums = |totals: &[Total]| totals.iter().map(|total| total.cases).sum::<i64>();
        for dimension in [&totals.by_stage, &totals.by_status, &totals.by_sex, &totals.by_age_band] {
            assert_eq!(sums(dimension), 9);
        }
    }

    #[test]
    fn without_a_case_every_code_still_stands_there_with_zero() {
        let totals = Totals::of(&[]);
        assert_eq!(totals.cases, 0);
        assert_eq!(totals.by_stage.len(), Stage::all().len());
        assert_eq!(totals.by_age_band.len(), AgeBand::all().len());
        assert!(totals.by_hub.is_empty());
    }

    #[test]
    fn rows_come_in_the_order_of_the_stages() {
        let hub = HubId::generate();
        let rows = vec![row(hub, Stage::Asylum, None, 1), row(hub, Stage::Shelter, None, 1)];
        let scope = ReportScope::Team { hub: None };
        let day = "2026-03-01".parse().unwrap();
        let report = StageReport::new(day, Timestamp::from_micros(0), scope, rows);
        let stages: Vec<_> = report.rows.iter().map(|row| row.stage).collect();
        assert_eq!(stages, [Stage::Shelter, Stage::Asylum]);
    }
}
