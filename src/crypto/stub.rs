#![allow(missing_docs, clippy::all, clippy::pedantic, unused)]
use crate::access::CaseId;
pub struct Keyring;
pub struct CaseKey;
pub struct WrappedCaseKey {
    pub case_id: CaseId,
    pub key_version: i32,
    pub wrapped: Vec<u8>,
}
#[derive(Debug, thiserror::Error)]
#[error("seal")]
pub struct SealError;
#[derive(Debug, Clone, diesel::expression::AsExpression, diesel::deserialize::FromSqlRow)]
#[diesel(sql_type = diesel::sql_types::Binary)]
pub struct Ciphertext(Vec<u8>);
impl Ciphertext {
    pub fn sha256(&self) -> [u8; 32] {
        todo!()
    }
}
impl<DB> diesel::serialize::ToSql<diesel::sql_types::Binary, DB> for Ciphertext
where
    DB: diesel::backend::Backend,
    [u8]: diesel::serialize::ToSql<diesel::sql_types::Binary, DB>,
{
    fn to_sql<'b>(&'b self, out: &mut diesel::serialize::Output<'b, '_, DB>) -> diesel::serialize::Result {
        self.0.as_slice().to_sql(out)
    }
}
impl<DB> diesel::deserialize::FromSql<diesel::sql_types::Binary, DB> for Ciphertext
where
    DB: diesel::backend::Backend,
    Vec<u8>: diesel::deserialize::FromSql<diesel::sql_types::Binary, DB>,
{
    fn from_sql(b: DB::RawValue<'_>) -> diesel::deserialize::Result<Self> {
        Vec::from_sql(b).map(Self)
    }
}
pub struct Place;
impl Place {
    pub fn table(&self) -> &'static str {
        ""
    }
    pub fn column(&self) -> &'static str {
        ""
    }
    pub fn row(&self) -> &str {
        ""
    }
}
pub struct SigningKeyVersion {
    pub k: ed25519_dalek::SigningKey,
}
impl SigningKeyVersion {
    pub fn kid(&self) -> &str {
        ""
    }
    pub fn key(&self) -> &ed25519_dalek::SigningKey {
        &self.k
    }
}
impl Keyring {
    pub fn new_case_key(&self, c: CaseId) -> Result<(CaseKey, WrappedCaseKey), SealError> {
        todo!()
    }
    pub fn token_signing(&self) -> &SigningKeyVersion {
        todo!()
    }
    pub fn token_keys(&self) -> impl Iterator<Item = &SigningKeyVersion> {
        std::iter::empty()
    }
    pub fn password_pepper(&self, v: Option<i32>) -> Option<(i32, &[u8; 32])> {
        None
    }
    pub fn seal_answer(&self, c: &str, p: &[u8]) -> Result<Vec<u8>, SealError> {
        todo!()
    }
    pub fn open_answer(&self, c: &str, p: &[u8]) -> Result<Vec<u8>, SealError> {
        todo!()
    }
}
