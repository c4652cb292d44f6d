//! Collects what cannot be true of the fields of a record together, each with its JSON pointer.

use crate::error::Fault;

use super::dates::PartialDate;

/// The faults found so far and where in the record the search is.
#[derive(Default)]
pub struct Faults {
    found: Vec<Fault>,
    at: String,
}

impl Faults {
    /// Searches the items of the list `field`.
    pub fn each<T>(&mut self, field: &str, items: &[T], rules: impl Fn(&T, &mut Self)) {
        for (index, item) in items.iter().enumerate() {
            self.within(&format!("{field}/{index}"), |faults| rules(item, faults));
        }
    }

    /// Searches the object `field`, if there is one.
    pub fn inner<T>(&mut self, field: &str, inner: Option<&T>, rules: impl Fn(&T, &mut Self)) {
        if let Some(inner) = inner {
            self.within(field, |faults| rules(inner, faults));
        }
    }

    fn within(&mut self, step: &str, search: impl FnOnce(&mut Self)) {
        let outside = self.at.len();
        self.at.push('/');
        self.at.push_str(step);
        search(self);
        self.at.truncate(outside);
    }

    /// A fault at `field`; `detail` says what would be right and holds no value.
    pub fn add(&mut self, field: &str, detail: &str) {
        self.found.push(Fault { pointer: format!("{}/{field}", self.at), detail: detail.into() });
    }

    /// A fault at `field` unless `met`.
    pub fn needs(&mut self, met: bool, field: &str, detail: &str) {
        if !met {
            self.add(field, detail);
        }
    }

    /// A fault at the object searched unless `met`: it says nothing as it is.
    pub fn says(&mut self, met: bool, detail: &str) {
        if !met {
            self.found.push(Fault { pointer: self.at.clone(), detail: detail.into() });
        }
    }

    /// The date of `end_field` must not lie before the start.
    pub fn in_order(&mut self, start: Option<PartialDate>, end_field: &str, end: Option<PartialDate>) {
        if let (Some(start), Some(end)) = (start, end)
            && end.is_surely_before(start)
        {
            self.add(end_field, "must not lie before the start");
        }
    }

    /// All of them.
    #[must_use]
    pub fn found(self) -> Vec<Fault> {
        self.found
    }
}
