use super::*;

fn read(flags: &Flags, variables: &[(&str, &str)]) -> Result<Config, ConfigError> {
    let variables = variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    Config::read(flags, &variables)
}

fn refusal(variables: &[(&str, &str)]) -> ConfigError {
    read(&Flags::default(), variables).err().expect("a refusal")
}

#[test]
fn without_a_word_it_is_a_directory_here_and_this_machine_alone() {
    let config = read(&Flags::default(), &[]).ok().unwrap();
    assert!(
        matches!(&config.database, DatabaseUrl::Sqlite(path) if path.path().ends_with("waystation-data/waystation.db"))
    );
    assert_eq!(config.root_key, RootKeySource::File(PathBuf::from("waystation-data/root.key")));
    assert!(config.listen.ip().is_loopback());
    assert!(config.refuse_exposed_key_file().is_ok());
}

#[test]
fn the_command_line_wins_over_the_environment() {
    let flags = Flags { data: Some("a".into()), listen: Some("127.0.0.1:9".into()), ..Flags::default() };
    let config =
        read(&flags, &[("WAYSTATION_DATA", "b"), ("WAYSTATION_LISTEN", "127.0.0.1:1")]).ok().unwrap();
    assert_eq!(config.data, PathBuf::from("a"));
    assert_eq!(config.listen.port(), 9);
}

#[test]
fn an_unknown_variable_is_refused_by_name() {
    let error = refusal(&[("WAYSTATION_LISTN", "127.0.0.1:1")]);
    assert_eq!(error, ConfigError::Unknown("WAYSTATION_LISTN".to_owned()));
    assert!(error.to_string().contains("WAYSTATION_LISTEN"));
}

#[test]
fn a_refusal_never_repeats_a_value() {
    for variables in [
        [("WAYSTATION_LISTEN", "secret")],
        [("WAYSTATION_WORKERS", "secret")],
        [("WAYSTATION_METRICS_LISTEN", "secret")],
        [("WAYSTATION_LOG_FORMAT", "secret")],
        [("WAYSTATION_ALLOW_KEY_FILE", "secret")],
        [("WAYSTATION_RETENTION", "secret=30")],
        [("WAYSTATION_OBJECTION_DAYS", "secret")],
        [("WAYSTATION_TRUSTED_PROXIES", "secret")],
        [("WAYSTATION_SECOND_FACTOR_FOR", "secret")],
        [("DATABASE_URL", "postgres://secret@db.example/w")],
    ] {
        assert!(!refusal(&variables).to_string().contains("secret"), "{variables:?}");
    }
}

#[test]
fn persons_are_kept_for_good_unless_it_is_said_for_how_long() {
    let retention = |variables: &[(&str, &str)]| read(&Flags::default(), variables).ok().unwrap().retention;
    assert_eq!(retention(&[]), retention::Policy::default());
    let said = retention(&[("WAYSTATION_RETENTION", "settled=1825"), ("WAYSTATION_OBJECTION_DAYS", "14")]);
    assert_eq!((said.rules.len(), said.rules[0].days, said.objections.num_days()), (1, 1825, 14));
}

#[test]
fn more_roles_may_need_a_second_factor_and_none_fewer_unless_allowed_by_name() {
    let factors =
        |variables: &[(&str, &str)]| read(&Flags::default(), variables).ok().map(|config| config.factors);
    let more = |roles| ("WAYSTATION_SECOND_FACTOR_FOR", roles);
    let alone = ("WAYSTATION_ALLOW_PASSWORD_ALONE", "1");
    assert_eq!(factors(&[]), Some(FactorRule::standard()));
    let both = FactorRule::standard().and(Role::Caseworker).and(Role::Reader);
    assert_eq!(factors(&[more("caseworker, reader")]), Some(both));
    assert_eq!(factors(&[alone]), Some(FactorRule::nobody()));
    for wrong in ["", "caseworker,caseworker", "nobody"] {
        assert_eq!(factors(&[more(wrong)]), None, "{wrong}");
    }
    assert_eq!(factors(&[more("caseworker"), alone]), None);
}

