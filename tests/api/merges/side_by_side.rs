//! Merges beside one another and beside other work: no rule is broken between two of them.

use serde_json::json;

use super::{Case, Pair, shelter};
use crate::common::{Client, together};

/// A second server on the same database.
async fn servers(pair: &Pair, client: &Client) -> [Client; 2] {
    let beside = pair.app.beside().await;
    [client.clone(), client.at(&beside)]
}

async fn send_merge(client: Client, survivor: Case, duplicate: Case) -> crate::common::Answer {
    let body = json!({"duplicate": duplicate.id, "duplicate_version": 1, "reason": "opened_twice"});
    client.post_if(&survivor.at("merges"), "\"1\"", body).await
}

#[actix_web::test]
async fn of_two_merges_that_cross_one_is_made() {
    let pair = Pair::new().await;
    let servers = servers(&pair, &pair.swan).await;
    for _ in 0..10 {
        let one = Case::new(&pair.heron.open_case(pair.hub).await);
        let other = Case::new(&pair.heron.open_case(pair.hub).await);
        let answers = together([
            send_merge(servers[0].clone(), one.clone(), other.clone()),
            send_merge(servers[1].clone(), other.clone(), one.clone()),
        ])
        .await;
        let mut statuses: Vec<u16> = answers.iter().map(|answer| answer.status.as_u16()).collect();
        statuses.sort_unstable();
        assert_eq!(statuses[0], 200, "{}", answers.iter().map(|answer| answer.text()).collect::<String>());
        assert!([409, 412].contains(&statuses[1]), "{statuses:?}");
        let led = format!(
            "SELECT COUNT(*) FROM cases WHERE merged_into IS NOT NULL AND id IN ('{}', '{}')",
            one.id, other.id
        );
        assert_eq!(pair.app.database.raw().count(&led), 1);
    }
}

#[actix_web::test]
async fn a_person_taken_in_meanwhile_is_in_one_bed_and_on_the_case_that_goes_on() {
    let pair = Pair::new().await;
    let lantern = shelter(&pair.swan, pair.hub, "Lantern").await;
    let (swans, herons) = (servers(&pair, &pair.swan).await, servers(&pair, &pair.heron).await);
    for _ in 0..10 {
        let one = Case::new(&pair.heron.open_case(pair.hub).await);
        let other = Case::new(&pair.heron.open_case(pair.hub).await);
        let take_in = |client: Client, case: Case| {
            let body = json!({"shelter_id": lantern, "arrived_on": "2026-03-01"});
            async move { client.post(&case.at("stays"), body).await }
        };
        type Sent = std::pin::Pin<Box<dyn Future<Output = crate::common::Answer>>>;
        let sent: [Sent; 3] = [
            Box::pin(send_merge(swans[0].clone(), one.clone(), other.clone())),
            Box::pin(take_in(herons[1].clone(), one.clone())),
            Box::pin(take_in(herons[0].clone(), other.clone())),
        ];
        let answers = together(sent).await;
        let merged = answers[0].status == 200;
        for answer in &answers {
            assert!([200, 201, 409].contains(&answer.status.as_u16()), "{}", answer.text());
        }
        let mut raw = pair.app.database.raw();
        let mut open = |case: &Case| {
            raw.count(&format!(
                "SELECT COUNT(*) FROM stays WHERE left_on IS NULL AND case_id = '{}'",
                case.id
            ))
        };
        let beds = (open(&one), open(&other));
        if merged {
            assert_eq!(beds, (1, 0), "the merged case holds a bed, or the person two");
        } else {
            assert_eq!(beds, (1, 1), "nothing but two beds stands in the way");
            assert_eq!(answers[0].guards(), ["open_stay_ended"]);
        }
    }
}
