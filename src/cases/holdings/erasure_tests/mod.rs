//! What erasing leaves of a case with something in every table, and that it touches no other case.

use std::collections::BTreeMap;

use diesel::prelude::*;
use serde_json::Value;

use super::{Erasure, HOLDINGS, OwnCopy};
use crate::access::permissions::SystemAct;
use crate::access::{CaseId, HubId, Permit, UserId};
use crate::audit::{Action, Event};
use crate::cases::code::CaseCode;
use crate::cases::model::{Case, PeriodRow};
use crate::cases::policy_tests::database::TestDatabase;
use crate::db::schema::{case_keys, case_periods, cases, idempotency_keys, sealed_records};
use crate::db::{Tx, WriteTx};
use crate::error::{Error, Result};

/// Whom every row is by, and where it is.
struct Around {
    user: UserId,
    hub: HubId,
    shelter: String,
}

fn run(tx: &mut WriteTx<'_>, sql: &str) -> Result<()> {
    diesel::sql_query(sql).execute(tx.conn())?;
    Ok(())
}

fn around(tx: &mut WriteTx<'_>) -> Result<Around> {
    let (user, hub, shelter) = (UserId::generate(), HubId::generate(), HubId::generate().to_string());
    run(
        tx,
        &format!(
            "INSERT INTO hubs (id, name, country, state, version, created_at, updated_at) VALUES ('{hub}', \
            'Kunming', 'CHN', 'open', 1, 0, 0)"
        ),
    )?;
    run(
        tx,
        &format!(
            "INSERT INTO users (id, username, role, status, password_hash, version, created_at, \
            updated_at) VALUES ('{user}', 'heron', 'caseworker', 'active', '-', 1, 0, 0)"
        ),
    )?;
    run(
        tx,
        &format!(
            "INSERT INTO shelters (id, hub_id, codename, beds, state, version, created_at, updated_at) \
            VALUES ('{shelter}', '{hub}', 'Lantern', 4, 'open', 1, 0, 0)"
        ),
    )?;
    Ok(Around { user, hub, shelter })
}

