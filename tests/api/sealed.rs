//! A sealed server with a clock that the test sets: what it takes, what it refuses, how long it waits, and that all of it
//! is on the log.

use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;

use actix_web::body::to_bytes;
use actix_web::dev::Service;
use actix_web::http::Method;
use actix_web::test::{TestRequest, init_service};
use actix_web::web::Data;
use chrono::TimeDelta;
use secrecy::SecretString;
use serde_json::{Value, json};
use tokio::sync::oneshot::Receiver;
use tokio::sync::oneshot::error::TryRecvError;
use waystation::access::UserId;
use waystation::accounts::operator;
use waystation::app::App;
use waystation::clock::Clock;
use waystation::config::{Config, Flags};
use waystation::crypto::passphrase::{PassphraseCost, ProtectedKey};
use waystation::crypto::{Proportion, RootKey, RootKeySource, Share, private_file};
use waystation::door::{KEPT, Opened, Sealed, application, keeping};
use waystation::setup::NewNetwork;

use crate::common::{Answer, TestDatabase, private_directory};

const PASSPHRASE: &str = "mole ridge actor punch sled oval";

/// A network that was set up, and its root key.
struct Network {
    app: App,
    config: Config,
    root: RootKey,
    clock: Clock,
    administrator: UserId,
    database: TestDatabase,
    directory: tempfile::TempDir,
}

type Call = Box<dyn Fn(TestRequest) -> Pin<Box<dyn Future<Output = Answer>>>>;

/// Its server, sealed.
struct Closed {
    call: Call,
    sealed: Data<Sealed>,
    opened: Receiver<Opened>,
}

impl Network {
    async fn new() -> Self {
        let (database, directory) = (TestDatabase::empty(), private_directory());
        let flags = Flags { data: Some(directory.path().to_owned()), ..Flags::default() };
        let url = database.connection_string();
        let config = Config::read(&flags, &[("DATABASE_URL".to_owned(), url)].into()).unwrap();
        let clock = Clock::fixed(crate::common::NOW.parse().unwrap());
        let root = RootKey::generate();
        let app = NewNetwork::store(&config, &root, None, clock.clone()).unwrap().open().unwrap();
        let password = SecretString::from("four quiet herons at dusk".to_owned());
        operator::set_up(&app, "lantern".parse().unwrap(), password).await.unwrap();
        let administrator = database.raw().texts("SELECT id AS t FROM users").remove(0).parse().unwrap();
        Self { app, config, root, clock, administrator, database, directory }
    }

    /// A split that counts.
    async fn split(&self, threshold: u8, shares: u8) -> Vec<Share> {
        let shares = self.root.split(Proportion::new(threshold, shares).unwrap()).unwrap();
        keeping::record_split(&self.app, self.administrator, &shares).await.unwrap();
        shares
    }

    async fn closed(&self, source: RootKeySource) -> Closed {
        let mut config = self.config.clone();
        config.root_key = source;
        let (sealed, opened) = Sealed::new(&config, self.clock.clone()).unwrap();
        let sealed = Data::new(sealed);
        let service = Rc::new(init_service(application::build(sealed.clone())).await);
        let call: Call = Box::new(move |request| {
            let service = Rc::clone(&service);
            Box::pin(async move {
                let response = service.call(request.to_request()).await.expect("an answer");
                let (head, body) = response.into_parts().1.into_parts();
                let (status, headers) = (head.status(), head.headers().clone());
                Answer::new(status, headers, to_bytes(body).await.ok().expect("a body"))
            })
        });
        Closed { call, sealed, opened }
    }

    fn wait(&self, time: TimeDelta) {
        self.clock.set(self.clock.now().plus(time));
    }

