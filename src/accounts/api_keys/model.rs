//! Rows of keys.

use std::net::IpAddr;

use diesel::prelude::*;

use crate::access::{SessionId, UserId};
use crate::db::schema::api_keys;
use crate::db::types::{Timestamp, id};

id!(ApiKeyId, "A key for a program.");
crate::http::path::path_id! { ApiKeyId: "The key's id, from one's own keys." }

/// A key. No `Debug`: it holds the hash of one.
#[derive(Insertable, Queryable, Selectable, Clone)]
#[diesel(table_name = api_keys)]
pub(crate) struct ApiKey {
    pub id: ApiKeyId,
    pub user_id: UserId,
    pub session_id: SessionId,
    pub name: String,
    pub token_hash: String,
    /// Names of permissions, with a space between.
    pub permissions: String,
    /// Addresses, with a space between; none: from everywhere.
    pub addresses: String,
    pub created_at: Timestamp,
    pub expires_at: Timestamp,
    pub last_used_at: Option<Timestamp>,
}

impl ApiKey {
    /// Whether it may come from there. Where nobody knows from where it comes, only one that may come from everywhere.
    pub(crate) fn takes(&self, address: Option<IpAddr>) -> bool {
        let known = address.map(|address| address.to_canonical());
        let mut named = self.addresses.split_whitespace();
        self.addresses.is_empty() || named.any(|named| known.is_some_and(|known| named.parse() == Ok(known)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_compared_as_an_address() {
        let key = |addresses: &str| ApiKey {
            id: ApiKeyId::generate(),
            user_id: UserId::generate(),
            session_id: SessionId::generate(),
            name: "reports".into(),
            token_hash: String::new(),
            permissions: String::new(),
            addresses: addresses.into(),
            created_at: Timestamp::from_micros(0),
            expires_at: Timestamp::from_micros(0),
            last_used_at: None,
        };
        let from = |text: &str| Some(text.parse().unwrap());
        assert!(key("").takes(None) && key("").takes(from("192.0.2.7")));
        let two = key("192.0.2.7 2001:db8::7");
        assert!(two.takes(from("::ffff:192.0.2.7")) && two.takes(from("2001:db8:0::7")));
        assert!(!two.takes(from("192.0.2.70")) && !two.takes(None));
    }
}
