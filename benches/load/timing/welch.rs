//! Two sets of latencies, and whether they are of one distribution: Welch's t-test as dudect uses it (Reparaz, Balasch and
//! Verbauwhede, "Dude, is my code constant time?", 2017).

use std::fmt;

/// Above it dudect calls a difference shown.
pub const SHOWN: f64 = 4.5;
/// What is slower than this share of all is the machine's, and hides what is looked for.
const KEPT: f64 = 0.95;

/// What is told of two sets, in microseconds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Compared {
    /// The middle of each.
    pub medians: [f64; 2],
    /// The second mean less the first.
    pub difference: f64,
    /// Half of the interval in which that lies, at 95%.
    pub margin: f64,
    /// Welch's t.
    pub t: f64,
}

impl Compared {
    /// Of two sets with at least two latencies in each.
    pub fn of(first: &[f64], second: &[f64]) -> Option<Self> {
        let mut all = [first, second].concat();
        all.sort_unstable_by(f64::total_cmp);
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            clippy::cast_precision_loss,
            reason = "an index of a vector"
        )]
        let bound = *all.get((all.len() as f64 * KEPT) as usize)?;
        let (first, second) = (Kept::of(first, bound)?, Kept::of(second, bound)?);
        let difference = second.mean - first.mean;
        let error = (first.error_squared + second.error_squared).sqrt();
        let t = if error > 0.0 { difference / error } else { 0.0 };
        Some(Self { medians: [first.median, second.median], difference, margin: 1.96 * error, t })
    }

    /// Whether a difference is shown.
    pub fn is_shown(&self) -> bool {
        self.t.abs() > SHOWN
    }
}

impl fmt::Display for Compared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [first, second] = self.medians;
        write!(
            f,
            "{first:>9.0} | {second:>9.0} | {:>+9.1} ± {:<7.1} | {:>6.2}",
            self.difference, self.margin, self.t
        )
    }
}

/// What is left of one set below the bound.
struct Kept {
    mean: f64,
    median: f64,
    /// The square of the mean's standard error.
    error_squared: f64,
}

impl Kept {
    fn of(micros: &[f64], bound: f64) -> Option<Self> {
        let mut kept: Vec<f64> = micros.iter().copied().filter(|took| *took <= bound).collect();
        kept.sort_unstable_by(f64::total_cmp);
        #[expect(clippy::cast_precision_loss, reason = "far fewer than 2^52")]
        let count = kept.len() as f64;
        if count < 2.0 {
            return None;
        }
        let mean = kept.iter().sum::<f64>() / count;
        let variance = kept.iter().map(|took| (took - mean).powi(2)).sum::<f64>() / (count - 1.0);
        Some(Self { mean, median: kept[kept.len() / 2], error_squared: variance / count })
    }
}
