//! The plan holds what it promises: valid, repeatable, and of the shape of the figures.

use std::collections::BTreeSet;

use super::arrests::BANGKOK_ARRESTS;
use super::figures::{Figures, LAST_DAY, PEOPLE_PER_CASE};
use super::generate::{SEED, plan};
use super::network::{BANGKOK, HUBS, USERS};
use super::plan::{Act, CasePlan, Plan};
use super::table;

fn shown() -> Plan {
    plan(SEED).unwrap()
}

#[test]
fn the_plan_breaks_no_rule() {
    assert_eq!(shown().check(), Vec::<String>::new());
}

#[test]
fn other_seeds_give_valid_plans_too() {
    for seed in 0..25 {
        assert_eq!(plan(seed).unwrap().check(), Vec::<String>::new(), "seed {seed}");
    }
}

#[test]
fn the_same_seed_gives_the_same_plan() {
    assert_eq!(format!("{:?}", shown()), format!("{:?}", shown()));
    assert_ne!(format!("{:?}", shown()), format!("{:?}", plan(SEED + 1).unwrap()));
}

#[test]
fn cases_are_the_arrivals_and_applications_at_scale() {
    let figures = Figures::load().unwrap();
    let (female, male) = figures.arrivals();
    let cases = shown().cases;
    let to_korea: Vec<&CasePlan> = cases.iter().filter(|case| case.destination == "KOR").collect();
    assert_eq!(to_korea.len() as u64, (female + male) / PEOPLE_PER_CASE);
    assert_eq!(cases.len() as u64, figures.quotas().iter().map(|quota| quota.cases).sum::<u64>());
    assert_eq!((to_korea.len(), cases.len()), (340, 365));
}

#[test]
fn sexes_are_in_the_published_proportion() {
    let (female, male) = Figures::load().unwrap().arrivals();
    let cases = shown().cases;
    let women = cases.iter().filter(|case| case.destination == "KOR" && case.sex == "female").count() as u64;
    assert!(women.abs_diff(female.div_ceil(PEOPLE_PER_CASE)) <= 1, "{women}");
    let men = cases.iter().filter(|case| case.destination == "KOR" && case.sex == "male").count() as u64;
    assert!(men.abs_diff(male.div_ceil(PEOPLE_PER_CASE)) <= 1, "{men}");
}

#[test]
fn both_bangkok_arrests_are_there_at_scale() {
    let plan = shown();
    for (arrest, expected) in BANGKOK_ARRESTS.iter().zip([22, 11]) {
        let caught: Vec<&CasePlan> = plan
            .cases
            .iter()
            .filter(|case| {
                case.steps.iter().any(|step| {
                    step.on == arrest.on && step.act == Act::StatusSet { to: "detained", reason: "raid" }
                })
            })
            .collect();
        assert_eq!(caught.len(), expected);
        assert!(caught.iter().all(|case| case.hub == BANGKOK));
        assert!(caught.iter().all(|case| case.standing(arrest.on) == Some(("transit", "detained"))));
        if let Some(female) = arrest.female_cases() {
            assert_eq!(caught.iter().filter(|case| case.sex == "female").count() as u64, female);
        }
        if let Some(children) = arrest.child_cases() {
            assert_eq!(caught.iter().filter(|case| case.age_band == "12-17").count() as u64, children);
        }
    }
}

#[test]
fn every_stage_and_status_is_seen_at_the_end() {
    let plan = shown();
    let standings: BTreeSet<_> = plan.cases.iter().filter_map(|case| case.standing(LAST_DAY)).collect();
    for stage in ["shelter", "transit", "asylum", "resettlement"] {
        assert!(standings.contains(&(stage, "active")), "nobody is in {stage}");
    }
    for status in ["detained", "missing", "closed"] {
        assert!(standings.iter().any(|standing| standing.1 == status), "nobody is {status}");
    }
}

#[test]
fn every_role_can_log_in_and_no_name_is_taken_twice() {
    let names: BTreeSet<_> = USERS.iter().map(|user| user.username).collect();
    assert_eq!(names.len(), USERS.len());
    for role in ["caseworker", "coordinator", "auditor", "administrator", "reader"] {
        assert!(USERS.iter().any(|user| user.role == role), "{role}");
    }
}

#[test]
fn countries_are_written_in_three_letters() {
    for case in shown().cases {
        let mut countries = vec![case.origin.to_owned(), case.destination.clone()];
        for step in &case.steps {
            match &step.act {
                Act::JourneyPlanned { legs, .. } => {
                    countries.extend(legs.iter().flat_map(|leg| [leg.from.to_owned(), leg.to.clone()]));
                }
                Act::ApplicationLodged { country, .. } | Act::ResettlementPrepared { country, .. } => {
                    countries.push(country.clone());
                }
                _ => {}
            }
        }
        for country in countries {
            assert!(KNOWN.contains(&country.as_str()), "{country}");
        }
    }
}

/// Every country that the network, the routes and the figures speak of.
const KNOWN: [&str; 21] = [
    "AUS", "AUT", "BEL", "CAN", "CHN", "DEU", "GBR", "KGZ", "KHM", "KOR", "LAO", "MMR", "MNG", "NLD", "NOR",
    "PRK", "RUS", "SWE", "THA", "USA", "VNM",
];

/// The codes that a column's check in the migrations allows.
fn codes(sql: &str, column: &str) -> BTreeSet<String> {
    let start = sql.find(&format!("CHECK ({column} IN (")).unwrap();
    let list = &sql[start..];
    let list = &list[list.find("IN (").unwrap() + 4..list.find("))").unwrap()];
    list.split(',').map(|code| code.trim().trim_matches('\'').to_owned()).collect()
}

