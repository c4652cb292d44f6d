use super::*;

fn said(text: &str) -> String {
    PostgresUrl::parse(text).expect("an address").to_connection_string()
}

fn fault(text: &str) -> UrlError {
    PostgresUrl::parse(text).err().expect("a refusal")
}

/// As the tests of libpq itself expect it.
#[test]
fn an_address_is_read_as_libpq_reads_it() {
    for (text, expected) in [
        (
            "uri-user:secret@host:12345/db",
            "dbname='db' host='host' password='secret' port='12345' user='uri-user'",
        ),
        ("uri-user@host/db", "dbname='db' host='host' user='uri-user'"),
        ("host", "host='host'"),
        ("/db", "dbname='db'"),
        ("", ""),
        ("uri-user@", "user='uri-user'"),
        (":secret@host", "host='host' password='secret'"),
        ("host:/db", "dbname='db' host='host'"),
        ("host?", "host='host'"),
        ("host/db?user=uri-user&port=1&", "dbname='db' host='host' port='1' user='uri-user'"),
        ("%68ost/%64b", "dbname='db' host='host'"),
        ("h?%68ost=other", "host='other'"),
        ("host?ssl=true", "host='host' sslmode='require'"),
        ("[2001:db8::1234]:5433/db", "dbname='db' host='2001:db8::1234' port='5433'"),
        ("[::1]", "host='::1'"),
        ("a:1,[::2],c:3/db", "dbname='db' host='a,::2,c' port='1,,3'"),
        ("a,b", "host='a,b'"),
        ("@%2Frun%2Fpostgresql/db", "dbname='db' host='/run/postgresql'"),
        ("/db?host=/run/postgresql", "dbname='db' host='/run/postgresql'"),
        ("u:a?b@host/db", "dbname='db' host='host' password='a?b' user='u'"),
        ("u:%40%3A%2F%25%20@host", "host='host' password='@:/% ' user='u'"),
        ("/it's%5C", r"dbname='it\'s\\'"),
        ("host/db?host=", "dbname='db' host=''"),
    ] {
        assert_eq!(said(text), expected, "{text}");
    }
}

#[test]
fn a_server_that_does_not_answer_is_not_waited_for_for_ever() {
    let waits = |text| PostgresUrl::parse(text).unwrap().with_patience().to_connection_string();
    assert_eq!(waits("h"), "connect_timeout='10' host='h' keepalives_idle='30' tcp_user_timeout='30000'");
    assert!(waits("h?connect_timeout=3").contains("connect_timeout='3'"));
}

#[test]
fn what_could_be_read_in_two_ways_is_refused() {
    for text in [
        "u:a@b@host/db",
        "u:a/b@host/db",
        "host:x/db",
        "host:99999/db",
        "host/db?port=x",
        "[::1/db",
        "[::1]x/db",
        "host/db?user",
        "host/db?&user=u",
        "host/db?user=u=v",
        "host/db?User=u",
        "host/db?user'=u",
        "host/db?=u",
        "%/db",
        "%4/db",
        "%zz/db",
        "%00/db",
        "%ff/db",
        "host/a b",
        "host/db\n",
    ] {
        assert_eq!(fault(text), UrlError::Malformed, "{text}");
    }
}

#[test]
fn what_is_said_elsewhere_is_refused_by_name() {
    assert_eq!(fault("/w?service=other"), UrlError::Indirect("service"));
    assert_eq!(fault("/w?%73ervice=other"), UrlError::Indirect("service"));
    assert_eq!(fault("db.example/w?sslmode=verify-full&requiressl=0"), UrlError::Indirect("requiressl"));
}

#[test]
fn a_variable_counts_where_the_address_is_silent() {
    let overridden = |text: &str, variable| {
        let url = PostgresUrl::parse(text).ok().unwrap();
        url.overridden_by(["HOME", "PGPASSWORD", "PGAPPNAME", variable].into_iter()).is_some()
    };
    for (variable, parameter) in VARIABLES {
        assert!(overridden("/", variable), "{variable}");
        let said = PostgresUrl(BTreeMap::from([((*parameter).to_owned(), String::new())]));
        assert_eq!(said.overridden_by([*variable].into_iter()), None, "{variable}");
    }
    assert!(!overridden("u@host/w", "PGHOST"));
    assert!(overridden("u@host/w", "PGHOSTADDR"));
    assert!(overridden("u@localhost/w", "PGSSLMODE"));
    assert!(!overridden("/", "PGPASSFILE"));
}
