//! A device that somebody has logged in from before knows it by a token: whoever guesses from elsewhere cannot slow it
//! down. The server keeps no list of them; it knows its own seal again.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::TimeDelta;
use subtle::ConstantTimeEq as _;

use crate::access::UserId;
use crate::crypto::{Keyring, random};
use crate::db::types::Timestamp;

/// Since its last login.
const KNOWN_FOR: TimeDelta = TimeDelta::days(180);
const ID_LEN: usize = 16;
const LEN: usize = ID_LEN + 8 + 32;

/// Which device of a user, random.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Device([u8; ID_LEN]);

impl Device {
    /// One that nobody has logged in from yet.
    pub(crate) fn new() -> Self {
        Self(random::bytes())
    }

    /// The device of this user that a token is of; `None` when it is of none, or was not used for long.
    pub(crate) fn of(keyring: &Keyring, user: UserId, token: &str, now: Timestamp) -> Option<Self> {
        let bytes: [u8; LEN] = URL_SAFE_NO_PAD.decode(token).ok()?.try_into().ok()?;
        let (id, rest) = bytes.split_first_chunk::<ID_LEN>()?;
        let (at, mac) = rest.split_first_chunk::<8>()?;
        let message = message(user, id, at);
        let macs = std::iter::once(keyring.refresh_token_mac(&message))
            .chain(keyring.other_refresh_token_macs(&message));
        let is_ours = macs.fold(false, |ours, own| ours | bool::from(own.ct_eq(mac)));
        let issued = Timestamp::from_micros(i64::from_be_bytes(*at));
        (is_ours && issued.plus(KNOWN_FOR) > now).then_some(Self(*id))
    }

    /// What the device sends with its next login.
    pub(crate) fn token(self, keyring: &Keyring, user: UserId, now: Timestamp) -> String {
        let at = now.micros().to_be_bytes();
        let mac = keyring.refresh_token_mac(&message(user, &self.0, &at));
        URL_SAFE_NO_PAD.encode([&self.0[..], &at, &mac].concat())
    }
}

fn message(user: UserId, id: &[u8], at: &[u8]) -> Vec<u8> {
    [b"waystation known device v1".as_slice(), user.as_str().as_bytes(), id, at].concat()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::RootKey;

    #[test]
    fn a_token_is_of_one_user_and_one_network_and_of_half_a_year() {
        let keyring = Keyring::create(&RootKey::generate(), "test").unwrap().0;
        let (user, now, device) = (UserId::generate(), Timestamp::from_micros(7), Device::new());
        let token = device.token(&keyring, user, now);
        assert_eq!(Device::of(&keyring, user, &token, now), Some(device));
        assert_eq!(Device::of(&keyring, UserId::generate(), &token, now), None);
        assert_eq!(Device::of(&keyring, user, &token, now.plus(KNOWN_FOR)), None);
        let other = Keyring::create(&RootKey::generate(), "test").unwrap().0;
        assert_eq!(Device::of(&other, user, &token, now), None);
        for place in 0..token.len() {
            let mut changed = token.clone().into_bytes();
            changed[place] = if changed[place] == b'A' { b'B' } else { b'A' };
            let changed = String::from_utf8(changed).unwrap();
            // The last character has bits that say nothing; base64 refuses other ones.
            assert_eq!(Device::of(&keyring, user, &changed, now), None, "{place}");
        }
        assert_eq!(Device::of(&keyring, user, "", now), None);
    }
}
