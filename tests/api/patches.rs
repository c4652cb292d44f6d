//! Every PATCH, a member at a time: it changes what it names and nothing else, and the log names it.
//!
//! Routes and members are those of the OpenAPI document, so a new one is patched by itself. It needs a line
//! in [`value`], and a new kind of thing one in [`Thing::new`].

use std::collections::BTreeSet;

use actix_web::http::Method;
use serde_json::{Map, Value, json};
use waystation::access::FieldGroup;
use waystation::openapi;

use crate::common::{Entry, Person, TestApp};

/// What each version of a thing says of itself.
const OF_THE_VERSION: [&str; 2] = ["version", "updated_at"];

/// What is reckoned from a member, and so changes with it.
const RECKONED: [(&str, &str, &str); 1] = [("/v1/shelters/{shelter}", "beds", "free")];

/// A value that the thing of this path does not have yet.
fn value(path: &str, member: &str) -> Option<Value> {
    Some(match (path, member) {
        ("/v1/cases/{case}", "age_band") => json!("60+"),
        ("/v1/cases/{case}", "destination_country") => json!("THA"),
        ("/v1/cases/{case}", "origin_country") => json!("CHN"),
        ("/v1/cases/{case}", "risk") => json!("low"),
        ("/v1/cases/{case}", "sex") => json!("male"),
        ("/v1/hubs/{hub}", "country") => json!("THA"),
        ("/v1/hubs/{hub}", "name") => json!("Shenyang"),
        ("/v1/hubs/{hub}", "state") => json!("closed"),
        ("/v1/shelters/{shelter}", "beds") => json!(9),
        ("/v1/shelters/{shelter}", "codename") => json!("heron"),
        ("/v1/shelters/{shelter}", "state") => json!("paused"),
        ("/v1/users/{user}", "status") => json!("suspended"),
        _ => return None,
    })
}

/// The group of a sealed record, whose patch may name any member of the record.
fn group_of(path: &str) -> Option<FieldGroup> {
    path.strip_prefix("/v1/cases/{case}/")?.parse().ok()
}

/// What a PATCH is of, and who may send it.
struct Thing {
    person: Person,
    address: String,
}

impl Thing {
    async fn new(app: &TestApp, path: &str) -> Self {
        let hub = app.hub(waystation::access::UserId::generate().as_str());
        if path.starts_with("/v1/cases/{case}") {
            let person = app.caseworker(hub);
            let case = person.open_case(hub).await;
            return Self { address: path.replace("{case}", case["id"].as_str().unwrap()), person };
        }
        let person = app.administrator();
        match path {
            "/v1/hubs/{hub}" => Self { address: format!("/v1/hubs/{hub}"), person },
            "/v1/users/{user}" => Self { address: format!("/v1/users/{}", app.caseworker(hub).id), person },
            "/v1/shelters/{shelter}" => {
                let person = app.coordinator(hub);
                let body = json!({"hub_id": hub, "codename": "crane", "beds": 4});
                let shelter = person.post("/v1/shelters", body).await.expect(201);
                Self { address: format!("/v1/shelters/{}", shelter["id"].as_str().unwrap()), person }
            }
            _ => panic!(
                "{path}: say in tests/api/patches.rs how what it names comes to be, and who changes it"
            ),
        }
    }

    /// Its members now, without what every version says of itself, and its ETag.
    async fn now(&self) -> (Map<String, Value>, String) {
        let answer = self.person.get(&self.address).await;
        let mut view = answer.expect(200);
        let members = if view["record"].is_object() { view["record"].take() } else { view };
        let Value::Object(mut members) = members else { panic!("{}: no object", self.address) };
        members.retain(|name, _| !OF_THE_VERSION.contains(&name.as_str()));
        (members, answer.etag())
    }

    /// Patches it, and gives what the log says of that.
    async fn patch(&self, app: &TestApp, body: &Value) -> Entry {
        let (_, etag) = self.now().await;
        let answer = self.person.change(Method::PATCH, &self.address, &etag, body.clone()).await;
        answer.expect(200);
        let mut events = app.events_of(answer.header("x-request-id").unwrap()).await;
        events.retain(|event| !event.action.ends_with(".read"));
        assert_eq!(
            events.len(),
            1,
            "{body} is more than one change: {:?}",
            events.iter().map(Entry::body).collect::<Vec<_>>()
        );
        events.remove(0)
    }
}

/// The members whose values differ.
fn changed(before: &Map<String, Value>, after: &Map<String, Value>) -> Vec<String> {
    let names: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    names.into_iter().filter(|name| before.get(*name) != after.get(*name)).cloned().collect()
}

/// The document, and where in it a patch of this path is described.
struct Document(Value);

