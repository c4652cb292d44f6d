//! A thing of the API: where it is and which version of it is the newest.

use actix_web::http::Method;
use anyhow::{Context as _, Result};
use serde_json::Value;

use super::router::{Condition, Router};
use crate::access::UserId;

/// A case, a stay, a journey, an application, a resettlement, a shelter.
pub struct Item {
    /// Its address.
    pub path: String,
    version: i64,
}

impl Item {
    /// Creates one in a list; what was answered comes with it.
    pub async fn create(router: &Router, user: UserId, list: &str, body: &Value) -> Result<(Self, Value)> {
        let view = router.send(user, Method::POST, list, Condition::None, body).await?;
        let path = format!("{list}/{}", id(&view)?);
        Ok((Self { path, version: version(&view)? }, view))
    }

    /// Its id.
    pub fn id(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or_default()
    }

    /// Takes a step of its own: `POST .../state` and the like.
    pub async fn step(&mut self, router: &Router, user: UserId, step: &str, body: &Value) -> Result<()> {
        let path = format!("{}/{step}", self.path);
        self.change(router, user, Method::POST, &path, body).await
    }

    /// Any change that asks for its version and answers with the next one.
    pub async fn change(
        &mut self,
        router: &Router,
        user: UserId,
        method: Method,
        path: &str,
        body: &Value,
    ) -> Result<()> {
        let view = router.send(user, method, path, Condition::Version(self.version), body).await?;
        self.version = version(&view)?;
        Ok(())
    }
}

/// The id of a view.
pub fn id(view: &Value) -> Result<&str> {
    view["id"].as_str().context("an answer has no id")
}

fn version(view: &Value) -> Result<i64> {
    view["version"].as_i64().context("an answer has no version")
}
