//! When entries were made: the clock does not run backwards, an id is of its moment, and none comes twice.
//!
//! An id begins with the moment of its entry. So two entries with one id have one moment, and as moments
//! run forward but for a little, the second is looked for among the ids of the last minute alone. That
//! bounds the memory by how much happens in a minute, not by how long the log is.

use std::collections::BTreeSet;

use super::entry::Entry;
use super::findings::{Code, Findings};

/// Entries of one commit, and of several servers, come a little out of order.
const ALLOWED: i64 = 60_000_000;
/// Far more than a server records in a minute. A million take about 30 MB.
const MOST_KEPT: usize = 1_000_000;

/// What was seen so far.
#[derive(Default)]
pub(super) struct Moments {
    latest: Option<i64>,
    ids: BTreeSet<u128>,
    forgot: bool,
}

impl Moments {
    /// Looks at the next entry.
    pub(super) fn look(&mut self, position: u64, entry: &Entry, findings: &mut Findings) {
        let millis = u128::try_from(entry.at.div_euclid(1000)).unwrap_or_default();
        if entry.id >> 80 != millis {
            findings.at(Code::EntryMoment, position, || {
                "the moment in the id is not the one that the entry says".to_owned()
            });
        }
        let latest = *self.latest.get_or_insert(entry.at);
        if latest.saturating_sub(entry.at) > ALLOWED {
            let seconds = latest.saturating_sub(entry.at) / 1_000_000;
            findings.at(Code::ClockBackwards, position, || {
                format!("the entry is {seconds} s older than one before it")
            });
            // Told once, and not for every entry until the old moment comes again.
            self.latest = Some(entry.at);
        } else {
            self.latest = Some(latest.max(entry.at));
        }
        if !self.ids.insert(entry.id) {
            findings.at(Code::EntryRepeated, position, || "an earlier entry has the same id".to_owned());
        }
        self.forget();
    }

    fn forget(&mut self) {
        let oldest = self.latest.unwrap_or_default().saturating_sub(ALLOWED).div_euclid(1000);
        let oldest = u128::try_from(oldest).unwrap_or_default() << 80;
        while let Some(first) = self.ids.first().copied() {
            if first >= oldest {
                if self.ids.len() <= MOST_KEPT {
                    return;
                }
                self.forgot = true;
            }
            self.ids.pop_first();
        }
    }

    /// Whether more happened in a minute than is kept, so that not every repetition would have been seen.
    pub(super) fn forgot(&self) -> bool {
        self.forgot
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(millis: u64, random: u8) -> Entry {
        const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
        let at = chrono::DateTime::from_timestamp_millis(i64::try_from(millis).unwrap()).unwrap();
        let number = u128::from(millis) << 80 | u128::from(random);
        let id: String =
            (0..26).rev().map(|place| ALPHABET[(number >> (5 * place) & 31) as usize] as char).collect();
        let at = at.format("%Y-%m-%dT%H:%M:%S%.6fZ");
        let text = format!(
            r#"{{"action":"case.read","at":"{at}","id":"{id}","outcome":"done","permission":"case.read","request":"{id}","v":1}}"#
        );
        Entry::read(text.as_bytes()).unwrap()
    }

    fn look(entries: &[Entry]) -> (Vec<(Code, u64)>, usize) {
        let (mut moments, mut findings) = (Moments::default(), Findings::default());
        for (position, entry) in (0..).zip(entries) {
            moments.look(position, entry, &mut findings);
        }
        let told = findings.told().iter().map(|told| (told.code, told.position.unwrap())).collect();
        (told, moments.ids.len())
    }

    #[test]
    fn a_minute_back_is_allowed_and_more_is_told_once() {
        let at = 1_154_422_800_000;
        let (told, _) = look(&[entry(at, 0), entry(at - 60_000, 1), entry(at, 2)]);
        assert_eq!(told, []);
        let (told, _) = look(&[entry(at, 0), entry(at - 60_001, 1), entry(at - 60_000, 2)]);
        assert_eq!(told, [(Code::ClockBackwards, 1)]);
    }

    #[test]
    fn an_id_comes_once_and_old_ones_are_forgotten() {
        let at = 1_154_422_800_000;
        let (told, _) = look(&[entry(at, 0), entry(at + 60_000, 1), entry(at, 0)]);
        assert_eq!(told, [(Code::EntryRepeated, 2)]);
        let many: Vec<Entry> = (0..200).map(|second| entry(at + second * 1000, 0)).collect();
        assert_eq!(look(&many), (Vec::new(), 61));
    }

    #[test]
    fn an_id_of_another_moment_is_told() {
        let mut other = entry(1_154_422_800_000, 0);
        other.id += 1 << 80;
        assert_eq!(look(&[other]).0, [(Code::EntryMoment, 0)]);
    }
}
