//! The address of a PostgreSQL server, read once: what is checked here is what libpq is given.
//!
//! libpq reads an address by rules of its own, and looks into the environment and into service files
//! for what it does not say. An address that it would read otherwise than the check did would pass
//! the check by. So libpq gets the parameters that were read here, each under its name, and whatever
//! would add to them from elsewhere is refused.

use std::collections::BTreeMap;
use std::net::IpAddr;

use super::url::UrlError;

/// Parameters of a connection; not printable, one may be a password.
#[derive(Clone, PartialEq, Eq)]
pub struct PostgresUrl(BTreeMap<String, String>);

/// Variables that libpq follows where the address does not say the parameter itself. Not among them
/// is what changes neither where nor how the server is reached: the password and the file it stands
/// in, the name of the program, the time to wait, the encoding, which diesel sets.
const VARIABLES: &[(&str, &str)] = &[
    ("PGCHANNELBINDING", "channel_binding"),
    ("PGDATABASE", "dbname"),
    ("PGGSSDELEGATION", "gssdelegation"),
    ("PGGSSENCMODE", "gssencmode"),
    ("PGGSSLIB", "gsslib"),
    ("PGHOST", "host"),
    ("PGHOSTADDR", "hostaddr"),
    ("PGKRBSRVNAME", "krbsrvname"),
    ("PGLOADBALANCEHOSTS", "load_balance_hosts"),
    ("PGMAXPROTOCOLVERSION", "max_protocol_version"),
    ("PGMINPROTOCOLVERSION", "min_protocol_version"),
    ("PGOPTIONS", "options"),
    ("PGPORT", "port"),
    ("PGREQUIREAUTH", "require_auth"),
    ("PGREQUIREPEER", "requirepeer"),
    ("PGREQUIRESSL", "sslmode"),
    ("PGSERVICE", "service"),
    ("PGSSLCERT", "sslcert"),
    ("PGSSLCERTMODE", "sslcertmode"),
    ("PGSSLCRL", "sslcrl"),
    ("PGSSLCRLDIR", "sslcrldir"),
    ("PGSSLKEY", "sslkey"),
    ("PGSSLMAXPROTOCOLVERSION", "ssl_max_protocol_version"),
    ("PGSSLMINPROTOCOLVERSION", "ssl_min_protocol_version"),
    ("PGSSLMODE", "sslmode"),
    ("PGSSLNEGOTIATION", "sslnegotiation"),
    ("PGSSLROOTCERT", "sslrootcert"),
    ("PGSSLSNI", "sslsni"),
    ("PGTARGETSESSIONATTRS", "target_session_attrs"),
    ("PGUSER", "user"),
];

/// Parameters that change others: by a file of their own, or by another name for `sslmode`.
const INDIRECT: &[&str] = &["requiressl", "service", "servicefile"];

/// Seconds to connect; seconds of silence before the link is tried; milliseconds until a link on which
/// nothing is confirmed is given up. Without them a cable that is pulled holds a request for hours.
const PATIENCE: [(&str, &str); 3] =
    [("connect_timeout", "10"), ("keepalives_idle", "30"), ("tcp_user_timeout", "30000")];

impl PostgresUrl {
    /// Reads what stands behind `postgres://`, as libpq does: user and password up to the first `@`
    /// before a `/`, hosts, name, and parameters, the last of which counts.
    pub(super) fn parse(rest: &str) -> Result<Self, UrlError> {
        if rest.chars().any(|c| c.is_whitespace() || c.is_control()) {
            return Err(UrlError::Malformed);
        }
        let mut url = Self(BTreeMap::new());
        let before_path = rest.split('/').next().unwrap_or("");
        let rest = match before_path.split_once('@') {
            Some((login, _)) => {
                let (user, password) = login.split_once(':').unwrap_or((login, ""));
                url.add("user", user)?;
                url.add("password", password)?;
                &rest[login.len() + 1..]
            }
            None => rest,
        };
        let (place, parameters) = rest.split_once('?').unwrap_or((rest, ""));
        let (hosts, name) = place.split_once('/').unwrap_or((place, ""));
        let (hosts, ports) = split_ports(hosts)?;
        url.add("host", &hosts)?;
        url.add("port", &ports)?;
        url.add("dbname", name)?;
        for parameter in parameters.split_terminator('&') {
            url.add_parameter(parameter)?;
        }
        let mut ports = url.get("port").split(',');
        if ports.any(|port| !port.is_empty() && port.parse::<u16>().is_err()) {
            return Err(UrlError::Malformed);
        }
        Ok(url)
    }