    /// Entries of these actions, as `action outcome code share`, oldest first.
    fn told(&self) -> Vec<String> {
        let sql = format!("SELECT {} AS t FROM audit_events", self.database.raw().hex("body"));
        let bodies = self.database.raw().texts(&sql);
        let mut entries: Vec<Value> =
            bodies.iter().map(|body| serde_json::from_slice(&crate::common::unhex(body)).unwrap()).collect();
        // One request is one moment: what it did comes before what followed from it.
        entries.sort_by_key(|entry| (entry["at"].to_string(), entry["action"] == "system.unseal"));
        let ours = |entry: &&Value| {
            let action = entry["action"].as_str().unwrap();
            action.starts_with("unseal.") || action == "system.unseal"
        };
        let line = |entry: &Value| {
            assert!(entry["actor"].is_null() && entry["session"].is_null(), "{entry}");
            let parts = [&entry["action"], &entry["outcome"], &entry["code"], &entry["details"]["share"]];
            parts.iter().filter_map(|part| part.as_str()).collect::<Vec<_>>().join(" ")
        };
        entries.iter().filter(ours).map(line).collect()
    }
}

impl Closed {
    async fn send(&self, method: Method, path: &str) -> Answer {
        (self.call)(TestRequest::default().method(method).uri(path)).await
    }

    async fn post(&self, body: &Value) -> Answer {
        (self.call)(TestRequest::post().uri("/v1/unseal").set_json(body)).await
    }

    async fn hand_in(&self, share: &Share) -> Answer {
        self.post(&json!({"share": share.to_text().as_str()})).await
    }

    async fn say(&self, passphrase: &str) -> Answer {
        self.post(&json!({"passphrase": passphrase})).await
    }

    fn is_closed(&mut self) -> bool {
        matches!(self.opened.try_recv(), Err(TryRecvError::Empty))
    }
}

#[actix_web::test]
async fn a_sealed_server_answers_that_it_lives_and_nothing_else() {
    let network = Network::new().await;
    let closed = network.closed(RootKeySource::Shares).await;
    closed.send(Method::GET, "/health").await.expect(200);
    let mut refusals = vec![
        closed.send(Method::GET, "/v1/unseal").await,
        closed.send(Method::GET, "/docs/").await,
        closed.send(Method::GET, "/openapi.json").await,
        closed.send(Method::GET, "/no/such/address").await,
    ];
    for route in waystation::routes::all() {
        if !["/health", "/v1/unseal"].contains(&route.path) {
            refusals.push(closed.send(route.method, &crate::walk::somewhere(route.path)).await);
        }
    }
    assert!(refusals.len() > 150, "{}", refusals.len());
    for answer in &refusals {
        let mut body = answer.expect_problem(503, "sealed");
        body["request_id"] = "".into();
        let mut first = refusals[0].json();
        first["request_id"] = "".into();
        assert_eq!(body, first, "one answer for everything");
        assert!(answer.header("retry-after").is_some());
    }
}

#[actix_web::test]
async fn shares_of_different_people_open_it_and_each_is_on_the_log() {
    let network = Network::new().await;
    let shares = network.split(3, 5).await;
    let mut closed = network.closed(RootKeySource::Shares).await;
    let step = TimeDelta::seconds(1);
    assert_eq!(closed.hand_in(&shares[4]).await.expect(200), json!({"sealed": true, "needed": 2}));
    network.wait(step);
    closed.hand_in(&shares[4]).await.expect_problem(409, "share_repeated");
    network.wait(step);
    assert_eq!(closed.hand_in(&shares[0]).await.expect(200), json!({"sealed": true, "needed": 1}));
    assert!(closed.is_closed());
    network.wait(step);
    assert_eq!(closed.hand_in(&shares[2]).await.expect(200), json!({"sealed": false, "needed": 0}));
    assert!(closed.opened.try_recv().is_ok());
    closed.hand_in(&shares[1]).await.expect_problem(409, "not_sealed");
    assert_eq!(
        network.told(),
        [
            "unseal.share done 5",
            "unseal.share failed share_repeated 5",
            "unseal.share done 1",
            "unseal.share done 3",
            "system.unseal done",
        ]
    );
}