#[test]
fn every_code_is_one_the_columns_allow() {
    let cases = include_str!("../../../migrations/sqlite/2026-11-24-000005_cases/up.sql");
    let stages = include_str!("../../../migrations/sqlite/2026-11-24-000006_stages/up.sql");
    let network = include_str!("../../../migrations/sqlite/2026-11-24-000004_network/up.sql");
    let table = |name: &str| &stages[stages.find(&format!("CREATE TABLE {name}")).unwrap()..];
    let has = |sql: &str, column: &str, code: &str| {
        assert!(codes(sql, column).contains(code), "{column} has no {code}");
    };
    let plan = shown();
    plan.shelters.iter().for_each(|shelter| has(network, "state", shelter.state));
    for case in &plan.cases {
        has(cases, "sex", case.sex);
        has(cases, "age_band", case.age_band);
        has(cases, "risk", case.risk);
        for member in &case.team {
            member.field_groups.iter().for_each(|group| has(cases, "field_group", group));
        }
        for step in &case.steps {
            match &step.act {
                Act::StayEnded { leaving } => has(table("stays"), "leaving", leaving),
                Act::LegSet { to, .. } => has(table("legs"), "state", to),
                Act::Moved { to, .. } => has(cases, "stage", to),
                Act::StatusSet { to, .. } => has(cases, "status", to),
                Act::ApplicationLodged { authority, level, .. } => {
                    has(table("asylum_applications"), "authority", authority);
                    has(table("asylum_applications"), "level", level);
                }
                Act::ApplicationSet { to } => has(table("asylum_applications"), "state", to),
                Act::ResettlementPrepared { primary_category, priority, .. } => {
                    has(table("resettlements"), "primary_category", primary_category);
                    has(table("resettlements"), "priority", priority);
                }
                Act::ResettlementSet { to } => has(table("resettlements"), "state", to),
                Act::Closed { outcome } => has(cases, "outcome", outcome),
                Act::StayBegun { .. }
                | Act::JourneyPlanned { .. }
                | Act::JourneyApproved
                | Act::JourneyAbandoned => {}
            }
        }
    }
}

#[test]
fn the_report_of_the_last_day() {
    let plan = shown();
    let counts: Vec<table::StageCount> = plan
        .cases
        .iter()
        .filter_map(|case| {
            let (stage, status) = case.standing(LAST_DAY)?;
            let [stage, status, sex, hub] =
                [stage, status, case.sex, plan.hubs[case.hub].name].map(str::to_owned);
            Some(table::StageCount { stage, status, sex, hub, cases: 1 })
        })
        .collect();
    let hubs = HUBS.map(|hub| hub.name);
    insta::assert_snapshot!(table::render(&counts, &hubs), @r"
    ┌──────────────┬──────────┬────────┬──────┬───────┬───────┬──────────┬─────────┬─────────────┬─────────┬───────┐
    │ stage        ┆ status   ┆ female ┆ male ┆ total ┆ Yanji ┆ Shenyang ┆ Kunming ┆ Ulaanbaatar ┆ Bangkok ┆ Seoul │
    ╞══════════════╪══════════╪════════╪══════╪═══════╪═══════╪══════════╪═════════╪═════════════╪═════════╪═══════╡
    │ shelter      ┆ active   ┆     30 ┆    7 ┆    37 ┆    12 ┆        9 ┆      12 ┆           2 ┆       2 ┆     0 │
    │ shelter      ┆ detained ┆      1 ┆    0 ┆     1 ┆     0 ┆        1 ┆       0 ┆           0 ┆       0 ┆     0 │
    │ shelter      ┆ missing  ┆      5 ┆    0 ┆     5 ┆     2 ┆        3 ┆       0 ┆           0 ┆       0 ┆     0 │
    │ shelter      ┆ closed   ┆     15 ┆    3 ┆    18 ┆     8 ┆        3 ┆       5 ┆           0 ┆       2 ┆     0 │
    │ transit      ┆ active   ┆     24 ┆    5 ┆    29 ┆     9 ┆        7 ┆      13 ┆           0 ┆       0 ┆     0 │
    │ transit      ┆ detained ┆      3 ┆    6 ┆     9 ┆     3 ┆        0 ┆       0 ┆           0 ┆       6 ┆     0 │
    │ transit      ┆ missing  ┆      1 ┆    0 ┆     1 ┆     1 ┆        0 ┆       0 ┆           0 ┆       0 ┆     0 │
    │ transit      ┆ closed   ┆      8 ┆    3 ┆    11 ┆     6 ┆        1 ┆       4 ┆           0 ┆       0 ┆     0 │
    │ asylum       ┆ active   ┆     58 ┆   14 ┆    72 ┆    13 ┆       15 ┆       9 ┆           5 ┆      28 ┆     2 │
    │ asylum       ┆ closed   ┆      1 ┆    0 ┆     1 ┆     0 ┆        0 ┆       1 ┆           0 ┆       0 ┆     0 │
    │ resettlement ┆ active   ┆     71 ┆   28 ┆    99 ┆    27 ┆       19 ┆      16 ┆          15 ┆      13 ┆     9 │
    │ resettlement ┆ closed   ┆     55 ┆   27 ┆    82 ┆    16 ┆       10 ┆       9 ┆          19 ┆      10 ┆    18 │
    │ all          ┆          ┆    272 ┆   93 ┆   365 ┆    97 ┆       68 ┆      69 ┆          41 ┆      61 ┆    29 │
    └──────────────┴──────────┴────────┴──────┴───────┴───────┴──────────┴─────────┴─────────────┴─────────┴───────┘
    ");
}
