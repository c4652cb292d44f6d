//! Refresh tokens under concurrency and lost answers, held against a model. `TEST_SCHEDULES` says how many.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::TimeDelta;
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use serde_json::{Value, json};
use waystation::access::Role;

use crate::common::{TestApp, scaled, together};

const PASSWORD: &str = "four quiet herons at dusk";
const GRACE: i64 = 10;

/// What the rules say of one session: tokens by their place in the chain.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Model {
    /// When each was used, in seconds since the beginning.
    used: Vec<Option<i64>>,
    ended: bool,
}

impl Model {
    /// The place of the token that is given for the one at `place`; none: refused.
    fn send(&mut self, place: usize, now: i64) -> Option<usize> {
        if self.ended {
            return None;
        }
        let next = place + 1;
        match self.used[place] {
            None => {
                self.used[place] = Some(now);
                self.used.push(None);
                Some(next)
            }
            // The answer was lost, and nobody has gone on by it.
            Some(at) if now - at <= GRACE && self.used[next].is_none() => Some(next),
            Some(_) => {
                self.ended = true;
                None
            }
        }
    }
}

/// Every order of up to three things.
fn orders(count: usize) -> Vec<Vec<usize>> {
    match count {
        1 => vec![vec![0]],
        2 => vec![vec![0, 1], vec![1, 0]],
        _ => vec![vec![0, 1, 2], vec![0, 2, 1], vec![1, 0, 2], vec![1, 2, 0], vec![2, 0, 1], vec![2, 1, 0]],
    }
}

struct Schedule {
    app: TestApp,
    model: Model,
    /// The tokens that were given, by their places.
    tokens: BTreeMap<usize, String>,
    now: i64,
}

impl Schedule {
    async fn begin(app: &TestApp, name: &str) -> Self {
        let body = json!({"username": name, "password": PASSWORD});
        let opened = app.anonymous().post("/v1/sessions", body).await.expect(201);
        let tokens = BTreeMap::from([(0, text(&opened["refresh_token"]))]);
        Self { app: app.clone(), model: Model { used: vec![None], ended: false }, tokens, now: 0 }
    }

    /// Sends these at the same moment. What is answered is what the rules say in one order or another.
    async fn send(&mut self, places: &[usize]) {
        let sent = places.iter().map(|place| {
            let (client, token) = (self.app.anonymous(), self.tokens[place].clone());
            async move {
                loop {
                    let body = json!({"refresh_token": token});
                    let answer = client.post("/v1/sessions/refresh", body).await;
                    match answer.status.as_u16() {
                        200 => return Some(text(&answer.json()["refresh_token"])),
                        401 => return None,
                        // Another one was first: asked again, it is a repeat.
                        503 => {}
                        status => panic!("{status} {}", answer.text()),
                    }
                }
            }
        });
        let answers: Vec<Option<String>> = together(sent).await;
        for order in orders(places.len()) {
            let mut model = self.model.clone();
            let mut given = vec![None; places.len()];
            for one in order {
                given[one] = model.send(places[one], self.now);
            }
            let mut tokens = self.tokens.clone();
            let fits = given.iter().zip(&answers).all(|(given, answer)| match (given, answer) {
                (Some(place), Some(token)) => tokens.entry(*place).or_insert_with(|| token.clone()) == token,
                (None, None) => true,
                _ => false,
            });
            if fits {
                (self.model, self.tokens) = (model, tokens);
                return;
            }
        }
        panic!(
            "{places:?} at {}: {:?} by {:?}",
            self.now,
            answers.iter().map(Option::is_some).collect::<Vec<_>>(),
            self.model
        );
    }

    fn wait(&mut self, seconds: i64) {
        self.app.wait(TimeDelta::seconds(seconds));
        self.now += seconds;
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

async fn somebody(app: &TestApp) -> String {
    let person = app.person(Role::Caseworker, &[]);
    app.set_password(&person, PASSWORD).await;
    text(&person.get("/v1/me").await.expect(200)["username"])
}

#[actix_web::test]
async fn every_schedule_of_repeated_lost_and_concurrent_refreshes_is_as_the_rules_say() {
    let schedules = scaled("TEST_SCHEDULES", 150);
    let app = TestApp::new().await;
    let name = somebody(&app).await;
    let (mut ended, mut went_on, mut repeats) = (0, 0, 0);
    for seed in 0..schedules {
        let mut random = StdRng::seed_from_u64(u64::try_from(seed).unwrap());
        let mut schedule = Schedule::begin(&app, &name).await;
        for _ in 0..random.random_range(3..10) {
            schedule.wait([0, 0, 1, 5, 9, 10, 11, 60][random.random_range(0..8)]);
            let newest = *schedule.tokens.keys().max().unwrap();
            // Mostly what a client holds, or held before the answer was lost; sometimes what a thief copied long ago.
            let place = |random: &mut StdRng| match random.random_range(0..10) {
                0..6 => newest,
                6..9 => newest.saturating_sub(1),
                _ => random.random_range(0..=newest),
            };
            let places: Vec<usize> = (0..random.random_range(1..4)).map(|_| place(&mut random)).collect();
            schedule.send(&places).await;
            repeats += places.len() - 1;
            if schedule.model.ended {
                // Whatever there was opens nothing any more.
                let newest = *schedule.tokens.keys().max().unwrap();
                schedule.send(&[newest]).await;
                break;
            }
        }
        if schedule.model.ended { ended += 1 } else { went_on += 1 }
    }
    assert!(ended > schedules / 10 && went_on > schedules / 10 && repeats > 0, "{ended} {went_on} {repeats}");
}

#[actix_web::test]
async fn a_client_that_loses_an_answer_goes_on_and_a_thief_does_not() {
    let app = TestApp::new().await;
    let name = somebody(&app).await;
    let mut schedule = Schedule::begin(&app, &name).await;
    schedule.send(&[0]).await;
    schedule.wait(GRACE);
    schedule.send(&[0]).await;
    assert!(!schedule.model.ended, "the answer was lost, and comes again");
    schedule.send(&[1]).await;
    // Who has the first token still, and goes on with it after the client did, ends it for both.
    schedule.send(&[0]).await;
    assert!(schedule.model.ended);
    schedule.send(&[2]).await;
}

#[actix_web::test]
async fn a_copy_of_the_database_yields_no_live_token() {
    let app = TestApp::new().await;
    let name = somebody(&app).await;
    let mut schedule = Schedule::begin(&app, &name).await;
    schedule.send(&[0]).await;
    let hashes = app.database.raw().texts("SELECT token_hash AS t FROM refresh_tokens");
    assert_eq!(hashes.len(), 2);
    for hash in hashes {
        let bytes: Vec<u8> =
            (0..32).map(|at| u8::from_str_radix(&hash[2 * at..2 * at + 2], 16).unwrap()).collect();
        for token in [hash, URL_SAFE_NO_PAD.encode(bytes)] {
            let body = json!({"refresh_token": token});
            app.anonymous().post("/v1/sessions/refresh", body).await.expect_problem(401, "refresh_refused");
        }
    }
    schedule.send(&[1]).await;
    assert!(!schedule.model.ended, "what was tried has ended nothing");
}
