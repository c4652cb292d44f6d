//! What every body of the table refuses alike, wherever in it it stands: the example of each is spoiled in
//! one place, and that place is named.

use std::collections::BTreeMap;

use actix_web::http::Method;
use serde_json::{Map, Value, json};
use waystation::access::{Reach, Role};
use waystation::db::types::CodeList as _;
use waystation::openapi;
use waystation::routes::{self, Route};

use crate::common::{Answer, Client, TestApp};

/// No day, though `chrono` or one of the databases would take most of them.
const NO_DAYS: [&str; 12] = [
    "1-1-1",
    " 2026-04-03",
    "2026-04-03 ",
    "2026-4-3",
    "-2026-04-03",
    "-0001-01-01",
    "+12026-04-03",
    "12026-04-03",
    "0001-01-01",
    "1849-12-31",
    "2150-01-01",
    "20260403",
];
const NO_MOMENTS: [&str; 7] = [
    "2026-04-03 10:00:00Z",
    " 2026-04-03T10:00:00Z",
    "2026-04-03T10:00:00",
    "2026-04-03T10:00:00\u{2212}01:00",
    "0001-01-01T00:00:00Z",
    "2150-01-01T00:00:00Z",
    "2026-04-03",
];

pub struct Scene {
    pub app: TestApp,
    people: BTreeMap<Role, Client>,
    case: String,
    document: Value,
}

pub async fn scene() -> Scene {
    let app = TestApp::new().await;
    let hub = app.hub("Kunming");
    let people: BTreeMap<Role, Client> = Role::all()
        .iter()
        .map(|role| {
            let hubs = if matches!(role, Role::Caseworker | Role::Coordinator) { vec![hub] } else { vec![] };
            (*role, app.person(*role, &hubs).client)
        })
        .collect();
    let case = people[&Role::Caseworker].open_case(hub).await["id"].as_str().unwrap().to_owned();
    Scene { app, people, case, document: serde_json::to_value(openapi::document()).unwrap() }
}

impl Scene {
    /// Each route that takes a body, with the schema and the example of it.
    pub fn routes(&self) -> Vec<(Route, &Value, Value)> {
        let with_body = |route: Route| {
            let method = route.method.as_str().to_lowercase();
            let content = &self.document["paths"][route.path][method]["requestBody"]["content"];
            let schema = self.named(&content["application/json"]["schema"])?;
            let example = schema.get("example").or_else(|| schema["examples"].get(0));
            Some((route, schema, example.unwrap_or(&json!({})).clone()))
        };
        routes::all().into_iter().filter_map(with_body).collect()
    }

    fn named(&self, reference: &Value) -> Option<&Value> {
        let name = reference["$ref"].as_str()?.rsplit('/').next()?;
        Some(&self.document["components"]["schemas"][name])
    }

    /// Members of the schema that are a day, or a moment: `name` is that of their schema.
    fn members(&self, schema: &Value, name: &str) -> Vec<String> {
        let reference = json!(format!("#/components/schemas/{name}"));
        let is_one = |member: &Value| member["$ref"] == reference || member["oneOf"][0]["$ref"] == reference;
        let Some(members) = schema["properties"].as_object() else { return Vec::new() };
        members.iter().filter(|(_, member)| is_one(member)).map(|(name, _)| name.clone()).collect()
    }

    /// A request of somebody whom the route is open to; what is not the case is nobody's.
    pub async fn send(&self, route: &Route, body: impl Into<Vec<u8>>) -> Answer {
        let row = (route.describe)().permission;
        let role = row.map(|row| Role::all().iter().find(|role| row.reach_of(**role) != Reach::No).unwrap());
        let client = role.map_or_else(|| self.app.anonymous(), |role| self.people[role].clone());
        let parts: Vec<&str> = route
            .path
            .split('/')
            .map(|part| match part {
                "{case}" => self.case.as_str(),
                part if part.starts_with('{') => "00000000000000000000000000",
                part => part,
            })
            .collect();
        let request = client
            .request(route.method.clone(), &parts.join("/"))
            .insert_header(("If-Match", "\"0\""))
            .insert_header(("Content-Type", "application/json"));
        client.send(request.set_payload(body.into())).await
    }

