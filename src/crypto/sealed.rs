//! A sealed value together with where it belongs. It can be carried, and opened against a receipt;
//! it cannot be printed, sent or compared.

use std::marker::PhantomData;

use super::{CaseKey, Ciphertext, Place, SealError, SealedContent};
use crate::audit::Receipt;

/// A `T` that is still sealed.
pub struct Sealed<T> {
    place: Place,
    ciphertext: Ciphertext,
    content: PhantomData<fn() -> T>,
}

impl<T: SealedContent> Sealed<T> {
    /// What a store read at `place`.
    #[must_use]
    pub fn new(place: Place, ciphertext: Ciphertext) -> Self {
        Self { place, ciphertext, content: PhantomData }
    }

    /// Where it belongs.
    #[must_use]
    pub fn place(&self) -> &Place {
        &self.place
    }

    /// Opens it, when the log already says that this case and this field group were read.
    pub fn open(&self, receipt: &Receipt, key: &CaseKey) -> Result<T, SealError> {
        if !receipt.covers(self.place.case(), self.place.group()) {
            return Err(SealError::NotOnRecord);
        }
        key.open(&self.place, &self.ciphertext)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde::{Deserialize, Serialize};

    use super::*;
    use crate::access::actor::{CaseId, FieldGroup, UserId};
    use crate::crypto::Written;
    use crate::crypto::secret::Secret;
    use crate::db::types::Timestamp;

    #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
    struct Text(String);
    impl SealedContent for Text {}

    #[derive(Serialize, Deserialize)]
    struct Number(u32);
    impl SealedContent for Number {}

    fn case_key() -> CaseKey {
        CaseKey::new(CaseId::generate(), Secret::generate())
    }

    fn text() -> Text {
        Text("김씨가 말한 것".to_owned())
    }

    fn place(case: CaseId) -> Place {
        Place::new("sealed_records", "sealed", "row-1", case).in_group(FieldGroup::Identity)
    }

    fn receipt(case: CaseId) -> Receipt {
        Receipt::for_committed(Some(case), vec![FieldGroup::Identity], false)
    }

    /// A receipt that covers everything of the place, so that only the seal itself can refuse.
    fn open_at(place: Place, ciphertext: &Ciphertext, key: &CaseKey) -> Result<Text, SealError> {
        let receipt = Receipt::for_committed(Some(*place.case()), place.group().into_iter().collect(), true);
        Sealed::new(place, ciphertext.clone()).open(&receipt, key)
    }

    #[test]
    fn a_receipt_for_the_case_and_the_group_opens_it() {
        let key = case_key();
        let ciphertext = key.seal(&place(*key.case()), &text()).unwrap();
        let sealed = Sealed::new(place(*key.case()), ciphertext);
        assert_eq!(sealed.open(&receipt(*key.case()), &key), Ok(text()));
    }

    #[test]
    fn no_other_receipt_opens_it() {
        let key = case_key();
        let case = *key.case();
        let identity = Sealed::<Text>::new(place(case), key.seal(&place(case), &text()).unwrap());
        let note_place = Place::new("case_periods", "note", "row-1", case);
        let note = Sealed::<Text>::new(note_place.clone(), key.seal(&note_place, &text()).unwrap());

        let health = Receipt::for_committed(Some(case), vec![FieldGroup::Health], true);
        assert_eq!(identity.open(&health, &key), Err(SealError::NotOnRecord));
        let text_alone = Receipt::for_committed(Some(case), vec![], true);
        assert_eq!(identity.open(&text_alone, &key), Err(SealError::NotOnRecord));
        assert_eq!(identity.open(&receipt(CaseId::generate()), &key), Err(SealError::NotOnRecord));
        let no_case = Receipt::for_committed(None, vec![FieldGroup::Identity], true);
        assert_eq!(identity.open(&no_case, &key), Err(SealError::NotOnRecord));
        assert_eq!(note.open(&receipt(case), &key), Err(SealError::NotOnRecord));
        assert_eq!(note.open(&text_alone, &key), Ok(text()));
    }

    #[test]
    fn it_opens_at_no_other_place() {
        let key = case_key();
        let case = *key.case();
        let here = place(case);
        let ciphertext = key.seal(&here, &text()).unwrap();
        assert_eq!(open_at(here.clone(), &ciphertext, &key), Ok(text()));

        let elsewhere = [
            Place::new("documents", "sealed", "row-1", case).in_group(FieldGroup::Identity),
            Place::new("sealed_records", "note", "row-1", case).in_group(FieldGroup::Identity),
            Place::new("sealed_records", "sealed", "row-2", case).in_group(FieldGroup::Identity),
            Place::new("sealed_records", "sealed", "row-1", CaseId::generate())
                .in_group(FieldGroup::Identity),
            here.clone().in_group(FieldGroup::Health),
            Place::new("sealed_records", "sealed", "row-1", case),
        ];
        for place in elsewhere {
            assert_eq!(open_at(place, &ciphertext, &key), Err(SealError::DoesNotOpen));
        }
    }

    #[test]
    fn a_version_does_not_pass_for_another_nor_as_written_by_somebody_else_or_at_another_moment() {
        let key = case_key();
        let here = Written { version: 2, at: Timestamp::from_micros(7), by: UserId::generate() };
        let ciphertext = key.seal(&place(*key.case()).written(here), &text()).unwrap();
        assert_eq!(open_at(place(*key.case()).written(here), &ciphertext, &key), Ok(text()));
        let others = [
            Written { version: 3, ..here },
            Written { at: Timestamp::from_micros(8), ..here },
            Written { by: UserId::generate(), ..here },
        ];
        for other in others {
            let moved = open_at(place(*key.case()).written(other), &ciphertext, &key);
            assert_eq!(moved, Err(SealError::DoesNotOpen));
        }
        assert_eq!(open_at(place(*key.case()), &ciphertext, &key), Err(SealError::DoesNotOpen));
    }

    #[test]
    fn another_key_does_not_open_it() {
        let key = case_key();
        let ciphertext = key.seal(&place(*key.case()), &text()).unwrap();
        let other = CaseKey::new(*key.case(), Secret::generate());
        assert_eq!(open_at(place(*key.case()), &ciphertext, &other), Err(SealError::DoesNotOpen));
    }

    #[test]
    fn no_flipped_bit_opens() {
        let key = case_key();
        let ciphertext = key.seal(&place(*key.case()), &text()).unwrap();
        for bit in 0..ciphertext.as_bytes().len() * 8 {
            let mut bytes = ciphertext.as_bytes().to_vec();
            bytes[bit / 8] ^= 1 << (bit % 8);
            assert!(open_at(place(*key.case()), &Ciphertext::new(bytes), &key).is_err(), "bit {bit}");
        }
    }

    #[test]
    fn the_same_text_never_looks_the_same_and_a_thousand_lengths_do() {
        let key = case_key();
        let place = place(*key.case());
        let first = key.seal(&place, &text()).unwrap();
        assert!(first != key.seal(&place, &text()).unwrap());
        let lengths: std::collections::BTreeSet<_> = (3_000..4_000)
            .map(|len| key.seal(&place, &Text("x".repeat(len))).unwrap().as_bytes().len())
            .collect();
        assert_eq!(lengths.len(), 1);
    }

    /// Every place of two cases that differ in one thing at least: table, column, row, group, version, moment, writer.
    fn places(case: CaseId) -> Vec<Place> {
        let writers = [UserId::generate(), UserId::generate()];
        let written = (1..=2).flat_map(|version| {
            let at = |micros| move |by| Written { version, at: Timestamp::from_micros(micros), by };
            writers.map(at(1)).into_iter().chain(writers.map(at(2)))
        });
        let versions: Vec<Option<Written>> = written.map(Some).chain([None]).collect();
        let groups = [Some(FieldGroup::Identity), Some(FieldGroup::Health), None];
        let mut places = Vec::new();
        for table in ["sealed_records", "case_periods"] {
            for column in ["sealed", "note"] {
                for row in ["row-1", "row-2"] {
                    let here = Place::new(table, column, row, case);
                    let grouped = groups.iter().map(|group| match group {
                        Some(group) => here.clone().in_group(*group),
                        None => here.clone(),
                    });
                    for place in grouped {
                        let at = |version: &Option<Written>| match version {
                            Some(written) => place.clone().written(*written),
                            None => place.clone(),
                        };
                        places.extend(versions.iter().map(at));
                    }
                }
            }
        }
        places
    }

    #[test]
    fn ten_thousand_moves_open_nothing() {
        let keys = [case_key(), case_key()];
        let sealed: Vec<(Place, Ciphertext, &CaseKey)> = keys
            .iter()
            .flat_map(|key| places(*key.case()).into_iter().map(move |place| (place, key)))
            .map(|(place, key)| (place.clone(), key.seal(&place, &text()).unwrap(), key))
            .collect();
        let mut moves = 0;
        // Steps that meet every difference between two places, in both directions.
        for (from, (place, ciphertext, key)) in sealed.iter().enumerate() {
            assert_eq!(open_at(place.clone(), ciphertext, key), Ok(text()));
            for step in 1..=24 {
                let (elsewhere, _, other) = &sealed[(from + step * step) % sealed.len()];
                assert_eq!(open_at(elsewhere.clone(), ciphertext, other), Err(SealError::DoesNotOpen));
                moves += 1;
            }
        }
        assert!(moves >= 10_000, "{moves}");
    }

    #[test]
    fn nothing_is_sealed_for_another_case() {
        let place = place(CaseId::generate());
        assert_eq!(case_key().seal(&place, &text()), Err(SealError::WrongCase));
    }

    #[test]
    fn another_type_is_an_error_that_repeats_nothing() {
        let key = case_key();
        let place = place(*key.case());
        let sealed = Sealed::<Number>::new(place.clone(), key.seal(&place, &text()).unwrap());
        let error = sealed.open(&receipt(*key.case()), &key).err().unwrap();
        assert_eq!(error, SealError::NotReadable);
        assert!(!format!("{error} {error:?}").contains('김'));
    }

    proptest! {
        #[test]
        fn every_text_comes_back(content in ".{0,2000}", row in "[0-9a-z]{26}") {
            let key = case_key();
            let place = Place::new("sealed_records", "sealed", row, *key.case());
            let ciphertext = key.seal(&place, &Text(content.clone())).unwrap();
            prop_assert_eq!(open_at(place, &ciphertext, &key), Ok(Text(content)));
        }
    }
}
