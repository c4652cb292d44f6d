//! What must hold for every record alike.

use proptest::prelude::*;
use serde_json::{Value, json};
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::Schema;

use super::*;
use crate::db::types::CodeList;

/// The example in the schema of `R`.
fn example<R: Record>() -> Value {
    let schema = serde_json::to_value(R::schema()).unwrap();
    schema["example"].clone()
}

fn faults<R: Record>(value: &Value) -> Vec<Fault> {
    read::from_client::<R>(value).err().unwrap_or_default()
}

struct Check(FieldGroup);

impl ForRecord for Check {
    type Output = ();

    fn with<R: Record>(self) {
        assert_eq!(R::GROUP, self.0);
        the_example_survives_sealing::<R>();
        an_unknown_field_is_refused::<R>();
        lists_are_bounded_in_the_schema::<R>();
        every_top_level_list_stops_at_fifty::<R>();
    }
}

#[test]
fn every_record_holds_what_is_promised() {
    for group in FieldGroup::all() {
        for_group(*group, Check(*group));
    }
}

fn the_example_survives_sealing<R: Record>() {
    let example = example::<R>();
    assert!(example.as_object().is_some_and(|fields| fields.len() > 3), "{} has no example", R::name());
    assert_eq!(faults::<R>(&example), [], "{}", R::name());
    let Ok(record) = read::from_client::<R>(&example) else { panic!("{}", R::name()) };
    let stored = serde_json::to_vec(&record).unwrap();
    let Ok(opened) = serde_json::from_slice::<R>(&stored) else { panic!("{}", R::name()) };
    assert_eq!(serde_json::to_value(&opened).unwrap(), example, "{}", R::name());
    let Ok(empty) = serde_json::from_str::<R>("{}") else { panic!("{}", R::name()) };
    assert_eq!(serde_json::to_value(&empty).unwrap(), json!({}));
}

fn an_unknown_field_is_refused<R: Record>() {
    let faults = faults::<R>(&json!({"shoe_size": 38}));
    assert_eq!(faults[0].pointer, "/shoe_size");
    assert!(faults[0].detail.starts_with("no such field"));
}

fn lists_are_bounded_in_the_schema<R: Record>() {
    let mut schemas: Vec<(String, RefOr<Schema>)> = vec![(R::name().into_owned(), R::schema())];
    R::schemas(&mut schemas);
    for (name, schema) in schemas {
        let schema = serde_json::to_value(schema).unwrap();
        let Some(properties) = schema["properties"].as_object() else { continue };
        assert_eq!(schema["additionalProperties"], json!(false), "{name}");
        assert_eq!(schema.get("required"), None, "{name}");
        for (field, property) in properties {
            let is_list = property["type"] == "array";
            assert_eq!(is_list, property["maxItems"] == MAX_ITEMS, "{name}.{field}");
        }
    }
}

fn every_top_level_list_stops_at_fifty<R: Record>() {
    for (field, value) in example::<R>().as_object().unwrap() {
        let Some(items) = value.as_array() else { continue };
        let fifty = vec![items[0].clone(); MAX_ITEMS];
        assert_eq!(faults::<R>(&json!({ field: fifty })), []);
        let too_many = vec![items[0].clone(); MAX_ITEMS + 1];
        assert_eq!(faults::<R>(&json!({ field: too_many }))[0].detail, "must have at most 50 items");
    }
}

#[test]
fn a_fault_names_its_place() {
    let value = json!({"names": [{"family": "Kim"}, {"family": "a\u{0}b"}]});
    assert_eq!(faults::<Identity>(&value)[0].pointer, "/names/1/family");
    let value = json!({"addresses": [{"text": "x", "since": "2006-03", "until": "2005"}]});
    assert_eq!(
        faults::<Contact>(&value),
        [Fault { pointer: "/addresses/0/until".into(), detail: "must not lie before the start".into() }]
    );
    let value = json!({"debts": [{"sum": {"amount": "5"}}]});
    assert_eq!(faults::<Passage>(&value)[0].pointer, "/debts/0/sum/currency");
}

