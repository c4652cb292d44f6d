//! The stage report as a table in a terminal: stage and status down, sexes and hubs across.
//!
//! Knows nothing of where the counts come from.

use comfy_table::{Cell, CellAlignment, Row, Table, presets};

/// How many cases of one hub and sex are in one stage and status.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StageCount {
    /// Stage code.
    pub stage: String,
    /// Status code.
    pub status: String,
    /// Sex code.
    pub sex: String,
    /// Name of the hub.
    pub hub: String,
    /// Cases.
    pub cases: u64,
}

const STAGES: [&str; 4] = ["shelter", "transit", "asylum", "resettlement"];
const STATUSES: [&str; 4] = ["active", "detained", "missing", "closed"];
const SEXES: [&str; 4] = ["female", "male", "other", "unknown"];

/// Draws the report; rows and columns of nobody are left out. Hubs stand in the order given.
#[must_use]
pub fn render(counts: &[StageCount], hubs: &[&str]) -> String {
    let sexes: Vec<&str> =
        SEXES.into_iter().filter(|sex| sum(counts, |count| count.sex == *sex) > 0).collect();
    let mut table = Table::new();
    table.load_style(presets::UTF8_FULL_CONDENSED);
    let titles = ["stage", "status"].into_iter().chain(sexes.iter().copied());
    table.set_header(titles.chain(["total"]).chain(hubs.iter().copied()).collect::<Vec<_>>());
    for stage in STAGES {
        for status in STATUSES {
            let row: Vec<&StageCount> =
                counts.iter().filter(|count| count.stage == stage && count.status == status).collect();
            if row.iter().any(|count| count.cases > 0) {
                table.add_row(line(stage, status, &row, &sexes, hubs));
            }
        }
    }
    table.add_row(line("all", "", &counts.iter().collect::<Vec<_>>(), &sexes, hubs));
    table.to_string()
}

fn line(stage: &str, status: &str, counts: &[&StageCount], sexes: &[&str], hubs: &[&str]) -> Row {
    let total = |wanted: &dyn Fn(&StageCount) -> bool| {
        number(counts.iter().filter(|count| wanted(count)).map(|count| count.cases).sum())
    };
    let mut cells = vec![Cell::new(stage), Cell::new(status)];
    cells.extend(sexes.iter().map(|sex| total(&|count| count.sex == *sex)));
    cells.push(total(&|_| true));
    cells.extend(hubs.iter().map(|hub| total(&|count| count.hub == *hub)));
    Row::from(cells)
}

fn sum(counts: &[StageCount], wanted: impl Fn(&StageCount) -> bool) -> u64 {
    counts.iter().filter(|count| wanted(count)).map(|count| count.cases).sum()
}

fn number(cases: u64) -> Cell {
    Cell::new(cases).set_alignment(CellAlignment::Right)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(stage: &str, status: &str, sex: &str, hub: &str, cases: u64) -> StageCount {
        let [stage, status, sex, hub] = [stage, status, sex, hub].map(str::to_owned);
        StageCount { stage, status, sex, hub, cases }
    }

    #[test]
    fn the_report_adds_up_and_leaves_out_what_is_nobody() {
        let counts = [
            count("transit", "detained", "female", "Bangkok", 16),
            count("transit", "detained", "male", "Bangkok", 6),
            count("shelter", "active", "female", "Yanji", 3),
        ];
        insta::assert_snapshot!(render(&counts, &["Yanji", "Bangkok"]), @r"
        ┌─────────┬──────────┬────────┬──────┬───────┬───────┬─────────┐
        │ stage   ┆ status   ┆ female ┆ male ┆ total ┆ Yanji ┆ Bangkok │
        ╞═════════╪══════════╪════════╪══════╪═══════╪═══════╪═════════╡
        │ shelter ┆ active   ┆      3 ┆    0 ┆     3 ┆     3 ┆       0 │
        │ transit ┆ detained ┆     16 ┆    6 ┆    22 ┆     0 ┆      22 │
        │ all     ┆          ┆     19 ┆    6 ┆    25 ┆     3 ┆      22 │
        └─────────┴──────────┴────────┴──────┴───────┴───────┴─────────┘
        ");
    }
}
