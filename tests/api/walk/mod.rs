//! The walk: every route, every role, every situation, against what the permission's row says.
//!
//! A new route is walked by itself. It needs a line in `samples.rs` unless it is a GET, and one in
//! `scene.rs` when its path names a new kind of thing; without them the walk fails and says so.

pub mod samples;
pub mod scene;
mod situation;

use std::collections::BTreeMap;

use actix_web::http::Method;
use actix_web::test::TestRequest;
use serde_json::Value;
use utoipa::openapi::RefOr;
use utoipa::openapi::path::Parameter;
use waystation::access::permissions::Row;
use waystation::access::{Reach, Role, UserId};
use waystation::db::types::CodeList as _;
use waystation::routes::{self, Route};

use crate::common::{Answer, Person, TestApp};
use samples::{Sample, sample};
use scene::{Ids, Scene, comparable, fill, reads};
use situation::{Expected, Kind};

/// Open to everybody. The only list written by hand, and it may only shrink.
const PUBLIC: [&str; 8] = [
    "activate_account",
    "create_session",
    "get_liveness",
    "get_log_keys",
    "get_readiness",
    "get_token_keys",
    "refresh_session",
    // A sealed server knows nobody.
    "unseal_server",
];

fn row_of(route: &Route) -> Option<&'static Row> {
    (route.describe)().permission
}

#[test]
fn only_the_listed_operations_are_open_to_everybody() {
    let open = routes::all().into_iter().filter(|route| row_of(route).is_none());
    let mut open: Vec<String> = open.map(|route| route.operation).collect();
    open.sort_unstable();
    assert_eq!(open, PUBLIC);
}

#[actix_web::test]
async fn every_operation_has_a_sample_and_a_kind() {
    let app = TestApp::new().await;
    let names = Scene::set(&app, "/", Kind::Whole).await.names(UserId::generate());
    let lacking: Vec<String> = routes::all()
        .iter()
        .filter(|route| row_of(route).is_some())
        .filter(|route| {
            Kind::of(route.path).is_none()
                || (!reads(&route.method) && sample(&route.operation, &names).is_none())
        })
        .map(|route| format!("{} ({} {})", route.operation, route.method, route.path))
        .collect();
    assert!(lacking.is_empty(), "add to tests/api/walk/samples.rs (or Kind::of): {lacking:#?}");
}

#[actix_web::test]
async fn without_a_good_token_no_route_but_the_public_ones_answers() {
    let app = TestApp::new().await;
    let (hub, stranger) = (app.hub("Kunming"), TestApp::new().await);
    let case = app.caseworker(hub).open_case(hub).await;
    let (ended, suspended) = (app.caseworker(hub), app.caseworker(hub));
    let sql = format!(
        "UPDATE sessions SET ended_at = {}, ended_reason = 'logout' WHERE id = '{}';
         UPDATE users SET status = 'suspended' WHERE id = '{}';",
        app.now().micros(),
        ended.session,
        suspended.id
    );
    app.database.raw().execute(&sql).unwrap();
    let tokens = [
        app.anonymous(),
        app.anonymous().with_token("eyJhbGciOiJub25lIn0.e30."),
        app.anonymous().with_token(&stranger.auditor().token().unwrap()),
        ended.client.clone(),
        suspended.client.clone(),
    ];
    for route in routes::all().iter().filter(|route| row_of(route).is_some()) {
        for known in [case["id"].as_str().unwrap(), "0123456789abcdefghjkmnpqrs"] {
            let path = situation::parameters(route.path).fold(route.path.to_owned(), |path, name| {
                path.replace(&format!("{{{name}}}"), if name == "version" { "1" } else { known })
            });
            for client in &tokens {
                let answer = client.send(client.request(route.method.clone(), &path)).await;
                assert_eq!(answer.status.as_u16(), 401, "{}: {}", route.operation, answer.text());
                assert_eq!(answer.json()["code"], "unauthenticated", "{}", route.operation);
            }
        }
    }
}

#[actix_web::test]
async fn routes_of_sealed_records_answer_as_their_permissions_say() {
    walk(is_record).await;
}

