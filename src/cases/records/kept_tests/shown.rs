//! What the schemas of the records allow, and which of it the records of the file show.
//!
//! Asked of each place: a list as long as it may be, a text as long as it may be. Asked of each type,
//! wherever it stands: every code, and the first and last of what has an order.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::Schema;

use crate::cases::records::Record;
use crate::db::types::{CodeList as _, Country};

/// Types that a pattern describes, and the limits that it does not tell.
const PATTERNS: [(&str, &[&str]); 3] = [
    ("Amount", &["0", "0.5", "999999999999.99"]),
    ("Language", &["aaa", "zzz"]),
    ("PartialDate", &["1850", "1850-01", "1850-01-01", "2004-02-29", "2149", "2149-12", "2149-12-31"]),
];

/// What was compared so far.
#[derive(Default)]
pub(super) struct Shown {
    schemas: BTreeMap<String, Value>,
    missing: Vec<String>,
    asked: BTreeMap<String, BTreeSet<String>>,
    seen: BTreeMap<String, BTreeSet<String>>,
}

impl Shown {
    /// Compares the schema of `R` with records of its group.
    pub(super) fn record<R: Record>(&mut self, records: &[Value]) {
        let mut schemas: Vec<(String, RefOr<Schema>)> = Vec::new();
        R::schemas(&mut schemas);
        let named = |(name, schema)| (name, serde_json::to_value(schema).unwrap());
        self.schemas.extend(schemas.into_iter().map(named));
        let schema = serde_json::to_value(R::schema()).unwrap();
        self.place(&R::name(), &R::name(), &schema, &records.iter().collect::<Vec<_>>());
    }

    /// Everything that no record shows.
    pub(super) fn missing(mut self) -> Vec<String> {
        for (name, values) in self.asked {
            let seen = self.seen.remove(&name).unwrap_or_default();
            let unseen = values.difference(&seen).map(|value| format!("{name}: {value}"));
            self.missing.extend(unseen);
        }
        self.missing
    }

    /// `values` are all that stand at the place `at`, which holds values of the type `name`.
    fn place(&mut self, at: &str, name: &str, schema: &Value, values: &[&Value]) {
        if let Some(present) = schema["oneOf"].as_array().and_then(|either| either.first()) {
            return self.place(at, name, present, values);
        }
        if let Some(reference) = schema["$ref"].as_str() {
            let name = reference.rsplit('/').next().unwrap();
            let named = self.schemas[name].clone();
            return self.place(at, name, &named, values);
        }
        if values.is_empty() {
            return self.missing.push(at.to_owned());
        }
        if let Some(fields) = schema["properties"].as_object() {
            for (field, schema) in fields {
                let held: Vec<&Value> = values.iter().filter_map(|value| value.get(field)).collect();
                self.place(&format!("{at}/{field}"), name, schema, &held);
            }
        } else if is(schema, "array") {
            let lists: Vec<&Vec<Value>> = values.iter().filter_map(|value| value.as_array()).collect();
            let longest = lists.iter().map(|list| list.len()).max();
            self.longest(at, longest, &schema["maxItems"], "items");
            self.place(
                &format!("{at}/*"),
                name,
                &schema["items"],
                &lists.into_iter().flatten().collect::<Vec<_>>(),
            );
        } else if !schema["maxLength"].is_null() {
            let lengths = values.iter().filter_map(|value| value.as_str()).map(|text| text.chars().count());
            self.longest(at, lengths.max(), &schema["maxLength"], "characters");
        } else {
            let name = if is(schema, "boolean") { "boolean" } else { name };
            let asked = limits(name, schema)
                .unwrap_or_else(|| panic!("{at}: say in PATTERNS what the limits of {name} are"));
            self.asked.entry(name.to_owned()).or_default().extend(asked);
            self.seen.entry(name.to_owned()).or_default().extend(values.iter().map(|value| written(value)));
        }
    }

    fn longest(&mut self, at: &str, longest: Option<usize>, limit: &Value, of: &str) {
        if longest.map(Value::from) != Some(limit.clone()) {
            self.missing.push(format!("{at}: {limit} {of}"));
        }
    }
}

/// Every value of a type that some record must show.
fn limits(name: &str, schema: &Value) -> Option<Vec<String>> {
    if let Some(codes) = schema["enum"].as_array() {
        return Some(codes.iter().map(written).collect());
    }
    if name == "Country" {
        return Some(Country::all().iter().map(ToString::to_string).collect());
    }
    if is(schema, "boolean") {
        return Some(vec!["false".to_owned(), "true".to_owned()]);
    }
    if is(schema, "integer") {
        return Some(vec![written(&schema["minimum"]), written(&schema["maximum"])]);
    }
    let (_, texts) = PATTERNS.iter().find(|(pattern, _)| *pattern == name)?;
    Some(texts.iter().map(ToString::to_string).collect())
}

/// Whether a value may be of this kind; one that may be absent is written as of two.
fn is(schema: &Value, kind: &str) -> bool {
    let kinds = &schema["type"];
    kinds == kind || kinds.as_array().is_some_and(|kinds| kinds.contains(&kind.into()))
}

fn written(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), ToOwned::to_owned)
}
