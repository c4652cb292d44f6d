//! 32 secret bytes, wiped when dropped. The only place that holds a symmetric key.

use zeroize::Zeroizing;

/// Boxed, because a move would leave a copy of the bytes behind; without `Debug` and `Clone`, so that
/// nothing prints or multiplies it.
pub(super) struct Secret(Box<Zeroizing<[u8; 32]>>);

impl Secret {
    fn zero() -> Self {
        Self(Box::new(Zeroizing::new([0; 32])))
    }

    pub(super) fn generate() -> Self {
        let mut secret = Self::zero();
        super::random::fill(&mut secret.0[..]);
        secret
    }

    pub(super) fn new(bytes: &[u8; 32]) -> Self {
        let mut secret = Self::zero();
        secret.0.copy_from_slice(bytes);
        secret
    }

    /// `None` when it is not 32 bytes.
    pub(super) fn from_slice(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self::new)
    }

    pub(super) fn bytes(&self) -> &[u8; 32] {
        &self.0
    }
}