#[actix_web::test]
async fn other_routes_of_a_case_answer_as_their_permissions_say() {
    walk(|route| Kind::of(route.path) == Some(Kind::Case) && !is_record(route)).await;
}

#[actix_web::test]
async fn routes_of_no_case_answer_as_their_permissions_say() {
    walk(|route| Kind::of(route.path) != Some(Kind::Case)).await;
}

/// The address of a route, of things that are not there.
pub fn somewhere(path: &str) -> String {
    situation::parameters(path).fold(path.to_owned(), |filled, name| {
        let nothing = if name == "version" { "1" } else { "0123456789abcdefghjkmnpqrs" };
        filled.replace(&format!("{{{name}}}"), nothing)
    })
}

fn is_record(route: &Route) -> bool {
    route.path.split('/').nth(4).is_some_and(|noun| noun.parse::<waystation::access::FieldGroup>().is_ok())
}

/// Every list there is, read by those whose reach ends at their team or hub.
#[actix_web::test]
async fn nothing_of_another_hub_stands_in_any_list() {
    let app = TestApp::new().await;
    let scene = Scene::set(&app, "/v1/cases/{case}/stays/{stay}", Kind::Case).await;
    let [own, another] = scene.traces().await;
    let mut seen = 0;
    for route in routes::all() {
        let Some(row) = row_of(&route) else { continue };
        if !reads(&route.method) || Kind::of(route.path) != Some(Kind::Whole) {
            continue;
        }
        for (role, person) in &scene.cast {
            if [Reach::No, Reach::All].contains(&row.reach_of(*role)) {
                continue;
            }
            let text = person.get(route.path).await.text();
            for id in &another {
                assert!(!text.contains(id), "{} tells a {role} of another hub: {text}", route.operation);
            }
            seen += own.iter().filter(|id| text.contains(*id)).count();
        }
    }
    assert!(seen > 5, "the lists hold nothing at all");
}

/// An answer that is kept for a repeat tells of its case or hub only as long as they are within reach.
#[actix_web::test]
async fn no_kept_answer_is_given_to_whoever_has_lost_what_it_tells_of() {
    let app = TestApp::new().await;
    let mut lost = Vec::new();
    for route in routes::all() {
        let Some(row) = row_of(&route).filter(|_| route.method == Method::POST) else { continue };
        let kind = Kind::of(route.path).expect("a kind");
        for role in Role::all() {
            if [Reach::No, Reach::Own, Reach::All].contains(&row.reach_of(*role)) {
                continue;
            }
            let walk = Walk::new(&app, &route, row).await;
            let (_, person) = walk.scene.cast.iter().find(|(other, _)| other == role).expect("of every role");
            let situation = if kind == Kind::Case { situation::ON_TEAM } else { situation::OWN_HUB };
            let path = fill(route.path, &walk.scene.prepare(&situation).await);
            let sample = sample(&route.operation, &walk.scene.names(person.id)).expect("a sample");
            let send = || {
                let mut request = with_body(person.request(Method::POST, &path), &sample);
                if let Some(precondition) = walk.precondition(&sample) {
                    request = request.insert_header(precondition);
                }
                person.send(request.insert_header(("Idempotency-Key", "once")))
            };
            let first = send().await;
            // What is read is asked anew, and answered as it is then.
            let reads = ["search_cases", "make_own_copy"].contains(&route.operation.as_str());
            if !first.status.is_success() || reads {
                continue;
            }
            let again = send().await;
            assert_eq!(again.text(), first.text(), "{} by a {role}", route.operation);
            for header in ["location", "etag"] {
                assert_eq!(again.header(header), first.header(header), "{} by a {role}", route.operation);
            }
            let created = first.status.as_u16() == 201;
            assert_eq!(first.header("location").is_some(), created, "{}", route.operation);
            walk.scene.lose(row.reach_of(*role) == Reach::Team, person);
            let again = send().await;
            assert!(again.status.is_client_error(), "{} by a {role}: {}", route.operation, again.text());
            lost.push(route.operation.clone());
        }
    }
    lost.sort_unstable();
    lost.dedup();
    assert!(lost.len() >= 15, "few answers are kept at all: {lost:?}");
}

