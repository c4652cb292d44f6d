//! Who may certify a server: the authorities of this machine, or the one that the person at it names.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use ureq::tls::{Certificate, PemItem, RootCerts, TlsConfig, parse_pem};

/// Where systems keep the authorities that they trust.
const OF_THE_SYSTEM: [&str; 4] = [
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
    "/etc/ssl/cert.pem",
];

/// Why there are none.
#[derive(Debug, thiserror::Error)]
pub enum NoAuthority {
    /// The file.
    #[error("{path} cannot be read: {cause}", path = path.display())]
    Unreadable {
        /// Which.
        path: PathBuf,
        /// Why.
        cause: std::io::Error,
    },
    /// It holds something else.
    #[error("{path} holds no certificate (PEM)", path = .0.display())]
    Empty(PathBuf),
}

/// Certificates of authorities.
pub struct Authorities(RootCerts);

impl Authorities {
    /// Those of a file, and no other.
    pub fn of_file(path: &Path) -> Result<Self, NoAuthority> {
        let pem =
            std::fs::read(path).map_err(|cause| NoAuthority::Unreadable { path: path.to_owned(), cause })?;
        let certificates: Vec<_> = parse_pem(&pem)
            .filter_map(|item| match item {
                Ok(PemItem::Certificate(certificate)) => Some(certificate),
                _ => None,
            })
            .collect();
        if certificates.is_empty() {
            return Err(NoAuthority::Empty(path.to_owned()));
        }
        Ok(Self(RootCerts::Specific(Arc::new(certificates))))
    }

    /// Those of this machine; where it has none, no server is certified by anybody.
    #[must_use]
    pub fn of_the_system() -> Self {
        let found = OF_THE_SYSTEM.iter().find_map(|path| Self::of_file(Path::new(path)).ok());
        found.unwrap_or_else(|| Self(RootCerts::Specific(Arc::new(Vec::new()))))
    }

    /// Each, in DER.
    pub(crate) fn certificates(&self) -> impl Iterator<Item = &[u8]> {
        let RootCerts::Specific(certificates) = &self.0 else { return [].iter().map(der) };
        certificates.iter().map(der)
    }

    pub(crate) fn tls_config(&self) -> TlsConfig {
        TlsConfig::builder()
            .root_certs(self.0.clone())
            .unversioned_rustls_crypto_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .build()
    }
}

fn der<'a>(certificate: &'a Certificate<'static>) -> &'a [u8] {
    certificate.der()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_without_a_certificate_is_refused() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("authority.pem");
        assert!(matches!(Authorities::of_file(&path), Err(NoAuthority::Unreadable { .. })));
        std::fs::write(&path, "-----BEGIN NOTHING-----\n").unwrap();
        assert!(matches!(Authorities::of_file(&path), Err(NoAuthority::Empty(_))));
    }
}
