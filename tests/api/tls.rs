//! The link to PostgreSQL, tried on a server with real certificates: verified it works, and everything
//! less is refused. Made where the tests run on PostgreSQL.

use std::fs;
use std::process::Command;

use crate::common::cluster::{Cluster, PASSWORD};
use crate::common::server::{Installation, refusal};
use crate::common::{Authority, TestDatabase};

const HOST: &str = "db.shelter.example";

fn cluster() -> Option<Cluster> {
    if TestDatabase::empty().is_postgres() { Cluster::with_tls(HOST) } else { None }
}

/// A command that needs the database, at another address.
fn migrate_at(installation: &Installation, address: &str) -> Command {
    let mut command = installation.program(&["migrate"]);
    command.env("DATABASE_URL", address);
    command
}

#[test]
fn a_verified_link_carries_everything_over_tls() {
    let Some(cluster) = cluster() else { return };
    let installation = Installation::set_up_at(cluster.verified());
    let server = installation.serve();
    installation.caseworkers(&server, 1);
    let links = cluster.links();
    assert!(links.len() >= 4, "readers, writers, the recorder and the sequencer: {links:?}");
    for link in links {
        assert!(["TLSv1.2", "TLSv1.3"].contains(&link.as_str()), "{link}");
    }
    let users = installation.program(&["user", "list"]).output().unwrap();
    assert!(String::from_utf8(users.stdout).unwrap().contains("heron0"));
}

#[test]
fn a_link_that_cannot_be_made_is_told_as_what_it_is() {
    let Some(cluster) = cluster() else { return };
    let installation = Installation::nothing_yet();
    let verified = Cluster::verified_by(cluster.authority());

    let told = refusal(&mut migrate_at(&installation, &cluster.address("other.example", &verified)));
    assert!(
        told.contains("server certificate for \"db.shelter.example\" does not match host name"),
        "{told}"
    );
    assert!(told.contains("name the host in DATABASE_URL as its certificate does"), "{told}");

    // An authority that goes by the name of the right one fails otherwise, and is told as the same.
    for (name, cause) in
        [("Another authority", "certificate verify failed"), ("Shelter authority", "signature failure")]
    {
        let stranger = cluster.path("stranger.pem");
        fs::write(&stranger, Authority::new(name).certificate()).unwrap();
        let address = cluster.address(HOST, &Cluster::verified_by(&stranger));
        let told = refusal(&mut migrate_at(&installation, &address));
        assert!(told.contains(cause), "{told}");
        assert!(told.contains("not issued by an authority that sslrootcert names"), "{told}");
    }

    let absent = cluster.path("absent.pem");
    let told =
        refusal(&mut migrate_at(&installation, &cluster.address(HOST, &Cluster::verified_by(&absent))));
    assert!(told.contains("absent.pem\" does not exist"), "{told}");

    let wrong_password = cluster.verified().replace("four%3A", "five%3A");
    for (address, wrong, advice) in [
        (wrong_password, "password authentication failed", "correct user or password"),
        (cluster.verified_without_password(), "no password supplied", "give the password"),
        (cluster.verified().replace("/postgres?", "/nowhere?"), "\"nowhere\" does not exist", "create it"),
        (
            cluster.verified().replace("hostaddr=127.0.0.1&", ""),
            "could not translate host name",
            "correct the host",
        ),
    ] {
        let told = refusal(&mut migrate_at(&installation, &address));
        assert!(told.contains(wrong) && told.contains(advice), "{told}");
        assert!(!told.contains("herons"), "{told}");
    }

    cluster.drop_tls();
    let told = refusal(&mut migrate_at(&installation, &cluster.verified()));
    assert!(told.contains("server does not support SSL, but SSL was required"), "{told}");
    assert!(told.contains("`ssl = on`"), "{told}");
}

#[test]
fn less_than_a_verified_link_is_refused_unless_it_is_allowed_by_name() {
    let Some(cluster) = cluster() else { return };
    let installation = Installation::nothing_yet();
    let authority = format!("sslmode=verify-ca&sslrootcert={}", cluster.authority().display());
    let allowed = |address: &str| {
        let mut command = migrate_at(&installation, address);
        command.env("WAYSTATION_ALLOW_PLAIN_DATABASE_LINK", "1");
        command
    };
    for parameters in ["", "sslmode=disable", "sslmode=prefer", "sslmode=require", &authority] {
        let address = cluster.address(HOST, parameters);
        let told = refusal(&mut migrate_at(&installation, &address));
        assert!(told.contains("without sslmode=verify-full"), "{parameters}: {told}");
        assert!(told.contains("WAYSTATION_ALLOW_PLAIN_DATABASE_LINK=1"), "{parameters}: {told}");
        if parameters == "sslmode=disable" {
            let told = refusal(&mut allowed(&address));
            assert!(told.contains("no pg_hba.conf entry") && told.contains("no encryption"), "{told}");
        } else {
            let done = allowed(&address).output().unwrap();
            assert!(done.status.success(), "{parameters}: {}", String::from_utf8_lossy(&done.stderr));
        }
    }
    // What the operator allows is a plain link, not a server that fails the proof which they asked for.
    let verified = Cluster::verified_by(cluster.authority());
    let told = refusal(&mut allowed(&cluster.address("other.example", &verified)));
    assert!(told.contains("does not match host name"), "{told}");
}

#[test]
fn the_environment_changes_nothing_that_the_address_says() {
    let Some(cluster) = cluster() else { return };
    let installation = Installation::set_up_at(cluster.verified());
    let mut command = installation.program(&["user", "list"]);
    command.env("DATABASE_URL", cluster.verified_without_password()).env("PGPASSWORD", PASSWORD);
    for (variable, value) in [
        ("PGHOST", "other.example"),
        ("PGHOSTADDR", "192.0.2.1"),
        ("PGPORT", "1"),
        ("PGUSER", "nobody"),
        ("PGDATABASE", "nowhere"),
        ("PGSSLMODE", "disable"),
        ("PGSSLROOTCERT", "/nowhere"),
    ] {
        command.env(variable, value);
    }
    let done = command.output().unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));

    for (variable, value) in
        [("PGHOST", HOST), ("PGHOSTADDR", "127.0.0.1"), ("PGSERVICE", "other"), ("PGOPTIONS", "")]
    {
        let mut command = migrate_at(&installation, "postgres://waystation@/postgres");
        let told = refusal(command.env(variable, value));
        assert!(told.contains(&format!("the variable {variable} is set")), "{told}");
    }
}
