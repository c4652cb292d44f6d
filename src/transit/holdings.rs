//! What becomes of the journeys of a case and of their legs: see `cases::holdings`.

use diesel::prelude::*;
use serde_json::json;

use super::approval::open_journey_ended;
use super::codes::{JourneyState, LegState};
use super::store::has_open_journey;
use crate::cases::holdings::{
    BackupPart, Holding, Merge, Moves, OwnCopy, OwnRow, Undo, deleted, gives_back, moves,
};
use crate::db::schema::{journeys, legs};
use crate::db::types::{Country, Day};

/// Journeys.
pub(crate) const JOURNEYS: Holding = Holding {
    table: "journeys",
    merge: Merge::Moves(Moves {
        // A leg is nothing without its journey: one that was added since goes where the journey goes.
        give: |tx, rows, to| {
            let of_them = diesel::update(legs::table.filter(legs::journey_id.eq_any(rows)));
            of_them.set(legs::case_id.eq(to)).execute(tx.conn())?;
            let moved = diesel::update(journeys::table.filter(journeys::id.eq_any(rows)));
            Ok(moved.set(journeys::case_id.eq(to)).execute(tx.conn())?)
        },
        ..moves!(journeys, |tx, survivor, duplicate| {
            let both = has_open_journey(tx, survivor)? && has_open_journey(tx, duplicate)?;
            Ok(both.then(open_journey_ended))
        })
    }),
    undo: gives_back!(journeys),
    erasure: deleted!(journeys),
    own_copy: OwnCopy::Gives {
        rows: |tx, case| {
            let rows: Vec<(Country, JourneyState)> = journeys::table
                .filter(journeys::case_id.eq(case))
                .order((journeys::created_at, journeys::id))
                .select((journeys::destination_country, journeys::state))
                .load(tx.conn())?;
            let told = |(destination, state)| json!({"destination_country": destination, "state": state});
            Ok(rows.into_iter().map(told).map(OwnRow::from).collect())
        },
        sealed: None,
    },
    backup: BackupPart::Data,
};

/// Their legs.
pub(crate) const LEGS: Holding = Holding {
    table: "legs",
    merge: Merge::With("journeys"),
    undo: Undo::With("journeys"),
    erasure: deleted!(legs),
    own_copy: OwnCopy::Gives {
        // The way, and not who kept it.
        rows: |tx, case| {
            type Told = (Country, Country, LegState, Option<Day>, Option<Day>);
            let rows: Vec<Told> = legs::table
                .filter(legs::case_id.eq(case))
                .order((legs::journey_id, legs::place))
                .select((legs::from_country, legs::to_country, legs::state, legs::started_on, legs::ended_on))
                .load(tx.conn())?;
            let told = |(from, to, state, started, ended): Told| {
                json!({
                    "from_country": from, "to_country": to, "state": state, "started_on": started, "ended_on": ended
                })
            };
            Ok(rows.into_iter().map(told).map(OwnRow::from).collect())
        },
        sealed: None,
    },
    backup: BackupPart::Data,
};
