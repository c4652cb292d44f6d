//! The network before its first case: administrators, hubs, users, shelters.

use actix_web::http::Method;
use anyhow::{Context as _, Result};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::json;

use super::item::{Item, id};
use super::router::{Condition, Router};
use crate::access::{Role, UserId};
use crate::accounts::operator;
use crate::cli::demo::plan::Plan;
use crate::cli::password;

/// Who sets the network up: the other users are let in by them,
const FOUNDER: &str = "raven";
/// and by a second administrator, without whom nobody is.
const SECOND: &str = "jackdaw";

/// The network as it was made, in the order of the plan's lists.
pub struct Network {
    /// The users.
    pub users: Vec<Member>,
    /// Ids of the hubs.
    pub hubs: Vec<String>,
    /// The shelters.
    pub shelters: Vec<Item>,
}

/// A user, and how to log in as them.
pub struct Member {
    /// Their id.
    pub id: UserId,
    /// Their password.
    pub password: SecretString,
}

/// Makes it. Shelters are open at first, but those that are paused.
pub async fn found(router: &Router, plan: &Plan) -> Result<Network> {
    let passwords: Vec<SecretString> =
        plan.users.iter().map(|user| password::generate(user.username)).collect();
    let place = of(plan, FOUNDER)?;
    operator::set_up(router.app(), FOUNDER.parse().map_err(anyhow::Error::msg)?, passwords[place].clone())
        .await?;
    let founder = operator::list_users(router.app()).await?.first().context("the founder is not there")?.id;
    let second = of(plan, SECOND)?;
    let name = SECOND.parse().map_err(anyhow::Error::msg)?;
    let second =
        operator::add_user(router.app(), name, Role::Administrator, Vec::new(), passwords[second].clone())
            .await?
            .id;

    let mut hubs = Vec::new();
    for hub in &plan.hubs {
        let body = json!({"name": hub.name, "country": hub.country});
        hubs.push(Item::create(router, founder, "/v1/hubs", &body).await?.0.id().to_owned());
    }
    let mut users = Vec::new();
    for (user, password) in plan.users.iter().zip(passwords) {
        let id = match user.username {
            FOUNDER => founder,
            SECOND => second,
            username => {
                let own: Vec<&String> = user.hub.iter().map(|&hub| &hubs[hub]).collect();
                let body = json!({"username": username, "role": user.role, "hubs": own});
                let asked = router.send(founder, Method::POST, "/v1/users", Condition::None, &body).await?;
                let grant = format!("/v1/grants/{}/decision", id(&asked["grant"])?);
                let approve = json!({"approve": true});
                let given = router.send(second, Method::POST, &grant, Condition::None, &approve).await?;
                let chosen = json!({
                    "username": username, "code": given["activation_code"], "password": password.expose_secret()
                });
                router.send_as_nobody(Method::POST, "/v1/activations", &chosen).await?;
                id(&asked)?.parse().map_err(|_| anyhow::anyhow!("an answer has no user's id"))?
            }
        };
        users.push(Member { id, password });
    }
    let mut shelters = Vec::new();
    for shelter in &plan.shelters {
        let body = json!({
            "hub_id": hubs[shelter.hub], "codename": shelter.codename, "beds": shelter.beds
        });
        let (mut item, _) = Item::create(router, founder, "/v1/shelters", &body).await?;
        if shelter.state == "paused" {
            set_state(router, founder, &mut item, "paused").await?;
        }
        shelters.push(item);
    }
    Ok(Network { users, hubs, shelters })
}

fn of(plan: &Plan, username: &str) -> Result<usize> {
    let place = plan.users.iter().position(|user| user.username == username);
    place.with_context(|| format!("the plan has no {username}"))
}

/// Changes a shelter's state.
pub async fn set_state(router: &Router, user: UserId, shelter: &mut Item, state: &str) -> Result<()> {
    let path = shelter.path.clone();
    shelter.change(router, user, Method::PATCH, &path, &json!({"state": state})).await
}
