//! A case is opened: the row, its team, and what is known of the person, sealed.

use actix_web::http::Method;
use anyhow::Result;
use serde_json::{Value, json};

use super::acts::Life;
use super::founding::Network;
use super::item::Item;
use super::router::{Condition, Router};
use crate::cli::demo::plan::{CasePlan, IdentityPlan, PassagePlan};

/// Opens it.
pub async fn open(router: &Router, network: &Network, plan: &CasePlan) -> Result<Life> {
    let worker = network.users[plan.caseworker].id;
    let coordinator = network.users[plan.coordinator].id;
    let body = json!({
        "hub_id": network.hubs[plan.hub], "sex": plan.sex, "age_band": plan.age_band,
        "origin_country": plan.origin, "destination_country": plan.destination, "risk": plan.risk,
        "opened_on": plan.opened_on,
    });
    let (mut case, _) = Item::create(router, worker, "/v1/cases", &body).await?;
    let seal = async |group: &str, record: Value| {
        let path = format!("{}/{group}", case.path);
        router.send(worker, Method::PUT, &path, Condition::Absent, &record).await
    };
    seal("identity", identity(&plan.identity)).await?;
    if let Some(passage) = &plan.passage {
        seal("passage", passage_record(passage)).await?;
    }
    let mut places: Vec<(usize, &[&str])> = plan
        .team
        .iter()
        .filter(|member| member.user != plan.caseworker)
        .map(|member| (member.user, member.field_groups))
        .collect();
    if plan.restricted {
        // Who approves the journeys of a restricted case must be on its team, and needs to see no record.
        places.push((plan.coordinator, &[]));
    }
    for (user, field_groups) in places {
        let path = format!("{}/team/{}", case.path, network.users[user].id);
        let body = json!({"field_groups": field_groups});
        router.send(coordinator, Method::PUT, &path, Condition::None, &body).await?;
    }
    if plan.restricted {
        let path = format!("{}/restriction", case.path);
        case.change(router, worker, Method::PUT, &path, &json!({"restricted": true})).await?;
    }
    Ok(Life::of(case))
}

fn identity(plan: &IdentityPlan) -> Value {
    let name = |script: &str, kind: &str, full: &str| json!({"script": script, "kind": kind, "full": full});
    let mut names = vec![name("hangul", "birth", &plan.hangul), name("latin", "birth", &plan.romanised)];
    names.extend(plan.chinese.iter().map(|full| name("hanja", "alias", full)));
    names.extend(plan.pinyin.iter().map(|full| name("latin", "alias", full)));
    json!({
        "names": names,
        "birth": {"date": plan.birth_year.to_string(), "basis": "Told by the person"},
        "nationalities": ["PRK"],
        "languages": [{"code": "kor", "mother_tongue": true}],
    })
}

fn passage_record(plan: &PassagePlan) -> Value {
    let dollars = |sum: u64| json!({"amount": sum.to_string(), "currency": "USD"});
    let debts = if plan.debt_usd == 0 {
        json!([])
    } else {
        json!([{"sum": dollars(plan.price_usd), "outstanding": dollars(plan.debt_usd)}])
    };
    json!({
        "price": dollars(plan.price_usd),
        "paid": dollars(plan.price_usd - plan.debt_usd),
        "payer": plan.payer,
        "debts": debts,
    })
}