#[actix_web::test]
async fn nothing_of_a_share_is_on_the_log_or_in_an_answer() {
    let network = Network::new().await;
    let shares = network.split(2, 2).await;
    let closed = network.closed(RootKeySource::Shares).await;
    let mut text = shares[0].to_text().to_string();
    let answer = closed.hand_in(&shares[0]).await.text();
    let last = text.pop().unwrap();
    text.push(if last == 'q' { 'p' } else { 'q' });
    let mistyped = closed.post(&json!({"share": text})).await;
    assert_eq!(mistyped.pointers(), ["/share"]);
    assert!(mistyped.text().contains("group 18"), "{}", mistyped.text());
    let sql = format!("SELECT {} AS t FROM audit_events", network.database.raw().hex("body"));
    let bodies = network.database.raw().texts(&sql);
    let log: String =
        bodies.iter().map(|body| String::from_utf8(crate::common::unhex(body)).unwrap()).collect();
    for group in text.split_whitespace().skip(1) {
        for told in [&answer, &mistyped.text(), &log] {
            assert!(!told.contains(group), "{group} is in {told}");
        }
    }
}

#[actix_web::test]
async fn shares_are_forgotten_ten_minutes_after_the_first() {
    let network = Network::new().await;
    let shares = network.split(3, 5).await;
    let mut closed = network.closed(RootKeySource::Shares).await;
    closed.hand_in(&shares[0]).await.expect(200);
    network.wait(KEPT - TimeDelta::seconds(1));
    assert_eq!(closed.hand_in(&shares[1]).await.expect(200)["needed"], 1);
    network.wait(TimeDelta::seconds(1));
    assert_eq!(closed.hand_in(&shares[2]).await.expect(200)["needed"], 2);
    network.wait(KEPT);
    // Also where nobody asks.
    closed.sealed.forget_old().await.unwrap();
    closed.sealed.forget_old().await.unwrap();
    for (share, needed) in [(&shares[0], 2), (&shares[1], 1), (&shares[2], 0)] {
        assert_eq!(closed.hand_in(share).await.expect(200)["needed"], needed);
    }
    assert!(closed.opened.try_recv().is_ok());
    let forgotten = network.told().iter().filter(|line| *line == "unseal.forget done").count();
    assert_eq!(forgotten, 2);
}

#[actix_web::test]
async fn shares_that_do_not_count_are_told_apart_and_change_nothing() {
    let network = Network::new().await;
    let old = network.split(2, 3).await;
    let shares = network.split(2, 3).await;
    let stranger = RootKey::generate().split(Proportion::new(2, 3).unwrap()).unwrap();
    let mut closed = network.closed(RootKeySource::Shares).await;
    closed.hand_in(&shares[0]).await.expect(200);
    let refused = |answer: Answer| answer.expect_problem(403, "unseal_refused")["detail"].to_string();
    assert!(refused(closed.hand_in(&old[1]).await).contains("earlier split"));
    assert!(refused(closed.hand_in(&stranger[1]).await).contains("knows nothing of"));
    for other in ["", "wayshare1 qqqq", "a passphrase, perhaps"] {
        closed.post(&json!({"share": other})).await.expect_problem(422, "invalid_fields");
    }
    assert!(refused(closed.say(PASSPHRASE).await).contains("takes shares"));
    for other in [json!({}), json!({"share": "x", "passphrase": "y"}), json!({"key": "x"})] {
        closed.post(&other).await.expect_problem(422, "invalid_fields");
    }
    assert!(closed.is_closed());
    assert_eq!(closed.hand_in(&shares[2]).await.expect(200)["sealed"], false);
}

