//! A key as a program holds it.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use crate::audit::entry::hex;
use crate::crypto::random;

/// So that whoever finds one in a file, and every scanner for secrets, knows what it is.
const PREFIX: &str = "wsk_";

/// 256 random bits. No `Debug`.
#[derive(Clone)]
pub(crate) struct ApiKeyToken(Zeroizing<[u8; 32]>);

impl ApiKeyToken {
    pub(crate) fn generate() -> Self {
        Self(Zeroizing::new(random::bytes()))
    }

    /// Reads one; `None` for what has not its form, such as an access token.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let bytes = Zeroizing::new(URL_SAFE_NO_PAD.decode(text.strip_prefix(PREFIX)?).ok()?);
        bytes.as_slice().try_into().ok().map(|bytes| Self(Zeroizing::new(bytes)))
    }

    /// As it is shown, once.
    pub(crate) fn to_text(&self) -> String {
        format!("{PREFIX}{}", URL_SAFE_NO_PAD.encode(self.0.as_slice()))
    }

    /// As it is stored: it is random, so a plain hash cannot be guessed from.
    pub(crate) fn hash(&self) -> String {
        hex(&Sha256::new().chain_update(b"waystation api key v1").chain_update(self.0.as_slice()).finalize())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_survives_its_own_text_and_nothing_else_is_one() {
        let key = ApiKeyToken::generate();
        let text = key.to_text();
        assert_eq!(ApiKeyToken::parse(&text).unwrap().hash(), key.hash());
        for wrong in
            ["", "wsk_", &text[1..], &text[..text.len() - 1], &format!("{text}A"), "eyJ0eXAi.e30.c2ln"]
        {
            assert!(ApiKeyToken::parse(wrong).is_none(), "{wrong}");
        }
    }
}
