//! The published figures behind the demonstration, and how they are scaled down.
//!
//! The files, their sources and licences are described in `data/README.md`.

use anyhow::{Context, Result};
use chrono::NaiveDate;
use serde::Deserialize;
use serde::de::DeserializeOwned;

/// One case of the demonstration stands for this many people in the published figures.
pub const PEOPLE_PER_CASE: u64 = 8;

/// First day of the demonstration.
pub const FIRST_DAY: NaiveDate = day(2005, 7, 1);
/// Last day of the demonstration: the stage report is as of this day.
pub const LAST_DAY: NaiveDate = day(2006, 12, 31);

/// Says where the numbers come from; printed beside the report.
pub const SOURCES: &str = "Shape: arrivals in South Korea by year and sex (Ministry of Unification), \
asylum applications and decisions (UNHCR Refugee Data Finder, CC BY 4.0), July 2005 to December 2006; \
one case for every eight people. All people, names and events of single cases are made up.";

/// A day known to exist.
pub(super) const fn day(year: i32, month: u32, day: u32) -> NaiveDate {
    match NaiveDate::from_ymd_opt(year, month, day) {
        Some(day) => day,
        None => NaiveDate::MIN,
    }
}

/// The years of the period; of 2005 the second half counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Year {
    /// July to December 2005.
    SecondHalf2005,
    /// The whole of 2006.
    Whole2006,
}

impl Year {
    fn of(year: u16) -> Option<Self> {
        match year {
            2005 => Some(Self::SecondHalf2005),
            2006 => Some(Self::Whole2006),
            _ => None,
        }
    }

    /// First day of its part of the period.
    #[must_use]
    pub fn first_day(self) -> NaiveDate {
        match self {
            Self::SecondHalf2005 => FIRST_DAY,
            Self::Whole2006 => day(2006, 1, 1),
        }
    }

    /// Days in its part of the period.
    #[must_use]
    pub fn days(self) -> u64 {
        match self {
            Self::SecondHalf2005 => 184,
            Self::Whole2006 => 365,
        }
    }

    /// How many half years of the published year fall into the period.
    fn halves(self) -> u64 {
        match self {
            Self::SecondHalf2005 => 1,
            Self::Whole2006 => 2,
        }
    }
}

/// Cases to open for one destination, year and sex; the sex is open where no figure tells it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quota {
    /// Country, ISO 3166-1 alpha-3.
    pub country: String,
    /// When.
    pub year: Year,
    /// `female` or `male` where published.
    pub sex: Option<&'static str>,
    /// How many.
    pub cases: u64,
}

/// First decisions of one country over the two years, persons only.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Decisions {
    /// Refugee status.
    pub recognized: u64,
    /// Another protection.
    pub other: u64,
    /// Rejected.
    pub rejected: u64,
    /// Closed without a decision on the merits.
    pub closed: u64,
}