impl Document {
    fn new() -> Self {
        Self(serde_json::to_value(openapi::document()).unwrap())
    }

    fn patches(&self) -> Vec<String> {
        let paths = self.0["paths"].as_object().unwrap().iter();
        paths.filter(|(_, item)| item.get("patch").is_some()).map(|(path, _)| path.clone()).collect()
    }

    /// What may stand in the body; for a sealed record, the schema of the record.
    fn body(&self, path: &str) -> &Value {
        let schema = &self.0["paths"][path]["patch"]["requestBody"]["content"]["application/json"]["schema"];
        let name = schema["$ref"].as_str().unwrap().rsplit('/').next().unwrap();
        let name = if group_of(path).is_some() { name.trim_end_matches("Patch") } else { name };
        &self.0["components"]["schemas"][name]
    }

    /// A good value for a member of a sealed record: that of its example, or any text where one belongs.
    fn example(&self, body: &Value, member: &str) -> Option<Value> {
        if let Some(example) = body["example"].get(member) {
            return Some(example.clone());
        }
        let schema = &body["properties"][member];
        if schema["type"].as_array().is_some_and(|types| types.contains(&json!("boolean"))) {
            return Some(json!(true));
        }
        let text = schema["oneOf"][0]["$ref"].as_str().is_some_and(|name| name.ends_with("Text"));
        text.then(|| json!("Something else"))
    }
}

#[actix_web::test]
async fn a_member_of_a_patch_changes_itself_alone_and_is_what_the_log_names() {
    let (app, document) = (TestApp::new().await, Document::new());
    for path in document.patches() {
        let body = document.body(&path);
        let members = body["properties"].as_object().unwrap();
        assert!(!members.is_empty(), "{path}");
        for member in members.keys() {
            let what = format!("{member} of {path}");
            let value = value(&path, member)
                .or_else(|| group_of(&path).and_then(|_| document.example(body, member)))
                .unwrap_or_else(|| {
                    panic!("{what}: say in `value` of tests/api/patches.rs what it may become, or give it in the example of its record")
                });
            let thing = Thing::new(&app, &path).await;
            let (before, _) = thing.now().await;
            assert_ne!(before.get(member), Some(&value), "{what} is that already: give `value` another");

            let patch = json!({ member: value });
            let event = thing.patch(&app, &patch).await;
            let (after, etag) = thing.now().await;
            let mut changed = changed(&before, &after);
            changed.retain(|name| !RECKONED.contains(&(path.as_str(), member, name)));
            assert_eq!(changed, [member.as_str()], "{what}");
            assert_eq!(after[member], value, "{what}");
            assert_named(&event, &path, member);

            // Once more, it is another version that says the same.
            let event = thing.patch(&app, &patch).await;
            let (again, newer) = thing.now().await;
            assert_eq!(again, after, "{what}");
            assert_ne!(newer, etag, "{what}");
            assert_named(&event, &path, member);
        }
    }
}

#[actix_web::test]
async fn a_member_that_can_be_removed_is_removed_alone() {
    let (app, document) = (TestApp::new().await, Document::new());
    let mut removed = 0;
    for path in document.patches().iter().filter(|path| group_of(path).is_none()) {
        for (member, schema) in document.body(path)["properties"].as_object().unwrap() {
            let thing = Thing::new(&app, path).await;
            let (before, etag) = thing.now().await;
            let answer =
                thing.person.change(Method::PATCH, &thing.address, &etag, json!({ member: null })).await;
            let (after, _) = thing.now().await;
            if answer.status.is_success() {
                removed += 1;
                assert_eq!(changed(&before, &after), [member.as_str()], "{member} of {path}");
            } else {
                answer.expect_problem(422, "invalid_fields");
                assert_eq!(after, before, "{member} of {path}");
            }
            assert_eq!(answer.status.is_success(), may_be_null(schema), "{member} of {path}: {schema}");
        }
    }
    assert!(removed > 0, "no member of any patch can be removed");
}

/// Whether the document says so.
fn may_be_null(schema: &Value) -> bool {
    let either = |kinds: &Value, null: Value| kinds.as_array().is_some_and(|kinds| kinds.contains(&null));
    either(&schema["oneOf"], json!({"type": "null"})) || either(&schema["type"], json!("null"))
}

/// Of a row the log names the member, of a sealed record the group alone.
fn assert_named(event: &Entry, path: &str, member: &str) {
    let (fields, groups) = match group_of(path) {
        None => (json!([member]), Value::Null),
        Some(group) => (Value::Null, json!([group])),
    };
    let body = event.body();
    assert_eq!(body.get("fields").unwrap_or(&Value::Null), &fields, "{member} of {path}: {body}");
    assert_eq!(body.get("groups").unwrap_or(&Value::Null), &groups, "{member} of {path}: {body}");
}
