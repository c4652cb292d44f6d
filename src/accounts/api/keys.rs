//! The public keys of access tokens, for others who check them.

use actix_web::web::Data;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::App;
use crate::crypto::SigningKeyVersion;
use crate::error::Result;
use crate::http::Json;

/// Public keys (RFC 7517).
#[derive(Serialize, ToSchema)]
#[schema(example = json!({"keys": [{
    "kty": "OKP", "crv": "Ed25519", "use": "sig", "alg": "EdDSA", "kid": "b0v4n9qx2c7m1b6t8r4yeA",
    "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"
}]}))]
pub struct KeySet {
    /// The newest first.
    keys: Vec<PublicKey>,
}

/// An Ed25519 key (RFC 8037).
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "kty": "OKP", "crv": "Ed25519", "use": "sig", "alg": "EdDSA", "kid": "b0v4n9qx2c7m1b6t8r4yeA",
    "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"
}))]
pub struct PublicKey {
    /// The kind of key.
    kty: &'static str,
    /// The curve.
    crv: &'static str,
    /// What it is for.
    #[serde(rename = "use")]
    purpose: &'static str,
    /// The algorithm.
    alg: &'static str,
    /// Its name in the head of a token.
    kid: String,
    /// The public key itself.
    x: String,
}

impl PublicKey {
    fn of(version: &SigningKeyVersion) -> Self {
        Self {
            kty: "OKP",
            crv: "Ed25519",
            purpose: "sig",
            alg: "EdDSA",
            kid: version.kid.clone(),
            x: URL_SAFE_NO_PAD.encode(version.key.verifying_key().as_bytes()),
        }
    }
}

/// `GET /.well-known/jwks.json`
pub async fn get_token_keys(app: Data<App>) -> Result<Json<KeySet>> {
    Ok(Json(KeySet { keys: app.keyring.token_verifying().iter().map(|key| PublicKey::of(key)).collect() }))
}
