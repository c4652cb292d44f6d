//! Whoever should not see the case looks: another hub, and the coordinator of her own hub.

use anyhow::{Result, bail};
use serde_json::Value;

use super::client::Client;
use super::intake::NAME;
use super::{Case, Stage};
use crate::access::CaseId;

/// They are refused, and the caseworker is not.
pub fn play(stage: &Stage, tern: &mut Client, heron: &mut Client, case: &Case) -> Result<Client> {
    stage.at(13, 0);
    let mut curlew = stage.log_in("curlew")?;
    let hers = without_request(curlew.get(&case.path)?.expect_problem(404, "not_found")?);
    let nobodys = format!("/v1/cases/{}", CaseId::generate());
    let nobodys = without_request(curlew.get(&nobodys)?.expect_problem(404, "not_found")?);
    if hers != nobodys {
        bail!("expected the same answer for her case and for none, came {hers} and {nobodys}");
    }
    stage.tell(
        "curlew, coordinator in Shenyang, asks for her case by its id: there is no such case. The \
        answer is the same, to the letter, as for an id that nobody has.",
    );

    stage.at(13, 20);
    let identity = format!("{}/identity", case.path);
    heron.get(&case.path)?.expect(200)?;
    heron.get(&identity)?.expect_problem(403, "field_group_withheld")?;
    stage.tell("heron may read the case, but not who the woman is: her identity is refused.");

    stage.at(13, 30);
    let opened = tern.get(&identity)?.expect(200)?;
    let name = &opened["record"]["names"][0]["full"];
    if name != NAME {
        bail!("expected the name that was sealed, came another one");
    }
    stage.tell(&format!("tern opens the identity once more: {NAME}."));
    Ok(curlew)
}

/// Only the request's id may differ.
fn without_request(mut problem: Value) -> Value {
    if let Some(members) = problem.as_object_mut() {
        members.remove("request_id");
    }
    problem
}
