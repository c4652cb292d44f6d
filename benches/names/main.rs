//! Who is found by another writing of their name, and who else is: `cargo bench --bench names`, with `-- --missed`
//! those who are not found. What the figures mean is in `docs/PERFORMANCE.md`.
#![expect(clippy::unwrap_used, reason = "made-up people; what fails must stop it")]
#![expect(clippy::print_stdout, reason = "a program for people")]

mod chance;
mod measure;
mod people;
mod subject;
mod written;

use std::time::Instant;

use measure::{Pair, Tally};
use subject::{FoldedName, SoughtName};

const PEOPLE: usize = 10_000;

fn main() {
    let pairs = measure::pairs(2006, PEOPLE);
    if std::env::args().any(|argument| argument == "--missed") {
        return missed(&pairs);
    }
    let tallies = measure::measure(&pairs, 10);
    println!(
        "| what differs | people | equal | found | in the first 10 | in the first 50 | somebody else | namesakes |"
    );
    println!("| --- | --- | --- | --- | --- | --- | --- | --- |");
    for (kind, tally) in &tallies {
        row(&format!("{kind:?}"), tally);
    }
    row("all", &measure::all(&tallies));
    speed(&pairs);
}

fn row(name: &str, tally: &Tally) {
    let part = |count: u32, of: u32| format!("{:.1} %", 100.0 * f64::from(count) / f64::from(of.max(1)));
    let mean = |count: u32| f64::from(count) / f64::from(tally.ranked.max(1));
    println!(
        "| {name} | {} | {} | {} | {} | {} | {:.1} | {:.1} |",
        tally.people,
        part(tally.equal, tally.people),
        part(tally.found, tally.people),
        part(tally.first_ten, tally.ranked),
        part(tally.first_fifty, tally.ranked),
        mean(tally.others),
        mean(tally.namesakes),
    );
}

fn speed(pairs: &[Pair]) {
    let start = Instant::now();
    let stored: Vec<_> = pairs.iter().map(|pair| FoldedName::of_whole(&pair.stored)).collect();
    println!("\nfolded {} names in {:?}", stored.len(), start.elapsed());
    let heap: usize = stored.iter().map(|name| size_of_val(name) + name.heap_size()).sum();
    println!("{} bytes each", heap / stored.len());
    let start = Instant::now();
    let folded = pairs.iter().take(1000).map(|pair| FoldedName::of_whole(&pair.sought));
    let sought: Vec<_> = folded.map(SoughtName::new).collect();
    println!("made {} questions in {:?}", sought.len(), start.elapsed());
    let start = Instant::now();
    let alike =
        |sought: &SoughtName| stored.iter().filter(|stored| sought.likeness(stored).is_some()).count();
    let found: usize = sought.iter().take(100).map(alike).sum();
    println!("asked 100 of {} names in {:?}: {found} alike", stored.len(), start.elapsed());
}

fn missed(pairs: &[Pair]) {
    for pair in pairs {
        let sought = SoughtName::new(FoldedName::of_whole(&pair.sought));
        if sought.likeness(&FoldedName::of_whole(&pair.stored)).is_none() {
            println!("{:?}\t{}\t{}\t{}", pair.kind, pair.person.hangul(), pair.stored, pair.sought);
        }
    }
}
