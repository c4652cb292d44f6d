//! The invented past of a case: through which stages it came, and where it is now.

use chrono::NaiveDate;
use rand::RngExt as _;
use rand::rngs::StdRng;

use crate::background::before;

/// Days that a network has existed.
const LONGEST_AGO: u64 = 540;

/// What a case was, from which day until which.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Period {
    pub stage: &'static str,
    pub status: &'static str,
    pub outcome: Option<&'static str>,
    pub reason: &'static str,
    pub from: NaiveDate,
    pub until: Option<NaiveDate>,
}

/// Stages with the reason of coming to them.
const WAY: [(&str, &str); 4] = [
    ("shelter", "intake"),
    ("transit", "route_ready"),
    ("asylum", "application_lodged"),
    ("resettlement", "recognized"),
];

/// Periods in their order; only the last is open.
pub struct Past {
    pub periods: Vec<Period>,
}

impl Past {
    /// A past that ends today.
    pub fn invent(random: &mut StdRng, today: NaiveDate) -> Self {
        let stages = weigh(random, &[(40, 1), (15, 2), (25, 3), (20, 4)]);
        let end = weigh(
            random,
            &[
                (72, None),
                (3, Some(("detained", "arrest"))),
                (2, Some(("missing", "lost_contact"))),
                (23, Some(("closed", "closing"))),
            ],
        );
        let changes: usize = stages + usize::from(end.is_some());
        let mut days: Vec<u64> = (0..changes).map(|_| random.random_range(0..=LONGEST_AGO)).collect();
        days.sort_unstable_by(|one, other| other.cmp(one));
        let mut periods: Vec<Period> = WAY[..stages]
            .iter()
            .zip(&days)
            .map(|((stage, reason), ago)| Period {
                stage,
                status: "active",
                outcome: None,
                reason,
                from: before(today, *ago),
                until: None,
            })
            .collect();
        if let (Some((status, reason)), Some(last), Some(ago)) = (end, periods.last(), days.last()) {
            let outcome = (status == "closed").then(|| outcome(random, last.stage));
            periods.push(Period { status, reason, outcome, from: before(today, *ago), ..last.clone() });
        }
        for index in 1..periods.len() {
            periods[index - 1].until = Some(periods[index].from);
        }
        Self { periods }
    }

    /// The first.
    pub fn first(&self) -> &Period {
        &self.periods[0]
    }

    /// The open one.
    pub fn last(&self) -> &Period {
        &self.periods[self.periods.len() - 1]
    }
}

fn outcome(random: &mut StdRng, stage: &str) -> &'static str {
    match stage {
        "resettlement" => "settled",
        "asylum" => weigh(random, &[(60, "settled"), (20, "moved_on"), (20, "withdrew")]),
        _ => weigh(random, &[(40, "moved_on"), (30, "lost_contact"), (20, "withdrew"), (10, "refouled")]),
    }
}

/// One of the values, as often as its weight says.
pub fn weigh<T: Copy>(random: &mut StdRng, choices: &[(u32, T)]) -> T {
    let mut rest = random.random_range(0..choices.iter().map(|(weight, _)| weight).sum());
    for (weight, value) in choices {
        if rest < *weight {
            return *value;
        }
        rest -= weight;
    }
    choices[choices.len() - 1].1
}