    /// A part that is empty is not said.
    fn add(&mut self, name: &str, encoded: &str) -> Result<(), UrlError> {
        if !encoded.is_empty() {
            self.0.insert(name.to_owned(), decode(encoded)?);
        }
        Ok(())
    }

    fn add_parameter(&mut self, pair: &str) -> Result<(), UrlError> {
        let (name, value) = pair.split_once('=').ok_or(UrlError::Malformed)?;
        let (name, value) = (decode(name)?, decode(value)?);
        if let Some(indirect) = INDIRECT.iter().find(|indirect| **indirect == name) {
            return Err(UrlError::Indirect(indirect));
        }
        let is_name = !name.is_empty() && name.chars().all(|c| c.is_ascii_lowercase() || c == '_');
        if !is_name || pair.matches('=').count() > 1 {
            return Err(UrlError::Malformed);
        }
        let (name, value) = match (name.as_str(), value.as_str()) {
            ("ssl", "true") => ("sslmode".to_owned(), "require".to_owned()),
            _ => (name, value),
        };
        self.0.insert(name, value);
        Ok(())
    }

    fn get(&self, name: &str) -> &str {
        self.0.get(name).map_or("", String::as_str)
    }

    /// The same with a limit on how long a server that does not answer is waited for, unless it says its own.
    pub(super) fn with_patience(&self) -> Self {
        let mut all: BTreeMap<_, _> =
            PATIENCE.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        all.extend(self.0.clone());
        Self(all)
    }

    /// The parameters in libpq's other form, which has one reading.
    pub(super) fn to_connection_string(&self) -> String {
        let parameters = self.0.iter().map(|(name, value)| {
            let value = value.replace('\\', "\\\\").replace('\'', "\\'");
            format!("{name}='{value}'")
        });
        parameters.collect::<Vec<_>>().join(" ")
    }

    /// Whether the certificate of the server and its name are checked.
    pub(super) fn is_verified(&self) -> bool {
        self.get("sslmode") == "verify-full"
    }

    /// Whether every host named is a socket or a loopback address.
    pub(super) fn is_local(&self) -> bool {
        let named = [self.get("host"), self.get("hostaddr")];
        named.iter().flat_map(|list| list.split(',')).all(|host| {
            host.is_empty()
                || host.starts_with('/')
                || host == "localhost"
                || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
        })
    }

    /// The first of these variables that libpq would follow, past what was checked.
    #[must_use]
    pub fn overridden_by<'a>(&self, mut set: impl Iterator<Item = &'a str>) -> Option<&'a str> {
        set.find(|variable| {
            VARIABLES.iter().any(|(known, parameter)| known == variable && !self.0.contains_key(*parameter))
        })
    }
}

/// `a:1,[::1]:2` as `a,::1` and `1,2`.
fn split_ports(text: &str) -> Result<(String, String), UrlError> {
    let (mut hosts, mut ports) = (Vec::new(), Vec::new());
    for part in text.split(',') {
        let (host, port) = match part.strip_prefix('[') {
            Some(inside) => {
                let (host, rest) = inside.split_once(']').ok_or(UrlError::Malformed)?;
                (host, rest.strip_prefix(':').or(rest.is_empty().then_some("")).ok_or(UrlError::Malformed)?)
            }
            None => part.split_once(':').unwrap_or((part, "")),
        };
        if host.contains('@') {
            return Err(UrlError::Malformed);
        }
        hosts.push(host);
        ports.push(port);
    }
    let ports = if ports.iter().all(|port| port.is_empty()) { String::new() } else { ports.join(",") };
    Ok((hosts.join(","), ports))
}

fn decode(text: &str) -> Result<String, UrlError> {
    let (mut bytes, mut rest) = (Vec::with_capacity(text.len()), text.as_bytes());
    while let Some((&first, others)) = rest.split_first() {
        rest = others;
        bytes.push(match first {
            b'%' => {
                let (digits, others) = rest.split_at_checked(2).ok_or(UrlError::Malformed)?;
                rest = others;
                hex_digit(digits[0])? << 4 | hex_digit(digits[1])?
            }
            other => other,
        });
    }
    String::from_utf8(bytes).ok().filter(|text| !text.contains('\0')).ok_or(UrlError::Malformed)
}

fn hex_digit(digit: u8) -> Result<u8, UrlError> {
    char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok()).ok_or(UrlError::Malformed)
}

#[cfg(test)]
mod tests;
