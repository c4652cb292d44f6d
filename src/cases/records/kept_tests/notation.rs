//! How the file writes what is long: `{"$text": ["x", 200]}` is a text, `{"$items": [x, 50]}` a list.

use serde_json::Value;

/// The record that is meant.
pub(super) fn expanded(written: &Value) -> Value {
    match written {
        Value::Object(members) => match members.iter().next() {
            Some((word, repeated)) if word == "$text" => {
                repeated[0].as_str().unwrap().repeat(times(repeated)).into()
            }
            Some((word, repeated)) if word == "$items" => {
                vec![expanded(&repeated[0]); times(repeated)].into()
            }
            _ => members.iter().map(|(name, value)| (name.clone(), expanded(value))).collect(),
        },
        Value::Array(items) => items.iter().map(expanded).collect(),
        plain => plain.clone(),
    }
}

fn times(repeated: &Value) -> usize {
    repeated[1].as_u64().unwrap().try_into().unwrap()
}
