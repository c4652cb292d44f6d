//! Users, hubs, sessions, tokens: who is there and where they belong.
//!
//! What a role may do is decided in `access`; here is only who somebody is.

pub mod access_token;
pub mod api;
pub mod api_keys;
pub mod authenticate;
pub mod codes;
pub(crate) mod duress;
pub mod gate;
pub mod grants;
pub mod idle;
pub(crate) mod jwt_provider;
pub mod model;
pub(crate) mod one_time_code;
pub mod operator;
pub(crate) mod own_password;
pub mod password;
pub(crate) mod refresh;
pub(crate) mod rules;
pub(crate) mod second_factor;
pub(crate) mod sessions;
pub(crate) mod store;
pub mod username;
pub(crate) mod users;
mod verified;
