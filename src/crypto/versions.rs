//! The versions of one key: the newest in use is current, the others still open what they closed.
//!
//! A version that is not in use yet is known ahead, so that every server opens what any of them closes.

use std::collections::BTreeMap;
use std::sync::Arc;

/// At least one version that is in use.
pub(super) struct Versions<K> {
    current: i32,
    all: BTreeMap<i32, Arc<K>>,
}

/// One version while they are gathered.
pub(super) struct Version<K> {
    pub number: i32,
    pub is_in_use: bool,
    pub key: K,
}

impl<K> Versions<K> {
    /// `None` when there is no version that is in use.
    pub(super) fn new(versions: impl IntoIterator<Item = Version<K>>) -> Option<Self> {
        let (mut current, mut all) = (None, BTreeMap::new());
        for Version { number, is_in_use, key } in versions {
            if is_in_use {
                current = current.max(Some(number));
            }
            all.insert(number, Arc::new(key));
        }
        current.map(|current| Self { current, all })
    }

    pub(super) fn current(&self) -> (i32, Arc<K>) {
        // `new` found it among them.
        (self.current, Arc::clone(&self.all[&self.current]))
    }

    pub(super) fn get(&self, version: i32) -> Option<Arc<K>> {
        self.all.get(&version).map(Arc::clone)
    }

    /// The current one, then the others, the newest of them first.
    pub(super) fn all(&self) -> impl Iterator<Item = (i32, Arc<K>)> {
        let others = self.all.iter().rev().filter(|(number, _)| **number != self.current);
        std::iter::once(self.current()).chain(others.map(|(number, key)| (*number, Arc::clone(key))))
    }

    /// The numbers, the oldest first.
    pub(super) fn numbers(&self) -> impl Iterator<Item = i32> {
        self.all.keys().copied()
    }
}

#[cfg(test)]
mod tests {
    use super::{Version, Versions};

    fn version(number: i32, is_in_use: bool, key: &'static str) -> Version<&'static str> {
        Version { number, is_in_use, key }
    }

    #[test]
    fn the_newest_in_use_is_current_and_every_other_is_known() {
        let versions = Versions::new([
            version(2, true, "b"),
            version(4, false, "d"),
            version(3, true, "c"),
            version(1, true, "a"),
        ])
        .unwrap();
        assert_eq!((versions.current().0, *versions.current().1), (3, "c"));
        assert_eq!(
            [0, 1, 2, 3, 4].map(|number| versions.get(number).map(|key| *key)),
            [None, Some("a"), Some("b"), Some("c"), Some("d")]
        );
        assert_eq!(versions.all().map(|(_, key)| *key).collect::<Vec<_>>(), ["c", "d", "b", "a"]);
        assert_eq!(versions.numbers().collect::<Vec<_>>(), [1, 2, 3, 4]);
        assert!(Versions::<()>::new([]).is_none());
        assert!(Versions::new([version(1, false, "a")]).is_none());
    }
}
