//! What the operator can do when the database cannot be opened, told behind the database's own words.

const OTHER_AUTHORITY: &str = "the certificate of the server was not issued by an authority that sslrootcert names, or \
     is not valid today: another server may be answering in its place. Look at the server's certificate before you \
     change sslrootcert";

/// Words of libpq, and what to do then. The first that is found counts.
const KNOWN: &[(&str, &str)] = &[
    ("certificate verify failed", OTHER_AUTHORITY),
    // An authority that goes by the same name.
    ("signature failure", OTHER_AUTHORITY),
    (
        "does not match host name",
        "name the host in DATABASE_URL as its certificate does, or give the server a certificate for that name; until \
         you know why, another server may be answering in its place",
    ),
    (
        "root certificate file",
        "put the certificate of the authority there, or name its file in DATABASE_URL: &sslrootcert=FILE",
    ),
    (
        "does not support SSL",
        "set `ssl = on` with a certificate in its postgresql.conf; if it had TLS before, another server may be \
         answering in its place",
    ),
];

/// The cause in one line, with what to do.
pub(super) fn advise(cause: &str) -> String {
    let cause = cause.split_whitespace().collect::<Vec<_>>().join(" ");
    match KNOWN.iter().find(|(words, _)| cause.contains(words)) {
        Some((_, advice)) => format!("{cause}; {advice}"),
        None => cause,
    }
}