pub async fn walk(which: impl Fn(&Route) -> bool) {
    let app = TestApp::new().await;
    for route in routes::all().iter().filter(|route| which(route)) {
        let Some(row) = row_of(route) else { continue };
        let asked = Walk::new(&app, route, row).await.run().await;
        let done = asked.iter().filter(|asked| asked.expected == Expected::Allowed).count();
        assert!(done > 0, "{} was allowed to nobody: its scene says nothing", route.operation);
    }
}

fn with_body(request: TestRequest, sample: &Sample) -> TestRequest {
    match &sample.body {
        Some(body) => request.set_json(body),
        None => request,
    }
}

/// One request of the walk.
struct Asked {
    what: String,
    role: Role,
    person: Person,
    expected: Expected,
    answer: Answer,
}

/// The walk of one route.
struct Walk<'a> {
    app: &'a TestApp,
    route: &'a Route,
    row: &'static Row,
    kind: Kind,
    scene: Scene<'a>,
}

impl<'a> Walk<'a> {
    async fn new(app: &'a TestApp, route: &'a Route, row: &'static Row) -> Self {
        let kind = Kind::of(route.path).expect("a kind");
        Self { app, route, row, kind, scene: Scene::set(app, route.path, kind).await }
    }

    async fn run(&self) -> Vec<Asked> {
        // Those whose role is refused go first: they change nothing, so the same scene serves the next.
        let mut cast: Vec<&(Role, Person)> = self.scene.cast.iter().collect();
        cast.sort_by_key(|(role, _)| self.row.reach_of(*role) != Reach::No);
        let mut asked = Vec::new();
        let mut stage: Vec<(situation::Situation, Ids)> = Vec::new();
        let mut spoilt = true;
        for (role, person) in cast {
            if spoilt {
                stage.clear();
                for situation in self.kind.situations() {
                    if situation.fits(self.route.path) {
                        stage.push((situation, self.scene.prepare(&situation).await));
                    }
                }
            }
            spoilt = self.row.reach_of(*role) != Reach::No;
            for (situation, ids) in &stage {
                let ids = self.scene.prepare_for(person, situation, ids).await;
                let expected = Expected::of(self.row, *role, self.kind, situation);
                let what = format!("{} by a {role}, {}", self.route.operation, situation.name);
                let answer = self.ask(person, &ids, expected, &what).await;
                asked.push(Asked { what, role: *role, person: person.clone(), expected, answer });
            }
        }
        self.assert_alike(&asked);
        self.assert_recorded(&asked);
        asked
    }

    async fn ask(&self, person: &Person, ids: &Ids, expected: Expected, what: &str) -> Answer {
        let sample = match sample(&self.route.operation, &self.scene.names(person.id)) {
            Some(sample) => sample,
            None if reads(&self.route.method) => Sample::get(),
            None => panic!("{}: add a sample to tests/api/walk/samples.rs", self.route.operation),
        };
        let path = fill(self.route.path, ids);
        let request = || person.request(self.route.method.clone(), &path);
        if expected == Expected::Allowed && self.precondition(&sample).is_some() {
            let blind = person.send(with_body(request(), &sample)).await;
            assert_eq!(blind.status.as_u16(), 428, "{what}, without a version: {}", blind.text());
            let stale = request().insert_header(("If-Match", "\"99\""));
            let stale = person.send(with_body(stale, &sample)).await;
            assert_eq!(stale.status.as_u16(), 412, "{what}, of an old version: {}", stale.text());
        }
        if expected == Expected::Allowed {
            let unknown = person.request(self.route.method.clone(), &format!("{path}?colour=red"));
            let mut unknown = with_body(unknown, &sample);
            if let Some(precondition) = self.precondition(&sample) {
                unknown = unknown.insert_header(precondition);
            }
            let refused = person.send(unknown).await;
            assert_eq!(refused.status.as_u16(), 400, "{what}, with an unknown query: {}", refused.text());
            refused.expect_problem(400, "malformed_request");
            assert_eq!(refused.pointers(), ["colour"], "{what}");
        }
        let mut complete = with_body(request(), &sample);
        if let Some(precondition) = self.precondition(&sample) {
            complete = complete.insert_header(precondition);
        }
        let answer = person.send(complete).await;
        match expected.refusal() {
            Some((status, code)) => {
                assert_eq!(answer.status.as_u16(), status, "{what}: {}", answer.text());
                assert_eq!(answer.json()["code"], code, "{what}");
            }
            None if Some(answer.status.as_u16()) == sample.or => {}
            None => assert_eq!(answer.status.as_u16(), sample.status, "{what}: {}", answer.text()),
        }
        answer
    }