    async fn refuses(&self, route: &Route, body: &Value, pointer: &str) {
        let answer = self.send(route, body.to_string()).await;
        let what = format!("{} {}: {body}: {}", route.method, route.path, answer.text());
        assert_eq!(answer.json()["code"], "invalid_fields", "{what}");
        assert_eq!(answer.pointers(), [pointer], "{what}");
    }

    /// Every row that a client can make.
    fn rows(&self) -> i64 {
        self.app.database.raw().count(
            "SELECT (SELECT COUNT(*) FROM cases) + (SELECT COUNT(*) FROM sealed_records) + (SELECT COUNT(*) FROM stays)
                  + (SELECT COUNT(*) FROM journeys) + (SELECT COUNT(*) FROM users) + (SELECT SUM(version) FROM cases)
                  + (SELECT COUNT(*) FROM hubs) + (SELECT COUNT(*) FROM shelters)",
        )
    }
}

/// Every value inside `value` and itself, by its pointer.
fn places(value: &Value, at: &str, found: &mut Vec<(String, Value)>) {
    found.push((at.to_owned(), value.clone()));
    match value {
        Value::Object(members) => {
            members.iter().for_each(|(name, member)| places(member, &format!("{at}/{name}"), found));
        }
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(index, item)| places(item, &format!("{at}/{index}"), found));
        }
        _ => {}
    }
}

fn spoiled(body: &Value, pointer: &str, instead: Value) -> Value {
    let mut body = body.clone();
    *body.pointer_mut(pointer).unwrap() = instead;
    body
}

fn has_form_of_a_day(value: &Value) -> bool {
    let form =
        |text: &str| text.bytes().map(|byte| if byte.is_ascii_digit() { '0' } else { byte.into() }).collect();
    value.as_str().map(form).is_some_and(|form: String| form == "0000-00-00")
}

#[actix_web::test]
async fn there_is_one_way_to_write_a_day_and_a_moment() {
    let scene = scene().await;
    let (before, mut tried) = (scene.rows(), 0);
    for (route, schema, example) in scene.routes() {
        let mut found = Vec::new();
        places(&example, "", &mut found);
        let mut days: Vec<String> =
            found.into_iter().filter(|(_, value)| has_form_of_a_day(value)).map(|(place, _)| place).collect();
        days.extend(scene.members(schema, "Day").into_iter().map(|name| format!("/{name}")));
        days.sort();
        days.dedup();
        let moments = scene.members(schema, "Timestamp").into_iter().map(|name| format!("/{name}"));
        let days = days.into_iter().map(|place| (place, NO_DAYS.as_slice()));
        for (place, wrong) in days.chain(moments.map(|place| (place, NO_MOMENTS.as_slice()))) {
            let mut body = example.clone();
            if body.pointer(&place).is_none() {
                body[&place[1..]] = Value::Null;
            }
            for text in wrong {
                scene.refuses(&route, &spoiled(&body, &place, json!(text)), &place).await;
                tried += 1;
            }
        }
    }
    assert!(tried > 200, "{tried}");
    let auditor = &scene.people[&Role::Auditor];
    for (address, name, wrong) in [
        ("/v1/reports/stages", "as_of", NO_DAYS.as_slice()),
        ("/v1/cases", "updated_since", &NO_MOMENTS),
        ("/v1/audit/events", "after", &NO_MOMENTS),
        ("/v1/audit/events", "before", &NO_MOMENTS),
    ] {
        let client = if address.contains("audit") { auditor } else { &scene.people[&Role::Caseworker] };
        for text in wrong {
            let query = form_urlencoded::Serializer::new(String::new()).append_pair(name, text).finish();
            let answer = client.get(&format!("{address}?{query}")).await;
            answer.expect_problem(400, "malformed_request");
            assert_eq!(answer.pointers(), [name], "{text}");
        }
    }
    assert_eq!(scene.rows(), before);
}

