//! What the operator can do when the database cannot be opened, told behind the database's own words.

const OTHER_AUTHORITY: &str = "the certificate of the server was not issued by an authority that sslrootcert names, or \
     is not valid today: another server may be answering in its place. Look at the server's certificate before you \
     change sslrootcert";

const NOT_OURS: &str = "check that the file and its directory belong to the user that runs the server, and that they \
     are on a disk that can be written and is not full";

/// Words of libpq, PostgreSQL and SQLite, and what to do then. The first that is found counts.
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
    (
        "accepting connections on that socket",
        "if the socket is in another directory, name it in DATABASE_URL, such as postgres:///NAME?host=/run/postgresql",
    ),
    ("Connection refused", "start PostgreSQL there, or correct host and port in DATABASE_URL"),
    (
        "could not translate host name",
        "correct the host in DATABASE_URL, or the name service of this machine",
    ),
    ("invalid connection option", "PostgreSQL knows no such parameter; correct it in DATABASE_URL"),
    (
        "no pg_hba.conf entry",
        "allow this user, database and address in its pg_hba.conf, with TLS (`hostssl`) if it is another machine",
    ),
    ("password authentication failed", "correct user or password in DATABASE_URL, PGPASSWORD or ~/.pgpass"),
    ("no password supplied", "give the password in DATABASE_URL, PGPASSWORD or ~/.pgpass"),
    ("does not exist", "create it (docs/OPERATIONS.md tells how), or correct its name in DATABASE_URL"),
    ("too many clients", "raise its max_connections: a server of Waystation takes up to 22"),
    ("connection slots are reserved", "raise its max_connections: a server of Waystation takes up to 22"),
    ("file is not a database", "--data or DATABASE_URL names a file of something else; name the right one"),
    ("readonly database", NOT_OURS),
    ("unable to open database file", NOT_OURS),
    ("disk I/O error", NOT_OURS),
    ("database is locked", "another program has held the database for long; end it, or try again"),
];

/// The cause in one line, with what to do.
pub(super) fn advise(cause: &str) -> String {
    let cause = cause.split_whitespace().collect::<Vec<_>>().join(" ");
    match KNOWN.iter().find(|(words, _)| cause.contains(words)) {
        Some((_, advice)) => format!("{cause}; {advice}"),
        None => cause,
    }
}

#[cfg(test)]
mod tests {
    use super::advise;

    #[test]
    fn a_server_that_answers_on_its_socket_is_not_looked_for_elsewhere() {
        let refused = "connection to server on socket \"/run/postgresql/.s.PGSQL.5432\" failed: ";
        let absent = format!("{refused}FATAL:  database \"w\" does not exist\n");
        assert!(advise(&absent).ends_with(
            "does not exist; create it (docs/OPERATIONS.md tells how), or correct its name in DATABASE_URL"
        ));
        let elsewhere = format!(
            "{refused}No such file or directory\n\tIs the server running locally and accepting connections on that socket?\n"
        );
        assert!(advise(&elsewhere).contains("directory Is the server running"), "one line");
        assert!(advise(&elsewhere).ends_with("?host=/run/postgresql"));
    }
}
