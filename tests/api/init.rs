//! `waystation init` that breaks off half-way on PostgreSQL, where the database stays.

use crate::common::server::Installation;

#[test]
fn the_root_key_of_keys_that_postgresql_holds_is_kept_and_init_can_be_finished() {
    let new = Installation::bare();
    if !new.is_postgres() {
        return;
    }
    let key = new.directory().join("root.key");
    assert!(new.run(&["migrate"]).status.success());
    let no_administrator = "ALTER TABLE users ADD CONSTRAINT broken CHECK (role <> 'administrator')";
    new.raw().execute(no_administrator).unwrap();

    let failed = new.run(&["init"]);
    assert!(!failed.status.success());
    let told = String::from_utf8(failed.stderr).unwrap();
    assert!(told.contains("waystation user add NAME --role administrator"), "{told}");
    assert!(new.raw().count("SELECT COUNT(*) FROM keyring") > 0 && key.exists());

    new.raw().execute("ALTER TABLE users DROP CONSTRAINT broken").unwrap();
    let finished = new.run(&["user", "add", "lantern", "--role", "administrator"]);
    assert!(finished.status.success(), "{}", String::from_utf8_lossy(&finished.stderr));
}

#[test]
fn a_root_key_that_opens_nothing_in_postgresql_is_taken_away() {
    let old = Installation::set_up();
    if !old.is_postgres() {
        return;
    }
    std::fs::remove_file(old.directory().join("root.key")).unwrap();
    let refused = old.run(&["init"]);
    let told = String::from_utf8(refused.stderr).unwrap();
    assert!(told.contains("there is a network in this database already"), "{told}");
    assert!(!old.directory().join("root.key").exists());
}