    /// The precondition that the handler's signature asks for.
    fn precondition(&self, sample: &Sample) -> Option<(&'static str, String)> {
        let (operation, _) =
            (self.route.describe)().operation("walk", "Walk", "walk", false, self.route.path);
        let asks = |name: &str| {
            let named = |parameter: &RefOr<Parameter>| match parameter {
                RefOr::T(parameter) => parameter.name == name,
                RefOr::Ref(_) => false,
            };
            operation.parameters.as_ref().is_some_and(|all| all.iter().any(named))
        };
        if asks("If-None-Match") {
            return Some(("If-None-Match", "*".to_owned()));
        }
        asks("If-Match").then(|| ("If-Match", format!("\"{}\"", sample.version)))
    }

    /// Answers that hide are the same, byte for byte, whatever they hide; so are those that forbid.
    fn assert_alike(&self, asked: &[Asked]) {
        for refusal in [
            Expected::Hidden,
            Expected::Forbidden,
            Expected::Withheld,
            Expected::ToReadOnly,
            Expected::Mistyped,
        ] {
            let mut alike = asked.iter().filter(|asked| asked.expected == refusal);
            let Some(first) = alike.next() else { continue };
            for other in alike {
                let (left, right) = (comparable(&first.answer), comparable(&other.answer));
                assert_eq!(left, right, "{} and {} can be told apart", first.what, other.what);
            }
        }
    }

    /// Every refusal is one entry of the log, everything done at least one, each under the name of who
    /// asked and of the permission that was asked for.
    fn assert_recorded(&self, asked: &[Asked]) {
        let mut raw = self.app.database.raw();
        let people: Vec<String> =
            self.scene.cast.iter().map(|(_, person)| format!("'{}'", person.id)).collect();
        let sql = format!(
            "SELECT {} AS t FROM audit_events WHERE actor_id IN ({})",
            raw.hex("body"),
            people.join(", ")
        );
        let mut by_request: BTreeMap<String, Vec<Value>> = BTreeMap::new();
        for body in raw.texts(&sql) {
            let entry: Value = serde_json::from_slice(&crate::common::unhex(&body)).unwrap();
            by_request.entry(entry["request"].as_str().unwrap().to_owned()).or_default().push(entry);
        }
        for Asked { what, role, person, expected, answer } in asked {
            let request = answer.header("x-request-id").unwrap();
            let entries = by_request.get(request).cloned().unwrap_or_default();
            let refused = entries.iter().filter(|entry| entry["outcome"] == "refused").count();
            assert_eq!(refused, usize::from(expected.denies()), "{what}: {entries:#?}");
            if !expected.denies() {
                let done = entries.iter().filter(|entry| entry["outcome"] == "done").count();
                assert_eq!(done >= 1, answer.status.is_success(), "{what}: {entries:#?}");
            } else {
                assert_eq!(entries.len(), 1, "{what}: {entries:#?}");
                assert_eq!(entries[0]["code"], answer.json()["code"], "{what}");
            }
            for entry in &entries {
                assert_eq!(entry["actor"], person.id.as_str(), "{what}");
                assert_eq!(entry["role"], role.to_string(), "{what}");
                assert_eq!(entry["permission"], self.row.name, "{what}");
            }
        }
    }
}
