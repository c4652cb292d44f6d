//! Preparing: the background satisfies the database's own rules, and every case that is moved has what its
//! moves need.

use std::sync::Arc;

use chrono::NaiveDate;
use waystation::crypto::{Keyring, RootKey};
use waystation::db::migrate;
use waystation::db::url::DatabaseUrl;

use crate::client::PASSWORD;
use crate::database::Store;
use crate::network::Network;
use crate::tests_stand_in::StandIn;
use crate::{background, cases};

fn today() -> NaiveDate {
    NaiveDate::from_ymd_opt(2006, 10, 26).unwrap()
}

/// The rows that the API would have made for the network.
fn store_network(store: &mut Store, network: &Network) {
    for (number, hub) in network.hubs.iter().enumerate() {
        let (id, user) = (&hub.id, &hub.caseworker.user);
        store
            .run(&format!(
                "INSERT INTO hubs (id, name, country, state, version, created_at, updated_at)
                 VALUES ('{id}','Hub {number}','CHN','open',1,0,0);
                 INSERT INTO users (id, username, role, status, password_hash, version, created_at, updated_at)
                 VALUES ('{user}','caseworker-{number}','caseworker','active','!',1,0,0)"
            ))
            .unwrap();
    }
}

#[tokio::test]
async fn the_background_keeps_the_rules_of_the_database() {
    let network = Network::create(StandIn::start().await.address, (PASSWORD, None)).await.unwrap();
    let directory = tempfile::tempdir().unwrap();
    let url = DatabaseUrl::in_directory(directory.path());
    migrate::create_file(&url).unwrap();
    migrate::run(&url).unwrap();
    let mut store = Store::open(directory.path().join("waystation.db").to_str().unwrap()).unwrap();
    store_network(&mut store, &network);
    let (keyring, _) = Keyring::create(&RootKey::generate(), "background").unwrap();
    background::fill(&mut store, &keyring, &network, 6_000, today()).unwrap();

    let mut count = |sql: &str| store.number(&format!("SELECT count(*) AS value FROM {sql}")).unwrap();
    assert_eq!(count("cases"), 6_000);
    assert_eq!(count("case_keys"), 6_000);
    assert_eq!(count("case_periods WHERE until_on IS NULL"), 6_000);
    assert_eq!(count("(SELECT user_id FROM case_team GROUP BY user_id HAVING count(*) = 100)"), 60);
    assert_eq!(count("(SELECT hub_id FROM cases GROUP BY hub_id)"), 8);
    assert_eq!(count("(SELECT stage FROM cases GROUP BY stage HAVING count(*) > 600)"), 4);
    assert_eq!(count("pragma_foreign_key_check"), 0);
    let unlike = "cases JOIN case_periods ON case_id = cases.id AND until_on IS NULL \
                  WHERE cases.stage <> case_periods.stage OR cases.status <> case_periods.status \
                  OR cases.since <> case_periods.from_on OR cases.hub_id <> case_periods.hub_id";
    assert_eq!(count(unlike), 0);
    let gaps = "case_periods AS one JOIN case_periods AS next ON next.case_id = one.case_id \
                AND next.sequence = one.sequence + 1 WHERE one.until_on IS NOT next.from_on";
    assert_eq!(count(gaps), 0);
}

#[tokio::test]
async fn every_case_that_is_moved_gets_a_record_a_stay_and_an_approved_journey() {
    let server = StandIn::start().await;
    let network = Arc::new(Network::create(server.address, (PASSWORD, None)).await.unwrap());
    let cases = cases::create(server.address, &network, 20, "2006-10-26").await.unwrap();
    assert_eq!(cases.iter().map(Vec::len).sum::<usize>(), 160);
    assert!(cases.iter().all(|own| own.len() == cases::CASES_PER_CONNECTION));
    for asked in [
        "POST /v1/cases",
        "PUT /v1/cases/{id}/identity",
        "POST /v1/cases/{id}/stays",
        "POST /v1/cases/{id}/journeys",
        "POST /v1/cases/{id}/journeys/{id}/approval",
    ] {
        assert_eq!(server.asked(asked), 160, "{asked}");
    }
}

#[test]
fn a_record_is_about_one_kib() {
    let length = cases::identity().to_string().len();
    assert!((900..1_200).contains(&length), "{length}");
}

#[test]
fn commits_are_counted_and_what_is_rolled_back_is_not() {
    let directory = tempfile::tempdir().unwrap();
    let mut store = Store::open(directory.path().join("commits.db").to_str().unwrap()).unwrap();
    store.run("PRAGMA journal_mode = WAL; CREATE TABLE numbers (n INTEGER)").unwrap();
    let before = store.commits().unwrap().unwrap();
    for _ in 0..3 {
        store
            .run("BEGIN; INSERT INTO numbers VALUES (1), (2); INSERT INTO numbers VALUES (3); COMMIT")
            .unwrap();
    }
    store.run("BEGIN; INSERT INTO numbers VALUES (4); ROLLBACK").unwrap();
    assert_eq!(store.commits().unwrap().unwrap().wrapping_sub(before), 3);
}
