//! The cases that are read and moved: made through the API, as their keys must be real.

use std::net::SocketAddr;
use std::sync::Arc;

use anyhow::{Context as _, Result};
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::client::ask;
use crate::network::Network;
use crate::wire::Connection;

/// Cases of each connection.
pub const CASES_PER_CONNECTION: usize = 8;
/// Connections that prepare.
const PREPARING: usize = 16;

/// A case of a connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnCase {
    /// Its id.
    pub id: String,
    /// Its version, as `If-Match` wants it.
    pub etag: String,
    /// Whether it stands in transit, and not in shelter.
    pub in_transit: bool,
}

/// Ids of the cases, by connection.
pub type CasesByConnection = Vec<Vec<String>>;

/// Makes the cases of so many connections: each with an identity record, an open stay and an approved
/// journey of one leg.
pub async fn create(
    server: SocketAddr,
    network: &Arc<Network>,
    connections: usize,
    today: &str,
) -> Result<CasesByConnection> {
    let mut preparing = JoinSet::new();
    for first in 0..PREPARING.min(connections) {
        let (network, today) = (Arc::clone(network), today.to_owned());
        preparing.spawn(async move {
            let mut connection = Connection::open(server).await?;
            let mut made = Vec::new();
            for owner in (first..connections).step_by(PREPARING) {
                let mut ids = Vec::new();
                for _ in 0..CASES_PER_CONNECTION {
                    ids.push(create_one(&mut connection, &network, owner, &today).await?);
                }
                made.push((owner, ids));
            }
            anyhow::Ok(made)
        });
    }
    let mut cases = vec![Vec::new(); connections];
    while let Some(made) = preparing.join_next().await {
        for (owner, ids) in made?? {
            cases[owner] = ids;
        }
    }
    Ok(cases)
}

async fn create_one(
    connection: &mut Connection,
    network: &Network,
    owner: usize,
    today: &str,
) -> Result<String> {
    let hub = network.hub_of(owner);
    let token = Some(hub.caseworker.token.as_str());
    let case = json!({
        "hub_id": hub.id, "sex": "female", "age_band": "18-59", "origin_country": "PRK",
        "destination_country": "KOR", "risk": "high", "opened_on": today,
    });
    let id = ask(connection, "POST", "/v1/cases", token, &[], Some(&case)).await?.text("id")?;
    let case = format!("/v1/cases/{id}");

    let absent = [("If-None-Match", "*")];
    ask(connection, "PUT", &format!("{case}/identity"), token, &absent, Some(&identity())).await?;
    let stay = json!({ "shelter_id": hub.shelter, "arrived_on": today });
    ask(connection, "POST", &format!("{case}/stays"), token, &[], Some(&stay)).await?;
    let journey = json!({ "destination_country": "KOR", "legs": [{
        "from_country": "CHN", "to_country": "KOR", "keeper_id": hub.caseworker.user, "planned_on": today,
    }]});
    let journey = ask(connection, "POST", &format!("{case}/journeys"), token, &[], Some(&journey)).await?;
    let approval = format!("{case}/journeys/{}/approval", journey.text("id")?);
    let version = [("If-Match", journey.etag.as_str())];
    let coordinator = Some(network.coordinator.token.as_str());
    ask(
        connection,
        "POST",
        &approval,
        coordinator,
        &version[..usize::from(!journey.etag.is_empty())],
        Some(&json!({})),
    )
    .await?;
    Ok(id)
}

/// An invented person; about one KiB, as records are.
pub fn identity() -> Value {
    json!({
        "names": [
            { "script": "hangul", "kind": "birth", "family": "본보기", "given": "가명" },
            { "script": "latin", "kind": "alias", "full": "Example Person" },
        ],
        "birth": { "date": "1988-03", "calendar": "lunar", "basis": "Told by the person" },
        "place_of_origin": { "country": "PRK", "province": "Invented Province", "county": "Sample County" },
        "nationalities": ["PRK"],
        "ethnicity": "Korean",
        "languages": [{ "code": "kor", "mother_tongue": true }],
        "documents": [{
            "kind": "identity_card", "number": "EXAMPLE-0000", "country": "CHN", "issuer": "Invented Office",
            "valid_until": "2012-06-30", "genuineness": "forged", "held_by": "person",
        }],
        "distinguishing_marks": ["A scar on the left hand"],
        "remarks": "An invented text of the length that such texts have. ".repeat(6).trim(),
    })
}

/// How a case stands now.
pub async fn current(connection: &mut Connection, token: &str, id: &str) -> Result<OwnCase> {
    let case = ask(connection, "GET", &format!("/v1/cases/{id}"), Some(token), &[], None).await?;
    let in_transit = case.text("stage").context("a case without a stage")? == "transit";
    Ok(OwnCase { id: id.to_owned(), etag: case.etag, in_transit })
}