/// Country, year, sex where published; with people counted in halves.
type Cell = ((String, Year, Option<&'static str>), u64);

/// Everything that is read from the files.
pub struct Figures {
    arrivals: Vec<ArrivalRow>,
    applications: Vec<ApplicationRow>,
    decisions: Vec<DecisionRow>,
}

#[derive(Deserialize)]
struct ArrivalRow {
    year: u16,
    male: u64,
    female: u64,
}

#[derive(Deserialize)]
struct ApplicationRow {
    year: u16,
    coa_iso: String,
    dec_level: String,
    app_pc: String,
    applied: u64,
}

#[derive(Deserialize)]
struct DecisionRow {
    coa_iso: String,
    dec_level: String,
    dec_pc: String,
    dec_recognized: u64,
    dec_other: u64,
    dec_rejected: u64,
    dec_closed: u64,
}

impl Figures {
    /// Parses the embedded files.
    pub fn load() -> Result<Self> {
        Ok(Self {
            arrivals: rows(include_str!("data/arrivals_kor.csv")).context("arrivals_kor.csv")?,
            applications: rows(include_str!("data/applications_prk.csv")).context("applications_prk.csv")?,
            decisions: rows(include_str!("data/decisions_prk.csv")).context("decisions_prk.csv")?,
        })
    }

    /// Female and male arrivals in South Korea in the period, unscaled.
    #[must_use]
    pub fn arrivals(&self) -> (u64, u64) {
        let mut halves = (0, 0);
        for row in &self.arrivals {
            if let Some(year) = Year::of(row.year) {
                halves.0 += row.female * year.halves();
                halves.1 += row.male * year.halves();
            }
        }
        (halves.0 / 2, halves.1 / 2)
    }

    /// How many cases to open: arrivals in South Korea first, then applications elsewhere.
    #[must_use]
    pub fn quotas(&self) -> Vec<Quota> {
        let mut quotas = self.arrival_quotas();
        quotas.extend(self.application_quotas("P"));
        // The United States count cases, not persons: scaled by themselves, never added to persons.
        quotas.extend(self.application_quotas("C"));
        quotas.retain(|quota| quota.cases > 0);
        quotas
    }

    fn arrival_quotas(&self) -> Vec<Quota> {
        let mut cells = Vec::new();
        for row in &self.arrivals {
            if let Some(year) = Year::of(row.year) {
                cells.push((("KOR".to_owned(), year, Some("female")), row.female * year.halves()));
                cells.push((("KOR".to_owned(), year, Some("male")), row.male * year.halves()));
            }
        }
        share(cells)
    }

    fn application_quotas(&self, unit: &str) -> Vec<Quota> {
        let mut cells: Vec<Cell> = Vec::new();
        for row in &self.applications {
            let Some(year) = Year::of(row.year) else { continue };
            if row.app_pc != unit || is_review(&row.dec_level) {
                continue;
            }
            let key = (row.coa_iso.clone(), year, None);
            match cells.iter_mut().find(|(known, _)| *known == key) {
                Some((_, halves)) => *halves += row.applied * year.halves(),
                None => cells.push((key, row.applied * year.halves())),
            }
        }
        share(cells)
    }

    /// How the country decided; all zero where no figure is published.
    #[must_use]
    pub fn decisions(&self, country: &str) -> Decisions {
        self.decisions
            .iter()
            .filter(|row| row.coa_iso == country && row.dec_pc == "P" && !is_review(&row.dec_level))
            .fold(Decisions::default(), |sum, row| Decisions {
                recognized: sum.recognized + row.dec_recognized,
                other: sum.other + row.dec_other,
                rejected: sum.rejected + row.dec_rejected,
                closed: sum.closed + row.dec_closed,
            })
    }
}

/// People to cases, to the nearest.
pub(super) fn scaled(people: u64) -> u64 {
    (people + PEOPLE_PER_CASE / 2) / PEOPLE_PER_CASE
}

/// A review or a repeated application is the same person again.
fn is_review(level: &str) -> bool {
    matches!(level, "AR" | "RA" | "JR")
}

fn rows<T: DeserializeOwned>(text: &str) -> Result<Vec<T>> {
    Ok(csv::Reader::from_reader(text.as_bytes()).deserialize().collect::<Result<_, _>>()?)
}

/// Scales cells counted in half people, by largest remainders, so that their sum is the scaled sum.
fn share(cells: Vec<Cell>) -> Vec<Quota> {
    let weights: Vec<u64> = cells.iter().map(|(_, halves)| *halves).collect();
    apportion(&weights, 2 * PEOPLE_PER_CASE)
        .into_iter()
        .zip(cells)
        .map(|(cases, ((country, year, sex), _))| Quota { country, year, sex, cases })
        .collect()
}

/// Divides every weight by `divisor`; whole numbers whose sum is the rounded quotient of the sum.
fn apportion(weights: &[u64], divisor: u64) -> Vec<u64> {
    let mut shares: Vec<u64> = weights.iter().map(|weight| weight / divisor).collect();
    let wanted = (weights.iter().sum::<u64>() + divisor / 2) / divisor;
    let missing = wanted.saturating_sub(shares.iter().sum());
    let mut by_remainder: Vec<usize> = (0..weights.len()).collect();
    by_remainder.sort_by_key(|&place| std::cmp::Reverse(weights[place] % divisor));
    for &place in by_remainder.iter().take(usize::try_from(missing).unwrap_or_default()) {
        shares[place] += 1;
    }
    shares
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_add_up_to_the_rounded_sum() {
        assert_eq!(apportion(&[424, 960, 1030, 3026], 16), [27, 60, 64, 189]);
        assert_eq!(apportion(&[10, 10, 10], 16), [1, 1, 0]);
    }

    #[test]
    fn arrivals_of_the_period_are_half_of_2005_and_all_of_2006() {
        assert_eq!(Figures::load().unwrap().arrivals(), (480 + 1513, 212 + 515));
    }

    #[test]
    fn a_review_is_not_a_second_person() {
        let germany = Figures::load().unwrap().decisions("DEU");
        assert_eq!(germany, Decisions { rejected: 23, ..Decisions::default() });
    }
}
