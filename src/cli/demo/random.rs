//! Repeatable chance: `SplitMix64` (Steele, Lea, Flood 2014), fifteen lines and never a secret.
//!
//! Ids, keys and passwords come from the operating system, never from here.

use std::ops::RangeInclusive;

/// A stream of numbers that depends only on its seed.
#[derive(Clone)]
pub struct Random(u64);

impl Random {
    /// A stream of its own for each number, so that one case's life never changes another's.
    pub fn stream(seed: u64, number: u64) -> Self {
        let mut random = Self(seed ^ number.wrapping_mul(0xA24B_AED4_963E_E407));
        random.next();
        random
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// A number from the range. The bias of the remainder is far below what a demonstration shows.
    pub fn within(&mut self, range: RangeInclusive<u64>) -> u64 {
        let span = range.end().saturating_sub(*range.start()).saturating_add(1);
        range.start() + self.next() % span.max(1)
    }

    /// True in `percent` of a hundred draws.
    pub fn chance(&mut self, percent: u64) -> bool {
        self.within(1..=100) <= percent
    }

    /// One of the items, each alike.
    pub fn pick<'a, T>(&mut self, items: &'a [T]) -> &'a T {
        &items[self.index(items.len())]
    }

    /// An index below `length`.
    pub fn index(&mut self, length: usize) -> usize {
        usize::try_from(self.next() % length.max(1) as u64).unwrap_or_default()
    }

    /// One of the values, as often as its weight says; the last when no weight is above zero.
    pub fn weigh<T: Copy>(&mut self, choices: &[(u64, T)]) -> T {
        let total: u64 = choices.iter().map(|(weight, _)| weight).sum();
        let mut left = self.within(1..=total.max(1));
        for (weight, value) in choices {
            if left <= *weight {
                return *value;
            }
            left -= weight;
        }
        choices[choices.len() - 1].1
    }

    /// Puts the items into a random order (Fisher and Yates).
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            items.swap(last, self.index(last + 1));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn splitmix64_gives_its_published_numbers() {
        let mut random = Random(1_234_567);
        assert_eq!(random.next(), 6_457_827_717_110_365_317);
        assert_eq!(random.next(), 3_203_168_211_198_807_973);
    }

    #[test]
    fn a_weight_of_zero_is_never_drawn() {
        let mut random = Random::stream(1, 1);
        assert!((0..1000).all(|_| random.weigh(&[(0, 'a'), (3, 'b'), (0, 'c')]) == 'b'));
    }
}
