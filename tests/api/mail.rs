//! That something waits, by e-mail: to whom it was asked for, and never what.

use std::path::PathBuf;

use chrono::TimeDelta;
use serde_json::{Value, json};
use waystation::access::HubId;
use waystation::crypto::KeyPurpose;
use waystation::keys;
use waystation::notices::mail;
use waystation::notices::mail::config::{MailConfig, MailServer as Address, USUAL_TEXT};

use crate::common::mail_server::MailServer;
use crate::common::{Authority, Person, TestApp, unhex};

const PASSWORD: &str = "four quiet herons at dusk";
const HERE: &str = "Heron.42@example.org";

struct Scene {
    app: TestApp,
    server: MailServer,
    hub: HubId,
    crane: Person,
}

impl Scene {
    /// Crane is told by e-mail, and has seen that it arrives.
    async fn set() -> Self {
        let server = MailServer::start();
        let config = config(&format!("smtp://127.0.0.1:{}", server.port), None);
        let app = TestApp::new().await.mailing(&config).await;
        let hub = app.hub("Kunming");
        let crane = app.coordinator(hub);
        let scene = Self { app, server, hub, crane };
        scene.app.set_password(&scene.crane, PASSWORD).await;
        put(&scene.crane, HERE).await;
        assert_eq!(scene.round().await, 1);
        let first = scene.server.taken();
        assert_eq!(first.len(), 1);
        assert_eq!(first[0].to, HERE);
        scene
    }

    async fn round(&self) -> usize {
        mail::run(&self.app.app).await.unwrap()
    }

    /// The address as it is stored, in hexadecimal.
    fn sealed(&self) -> String {
        let mut raw = self.app.database.raw();
        let sql = format!("SELECT {} AS t FROM mail_addresses", raw.hex("sealed"));
        raw.texts(&sql).remove(0)
    }

    /// Something waits for crane that can wait for an hour.
    async fn something_waits(&self) {
        let heron = self.app.caseworker(self.hub);
        heron.post("/v1/me/away", json!({"until": "2026-03-20T10:00:00Z"})).await.expect(200);
    }

    fn later(&mut self, time: TimeDelta) {
        self.app.wait(time);
        self.crane = self.app.renew(&self.crane);
    }
}

fn config(server: &str, authorities: Option<PathBuf>) -> MailConfig {
    MailConfig {
        server: Address::parse(server).unwrap(),
        from: "Waystation <post@example.org>".parse().unwrap(),
        authorities,
        text: USUAL_TEXT.to_owned(),
    }
}

async fn put(person: &Person, address: &str) {
    let body = json!({"current_password": PASSWORD, "address": address});
    person.put("/v1/me/mail-address", body).await.expect(204);
}

#[actix_web::test]
async fn whoever_asked_for_it_is_told_that_something_waits_and_not_what() {
    let mut scene = Scene::set().await;
    assert_eq!(scene.round().await, 0, "the first message is to see that it arrives");
    scene.later(TimeDelta::minutes(30));
    scene.something_waits().await;
    assert_eq!(scene.round().await, 0, "an hour after another message");
    scene.later(TimeDelta::minutes(30));
    scene.something_waits().await;
    assert_eq!(scene.round().await, 1);
    let mails = scene.server.taken();
    assert_eq!(mails.len(), 1, "one of everything that waits");
    let (head, body) = mails[0].text.split_once("\r\n\r\n").unwrap();
    assert_eq!(body.trim_end_matches(".\r\n").trim(), USUAL_TEXT);
    let names: Vec<&str> =
        head.lines().filter_map(|line| line.split_once(':')).map(|(name, _)| name).collect();
    for name in &names {
        let known =
            ["From", "To", "Subject", "Date", "MIME-Version", "Content-Transfer-Encoding", "Content-Type"];
        assert!(known.contains(name), "{head}");
    }
    for trace in ["away", "somebody", "Kunming", scene.crane.id.as_str(), scene.hub.as_str()] {
        assert!(!mails[0].text.contains(trace), "{}", mails[0].text);
    }
    scene.later(TimeDelta::hours(2));
    assert_eq!(scene.round().await, 0, "they are told once of the same");
    let actions: Vec<String> = scene.app.log().await.into_iter().map(|entry| entry.action).collect();
    let of = |action: &str| actions.iter().filter(|other| *other == action).count();
    assert_eq!((of("mail.begin"), of("mail.send"), of("mail.refuse")), (2, 2, 0));
    let told = format!("{:?}", scene.app.log().await);
    assert!(!told.contains("example.org"));
}

