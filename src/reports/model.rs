//! Counts of cases by what their rows say, and their totals.

use std::collections::BTreeMap;

use diesel::Queryable;
use serde::Serialize;
use utoipa::ToSchema;

use super::dimension::{Dimension, Dimensions};
use crate::access::HubId;
use crate::audit::checkpoint::Anchor;
use crate::cases::codes::{AgeBand, Sex, Stage, Status};
use crate::db::types::{CodeList, Country, Day, Timestamp};
use crate::http::table::Tabular;

/// Where cases stand; no more than a query that need not look at persons finds out.
#[derive(Queryable, Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// The hub that helps.
    pub hub_id: HubId,
    /// The stage.
    pub stage: Stage,
    /// The status.
    pub status: Status,
}

/// Whom they are about.
#[derive(Queryable, Clone, Copy, Debug, PartialEq, Eq)]
pub struct Persons {
    /// Where they mean to live.
    pub destination_country: Option<Country>,
    /// Sex.
    pub sex: Sex,
    /// Age band.
    pub age_band: AgeBand,
}

/// How many cases there are of one kind. A dimension that is not asked for is absent.
#[derive(Serialize, ToSchema, Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct StageCount {
    /// The hub that helps.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = HubId, required = false)]
    pub hub_id: Option<HubId>,
    /// The stage.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Stage, required = false)]
    pub stage: Option<Stage>,
    /// The status.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Status, required = false)]
    pub status: Option<Status>,
    /// Where they mean to live; null where that is not known.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Country>, required = false)]
    pub destination_country: Option<Option<Country>>,
    /// Sex.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Sex, required = false)]
    pub sex: Option<Sex>,
    /// Age band.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = AgeBand, required = false)]
    pub age_band: Option<AgeBand>,
    /// How many cases.
    pub cases: i64,
}

impl StageCount {
    /// Adds up what differs only in what is not asked for.
    pub(super) fn along(by: &Dimensions, counted: Vec<(Standing, Option<Persons>, i64)>) -> Vec<Self> {
        let mut sums: BTreeMap<Self, i64> = BTreeMap::new();
        for (standing, persons, cases) in counted {
            let kind = Self {
                hub_id: by.has(Dimension::Hub).then_some(standing.hub_id),
                stage: by.has(Dimension::Stage).then_some(standing.stage),
                status: by.has(Dimension::Status).then_some(standing.status),
                destination_country: persons
                    .filter(|_| by.has(Dimension::DestinationCountry))
                    .map(|persons| persons.destination_country),
                sex: persons.filter(|_| by.has(Dimension::Sex)).map(|persons| persons.sex),
                age_band: persons.filter(|_| by.has(Dimension::AgeBand)).map(|persons| persons.age_band),
                cases: 0,
            };
            *sums.entry(kind).or_default() += cases;
        }
        sums.into_iter().map(|(kind, cases)| Self { cases, ..kind }).collect()
    }
}