/// A case with rows in every table, and another one merged into it.
#[expect(clippy::too_many_lines, reason = "a row of each table")]
fn fill(tx: &mut WriteTx<'_>, Around { user, hub, shelter }: &Around) -> Result<CaseId> {
    let (case, merged) = (CaseId::generate(), CaseId::generate());
    let (lower, upper) = if case.as_str() <= merged.as_str() { (case, merged) } else { (merged, case) };
    for (id, outcome) in [(case, "NULL"), (merged, "'duplicate'")] {
        let status = if id == case { "active" } else { "closed" };
        let code = CaseCode::generate().as_str().to_owned();
        run(
            tx,
            &format!(
                "INSERT INTO cases (id, code, hub_id, stage, status, risk, sex, age_band, origin_country, \
                restricted, \
             outcome, opened_on, since, created_by, created_at, updated_at, version) VALUES ('{id}', \
             '{code}', \
             '{hub}', 'transit', '{status}', 'critical', 'female', '18-59', 'PRK', TRUE, {outcome}, \
             '2006-08-19', \
             '2006-09-21', '{user}', 1156000000000000, 1156000000000000, 1)"
            ),
        )?;
        diesel::insert_into(case_keys::table)
            .values((
                case_keys::case_id.eq(id),
                case_keys::wrapped.eq(vec![7_u8]),
                case_keys::key_version.eq(1),
                case_keys::created_at.eq(0),
            ))
            .execute(tx.conn())?;
    }
    for (sequence, until, superseded) in
        [(1, "'2006-09-21'", "NULL"), (2, "'2006-09-22'", "1"), (2, "NULL", "NULL")]
    {
        let id = CaseId::generate();
        run(
            tx,
            &format!(
                "INSERT INTO case_periods (id, case_id, hub_id, stage, status, reason, from_on, until_on, \
                sequence, \
             recorded_at, recorded_by, superseded_at) VALUES ('{id}', '{case}', '{hub}', 'transit', \
             'active', 'intake', \
             '2006-08-19', {until}, {sequence}, 1156000000000000, '{user}', {superseded})"
            ),
        )?;
    }
    diesel::update(case_periods::table.filter(case_periods::case_id.eq(case)))
        .set(case_periods::note.eq(Some(vec![7_u8])))
        .execute(tx.conn())?;
    diesel::insert_into(sealed_records::table)
        .values((
            sealed_records::id.eq(CaseId::generate().to_string()),
            sealed_records::case_id.eq(case),
            sealed_records::field_group.eq("identity"),
            sealed_records::version.eq(1),
            sealed_records::sealed.eq(vec![7_u8]),
            (sealed_records::recorded_at.eq(0), sealed_records::recorded_by.eq(user)),
        ))
        .execute(tx.conn())?;
    diesel::insert_into(idempotency_keys::table)
        .values((
            idempotency_keys::actor_id.eq(user),
            idempotency_keys::key.eq(case.to_string()),
            idempotency_keys::fingerprint.eq(vec![7_u8]),
            idempotency_keys::answer.eq(vec![7_u8]),
            idempotency_keys::case_id.eq(case),
            idempotency_keys::created_at.eq(0),
        ))
        .execute(tx.conn())?;
    let id = || CaseId::generate().to_string();
    let (journey, merge) = (id(), id());
    for sql in [
        format!(
            "INSERT INTO case_team (case_id, user_id, identity, contact, family, protection, health, \
            legal, passage, ends_at, added_by, added_at, changed_by, changed_at, version) VALUES \
            ('{case}', '{user}', TRUE, TRUE, TRUE, TRUE, TRUE, TRUE, TRUE, NULL, \
             '{user}', 0, NULL, 0, 1)"
        ),
        format!(
            "INSERT INTO stays (id, case_id, shelter_id, arrived_on, left_on, leaving, created_at, \
            updated_at, version) VALUES ('{}', '{case}', '{shelter}', '2006-08-19', NULL, NULL, 0, 0, 1)",
            id()
        ),
        format!(
            "INSERT INTO journeys (id, case_id, state, destination_country, approved_by, approved_at, \
            created_by, created_at, updated_at, version) VALUES ('{journey}', '{case}', 'planned', 'THA', \
            NULL, NULL, '{user}', 0, 0, 1)"
        ),
        format!(
            "INSERT INTO legs (id, case_id, journey_id, place, from_country, to_country, keeper_id, \
            planned_on, started_on, ended_on, state, created_by, created_at, updated_by, updated_at, \
            version) VALUES ('{}', '{case}', '{journey}', 1, 'CHN', 'THA', '{user}', '2006-09-01', NULL, \
             NULL, 'planned', '{user}', 0, '{user}', 0, 1)",
            id()
        ),
        format!(
            "INSERT INTO asylum_applications (id, case_id, country, authority, level, state, applied_on, \
            state_on, decided_on, created_at, updated_at, version) VALUES ('{}', '{case}', 'THA', 'unhcr', \
            'FI', 'registered', \
             '2006-09-03', '2006-09-03', NULL, 0, 0, 1)",
            id()
        ),
        format!(
            "INSERT INTO resettlements (id, case_id, country, primary_category, secondary_category, \
            priority, state, state_on, created_at, updated_at, version) VALUES ('{}', '{case}', 'USA', \
            'medical_needs', NULL, 'normal', 'prepared', \
             '2006-09-03', 0, 0, 1)",
            id()
        ),
        format!(
            "INSERT INTO emergency_accesses (id, case_id, hub_id, user_id, reason, explanation, began_at, \
            ends_at, version) VALUES ('{}', '{case}', '{hub}', '{user}', 'raid', '\\x07', 0, 1, 1)",
            id()
        ),
        format!("INSERT INTO case_readings (user_id, case_id, counted_at) VALUES ('{user}', '{case}', 0)"),
        format!("INSERT INTO canary_cases (case_id, created_by, created_at) VALUES ('{case}', '{user}', 0)"),
        format!(
            "INSERT INTO case_merges (id, survivor_id, merged_id, reason, team, merged_by, merged_at, \
            undone_reason, undone_by, undone_at) VALUES ('{merge}', '{case}', '{merged}', 'opened_twice', \
            'apart', '{user}', 0, \
             NULL, NULL, NULL)"
        ),
        format!(
            "INSERT INTO duplicate_candidates (id, lower_case, upper_case, state, version, noted_at) VALUES ('{}', \
            '{lower}', '{upper}', 'merged', 1, 0)",
            id()
        ),
        format!(
            "INSERT INTO case_merge_rows (merge_id, of_table, row_id) VALUES ('{merge}', 'stays', '{}')",
            id()
        ),
        format!(
            "INSERT INTO case_merge_places (merge_id, user_id, place_version, former) VALUES ('{merge}', \
            '{user}', 1, NULL)"
        ),
    ] {
        run(tx, &sql)?;
    }
    Ok(case)
}

