//! Floors of what `docs/PERFORMANCE.md` says: a change that finds fewer people, or many more others, fails here.
#![expect(clippy::unwrap_used, reason = "made-up people; what fails must stop it")]

mod chance;
mod measure;
mod people;
mod subject;
mod written;

use measure::{KINDS, Kind, all, measure, pairs};

#[test]
fn people_are_found_however_they_are_written_and_others_hardly() {
    let count = 200 * KINDS.len();
    let tallies = measure(&pairs(1968, count), 10);
    for (kind, tally) in &tallies {
        let floor = match kind {
            Kind::Mistyped => 65,
            Kind::HangulMistyped => 88,
            Kind::HangulPinyin | Kind::LatinPinyin => 94,
            _ => 98,
        };
        assert!(tally.found * 100 >= tally.people * floor, "{kind:?}: {} of {}", tally.found, tally.people);
    }
    let all = all(&tallies);
    assert!(all.found * 100 >= all.people * 95, "{} of {}", all.found, all.people);
    assert!(
        all.first_ten * 100 >= all.ranked * 93,
        "{} of {} are among the first",
        all.first_ten,
        all.ranked
    );
    assert!(all.equal * 100 <= all.people * 10, "plain equality would do");
    // Two in a thousand of everybody else.
    let compared = u64::from(all.ranked) * u64::try_from(count).unwrap();
    assert!(u64::from(all.others) * 500 <= compared, "{} of {compared} are somebody else", all.others);
}

#[test]
fn the_same_seed_makes_the_same_people() {
    let written =
        |seed| pairs(seed, 50).into_iter().map(|pair| (pair.stored, pair.sought)).collect::<Vec<_>>();
    assert_eq!(written(1), written(1));
    assert_ne!(written(1), written(2));
}
