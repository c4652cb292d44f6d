//! Access tokens: JWT as RFC 9068 (`at+jwt`), Ed25519, ten minutes.
//!
//! A token says who and which session, and nothing about rights: role, hubs and status are read at
//! every request, so that a change acts at once.

use chrono::TimeDelta;
use jsonwebtoken::{Algorithm, EncodingKey, Header, Validation};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

use super::jwt_provider;
use crate::access::actor::{SessionId, UserId};
use crate::audit::entry::RequestId;
use crate::clock::Clock;
use crate::crypto::Keyring;
use crate::error::{Error, Result};

/// How long a token is good.
pub const LIFETIME: TimeDelta = TimeDelta::minutes(10);
const LEEWAY_SECONDS: i64 = 30;
const ISSUER: &str = "waystation";
const TYPE: &str = "at+jwt";

/// Whom a good token stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bearer {
    /// The user.
    pub user: UserId,
    /// The session.
    pub session: SessionId,
}

#[derive(Serialize, Deserialize)]
struct Claims {
    iss: String,
    aud: String,
    sub: UserId,
    sid: SessionId,
    jti: RequestId,
    iat: i64,
    exp: i64,
}

/// Makes and checks access tokens.
pub struct AccessTokens {
    keyring: Arc<Keyring>,
    audience: String,
    clock: Clock,
}

impl AccessTokens {
    /// For one database: its id is the audience, so that a token of another network is refused.
    #[must_use]
    pub fn new(keyring: Arc<Keyring>, database_id: &str, clock: Clock) -> Self {
        jwt_provider::install();
        Self { keyring, audience: database_id.to_owned(), clock }
    }

    /// A token for a session, and the seconds it is good.
    pub fn issue(&self, bearer: Bearer) -> Result<(String, i64)> {
        let now = self.clock.now().seconds();
        let signing = self.keyring.token_signing();
        let mut header = Header::new(Algorithm::EdDSA);
        header.typ = Some(TYPE.to_owned());
        header.kid = Some(signing.kid.clone());
        let claims = Claims {
            iss: ISSUER.to_owned(),
            aud: self.audience.clone(),
            sub: bearer.user,
            sid: bearer.session,
            jti: RequestId::generate(),
            iat: now,
            exp: now + LIFETIME.num_seconds(),
        };
        let key: EncodingKey = jwt_provider::encoding_key(&signing.key);
        let token = jsonwebtoken::encode(&header, &claims, &key).map_err(Error::internal)?;
        Ok((token, LIFETIME.num_seconds()))
    }

    /// Whom the token stands for; `None` for everything that is not a good token of ours.
    #[must_use]
    pub fn verify(&self, token: &str) -> Option<Bearer> {
        let header = jsonwebtoken::decode_header(token).ok()?;
        if header.typ.as_deref() != Some(TYPE) || header.alg != Algorithm::EdDSA {
            return None;
        }
        let kid = header.kid?;
        let signing = self.keyring.token_verifying().into_iter().find(|version| version.kid == kid)?;
        let key = jwt_provider::decoding_key(&signing.key.verifying_key());
        let claims = jsonwebtoken::decode::<Claims>(token, &key, &self.validation()).ok()?.claims;
        let now = self.clock.now().seconds();
        let timely = claims.iat <= now + LEEWAY_SECONDS
            && now < claims.exp.saturating_add(LEEWAY_SECONDS)
            && claims.exp.saturating_sub(claims.iat) <= LIFETIME.num_seconds();
        timely.then_some(Bearer { user: claims.sub, session: claims.sid })
    }

    /// Times are checked above, by our own clock.
    fn validation(&self) -> Validation {
        let mut validation = Validation::new(Algorithm::EdDSA);
        validation.validate_exp = false;
        validation.validate_nbf = false;
        validation.set_issuer(&[ISSUER]);
        validation.set_audience(&[&self.audience]);
        validation.set_required_spec_claims(&["iss", "aud", "sub", "exp"]);
        validation
    }
}
