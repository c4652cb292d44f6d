//! Random cases with random children: a merge moves what it says, and undone it leaves every table row for row as it
//! was, apart from merges, from the corrected periods of the history, and from the log.

use std::collections::{BTreeMap, BTreeSet};

use rand::rngs::StdRng;
use rand::seq::IndexedRandom as _;
use rand::{RngExt as _, SeedableRng as _};
use serde_json::{Value, json};
use waystation::access::FieldGroup;
use waystation::db::types::CodeList as _;

use super::{Case, Pair, merge, shelter, undo};
use crate::common::schema::tables;
use crate::common::{Person, Raw, scaled};

/// Not compared: the log, and what tells of the merge itself.
fn is_compared(table: &str) -> bool {
    !table.starts_with("audit_")
        && !table.starts_with("case_merge")
        && !["case_periods", "cases"].contains(&table)
}

fn rows(raw: &mut Raw, table: &str, without: &[&str]) -> BTreeSet<String> {
    let described = &tables()[table];
    let text = |(name, kind, _): &(String, String, bool)| {
        let value = if kind == "Binary" { raw.hex(name) } else { format!("CAST({name} AS TEXT)") };
        format!("'{name}=' || COALESCE({value}, '-')")
    };
    let columns = described.columns.iter().filter(|(name, ..)| !without.contains(&name.as_str()));
    let columns: Vec<String> = columns.map(text).collect();
    raw.texts(&format!("SELECT {} AS t FROM {table}", columns.join(" || '|' || "))).into_iter().collect()
}

/// Every row of every table that is compared.
fn whole(raw: &mut Raw) -> BTreeMap<String, BTreeSet<String>> {
    let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for table in tables().into_keys().filter(|table| is_compared(table)) {
        found.insert(table.clone(), rows(raw, &table, &[]));
    }
    // A change of the row is told by its version; what it says is the same.
    found.insert("cases".to_owned(), rows(raw, "cases", &["version", "updated_at"]));
    let live = rows(raw, "case_periods", &["id", "note", "recorded_at", "recorded_by"]);
    let live = live.into_iter().filter(|row| row.contains("superseded_at=-")).collect();
    found.insert("live periods".to_owned(), live);
    found
}

/// Somebody who does random things to a case.
struct Hand<'a> {
    random: &'a mut StdRng,
    pair: &'a Pair,
    shelter: &'a str,
}

