//! When two cases are worth two people's time.

use super::super::rank::{Fit, SearchReason};

/// A name that is alike this much is worth a look if something else fits.
const NAME_WITH_MORE: u8 = 60;
/// And this much by itself, as long as nothing speaks against it.
const NAME_ALONE: u8 = 90;

/// Whether a fit of everything that is known of two people is told to their coordinators. A telephone alone is not:
/// neighbours and helpers lend theirs to many.
pub(super) fn is_worth_telling(fit: &Fit) -> bool {
    let has = |reason| fit.reasons.contains(&reason);
    let born_alike = has(SearchReason::BirthYear) || has(SearchReason::BirthYearNear);
    let name = fit.name.unwrap_or(0);
    if has(SearchReason::Document) {
        return true;
    }
    !fit.contradicted
        && (name >= NAME_ALONE || (name >= NAME_WITH_MORE && (born_alike || has(SearchReason::Phone))))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fit(name: Option<u8>, contradicted: bool, reasons: &[SearchReason]) -> Fit {
        Fit { score: 90, reasons: reasons.iter().copied().collect(), name, contradicted }
    }

    #[test]
    fn a_name_needs_something_beside_it_unless_it_is_the_same() {
        assert!(is_worth_telling(&fit(Some(95), false, &[])));
        assert!(!is_worth_telling(&fit(Some(70), false, &[])));
        assert!(is_worth_telling(&fit(Some(70), false, &[SearchReason::BirthYearNear])));
        assert!(is_worth_telling(&fit(Some(70), false, &[SearchReason::Phone])));
    }

    #[test]
    fn another_year_of_birth_is_another_person_unless_a_document_says_no() {
        assert!(!is_worth_telling(&fit(Some(100), true, &[])));
        assert!(is_worth_telling(&fit(None, true, &[SearchReason::Document])));
    }

    #[test]
    fn a_telephone_alone_is_lent() {
        assert!(!is_worth_telling(&fit(None, false, &[SearchReason::Phone])));
    }
}
