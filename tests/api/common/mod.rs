//! What every test starts from: a private network, users of every role, requests through the router.

mod answer;
mod authority;
pub mod cluster;
pub mod columns;
mod database;
mod log;
pub mod mail_server;
mod people;
pub mod process;
pub mod promises;
pub mod schema;
pub mod server;
pub mod whole_log;

use std::future::Future;
use std::io::Write as _;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;

use actix_http::Request;
use actix_web::body::to_bytes;
use actix_web::dev::Service;
use actix_web::test::{TestRequest, init_service};
use actix_web::web::Data;

pub use answer::Answer;
pub use authority::Authority;
pub use database::{Raw, TestDatabase};
pub use log::{Entry, assert_without_gap, hex, unhex};
pub use people::{Client, Person};
use waystation::access::FactorRule;
use waystation::accounts::access_token::AccessTokens;
use waystation::accounts::gate::Gate;
use waystation::accounts::idle;
use waystation::accounts::password::{Cost, Passwords};
use waystation::app::{self, App};
use waystation::audit::checkpoint::{LogOrigin, Notary};
use waystation::audit::copies::CopyTarget;
use waystation::clock::Clock;
use waystation::crypto::{Keyring, RootKey};
use waystation::db::Db;
use waystation::db::types::Timestamp;
use waystation::door::SealSwitch;
use waystation::http::client_address::TrustedProxies;
use waystation::notices::mail::config::MailConfig;
use waystation::notices::mail::sender::Sender;
use waystation::retention;
use waystation::verifier::Policy;

/// The moment at which every test begins.
pub const NOW: &str = "2026-03-02T10:00:00Z";

type Call = Rc<dyn Fn(Request) -> Pin<Box<dyn Future<Output = Answer>>>>;

/// A network of its own.
#[derive(Clone)]
pub struct TestApp {
    /// What the handlers use.
    pub app: Data<App>,
    /// The clock, which stands still until a test moves it.
    pub clock: Clock,
    /// The database, for a test to look into or to break.
    pub database: Rc<TestDatabase>,
    /// The root key over the keyring.
    pub root: Rc<RootKey>,
    call: Call,
}

/// What the server of a test has beyond an ordinary one's.
#[derive(Default)]
struct Extras {
    copy: Option<CopyTarget>,
    witnesses: Option<Policy>,
    retention: retention::Policy,
    mail: Option<Sender>,
}

impl TestApp {
    /// An empty network.
    pub async fn new() -> Self {
        let database = TestDatabase::create();
        let clock = Clock::fixed(NOW.parse().unwrap());
        let root = RootKey::generate();
        let (keyring, rows) = Keyring::create(&root, "test").unwrap();
        database.raw().store_keys(&rows);
        let extras = Extras::default();
        let app = Self::start(Rc::new(database), Rc::new(root), Arc::new(keyring), clock, extras).await;
        app.app.search.build(&app.app).await.unwrap();
        app
    }

    /// Another server on the same database, with the same keys and the same clock.
    pub async fn beside(&self) -> Self {
        self.another(Extras::default()).await
    }

    /// The same, with a policy of witnesses.
    pub async fn watched_by(&self, policy: Policy) -> Self {
        self.another(Extras { witnesses: Some(policy), ..Extras::default() }).await
    }

    /// The same, with a copy of the log elsewhere.
    pub async fn copying(&self, target: &CopyTarget) -> Self {
        self.another(Extras { copy: Some(target.clone()), ..Extras::default() }).await
    }

    /// The same, with rules of retention.
    pub async fn keeping(&self, retention: retention::Policy) -> Self {
        self.another(Extras { retention, ..Extras::default() }).await
    }

    /// The same, with a mail server.
    pub async fn mailing(&self, config: &MailConfig) -> Self {
        let mail = Some(Sender::new(config).unwrap());
        self.another(Extras { mail, ..Extras::default() }).await
    }

    async fn another(&self, extras: Extras) -> Self {
        let (database, root) = (Rc::clone(&self.database), Rc::clone(&self.root));
        let keyring = Arc::clone(&self.app.keyring);
        Self::start(database, root, keyring, self.clock.clone(), extras).await
    }

    async fn start(
        database: Rc<TestDatabase>,
        root: Rc<RootKey>,
        keyring: Arc<Keyring>,
        clock: Clock,
        extras: Extras,
    ) -> Self {
        let mut db = Db::open(&database.url, Arc::clone(&keyring), clock.clone()).unwrap();
        if let Some(target) = &extras.copy {
            db = db
                .copying(&database.url, target, &database.kept_checkpoint().with_extension("sent"))
                .unwrap();
        }
        let origin = LogOrigin::of_database("test");
        let app = Data::new(App {
            db,
            notary: Notary::new(Arc::clone(&keyring), origin, database.kept_checkpoint(), clock.clone()),
            witnesses: extras.witnesses.map(Arc::new),
            retention: extras.retention,
            tokens: AccessTokens::new(Arc::clone(&keyring), "test", clock.clone()),
            passwords: Passwords::new(Arc::clone(&keyring), Cost::LEAST).unwrap(),
            gate: Gate::new(clock.clone()),
            factors: FactorRule::standard(),
            longest_idle: Some(idle::USUAL),
            mail: extras.mail,
            proxies: TrustedProxies::default(),
            search: Arc::default(),
            keyring,
            seal: SealSwitch::default(),
            clock: clock.clone(),
        });
        let service = Rc::new(init_service(app::build(app.clone())).await);
        let call: Call = Rc::new(move |request| {
            let service = Rc::clone(&service);
            Box::pin(async move {
                let response = service.call(request).await.expect("the middleware answers every error");
                let (head, body) = response.into_parts().1.into_parts();
                let (status, headers) = (head.status(), head.headers().clone());
                Answer::new(status, headers, to_bytes(body).await.ok().expect("a body"))
            })
        });
        Self { app, clock, database, root, call }
    }

    /// Whoever has no token.
    pub fn anonymous(&self) -> Client {
        Client::new(self.clone(), None)
    }

    /// Sends a request as it is.
    pub async fn send(&self, request: TestRequest) -> Answer {
        (self.call)(request.to_request()).await
    }

    /// Moves the clock forward.
    pub fn wait(&self, time: chrono::TimeDelta) {
        self.clock.set(self.clock.now().plus(time));
    }

    /// The moment.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }
}

/// Waits for all of them, side by side on this thread.
pub async fn together<T: 'static>(
    calls: impl IntoIterator<Item = impl Future<Output = T> + 'static>,
) -> Vec<T> {
    let running: Vec<_> = calls.into_iter().map(actix_web::rt::spawn).collect();
    let mut done = Vec::new();
    for call in running {
        done.push(call.await.unwrap());
    }
    done
}

/// A directory that nobody else may use, whatever the umask; it goes when the test ends.
pub fn private_directory() -> tempfile::TempDir {
    let own = std::os::unix::fs::PermissionsExt::from_mode(0o700);
    tempfile::Builder::new().permissions(own).tempdir().unwrap()
}

/// A variable that the tests themselves read.
#[expect(clippy::disallowed_methods, reason = "a test knows no configuration")]
pub fn setting(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// How many of something a test makes: as many as the variable says, else what a usual run has time for.
pub fn scaled(name: &str, usually: usize) -> usize {
    setting(name).map_or(usually, |number| number.parse().expect("a number"))
}

/// Says that a test was not made.
#[expect(clippy::explicit_write, reason = "what a passing test prints by the macro is hidden")]
pub fn skipped(what: &str, why: &str) {
    writeln!(std::io::stderr(), "\n!! NOT TESTED: {what}: {why}").unwrap();
}
