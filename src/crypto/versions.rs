//! The versions of one key: the newest is used, the older ones still open what they closed.

use std::collections::BTreeMap;

/// At least one version.
pub(super) struct Versions<K> {
    current: (i32, K),
    older: BTreeMap<i32, K>,
}

impl<K> Versions<K> {
    /// `None` when there is no version at all.
    pub(super) fn new(all: impl IntoIterator<Item = (i32, K)>) -> Option<Self> {
        let mut older: BTreeMap<i32, K> = all.into_iter().collect();
        older.pop_last().map(|current| Self { current, older })
    }

    pub(super) fn current(&self) -> (i32, &K) {
        (self.current.0, &self.current.1)
    }

    pub(super) fn get(&self, version: i32) -> Option<&K> {
        if version == self.current.0 { Some(&self.current.1) } else { self.older.get(&version) }
    }

    /// The newest first.
    pub(super) fn all(&self) -> impl Iterator<Item = &K> {
        std::iter::once(&self.current.1).chain(self.older.values().rev())
    }
}

#[cfg(test)]
mod tests {
    use super::Versions;

    #[test]
    fn the_newest_is_current_and_the_older_are_kept() {
        let versions = Versions::new([(2, "b"), (3, "c"), (1, "a")]).unwrap();
        assert_eq!(versions.current(), (3, &"c"));
        assert_eq!(
            [0, 1, 2, 3, 4].map(|version| versions.get(version).copied()),
            [None, Some("a"), Some("b"), Some("c"), None]
        );
        assert_eq!(versions.all().copied().collect::<Vec<_>>(), ["c", "b", "a"]);
        assert!(Versions::<()>::new([]).is_none());
    }
}