impl Hand<'_> {
    async fn fill(&mut self, person: &Person, case: &Case, may_be_open: bool) {
        self.stays(person, case, may_be_open).await;
        self.journeys(person, case, may_be_open).await;
        for _ in 0..self.random.random_range(0..3) {
            let body =
                json!({"country": "THA", "authority": "unhcr", "level": "FI", "applied_on": "2026-03-01"});
            let made = person.post(&case.at("applications"), body).await.expect(201);
            if self.random.random_bool(0.5) {
                let at = case.at(&format!("applications/{}/state", made["id"].as_str().unwrap()));
                let body = json!({"to": "interview_scheduled", "on": "2026-03-02"});
                person.post_if(&at, "\"1\"", body).await.expect(200);
            }
        }
        for _ in 0..self.random.random_range(0..3) {
            let body = json!({
                "country": "USA", "primary_category": "women_girls_at_risk", "priority": "urgent",
                "on": "2026-03-01"
            });
            person.post(&case.at("resettlements"), body).await.expect(201);
        }
        for group in FieldGroup::all() {
            for version in 0..self.random.random_range(0..3) {
                let put = person
                    .change(
                        actix_web::http::Method::PATCH,
                        &case.at(group.code()),
                        &format!("\"{version}\""),
                        json!({}),
                    )
                    .await;
                put.expect(200);
            }
        }
        if self.random.random_bool(0.3) {
            let body = json!({"to": "missing", "reason": "lost_contact", "on": "2026-03-02"});
            person.post_if(&case.at("status"), "\"1\"", body).await.expect(200);
        }
    }

    async fn stays(&mut self, person: &Person, case: &Case, may_be_open: bool) {
        for _ in 0..self.random.random_range(0..3) {
            let body = json!({"shelter_id": self.shelter, "arrived_on": "2026-03-02"});
            let made = person.post(&case.at("stays"), body).await.expect(201);
            if may_be_open && self.random.random_bool(0.4) {
                return;
            }
            let at = case.at(&format!("stays/{}/end", made["id"].as_str().unwrap()));
            let body = json!({"left_on": "2026-03-02", "leaving": "moved_on"});
            person.post_if(&at, "\"1\"", body).await.expect(200);
        }
    }

    async fn journeys(&mut self, person: &Person, case: &Case, may_be_open: bool) {
        for _ in 0..self.random.random_range(0..3) {
            let leg = |from: &str, to: &str| json!({"from_country": from, "to_country": to, "keeper_id": person.id, "planned_on": "2026-03-05"});
            let mut legs = vec![leg("CHN", "THA"), leg("THA", "KOR")];
            legs.truncate(self.random.random_range(1..3));
            let body = json!({"destination_country": "KOR", "legs": legs});
            let made = person.post(&case.at("journeys"), body).await.expect(201);
            if may_be_open && self.random.random_bool(0.4) {
                return;
            }
            let at = case.at(&format!("journeys/{}/state", made["id"].as_str().unwrap()));
            person.post_if(&at, "\"1\"", json!({"to": "abandoned"})).await.expect(200);
        }
    }

    /// Places on either team, of the same people, some of which end before the merge.
    async fn places(&mut self, people: &[Person]) {
        let soon = self.pair.app.now().plus(chrono::TimeDelta::minutes(1));
        let later = self.pair.app.now().plus(chrono::TimeDelta::days(3));
        for person in people {
            for case in [&self.pair.survivor, &self.pair.duplicate] {
                if self.random.random_bool(0.3) {
                    continue;
                }
                let groups: Vec<&str> = FieldGroup::all()
                    .iter()
                    .map(|group| group.code())
                    .filter(|_| self.random.random_bool(0.4))
                    .collect();
                let ends = [Value::Null, json!(soon), json!(later)].choose(self.random).unwrap().clone();
                let body = json!({"field_groups": groups, "ends_at": ends});
                self.pair.swan.put(&case.at(&format!("team/{}", person.id)), body).await.expect(200);
            }
        }
    }
}

#[actix_web::test]
async fn undone_it_leaves_every_table_as_it_was() {
    let mut moved = BTreeSet::new();
    for seed in 0..u64::try_from(scaled("TEST_MERGES", 4)).unwrap() {
        let mut random = StdRng::seed_from_u64(seed);
        let pair = Pair::new().await;
        let lantern = shelter(&pair.swan, pair.hub, "Lantern").await;
        let people: Vec<Person> = (0..4).map(|_| pair.app.caseworker(pair.hub)).collect();
        let open_at_survivor = random.random_bool(0.5);
        let mut hand = Hand { random: &mut random, pair: &pair, shelter: &lantern };
        hand.fill(&pair.heron, &pair.survivor, open_at_survivor).await;
        hand.fill(&pair.tern, &pair.duplicate, !open_at_survivor).await;
        hand.places(&people).await;
        pair.app.wait(chrono::TimeDelta::minutes(2));
        let mut raw = pair.app.database.raw();
        let (before, history) =
            (whole(&mut raw), rows(&mut raw, "case_periods", &["superseded_at", "until_on"]));

        let team = *["apart", "joined"].choose(&mut random).unwrap();
        let done =
            merge(&pair.swan, &pair.survivor, &pair.duplicate, json!({"team": team})).await.expect(200);
        for table in ["stays", "journeys", "legs", "asylum_applications", "resettlements"] {
            let left = format!("SELECT COUNT(*) FROM {table} WHERE case_id = '{}'", pair.duplicate.id);
            assert_eq!(raw.count(&left), 0, "{table} of {seed}");
        }
        moved.extend(done["merge"]["moved"].as_array().unwrap().iter().map(|kind| kind["kind"].to_string()));
        assert_ne!(whole(&mut raw), before, "{seed}");
        let undone = undo(&pair.swan, &pair.survivor, &done).await.expect(200);
        assert_eq!(undone["stays_with_survivor"], json!([]), "{seed}");

        let after = whole(&mut raw);
        for (table, rows) in &before {
            assert_eq!(&after[table], rows, "{table} of {seed}");
        }
        let kept = rows(&mut raw, "case_periods", &["superseded_at", "until_on"]);
        assert!(history.is_subset(&kept), "what the history had said is gone: {seed}");
    }
    assert_eq!(moved.len(), 4, "{moved:?}");
}