#[test]
fn a_key_file_beside_an_open_door_is_refused_unless_allowed_by_name() {
    let open = ("WAYSTATION_LISTEN", "0.0.0.0:8080");
    let check = |variables: &[(&str, &str)]| {
        read(&Flags::default(), variables).ok().unwrap().refuse_exposed_key_file()
    };
    assert!(matches!(check(&[open]), Err(ConfigError::ExposedKeyFile(_))));
    assert!(check(&[open, ("WAYSTATION_ALLOW_KEY_FILE", "1")]).is_ok());
    assert!(check(&[open, ("WAYSTATION_ROOT_KEY", "waystation-root-key-v1:x")]).is_ok());
}

#[test]
fn two_keys_are_one_too_many() {
    let error = refusal(&[("WAYSTATION_ROOT_KEY", "x"), ("WAYSTATION_ROOT_KEY_FILE", "y")]);
    assert_eq!(error, ConfigError::TwoKeys);
    let ways = [
        ("WAYSTATION_ROOT_KEY", "x"),
        ("WAYSTATION_ROOT_KEY_FILE", "x"),
        ("WAYSTATION_ROOT_KEY_PASSPHRASE_FILE", "x"),
        ("WAYSTATION_ROOT_KEY_SHARES", "1"),
    ];
    for (place, one) in ways.iter().enumerate() {
        assert!(read(&Flags::default(), &[*one]).is_ok());
        for other in &ways[..place] {
            assert_eq!(refusal(&[*one, *other]), ConfigError::TwoKeys, "{one:?} and {other:?}");
        }
    }
}

#[test]
fn a_key_that_people_have_may_be_beside_an_open_door() {
    let open = ("WAYSTATION_LISTEN", "0.0.0.0:8080");
    for with_people in [("WAYSTATION_ROOT_KEY_SHARES", "1"), ("WAYSTATION_ROOT_KEY_PASSPHRASE_FILE", "p")] {
        let config = read(&Flags::default(), &[open, with_people]).ok().unwrap();
        assert!(config.root_key.is_with_people() && config.refuse_exposed_key_file().is_ok());
    }
    let config = read(&Flags::default(), &[("WAYSTATION_ROOT_KEY_SHARES", "0")]).ok().unwrap();
    assert!(!config.root_key.is_with_people());
}

#[test]
fn a_variable_that_would_redirect_postgresql_is_refused_by_name() {
    let local = ("DATABASE_URL", "postgres:///w");
    let error = refusal(&[local, ("PGHOST", "db.example")]);
    assert_eq!(error, ConfigError::Overriding("PGHOST".to_owned()));
    assert_eq!(refusal(&[local, ("PGSERVICE", "w")]), ConfigError::Overriding("PGSERVICE".to_owned()));
    let accepted = |variables: &[(&str, &str)]| read(&Flags::default(), variables).is_ok();
    assert!(accepted(&[local, ("PGPASSWORD", "x"), ("PGDATA", "/x")]));
    assert!(accepted(&[("DATABASE_URL", "postgres://u@localhost/w"), ("PGHOST", "db.example")]));
    assert!(accepted(&[("PGHOST", "db.example")]), "SQLite is reached by a path");
}

#[test]
fn figures_for_a_monitor_are_served_to_this_machine_alone_and_only_when_asked_for() {
    let metrics = |address| read(&Flags::default(), &[("WAYSTATION_METRICS_LISTEN", address)]);
    assert_eq!(read(&Flags::default(), &[]).ok().unwrap().metrics, None);
    assert_eq!(metrics("[::1]:9464").ok().unwrap().metrics.unwrap().port(), 9464);
    for open in ["0.0.0.0:9464", "192.0.2.7:9464", "[::]:9464"] {
        assert!(matches!(metrics(open), Err(ConfigError::Invalid { .. })), "{open}");
    }
}