#[actix_web::test]
async fn wrong_shares_fill_the_log_no_faster_than_ten_a_minute_and_keep_no_right_one_out() {
    let network = Network::new().await;
    let (old, shares) = (network.split(2, 20).await, network.split(2, 2).await);
    let closed = network.closed(RootKeySource::Shares).await;
    let mut statuses = Vec::new();
    for share in &old {
        statuses.push(closed.hand_in(share).await.status.as_u16());
    }
    assert_eq!(statuses, [vec![403; 10], vec![429; 10]].concat());
    assert_eq!(network.told().len(), 10);
    assert_eq!(closed.hand_in(&shares[0]).await.expect(200)["needed"], 1);
    network.wait(TimeDelta::minutes(1));
    assert_eq!(closed.hand_in(&old[0]).await.status.as_u16(), 403);
    assert_eq!(closed.hand_in(&shares[1]).await.expect(200)["needed"], 0);
}

#[actix_web::test]
async fn shares_of_another_root_key_open_nothing_and_are_forgotten() {
    let network = Network::new().await;
    let shares = RootKey::generate().split(Proportion::new(2, 2).unwrap()).unwrap();
    keeping::record_split(&network.app, network.administrator, &shares).await.unwrap();
    let mut closed = network.closed(RootKeySource::Shares).await;
    for _ in 0..2 {
        closed.hand_in(&shares[0]).await.expect(200);
        network.wait(TimeDelta::seconds(1));
        closed.hand_in(&shares[1]).await.expect_problem(403, "unseal_refused");
        network.wait(TimeDelta::seconds(1));
    }
    assert!(closed.is_closed());
    assert_eq!(network.told()[2], "system.unseal failed unseal_refused");
}

#[actix_web::test]
async fn a_passphrase_opens_it_and_each_wrong_one_makes_the_next_wait() {
    let network = Network::new().await;
    let file = network.directory.path().join("root.passphrase");
    let right = SecretString::from(PASSPHRASE.to_owned());
    let protected = ProtectedKey::protect(&network.root, &right, PassphraseCost::LEAST).unwrap();
    private_file::create(&file, protected.to_text().as_bytes()).unwrap();
    let mut closed = network.closed(RootKeySource::Passphrase(file)).await;
    for delay in [1, 3, 5, 10, 10] {
        closed.say("mole ridge actor punch sled ovum").await.expect_problem(403, "unseal_refused");
        network.wait(TimeDelta::seconds(delay) - TimeDelta::milliseconds(1));
        closed.say(PASSPHRASE).await.expect_problem(429, "too_many_requests");
        network.wait(TimeDelta::milliseconds(1));
    }
    assert!(closed.is_closed());
    let share = network.split(2, 2).await.remove(0);
    closed.hand_in(&share).await.expect_problem(403, "unseal_refused");
    assert_eq!(closed.say(PASSPHRASE).await.expect(200), json!({"sealed": false, "needed": 0}));
    assert!(closed.opened.try_recv().is_ok());
    let told = network.told();
    assert_eq!(told[..5], ["unseal.passphrase failed unseal_refused"; 5]);
    assert_eq!(told[5..], ["unseal.passphrase done", "system.unseal done"]);
}

#[actix_web::test]
async fn a_server_that_was_sealed_by_hand_takes_nothing_over_the_network() {
    let network = Network::new().await;
    let shares = network.split(2, 2).await;
    let mut closed = network.closed(RootKeySource::File(network.directory.path().join("root.key"))).await;
    for answer in [closed.hand_in(&shares[0]).await, closed.say(PASSPHRASE).await] {
        assert!(
            answer.expect_problem(403, "unseal_refused")["detail"].to_string().contains("its operator opens")
        );
    }
    assert!(closed.is_closed());
    assert!(network.told().is_empty());
}

/// An open server says so, whoever asks.
#[actix_web::test]
async fn there_is_nothing_to_open_at_an_open_server() {
    let app = crate::common::TestApp::new().await;
    let answer =
        app.send(TestRequest::post().uri("/v1/unseal").set_json(json!({"passphrase": PASSPHRASE}))).await;
    answer.expect_problem(409, "not_sealed");
}
