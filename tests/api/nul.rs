//! A NUL in any text of a request is the client's fault and never the server's: PostgreSQL takes none in a text,
//! and says so by a failure of the statement.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;
use waystation::access::{Reach, Role, UserId};
use waystation::routes::{self, Route};

use crate::common::{Person, TestApp};
use crate::{bodies, lists};

const UNKNOWN: &str = "00000000000000000000000000";

/// Whom the route reaches furthest; what is for the team alone, for `heron`, who is on it.
fn asker<'a>(route: &Route, cast: &'a [(Role, Person)], heron: &'a Person) -> Option<&'a Person> {
    let row = (route.describe)().permission?;
    if row.reach_of(Role::Caseworker) == Reach::Team {
        return Some(heron);
    }
    cast.iter().max_by_key(|(role, _)| row.reach_of(*role)).map(|(_, person)| person)
}

#[actix_web::test]
async fn in_an_address_or_a_query_it_is_refused() {
    let app = TestApp::new().await;
    let (hub, cast, heron, case) = lists::network(&app).await;
    lists::fill(&app, &heron, hub, &case).await;
    lists::canaries(&app, &case).await;
    lists::three_alike(&heron, hub).await;
    lists::two_emergencies(&app, hub, &case).await;
    lists::two_grants(&app, hub);
    for (_, person) in &cast {
        lists::notices(&app, person, 2);
    }
    let (mut segments, mut parameters, mut cursors) = (0, 0, 0);
    for route in routes::all() {
        let Some(person) = asker(&route, &cast, &heron) else { continue };
        let parts: Vec<&str> = route.path.split('/').collect();
        let filled = |at: Option<usize>, text: &str| {
            let known = |part: &&str| match *part {
                "{case}" => case.clone(),
                part if part.starts_with('{') => UNKNOWN.to_owned(),
                part => part.to_owned(),
            };
            let mut filled: Vec<String> = parts.iter().map(known).collect();
            if let Some(at) = at {
                filled[at] = text.replace('*', &filled[at]);
            }
            filled.join("/")
        };
        for at in (0..parts.len()).filter(|at| parts[*at].starts_with('{')) {
            for text in ["%00", "*%00"] {
                let request = person.request(route.method.clone(), &filled(Some(at), text));
                person.send(request).await.expect_problem(404, "not_found");
                segments += 1;
            }
        }
        let path = filled(None, "");
        for name in lists::parameters(&route) {
            let good = if ["limit", "cursor"].contains(&name.as_str()) {
                "1".to_owned()
            } else {
                lists::value(&name, &route, person)
            };
            for text in ["%00".to_owned(), format!("{good}%00")] {
                let answer = person.get(&format!("{path}?{name}={text}")).await;
                let code = if name == "cursor" { "invalid_cursor" } else { "malformed_request" };
                answer.expect_problem(400, code);
                parameters += 1;
            }
        }
        let first = match lists::parameters(&route).iter().any(|name| name == "limit") {
            true => person.get(&format!("{path}?limit=1")).await.expect(200),
            false => continue,
        };
        let cursor = first["next_cursor"].as_str().unwrap_or_else(|| panic!("{}: {first}", route.operation));
        let cursor: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(cursor).unwrap()).unwrap();
        for key in spoiled(&cursor["key"]) {
            let mut cursor = cursor.clone();
            cursor["key"] = key;
            let text = URL_SAFE_NO_PAD.encode(cursor.to_string());
            let answer = person.get(&format!("{path}?cursor={text}")).await;
            answer.expect_problem(400, "invalid_cursor");
            cursors += 1;
        }
    }
    assert!(segments > 150 && parameters > 70 && cursors > 20, "{segments} {parameters} {cursors}");
}

#[actix_web::test]
async fn in_a_body_it_is_refused() {
    let scene = bodies::scene().await;
    // A hash that fits nobody: the scene's people have none.
    let hash = scene.app.app.passwords.hash(UserId::generate(), "seven loud geese at dawn".to_owned().into());
    let sql = format!("UPDATE users SET password_hash = '{}'", hash.await.unwrap());
    scene.app.database.raw().execute(&sql).unwrap();
    let mut sent = 0;
    for (route, _, example) in scene.routes() {
        for body in spoiled(&example) {
            let answer = scene.send(&route, body.to_string()).await;
            assert!(answer.status.is_client_error(), "{}: {body}: {}", route.operation, answer.text());
            sent += 1;
        }
    }
    assert!(sent > 200, "{sent} bodies");
}

/// The value with one of its texts replaced by a NUL, and with one behind it, for each of its texts.
fn spoiled(value: &Value) -> Vec<Value> {
    match value {
        Value::String(text) => vec!["\0".into(), format!("{text}\0").into()],
        Value::Array(items) => (0..items.len())
            .flat_map(|at| spoiled(&items[at]).into_iter().map(move |item| (at, item)))
            .map(|(at, item)| {
                let mut items = items.clone();
                items[at] = item;
                items.into()
            })
            .collect(),
        Value::Object(members) => members
            .iter()
            .flat_map(|(name, member)| spoiled(member).into_iter().map(move |member| (name, member)))
            .map(|(name, member)| {
                let mut members = members.clone();
                members[name] = member;
                members.into()
            })
            .collect(),
        _ => Vec::new(),
    }
}