#[actix_web::test]
async fn an_array_is_no_object_at_any_depth_of_any_body() {
    let scene = scene().await;
    let (before, mut tried) = (scene.rows(), 0);
    for (route, _, example) in scene.routes() {
        let mut found = Vec::new();
        places(&example, "", &mut found);
        for (place, object) in found.into_iter().filter(|(_, value)| value.is_object()) {
            let in_order: Vec<Value> = object.as_object().unwrap().values().cloned().collect();
            for array in [json!([]), json!(in_order)] {
                scene.refuses(&route, &spoiled(&example, &place, array), &place).await;
                tried += 1;
            }
        }
    }
    assert!(tried > 100, "{tried}");
    assert_eq!(scene.rows(), before);
}

/// The text of a value in which the first member of the object at `pointer` is named twice.
fn with_a_member_twice(value: &Value, at: &str, pointer: &str) -> String {
    match value {
        Value::Object(members) => {
            let text = |members: &Map<String, Value>| -> Vec<String> {
                let member = |(name, member): (&String, &Value)| {
                    format!(
                        "{}:{}",
                        json!(name),
                        with_a_member_twice(member, &format!("{at}/{name}"), pointer)
                    )
                };
                members.iter().map(member).collect()
            };
            let mut written = text(members);
            if at == pointer {
                written.push(written[0].clone());
            }
            format!("{{{}}}", written.join(","))
        }
        Value::Array(items) => {
            let item = |(index, item)| with_a_member_twice(item, &format!("{at}/{index}"), pointer);
            format!("[{}]", items.iter().enumerate().map(item).collect::<Vec<_>>().join(","))
        }
        other => other.to_string(),
    }
}

#[actix_web::test]
async fn a_member_is_named_once_at_any_depth_of_any_body() {
    let scene = scene().await;
    let (before, mut tried, mut patches) = (scene.rows(), 0, 0);
    for (route, _, example) in scene.routes() {
        let mut found = Vec::new();
        places(&example, "", &mut found);
        for (place, object) in found {
            let Some(first) = object.as_object().and_then(|members| members.keys().next()) else { continue };
            let answer = scene.send(&route, with_a_member_twice(&example, "", &place)).await;
            answer.expect_problem(422, "invalid_fields");
            assert_eq!(answer.pointers(), [format!("{place}/{first}")], "{}", answer.text());
            tried += 1;
            patches += i32::from(route.method == Method::PATCH);
        }
    }
    assert!(tried > 50 && patches > 20, "{tried} {patches}");
    assert_eq!(scene.rows(), before);
}

#[actix_web::test]
async fn a_list_in_a_body_has_an_end() {
    let scene = scene().await;
    let id = "00000000000000000000000000";
    let user = json!({"username": "heron", "role": "caseworker", "hubs": vec![id; 51]});
    for (operation, body, pointer) in [
        ("create_user", user, "/hubs"),
        ("put_team_place", json!({"field_groups": vec!["identity"; 8]}), "/field_groups"),
    ] {
        let route = routes::all().into_iter().find(|route| route.operation == operation).unwrap();
        scene.refuses(&route, &body, pointer).await;
    }
    let unbounded: Vec<String> = scene
        .routes()
        .iter()
        .flat_map(|(route, schema, _)| {
            let members = schema["properties"].as_object().cloned().unwrap_or_default();
            let endless = |member: &Value| member["type"] == "array" && member["maxItems"].is_null();
            let endless = members.into_iter().filter(move |(_, member)| endless(member));
            endless.map(|(name, _)| format!("{}: {name}", route.operation)).collect::<Vec<_>>()
        })
        .collect();
    assert_eq!(unbounded, [] as [&str; 0]);
}