/// How many rows each table has.
fn counted(tx: &mut Tx<'_>) -> Result<BTreeMap<&'static str, i64>> {
    #[derive(QueryableByName)]
    struct Rows {
        #[diesel(sql_type = diesel::sql_types::BigInt)]
        rows: i64,
    }
    let mut counted = BTreeMap::new();
    for table in HOLDINGS.iter().map(|holding| holding.table) {
        let sql = format!("SELECT COUNT(*) AS rows FROM {table}");
        let found: Rows = diesel::sql_query(sql).get_result(tx.conn())?;
        counted.insert(table, found.rows);
    }
    Ok(counted)
}

fn erase(tx: &mut WriteTx<'_>, case: CaseId) -> Result<()> {
    for holding in HOLDINGS {
        let met = match holding.erasure {
            Erasure::Deleted(delete) => delete(tx, case)?,
            Erasure::MadeCoarse(work) | Erasure::Emptied(work) => work(tx, case)?,
            Erasure::Kept(_) => continue,
        };
        assert!(met > 0, "{} had something of the case", holding.table);
    }
    Ok(())
}

#[actix_web::test]
async fn months_are_left_of_an_erased_case_and_all_of_another() {
    let (_database, db) = TestDatabase::open();
    let permit = Permit::<SystemAct>::system("test");
    let done = db.write(permit, Event::new(Action::SystemMaintain), |tx, _| {
        let around = around(tx)?;
        let (case, _other) = (fill(tx, &around)?, fill(tx, &around)?);
        let (before, code) = (counted(tx)?, row(tx, case)?.code);
        erase(tx, case)?;
        let after = counted(tx)?;
        for (table, rows) in &before {
            let left = match *table {
                "cases" | "audit_events" | "emergency_accesses" => *rows,
                // The key of the case that was merged into it is that case's.
                "case_periods" | "case_keys" => rows - 1,
                _ => rows / 2,
            };
            assert_eq!(after[table], left, "{table}");
        }
        let left = row(tx, case)?;
        assert!(left.code != code && !left.restricted, "the code on paper leads nowhere");
        assert_eq!(
            (left.opened_on.to_string(), left.since.to_string()),
            ("2006-08-01".into(), "2006-09-01".into())
        );
        assert_eq!(left.created_at.to_string(), "2006-08-01T00:00:00.000000Z");
        let periods: Vec<PeriodRow> = case_periods::table
            .filter(case_periods::case_id.eq(case))
            .order(case_periods::sequence)
            .select(PeriodRow::as_select())
            .load(tx.conn())?;
        assert_eq!(periods.len(), 2);
        for period in &periods {
            assert!(period.note.is_none() && period.superseded_at.is_none());
            assert_eq!(period.recorded_at.to_string(), "2006-08-01T00:00:00.000000Z");
            assert_eq!(period.from_on.to_string(), "2006-08-01");
            assert_eq!(
                period.id.as_str()[..9],
                crate::cases::model::PeriodId::generate(period.recorded_at).as_str()[..9]
            );
        }
        assert_eq!(periods[0].until_on.map(|day| day.to_string()).as_deref(), Some("2006-09-01"));
        Ok(())
    });
    done.await.unwrap();
}

fn row(tx: &mut Tx<'_>, case: CaseId) -> Result<Case> {
    Ok(cases::table.find(case).select(Case::as_select()).first(tx.conn())?)
}

#[actix_web::test]
async fn the_own_copy_tells_of_every_table_that_has_something_of_the_person_and_of_no_helper() {
    let (_database, db) = TestDatabase::open();
    let permit = Permit::<SystemAct>::system("test");
    let done = db.write(permit, Event::new(Action::SystemMaintain), |tx, _| {
        let around = around(tx)?;
        let case = fill(tx, &around)?;
        for holding in HOLDINGS {
            let OwnCopy::Gives { rows, sealed } = holding.own_copy else { continue };
            let rows = rows(tx, case)?;
            assert!(!rows.is_empty(), "{}", holding.table);
            assert_eq!(rows.iter().any(|row| row.sealed.is_some()), sealed.is_some(), "{}", holding.table);
            let told: Vec<Value> = rows.into_iter().map(|row| row.clear).collect();
            let text = serde_json::to_string(&told).map_err(Error::internal)?;
            for hidden in [around.user.as_str(), around.hub.as_str(), &around.shelter] {
                assert!(!text.contains(hidden), "{}: {text}", holding.table);
            }
        }
        Ok(())
    });
    done.await.unwrap();
}
