//! Codes by time: RFC 6238 with SHA-1, six digits and steps of thirty seconds, which is what every authenticator app does.

use qrcode::QrCode;
use qrcode::render::svg;
use totp_rs::{Builder, Secret, Totp};
use zeroize::Zeroizing;

use crate::access::UserId;
use crate::crypto::{Keyring, random};
use crate::db::types::Timestamp;
use crate::error::{Error, Result};

/// As RFC 4226 recommends (section 4, R6).
const LEN: usize = 20;
const ISSUER: &str = "Waystation";
/// The step before and the one after are taken too (RFC 6238, section 5.2): clocks differ, and people type.
const STEPS_AROUND: u16 = 1;
const QR_PIXELS: u32 = 240;

/// The secret that a device and the server share.
pub(crate) struct TotpSecret(Zeroizing<[u8; LEN]>);

impl TotpSecret {
    /// A new one.
    pub(crate) fn generate() -> Self {
        Self(Zeroizing::new(random::bytes()))
    }

    /// As it is stored.
    pub(crate) fn seal(&self, keyring: &Keyring, user: UserId) -> Result<Vec<u8>> {
        Ok(keyring.seal_second_factor(user, self.0.as_slice())?)
    }

    /// From how it is stored.
    pub(crate) fn open(keyring: &Keyring, user: UserId, sealed: &[u8]) -> Result<Self> {
        let (bytes, _) = keyring.open_second_factor(user, sealed)?;
        let bytes = <[u8; LEN]>::try_from(bytes.as_slice()).map_err(Error::internal)?;
        Ok(Self(Zeroizing::new(bytes)))
    }

    fn totp(&self, account: &str) -> Result<Totp> {
        let builder = Builder::new().with_skew(STEPS_AROUND).with_secret(Secret::new_stack(*self.0));
        let builder = builder.with_account_name(account).with_issuer(Some(ISSUER));
        builder.build().map_err(|error| Error::internal(anyhow::anyhow!("TOTP: {error}")))
    }

    /// The step of which this is the code, if it is of one about now.
    pub(crate) fn step_of(&self, code: &str, now: Timestamp) -> Option<i64> {
        let seconds = u64::try_from(now.micros() / 1_000_000).ok()?;
        let digits: String = code.chars().filter(|character| *character != ' ').collect();
        let are_six = digits.len() == 6 && digits.bytes().all(|byte| byte.is_ascii_digit());
        let step = self.totp("-").ok()?.check(are_six.then_some(digits.as_str())?, seconds)?;
        i64::try_from(step).ok()
    }

    /// The secret as it is typed, where no picture can be taken.
    pub(crate) fn to_base32(&self) -> String {
        Secret::new_stack(*self.0).to_base32()
    }

    /// What an authenticator app is given.
    pub(crate) fn otpauth(&self, account: &str) -> Result<String> {
        self.totp(account)?.to_url().map_err(|error| Error::internal(anyhow::anyhow!("otpauth: {error}")))
    }

    /// The same as a picture (SVG).
    pub(crate) fn qr_code(&self, account: &str) -> Result<String> {
        let code = QrCode::new(self.otpauth(account)?).map_err(Error::internal)?;
        Ok(code.render::<svg::Color<'_>>().min_dimensions(QR_PIXELS, QR_PIXELS).build())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_micros(seconds * 1_000_000)
    }

    /// RFC 6238, appendix B, the rows of SHA-1: its codes have eight digits, of which ours are the last six.
    #[test]
    fn the_codes_are_those_of_the_rfc() {
        let secret = TotpSecret(Zeroizing::new(*b"12345678901234567890"));
        for (seconds, code) in [
            (59, "94287082"),
            (1_111_111_109, "07081804"),
            (1_111_111_111, "14050471"),
            (1_234_567_890, "89005924"),
            (2_000_000_000, "69279037"),
            (20_000_000_000, "65353130"),
        ] {
            assert_eq!(secret.step_of(&code[2..], at(seconds)), Some(seconds / 30), "{seconds}");
        }
    }

    #[test]
    fn a_code_is_good_one_step_around_its_own_and_only_as_six_digits() {
        let secret = TotpSecret(Zeroizing::new(*b"12345678901234567890"));
        let good = |seconds| secret.step_of("287082", at(seconds));
        assert_eq!([29, 30, 59, 60, 89, 90].map(good), [Some(1), Some(1), Some(1), Some(1), Some(1), None]);
        assert_eq!(secret.step_of("287 082", at(59)), Some(1));
        for wrong in ["", "28708", "2870822", "94287082", "२८७०८२", "28708x", "+28708"] {
            assert_eq!(secret.step_of(wrong, at(59)), None, "{wrong}");
        }
    }

    #[test]
    fn an_app_is_given_the_secret_by_address_and_picture() {
        let secret = TotpSecret(Zeroizing::new(*b"12345678901234567890"));
        let url = secret.otpauth("heron").unwrap();
        assert_eq!(
            url,
            "otpauth://totp/Waystation:heron?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Waystation"
        );
        assert_eq!(secret.to_base32(), "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
        let picture = secret.qr_code("heron").unwrap();
        assert!(picture.contains("<svg") && picture.contains("</svg>"));
    }
}
