//! Where a request comes from. It is counted in memory, and written down nowhere.

use std::net::IpAddr;

use actix_web::dev::ServiceRequest;
use actix_web::http::header::{HeaderMap, HeaderName};

const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// The proxies whose `X-Forwarded-For` is believed; everybody can write that header.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TrustedProxies(Vec<IpAddr>);

impl TrustedProxies {
    /// Addresses with commas between them, each once.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut proxies = Vec::new();
        for part in text.split(',') {
            let address = part.trim().parse::<IpAddr>().ok()?.to_canonical();
            if proxies.contains(&address) {
                return None;
            }
            proxies.push(address);
        }
        Some(Self(proxies))
    }

    /// The address of the client: the last that is no proxy of ours. This machine itself is none: most likely it is a
    /// proxy that nobody named, and all clients would be one.
    pub(super) fn client(&self, request: &ServiceRequest) -> Option<IpAddr> {
        let peer = request.peer_addr()?.ip().to_canonical();
        Some(self.forwarded_for(peer, request.headers())).filter(|client| !client.is_loopback())
    }

    fn forwarded_for(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        let mut client = peer;
        let named: Vec<Option<IpAddr>> = headers
            .get_all(FORWARDED_FOR)
            .flat_map(|value| value.to_str().unwrap_or_default().split(','))
            .map(|part| part.trim().parse::<IpAddr>().ok().map(|address| address.to_canonical()))
            .collect();
        for address in named.into_iter().rev() {
            if !self.0.contains(&client) {
                break;
            }
            // What cannot be read was written by nobody whom we trust.
            let Some(address) = address else { break };
            client = address;
        }
        client
    }
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::HeaderValue;

    use super::*;

    fn client(trusted: &str, peer: &str, headers: &[&'static str]) -> String {
        let mut map = HeaderMap::new();
        for value in headers {
            map.append(FORWARDED_FOR, HeaderValue::from_static(value));
        }
        let trusted = TrustedProxies::parse(trusted).unwrap();
        trusted.forwarded_for(peer.parse().unwrap(), &map).to_string()
    }

    #[test]
    fn only_our_own_proxies_are_believed_and_only_what_they_added() {
        let one = |peer, headers: &[&'static str]| client("10.0.0.1", peer, headers);
        assert_eq!(one("192.0.2.7", &["198.51.100.1"]), "192.0.2.7", "a stranger says so");
        assert_eq!(one("10.0.0.1", &["198.51.100.1"]), "198.51.100.1");
        assert_eq!(one("10.0.0.1", &["1.2.3.4, 198.51.100.1"]), "198.51.100.1", "the client made one up");
        assert_eq!(one("10.0.0.1", &["1.2.3.4", "198.51.100.1"]), "198.51.100.1");
        assert_eq!(one("10.0.0.1", &["1.2.3.4, nonsense"]), "10.0.0.1");
        assert_eq!(one("10.0.0.1", &[]), "10.0.0.1");
        let two = client("10.0.0.1, ::1", "::1", &["198.51.100.1, 10.0.0.1"]);
        assert_eq!(two, "198.51.100.1");
    }

    #[test]
    fn proxies_are_addresses_each_once() {
        for wrong in ["", "proxy", "10.0.0.0/8", "::1,::1", "10.0.0.1,::ffff:10.0.0.1", "10.0.0.1,"] {
            assert_eq!(TrustedProxies::parse(wrong), None, "{wrong}");
        }
    }
}
