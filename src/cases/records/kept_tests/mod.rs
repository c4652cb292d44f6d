//! Tests alone: records as they were stored, which every later version must still open.
//!
//! `tests/vectors/records-v1.json` holds what is inside the seal, for every group. It is only ever added
//! to. That it opens says that no record in a database has been shut; that it shows every field, limit and
//! code says that the next change is held to it too.

mod notation;
mod shown;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::*;
use crate::access::CaseId;
use crate::audit::Receipt;
use crate::crypto::{Keyring, Place, RootKey, Sealed};
use crate::db::types::CodeList as _;
use crate::http::body::LARGEST;
use shown::Shown;

/// A record as it is written in the file, and where it stands there.
struct Kept {
    place: usize,
    record: Value,
}

fn kept() -> BTreeMap<FieldGroup, Vec<Kept>> {
    let file: Value =
        serde_json::from_str(include_str!("../../../../tests/vectors/records-v1.json")).unwrap();
    let mut kept = BTreeMap::<_, Vec<_>>::new();
    for (place, entry) in file["records"].as_array().unwrap().iter().enumerate() {
        let group = entry["group"].as_str().unwrap().parse().unwrap();
        let record = notation::expanded(&entry["record"]);
        kept.entry(group).or_default().push(Kept { place: place + 1, record });
    }
    kept
}

/// What an earlier program sealed, whatever today's types would make of it.
#[derive(Serialize, Deserialize)]
#[serde(transparent)]
struct Earlier(Value);
impl SealedContent for Earlier {}

/// Why a record of the file does not read any more, if it does not.
fn refused<R: Record>(record: &Value) -> Option<String> {
    let (keyring, _) = Keyring::create(&RootKey::generate(), "kept").unwrap();
    let (key, _) = keyring.new_case_key(CaseId::generate()).unwrap();
    let place = Place::new("sealed_records", "sealed", "kept", *key.case()).in_group(R::GROUP);
    let sealed = Sealed::<R>::new(place.clone(), key.seal(&place, &Earlier(record.clone())).unwrap());
    let receipt = Receipt::for_committed(Some(*key.case()), vec![R::GROUP], false);
    let Ok(opened) = sealed.open(&receipt, &key) else {
        let why = serde_json::from_slice::<R>(&serde_json::to_vec(record).unwrap()).err();
        return Some(format!("does not open: {}", why.map(|error| error.to_string()).unwrap_or_default()));
    };
    let again = serde_json::to_value(&opened).unwrap();
    if again != *record {
        return Some("opens as another record".to_owned());
    }
    // A rule made stricter would let it be read, and refuse every patch of it.
    opened.check().first().map(|fault| format!("could not be patched: {} {}", fault.pointer, fault.detail))
}

struct Opens<'a>(&'a [Kept]);

impl ForRecord for Opens<'_> {
    type Output = Vec<String>;

    fn with<R: Record>(self) -> Vec<String> {
        let told = |kept: &Kept| {
            let why = refused::<R>(&kept.record)?;
            Some(format!("{} (record {} of the file) {why}", R::GROUP, kept.place))
        };
        self.0.iter().filter_map(told).collect()
    }
}

#[test]
fn whatever_was_sealed_opens_as_it_was_and_can_be_patched() {
    let kept = kept();
    let lost: Vec<String> =
        kept.iter().flat_map(|(group, records)| for_group(*group, Opens(records))).collect();
    assert!(
        lost.is_empty(),
        "records like these are in databases, and a case could not be read any more. Let the types take them \
         again; never change a line of tests/vectors/records-v1.json for it:\n{}",
        lost.join("\n")
    );
}

#[test]
fn the_file_holds_only_what_a_body_could_have_brought() {
    for Kept { place, record } in kept().values().flatten() {
        assert!(serde_json::to_vec(record).unwrap().len() <= LARGEST, "record {place} of the file");
    }
}

struct Shows<'a>(&'a mut Shown, Vec<Value>);

impl ForRecord for Shows<'_> {
    type Output = ();

    fn with<R: Record>(self) {
        self.0.record::<R>(&self.1);
    }
}

#[test]
fn every_field_limit_and_code_is_shown() {
    let mut kept = kept();
    let mut shown = Shown::default();
    for group in FieldGroup::all() {
        let records = kept.remove(group).unwrap_or_default().into_iter().map(|kept| kept.record);
        for_group(*group, Shows(&mut shown, records.collect()));
    }
    let missing = shown.missing();
    assert!(
        missing.is_empty(),
        "tests/vectors/records-v1.json shows no record with what follows. Add a line that does; never change or \
         remove one that is there:\n{}",
        missing.join("\n")
    );
}
