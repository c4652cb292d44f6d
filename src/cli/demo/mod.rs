//! The demonstration: a made-up network whose size and shape follow published figures.
//!
//! | file | what |
//! | --- | --- |
//! | `figures.rs`, `data/` | the published figures, and how they are scaled |
//! | `arrests.rs` | the two mass arrests of 2006 in Bangkok |
//! | `network.rs` | hubs, shelters, users |
//! | `plan.rs` | what a plan is: people, and the dated steps of their lives |
//! | `generate.rs` | makes the plan: who, where, when |
//! | `lives.rs`, `pen.rs`, `routes.rs` | makes one life: what happens to a person, step by step |
//! | `beds.rs` | which shelter has a free bed |
//! | `names.rs`, `random.rs` | names, and repeatable chance |
//! | `table.rs` | the stage report in a terminal |
//! | `history/` | makes the plan come true through the API, on a clock of its own |
//! | `welcome.rs`, `words.rs` | what is printed beside the report: who may log in, what to try |
//! | `day/` | one day over real HTTP, told step by step |
//! | `command.rs` | the command |
//!
//! The plan knows neither the database nor HTTP. The same seed gives the same plan on every machine.

pub mod arrests;
mod beds;
#[cfg(test)]
mod check;
pub mod command;
mod day;
pub mod figures;
pub mod generate;
mod history;
mod lives;
mod names;
pub mod network;
mod pen;
pub mod plan;
mod random;
mod routes;
pub mod table;
#[cfg(test)]
mod tests;
mod welcome;
mod words;