#[actix_web::test]
async fn what_cannot_wait_is_told_at_once() {
    let mut scene = Scene::set().await;
    scene.later(TimeDelta::seconds(1));
    let (heron, ibis) = (scene.app.caseworker(scene.hub), scene.app.caseworker(scene.hub));
    let case = heron.open_case(scene.hub).await;
    let path = format!("/v1/cases/{}/emergency-accesses", case["id"].as_str().unwrap());
    let body = json!({"reason": "raid", "explanation": "The team was arrested this night."});
    ibis.post(&path, body).await.expect(201);
    assert_eq!(scene.round().await, 1);
    assert_eq!(scene.server.taken().len(), 1);
}

#[actix_web::test]
async fn nothing_goes_to_a_device_that_somebody_else_looks_at() {
    let mut scene = Scene::set().await;
    scene.later(TimeDelta::hours(1));
    scene.something_waits().await;
    let set = |scene: &Scene, what: &str| {
        scene
            .app
            .database
            .raw()
            .execute(&format!("UPDATE users SET {what} WHERE id = '{}'", scene.crane.id))
            .unwrap();
    };
    let tomorrow = scene.app.now().plus(TimeDelta::days(1)).micros();
    for (on, off) in [
        ("duress_since = 1".to_owned(), "duress_since = NULL"),
        (format!("away_until = {tomorrow}"), "away_until = NULL"),
        ("status = 'suspended'".to_owned(), "status = 'active'"),
    ] {
        set(&scene, &on);
        assert_eq!(scene.round().await, 0, "{on}");
        set(&scene, off);
    }
    // Whoever is made to name another address sees there what everybody sees, and no more.
    set(&scene, "duress_since = 1");
    put(&scene.crane, "captor@example.org").await;
    assert_eq!(scene.round().await, 1);
    scene.later(TimeDelta::hours(2));
    assert_eq!(scene.round().await, 0);
    assert_eq!(scene.server.taken().len(), 1);
}

#[actix_web::test]
async fn a_message_that_was_not_taken_is_sent_again() {
    let mut scene = Scene::set().await;
    scene.later(TimeDelta::hours(1));
    scene.something_waits().await;
    scene.server.refuse(Some("451 later"));
    assert_eq!(scene.round().await, 0);
    scene.server.refuse(None);
    assert_eq!(scene.round().await, 0, "not at once");
    scene.later(TimeDelta::minutes(10));
    assert_eq!(scene.round().await, 1);
    assert_eq!(scene.server.taken().len(), 1);

    scene.later(TimeDelta::hours(1));
    scene.something_waits().await;
    scene.server.refuse(Some("550 nobody here"));
    assert_eq!(scene.round().await, 0);
    scene.server.refuse(None);
    scene.later(TimeDelta::hours(23));
    assert_eq!(scene.round().await, 0, "what is refused for good is tried a day later");
    scene.later(TimeDelta::hours(1));
    assert_eq!(scene.round().await, 1);
}

#[actix_web::test]
async fn of_two_servers_one_tells() {
    let mut scene = Scene::set().await;
    scene.later(TimeDelta::hours(1));
    scene.something_waits().await;
    let config = config(&format!("smtp://127.0.0.1:{}", scene.server.port), None);
    let beside = scene.app.mailing(&config).await;
    let (one, other) = tokio::join!(mail::run(&scene.app.app), mail::run(&beside.app));
    assert_eq!(one.unwrap() + other.unwrap(), 1);
    assert_eq!(scene.server.taken().len(), 1);
}

