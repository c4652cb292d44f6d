//! The two mass arrests of 2006 in Bangkok, as one source each reported them, and their scale.
//!
//! Other sources of the same days give other numbers: see `data/README.md`.

use chrono::NaiveDate;

use super::figures::{day, scaled};

/// A mass arrest, as one source reported it.
#[derive(Clone, Copy, Debug)]
pub struct MassArrest {
    /// The day.
    pub on: NaiveDate,
    /// People arrested.
    pub people: u64,
    /// Of them female, where the source tells.
    pub female: Option<u64>,
    /// Of them children, where the source tells.
    pub children: Option<u64>,
    /// Who reported it so.
    pub source: &'static str,
}

impl MassArrest {
    /// Cases of the demonstration that stand for the people arrested.
    #[must_use]
    pub fn cases(&self) -> u64 {
        scaled(self.people)
    }

    /// Of them female.
    #[must_use]
    pub fn female_cases(&self) -> Option<u64> {
        self.female.map(scaled)
    }

    /// Of them children.
    #[must_use]
    pub fn child_cases(&self) -> Option<u64> {
        self.children.map(scaled)
    }
}

/// The two mass arrests of 2006 in Bangkok.
pub const BANGKOK_ARRESTS: [MassArrest; 2] = [
    MassArrest {
        on: day(2006, 8, 22),
        people: 175,
        female: Some(130),
        children: Some(25),
        source: "BBC News, 22 August 2006",
    },
    MassArrest {
        on: day(2006, 10, 24),
        people: 86,
        female: None,
        children: None,
        source: "Durihana, through Associated Press, October 2006",
    },
];