#[test]
fn rules_between_fields_are_told_all_at_once() {
    let value = json!({
        "names": [{"kind": "alias"}],
        "birth": {"date": "1988", "earliest": "1990", "latest": "1980"}
    });
    let found = faults::<Identity>(&value);
    let pointers: Vec<&str> = found.iter().map(|fault| fault.pointer.as_str()).collect();
    assert_eq!(pointers, ["/names/0", "/birth/date", "/birth/latest"]);
}

#[test]
fn a_name_typed_decomposed_is_stored_composed() {
    let value = json!({"names": [{"family": "\u{1100}\u{1175}\u{11b7}"}]});
    let Ok(record) = read::from_client::<Identity>(&value) else { panic!("refused") };
    assert_eq!(serde_json::to_value(&record).unwrap()["names"][0]["family"], "김");
}

#[test]
fn need_codes_have_their_form() {
    for code in need_codes::NeedCode::all() {
        let text = code.code();
        let (category, need) = text.split_once('-').unwrap_or((text, "XX"));
        for part in [category, need] {
            assert!(part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_uppercase()), "{text}");
        }
    }
    assert!("LP-XX".parse::<need_codes::NeedCode>().is_err());
}

/// Any JSON made of one text that cannot be part of a message by chance.
fn misplaced(secret: &str) -> Vec<Value> {
    let mut nested = serde_json::Map::new();
    nested.insert("family".into(), json!([secret]));
    vec![
        json!(secret),
        json!([secret]),
        json!({"names": secret}),
        json!({"names": [secret]}),
        json!({"names": [nested]}),
        json!({"names": [{"script": secret}]}),
        json!({"birth": secret}),
        json!({"birth": {"date": secret}}),
        json!({"birth": {"date": {"x": secret}}}),
        json!({"nationalities": [secret]}),
        json!({"languages": [{"code": secret, "reads": secret}]}),
        json!({"languages": [{"mother_tongue": secret}]}),
        json!({"ethnicity": format!("\u{0}{secret}")}),
        json!({"ethnicity": secret.repeat(100)}),
        json!({"ethnicity": {"x": secret}}),
    ]
}

proptest! {
    #[test]
    fn no_error_repeats_what_was_sent(tail in "[가-힣金李A-Za-z0-9 '\"]{4,20}") {
        let secret = format!("Zq{tail}");
        for value in misplaced(&secret) {
            let found = faults::<Identity>(&value);
            prop_assert_eq!(found.len(), 1);
            for fault in found {
                prop_assert!(!fault.detail.contains("Zq"), "a detail repeats the text");
                prop_assert!(!fault.pointer.contains("Zq"), "a pointer repeats the text");
            }
        }
    }

    #[test]
    fn no_error_repeats_a_number(number in 1_000_000_i64..) {
        for value in [
            json!(number), json!({"names": number}), json!({"names": [number]}),
            json!({"names": [{"family": number}]}), json!({"birth": {"date": number}}),
            json!({"ethnicity": -number}), json!({"ethnicity": 0.5}),
        ] {
            for fault in faults::<Identity>(&value) {
                prop_assert!(!fault.detail.contains(&number.to_string()));
            }
        }
        for fault in faults::<Family>(&json!({"relatives": [{"birth_year": number}]})) {
            prop_assert!(!fault.detail.contains(&number.to_string()));
        }
    }

    #[test]
    fn whatever_text_is_accepted_is_stable(text in "\\PC{0,60}") {
        if let Ok(once) = text::ShortText::parse(&text) {
            let twice = text::ShortText::parse(once.as_str());
            prop_assert!(twice.is_ok_and(|twice| twice.as_str() == once.as_str()));
        }
    }
}