#[actix_web::test]
async fn an_address_is_ones_own_to_set_and_take_away_and_is_not_shown() {
    let scene = Scene::set().await;
    let path = "/v1/me/mail-address";
    assert_eq!(scene.crane.get(path).await.expect(200), json!({"set_at": "2026-03-02T10:00:00.000000Z"}));
    let long = format!("{}@example.org", "a".repeat(250));
    for wrong in
        ["", "nobody", "a@b@c", "Heron <heron@example.org>", "heron@example.org\r\nBcc: x@y.z", &long]
    {
        let answer = scene.crane.put(path, json!({"current_password": PASSWORD, "address": wrong})).await;
        answer.expect_problem(422, "invalid_fields");
        assert_eq!(answer.pointers(), ["/address"], "{wrong}");
        assert!(wrong.is_empty() || !answer.text().contains(wrong));
    }
    let stored = String::from_utf8_lossy(&unhex(&scene.sealed())).into_owned();
    assert!(!stored.contains("example"));
    let stolen = json!({"current_password": "not this one", "address": "thief@example.org"});
    let refused = scene.crane.put(path, stolen).await;
    assert_eq!(refused.pointers(), ["/current_password"]);
    scene.crane.delete(path).await.expect(204);
    scene.crane.delete(path).await.expect(204);
    assert_eq!(scene.crane.get(path).await.expect(200), json!({"set_at": Value::Null}));
    assert_eq!(scene.round().await, 0);

    let without = scene.app.beside().await;
    let body = json!({"current_password": PASSWORD, "address": HERE});
    let refused = scene.crane.client.at(&without).put(path, body).await;
    refused.expect_problem(409, "guards_unmet");
    assert_eq!(refused.guards(), ["mail_sent"]);
}

#[actix_web::test]
async fn an_address_follows_the_pepper() {
    let scene = Scene::set().await;
    let (app, root) = (&scene.app.app, &scene.app.root);
    mail::look_after_keys(app).await.unwrap();
    let before = scene.sealed();
    keys::rotate(app, root, KeyPurpose::PasswordPepper).await.unwrap();
    scene.app.wait(keys::KNOWN_WITHIN);
    keys::follow(app).await.unwrap();
    mail::look_after_keys(app).await.unwrap();
    let after = scene.sealed();
    assert_eq!((&before[2..10], &after[2..10]), ("00000001", "00000002"), "the version of the key");
    put(&scene.crane, HERE).await;
    assert_eq!(scene.round().await, 1);
    assert_eq!(scene.server.taken()[0].to, HERE);
}

#[actix_web::test]
async fn a_server_is_believed_where_an_authority_certifies_it() {
    let authority = Authority::new("Mail authority");
    let server = MailServer::over_tls(&authority.certify("localhost"));
    let directory = tempfile::tempdir().unwrap();
    let file = |name: &str, authority: &Authority| {
        let path = directory.path().join(name);
        std::fs::write(&path, authority.certificate()).unwrap();
        path
    };
    let (own, other) = (file("own.pem", &authority), file("other.pem", &Authority::new("Another")));
    let url = format!("smtps://localhost:{}", server.port);
    let send = async |authorities: PathBuf| {
        let sender = mail::sender::Sender::new(&config(&url, Some(authorities))).unwrap();
        sender.send(HERE.parse().unwrap()).await.map_err(|error| error.to_string())
    };
    send(own).await.unwrap();
    assert_eq!(server.taken()[0].to, HERE);
    let refused = send(other).await.unwrap_err();
    assert!(refused.contains("not certified") && !refused.contains(HERE), "{refused}");
    assert_eq!(server.taken(), []);
}