/// Whose cases are counted.
#[derive(Serialize, ToSchema, Clone, Debug, PartialEq, Eq)]
#[serde(tag = "reach", rename_all = "snake_case")]
pub enum ReportScope {
    /// The cases of these hubs; of the restricted ones see `restricted_left_out`.
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

/// The same cases, added up along each dimension that is asked for.
#[derive(Serialize, ToSchema, Clone, Debug, PartialEq, Eq)]
pub struct Totals {
    /// All of them.
    pub cases: i64,
    /// By hub.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Vec<Total>, required = false)]
    pub by_hub: Option<Vec<Total>>,
    /// By stage, those without a case too.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Vec<Total>, required = false)]
    pub by_stage: Option<Vec<Total>>,
    /// By status, those without a case too.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Vec<Total>, required = false)]
    pub by_status: Option<Vec<Total>>,
    /// By destination.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Vec<Total>, required = false)]
    pub by_destination_country: Option<Vec<Total>>,
    /// By sex, those without a case too.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Vec<Total>, required = false)]
    pub by_sex: Option<Vec<Total>>,
    /// By age band, those without a case too.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Vec<Total>, required = false)]
    pub by_age_band: Option<Vec<Total>>,
}

/// Cases by stage, status, hub and what else is asked for, as of a day.
#[derive(Serialize, ToSchema, Clone, Debug)]
#[schema(example = json!({
    "as_of": "2006-08-31", "made_at": "2006-09-01T08:00:00.000000Z", "exact": true,
    "restricted_left_out": true,
    "scope": {"reach": "hub", "hubs": ["1a5w8z0v4n9qx2c7m1b6t8r4ye"]}, "by": ["hub", "stage", "status"],
    "rows": [{
        "hub_id": "1a5w8z0v4n9qx2c7m1b6t8r4ye", "stage": "transit", "status": "active", "cases": 2
    }],
    "totals": {
        "cases": 2, "by_hub": [{"code": "1a5w8z0v4n9qx2c7m1b6t8r4ye", "cases": 2}],
        "by_stage": [{"code": "transit", "cases": 2}], "by_status": [{"code": "active", "cases": 2}]
    },
    "log": null
}))]
pub struct StageReport {
    /// The day.
    pub as_of: Day,
    /// When it was counted.
    pub made_at: Timestamp,
    /// True: nothing is rounded or suppressed, so it stays within one's reach.
    pub exact: bool,
    /// Whether restricted cases whose team the caller is not on are left out: whenever more than hub and stage
    /// is told apart, and of every earlier day, whether there are any or not.
    pub restricted_left_out: bool,
    /// Whose cases are counted.
    pub scope: ReportScope,
    /// What is told apart.
    pub by: Vec<Dimension>,
    /// The counts; what has no case has no row.
    pub rows: Vec<StageCount>,
    /// Their totals.
    pub totals: Totals,
    /// How the log stood: to be kept with the report. Null before the log was ever signed.
    pub log: Option<Anchor>,
}

impl Tabular for StageReport {
    const CSV: &'static str = "as_of,hub_id,stage,status,cases,log_size,log_root\r\n\
        2006-08-31,1a5w8z0v4n9qx2c7m1b6t8r4ye,transit,active,2,5,dbzDjcrPfIxXjyUxx1xyXXRAqw4VonUl5ZcvfN21gYk=\r\n";
}

impl StageReport {
    /// The counts with their totals.
    #[must_use]
    pub fn new(
        as_of: Day,
        made_at: Timestamp,
        restricted_left_out: bool,
        scope: ReportScope,
        by: &Dimensions,
        rows: Vec<StageCount>,
    ) -> Self {
        let totals = Totals::of(by, &rows);
        Self {
            as_of,
            made_at,
            exact: true,
            restricted_left_out,
            scope,
            by: by.iter().collect(),
            rows,
            totals,
            log: None,
        }
    }

    /// The same, with how the log stood.
    #[must_use]
    pub fn anchored(self, log: Option<Anchor>) -> Self {
        Self { log, ..self }
    }
}

impl Totals {
    /// Adds up.
    #[must_use]
    pub fn of(by: &Dimensions, rows: &[StageCount]) -> Self {
        let asked = |dimension| by.has(dimension).then_some(rows);
        Self {
            cases: rows.iter().map(|row| row.cases).sum(),
            by_hub: asked(Dimension::Hub).map(|rows| of_occurring(rows, |row| row.hub_id)),
            by_stage: asked(Dimension::Stage).map(|rows| of_every_code(rows, |row| row.stage)),
            by_status: asked(Dimension::Status).map(|rows| of_every_code(rows, |row| row.status)),
            by_destination_country: asked(Dimension::DestinationCountry)
                .map(|rows| of_occurring(rows, |row| row.destination_country.flatten())),
            by_sex: asked(Dimension::Sex).map(|rows| of_every_code(rows, |row| row.sex)),
            by_age_band: asked(Dimension::AgeBand).map(|rows| of_every_code(rows, |row| row.age_band)),
        }
    }
}

/// Along a short code list: every code of it, in its order.
fn of_every_code<C: CodeList + PartialEq>(
    rows: &[StageCount],
    code_of: impl Fn(&StageCount) -> Option<C>,
) -> Vec<Total> {
    let total = |code: &C| Total {
        code: Some(code.code().to_owned()),
        cases: rows.iter().filter(|row| code_of(row) == Some(*code)).map(|row| row.cases).sum(),
    };
    C::all().iter().map(total).collect()
}

