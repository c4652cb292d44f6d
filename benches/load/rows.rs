//! Rows on their way into the database: gathered by table, stored in the order of the foreign keys.

use anyhow::Result;

use crate::database::Store;

/// Rows of one statement.
const ROWS_PER_STATEMENT: usize = 500;

/// Rows by table, each as the text of its values.
#[derive(Default)]
pub struct Rows {
    pub users: Vec<String>,
    pub hub_members: Vec<String>,
    pub shelters: Vec<String>,
    pub cases: Vec<String>,
    pub case_keys: Vec<String>,
    pub case_periods: Vec<String>,
    pub case_team: Vec<String>,
    pub stays: Vec<String>,
}

impl Rows {
    /// Stores all in one commit.
    pub fn store(&mut self, store: &mut Store) -> Result<()> {
        store.run("BEGIN")?;
        for (table, rows) in [
            (
                "users (id, username, role, status, password_hash, version, created_at, updated_at)",
                &mut self.users,
            ),
            ("hub_members (hub_id, user_id, created_at)", &mut self.hub_members),
            (
                "shelters (id, hub_id, codename, beds, state, version, created_at, updated_at)",
                &mut self.shelters,
            ),
            (
                "cases (id, code, hub_id, stage, status, risk, sex, age_band, origin_country, destination_country, \
                 restricted, outcome, opened_on, since, created_by, created_at, updated_at, version)",
                &mut self.cases,
            ),
            ("case_keys (case_id, wrapped, key_version, created_at)", &mut self.case_keys),
            (
                "case_periods (id, case_id, hub_id, stage, status, outcome, reason, from_on, until_on, sequence, \
                 note, recorded_at, recorded_by, superseded_at)",
                &mut self.case_periods,
            ),
            (
                "case_team (case_id, user_id, identity, contact, family, protection, health, legal, passage, \
                 ends_at, added_by, added_at, changed_by, changed_at, version)",
                &mut self.case_team,
            ),
            (
                "stays (id, case_id, shelter_id, arrived_on, left_on, leaving, created_at, updated_at, version)",
                &mut self.stays,
            ),
        ] {
            for some in rows.chunks(ROWS_PER_STATEMENT) {
                store.run(&format!("INSERT INTO {table} VALUES {}", some.join(",")))?;
            }
            rows.clear();
        }
        store.run("COMMIT")
    }
}
