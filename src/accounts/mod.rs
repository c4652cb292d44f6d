//! Users, sessions, tokens: who is there.

pub mod access_token;
pub mod authenticate;
pub(crate) mod jwt_provider;
pub mod password;