/// Along anything else: what occurs, the unknown first.
fn of_occurring<K: Ord + ToString>(
    rows: &[StageCount],
    key_of: impl Fn(&StageCount) -> Option<K>,
) -> Vec<Total> {
    let mut sums: BTreeMap<Option<K>, i64> = BTreeMap::new();
    for row in rows {
        *sums.entry(key_of(row)).or_default() += row.cases;
    }
    sums.into_iter().map(|(key, cases)| Total { code: key.map(|key| key.to_string()), cases }).collect()
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub(in crate::reports) type Counted = (Standing, Option<Persons>, i64);

    pub(in crate::reports) fn counted(hub_id: HubId, stage: Stage, to: Option<&str>, cases: i64) -> Counted {
        let destination_country = to.map(|code| code.parse().unwrap());
        let persons = Persons { destination_country, sex: Sex::Female, age_band: AgeBand::To59 };
        (Standing { hub_id, stage, status: Status::Active }, Some(persons), cases)
    }

    pub(in crate::reports) fn report(by: &Dimensions, counted: Vec<Counted>) -> StageReport {
        let (day, made_at) = ("2026-03-01".parse().unwrap(), Timestamp::from_micros(0));
        let hubs = counted.iter().map(|(standing, ..)| standing.hub_id).collect();
        StageReport::new(day, made_at, false, ReportScope::Hub { hubs }, by, StageCount::along(by, counted))
    }

    fn figures(totals: Option<&Vec<Total>>) -> Vec<(Option<&str>, i64)> {
        totals.unwrap().iter().map(|total| (total.code.as_deref(), total.cases)).collect()
    }

    #[test]
    fn totals_add_up_along_every_dimension() {
        let hub = HubId::generate();
        let by = "hub,stage,status,destination_country,sex,age_band".parse().unwrap();
        let report = report(
            &by,
            vec![
                counted(hub, Stage::Transit, Some("KOR"), 2),
                counted(hub, Stage::Shelter, Some("KOR"), 3),
                counted(hub, Stage::Shelter, None, 4),
            ],
        );
        let totals = report.totals;
        assert_eq!((totals.cases, report.rows.len()), (9, 3));
        assert_eq!(
            figures(totals.by_stage.as_ref()),
            [(Some("shelter"), 7), (Some("transit"), 2), (Some("asylum"), 0), (Some("resettlement"), 0)]
        );
        assert_eq!(figures(totals.by_destination_country.as_ref()), [(None, 4), (Some("KOR"), 5)]);
        assert_eq!(figures(totals.by_hub.as_ref()), [(Some(hub.as_str()), 9)]);
        for dimension in [&totals.by_stage, &totals.by_status, &totals.by_sex, &totals.by_age_band] {
            assert_eq!(figures(dimension.as_ref()).iter().map(|(_, cases)| cases).sum::<i64>(), 9);
        }
    }

    #[test]
    fn what_is_not_asked_for_is_added_up_and_absent() {
        let hubs = [HubId::generate(), HubId::generate()];
        let counts = vec![
            counted(hubs[0], Stage::Asylum, Some("KOR"), 2),
            counted(hubs[1], Stage::Shelter, None, 3),
            counted(hubs[1], Stage::Asylum, None, 4),
        ];
        let report = report(&"destination_country,stage".parse().unwrap(), counts);
        let value = serde_json::to_value(&report).unwrap();
        assert_eq!(
            value["rows"],
            serde_json::json!([
                {"stage": "shelter", "destination_country": null, "cases": 3},
                {"stage": "asylum", "destination_country": null, "cases": 4},
                {"stage": "asylum", "destination_country": "KOR", "cases": 2},
            ])
        );
        let totals: Vec<_> = value["totals"].as_object().unwrap().keys().collect();
        assert_eq!(totals, ["by_destination_country", "by_stage", "cases"]);
    }

    #[test]
    fn without_a_case_every_code_still_stands_there_with_zero() {
        let totals = Totals::of(&"hub,stage,age_band".parse().unwrap(), &[]);
        assert_eq!(totals.cases, 0);
        assert_eq!(totals.by_stage.unwrap().len(), Stage::all().len());
        assert_eq!(totals.by_age_band.unwrap().len(), AgeBand::all().len());
        assert!(totals.by_hub.unwrap().is_empty());
    }
}
