//! What is usual, of a few counts: the median, and how far counts are from it. Neither moves for one odd day, as a
//! mean would.

/// The median; of an even number the upper of the two in the middle. Nothing of nothing.
pub(super) fn median(mut counts: Vec<usize>) -> Option<usize> {
    counts.sort_unstable();
    counts.get(counts.len() / 2).copied()
}

/// The median of how far the counts are from `middle`.
pub(super) fn spread(counts: &[usize], middle: usize) -> usize {
    median(counts.iter().map(|count| count.abs_diff(middle)).collect()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_odd_day_moves_neither() {
        assert_eq!(median(vec![]), None);
        assert_eq!(median(vec![4, 1]), Some(4));
        assert_eq!(median(vec![3, 5, 4, 400, 4]), Some(4));
        assert_eq!(spread(&[3, 5, 4, 400, 4], 4), 1);
        assert_eq!(spread(&[], 4), 0);
    }
}
