//! Users, hubs, sessions, tokens: who is there and where they belong.
//!
//! What a role may do is decided in `access`; here is only who somebody is.

pub mod access_token;
pub mod api;
pub mod authenticate;
pub mod codes;
pub mod gate;
pub(crate) mod jwt_provider;
pub mod model;
pub mod operator;
pub mod password;
pub(crate) mod refresh;
pub(crate) mod rules;
pub(crate) mod sessions;
pub(crate) mod store;
pub mod username;
pub(crate) mod users;
mod verified;
