//! JSON Merge Patch (RFC 7396) of a record.

use serde_json::{Map, Value};

use super::{Record, read};
use crate::error::Fault;
use crate::http::json::{self, Wiped};

/// Why a patch was not applied.
#[derive(Debug)]
pub enum PatchError {
    /// The record as it would be is not valid; the pointers are into that record.
    Invalid(Vec<Fault>),
    /// The current record could not be written as JSON.
    Current(serde_json::Error),
}

/// The record that `patch` makes of `current`, checked.
///
/// A member that is no field is refused even if the patch would only remove it: whoever sends it
/// believes that something was removed.
pub fn merge_patch<R: Record>(current: &R, patch: &Value) -> Result<R, PatchError> {
    let current = serde_json::to_value(current).map(Wiped).map_err(PatchError::Current)?;
    let Value::Object(_) = patch else {
        let detail = "a merge patch of a record must be a JSON object".into();
        return Err(PatchError::Invalid(vec![Fault { pointer: String::new(), detail }]));
    };
    let named = Wiped(merged(current.0.clone(), patch, Null::Stays));
    json::from_value::<R>(&named.0).map_err(|fault| PatchError::Invalid(vec![fault]))?;
    let merged = Wiped(merged(current.0.clone(), patch, Null::Removes));
    read::from_client(&merged.0).map_err(PatchError::Invalid)
}

/// What a null in the patch does to the member it names.
#[derive(Clone, Copy)]
enum Null {
    /// As the RFC has it.
    Removes,
    /// The member is there as null, which to a record is the same as absent, so that reading the
    /// result finds the names that are no fields.
    Stays,
}

/// `MergePatch(Target, Patch)` of RFC 7396, section 2.
fn merged(target: Value, patch: &Value, null: Null) -> Value {
    let Value::Object(changes) = patch else {
        return patch.clone();
    };
    let mut members = match target {
        Value::Object(members) => members,
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => Map::new(),
    };
    for (name, change) in changes {
        match (change, null) {
            (Value::Null, Null::Removes) => drop(members.remove(name).map(Wiped)),
            (Value::Null, Null::Stays) => drop(members.insert(name.clone(), Value::Null).map(Wiped)),
            _ => {
                let old = members.remove(name).unwrap_or(Value::Null);
                members.insert(name.clone(), merged(old, change, null));
            }
        }
    }
    Value::Object(members)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::cases::records::{Contact, Identity};

    /// RFC 7396, Appendix A, every row.
    #[test]
    fn the_vectors_of_the_rfc_hold() {
        let rows = [
            (json!({"a":"b"}), json!({"a":"c"}), json!({"a":"c"})),
            (json!({"a":"b"}), json!({"b":"c"}), json!({"a":"b","b":"c"})),
            (json!({"a":"b"}), json!({"a":null}), json!({})),
            (json!({"a":"b","b":"c"}), json!({"a":null}), json!({"b":"c"})),
            (json!({"a":["b"]}), json!({"a":"c"}), json!({"a":"c"})),
            (json!({"a":"c"}), json!({"a":["b"]}), json!({"a":["b"]})),
            (json!({"a":{"b":"c"}}), json!({"a":{"b":"d","c":null}}), json!({"a":{"b":"d"}})),
            (json!({"a":[{"b":"c"}]}), json!({"a":[1]}), json!({"a":[1]})),
            (json!(["a", "b"]), json!(["c", "d"]), json!(["c", "d"])),
            (json!({"a":"b"}), json!(["c"]), json!(["c"])),
            (json!({"a":"foo"}), json!(null), json!(null)),
            (json!({"a":"foo"}), json!("bar"), json!("bar")),
            (json!({"e":null}), json!({"a":1}), json!({"e":null,"a":1})),
            (json!([1, 2]), json!({"a":"b","c":null}), json!({"a":"b"})),
            (json!({}), json!({"a":{"bb":{"ccc":null}}}), json!({"a":{"bb":{}}})),
        ];
        for (target, patch, result) in rows {
            assert_eq!(merged(target, &patch, Null::Removes), result, "{patch}");
        }
    }

    /// The example of section 3 of the RFC.
    #[test]
    fn the_example_of_the_rfc_holds() {
        let target = json!({
            "title": "Goodbye!", "author": {"givenName": "John", "familyName": "Doe"},
            "tags": ["example", "sample"], "content": "This will be unchanged"
        });
        let patch = json!({
            "title": "Hello!", "phoneNumber": "+01-123-456-7890", "author": {"familyName": null},
            "tags": ["example"]
        });
        let result = json!({
            "title": "Hello!", "author": {"givenName": "John"}, "tags": ["example"],
            "content": "This will be unchanged", "phoneNumber": "+01-123-456-7890"
        });
        assert_eq!(merged(target, &patch, Null::Removes), result);
    }

    fn patched(current: &Value, patch: &Value) -> Result<Value, Vec<Fault>> {
        let Ok(current) = read::from_client::<Identity>(current) else { panic!("the record is not valid") };
        match merge_patch(&current, patch) {
            Ok(record) => Ok(serde_json::to_value(record).unwrap()),
            Err(PatchError::Invalid(faults)) => Err(faults),
            Err(PatchError::Current(error)) => panic!("{error}"),
        }
    }

    #[test]
    fn null_removes_a_field_a_list_and_a_member_of_an_object() {
        let current = json!({
            "birth": {"date": "1988", "calendar": "lunar"}, "languages": [{"code": "kor"}], "ethnicity": "Korean"
        });
        let patch = json!({"birth": {"calendar": null}, "languages": null, "ethnicity": null});
        assert_eq!(patched(&current, &patch), Ok(json!({"birth": {"date": "1988"}})));
    }

    #[test]
    fn a_member_that_is_no_field_is_refused_even_to_be_removed() {
        for (patch, pointer) in [
            (json!({"nmaes": []}), "/nmaes"),
            (json!({"nmaes": null}), "/nmaes"),
            (json!({"birth": {"a/b~c": null}}), "/birth/?"),
        ] {
            let faults = patched(&json!({"ethnicity": "Korean"}), &patch).unwrap_err();
            assert_eq!(faults.len(), 1);
            assert_eq!(faults[0].pointer, pointer);
            assert!(faults[0].detail.starts_with("no such field"), "{}", faults[0].detail);
        }
    }

    #[test]
    fn the_result_is_checked() {
        let faults = patched(&json!({"birth": {"earliest": "1988"}}), &json!({"birth": {"latest": "1980"}}))
            .unwrap_err();
        assert_eq!(faults[0].pointer, "/birth/latest");
    }

    #[test]
    fn a_patch_that_is_no_object_is_refused() {
        let Err(PatchError::Invalid(faults)) = merge_patch(&Contact::default(), &json!(null)) else {
            panic!("accepted")
        };
        assert_eq!(faults[0].pointer, "");
    }
}
