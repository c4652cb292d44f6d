//! Histories by example, and any history by property.

use proptest::prelude::*;
use proptest::sample::select;

use super::*;
use crate::cases::reasons::{MoveReason, StatusReason};
use crate::db::types::{CodeList, Day};

fn day(number: u32) -> Day {
    let first = chrono::NaiveDate::from_ymd_opt(2026, 1, 1).unwrap();
    Day::from_chrono(first + chrono::Days::new(u64::from(number))).unwrap()
}

fn standing(stage: Stage) -> Standing {
    let hub_id = "0000000000000000000000000a".parse().unwrap();
    Standing { hub_id, stage, status: Status::Active, outcome: None }
}

const INTAKE: PeriodReason = PeriodReason::Move(MoveReason::Intake);
const DANGER: PeriodReason = PeriodReason::Move(MoveReason::Danger);
const TODAY: u32 = 100;

fn opened() -> Timeline {
    Timeline::open(standing(Stage::Shelter), INTAKE, day(10))
}

fn with(timeline: Timeline, stage: Stage, on: u32) -> Timeline {
    let change = timeline.append(standing(stage), DANGER, day(on)).unwrap();
    timeline.appended(&change)
}

/// Shelter from day 10, transit from 20, asylum from 30.
fn three() -> Timeline {
    with(with(opened(), Stage::Transit, 20), Stage::Asylum, 30)
}

fn stage_on(timeline: &Timeline, number: u32) -> Option<Stage> {
    timeline.as_of(day(number)).map(|period| period.standing.stage)
}

fn from(number: u32) -> Correction {
    Correction { from_on: Some(day(number)), reason: None }
}

fn pointers(result: Result<Revision, Vec<Fault>>) -> Vec<String> {
    result.err().unwrap_or_default().into_iter().map(|fault| fault.pointer).collect()
}

#[test]
fn a_day_tells_where_the_case_stood_at_its_end() {
    let timeline = three();
    assert_eq!(stage_on(&timeline, 9), None);
    assert_eq!(stage_on(&timeline, 10), Some(Stage::Shelter));
    assert_eq!(stage_on(&timeline, 19), Some(Stage::Shelter));
    assert_eq!(stage_on(&timeline, 20), Some(Stage::Transit));
    assert_eq!(stage_on(&timeline, 4000), Some(Stage::Asylum));
}

#[test]
fn two_changes_on_one_day_leave_the_last_of_them() {
    let timeline = with(with(opened(), Stage::Transit, 20), Stage::Asylum, 20);
    assert_eq!(stage_on(&timeline, 19), Some(Stage::Shelter));
    assert_eq!(stage_on(&timeline, 20), Some(Stage::Asylum));
}

#[test]
fn a_change_never_comes_before_the_last_one() {
    let refused = three().append(standing(Stage::Shelter), DANGER, day(29)).unwrap_err();
    assert_eq!(refused.guard, NOT_BEFORE_LAST_CHANGE);
}

#[test]
fn a_corrected_day_moves_the_border_of_both_neighbours() {
    let timeline = three();
    let revision = timeline.correct(2, &from(15), day(TODAY)).unwrap();
    assert_eq!(revision.supersede, [1, 2]);
    assert_eq!(revision.insert[0].until_on, Some(day(15)));
    assert_eq!((revision.insert[1].from_on, revision.insert[1].until_on), (day(15), Some(day(30))));
    let timeline = timeline.revised(&revision);
    assert_eq!(stage_on(&timeline, 14), Some(Stage::Shelter));
    assert_eq!(stage_on(&timeline, 15), Some(Stage::Transit));
}

#[test]
fn a_corrected_reason_touches_one_row() {
    let reason = Some(PeriodReason::Move(MoveReason::RouteReady));
    let revision = three().correct(2, &Correction { from_on: None, reason }, day(TODAY)).unwrap();
    assert_eq!(revision.supersede, [2]);
    assert_eq!(revision.insert[0].reason, PeriodReason::Move(MoveReason::RouteReady));
}

#[test]
fn a_corrected_opening_moves_the_opening_of_the_case() {
    let timeline = three();
    let revision = timeline.correct(1, &from(3), day(TODAY)).unwrap();
    assert_eq!(timeline.revised(&revision).opened_on(), day(3));
}

#[test]
fn a_correction_may_reach_its_neighbours_and_not_cross_them() {
    let timeline = three();
    for number in [10, 20, 30] {
        assert_eq!(timeline.correct(2, &from(number), day(TODAY)).is_ok(), number != 20, "{number}");
    }
    assert_eq!(pointers(timeline.correct(2, &from(9), day(TODAY))), ["/from_on"]);
    assert_eq!(pointers(timeline.correct(2, &from(31), day(TODAY))), ["/from_on"]);
    assert_eq!(pointers(timeline.correct(3, &from(TODAY + 1), day(TODAY))), ["/from_on"]);
}

#[test]
fn a_correction_gives_something_new_of_the_same_kind() {
    let timeline = three();
    assert_eq!(pointers(timeline.correct(2, &Correction::default(), day(TODAY))), [""]);
    assert_eq!(pointers(timeline.correct(2, &from(20), day(TODAY))), [""]);
    assert_eq!(pointers(timeline.correct(7, &from(20), day(TODAY))), [""]);
    let wrong =
        Correction { from_on: Some(day(9)), reason: Some(PeriodReason::Status(StatusReason::Arrest)) };
    assert_eq!(pointers(timeline.correct(2, &wrong, day(TODAY))), ["/reason", "/from_on"]);
}

#[test]
fn rows_that_are_no_history_are_found_out() {
    let rows: Vec<Period> = three().periods().copied().collect();
    assert_eq!(Timeline::from_live(rows.iter().rev().copied().collect()), Ok(three()));
    assert_eq!(Timeline::from_live(Vec::new()), Err(Broken));
    assert_eq!(Timeline::from_live(rows[..2].to_vec()), Err(Broken), "none open");
    assert_eq!(Timeline::from_live(vec![rows[0], rows[2]]), Err(Broken), "a gap");
    assert_eq!(Timeline::from_live(vec![rows[2], rows[2]]), Err(Broken), "two open");
}

#[derive(Clone, Debug)]
enum Step {
    Append(Stage, u32),
    Correct(i64, u32),
}

fn any_step() -> impl Strategy<Value = Step> {
    prop_oneof![
        (select(Stage::all()), 0..TODAY).prop_map(|(stage, on)| Step::Append(stage, on)),
        (1_i64..8, 0..TODAY).prop_map(|(sequence, on)| Step::Correct(sequence, on)),
    ]
}

/// A row as the table keeps it.
struct Row {
    period: Period,
    superseded: bool,
}

/// Does to the rows what the store does, independently of `appended` and `revised`.
fn apply(rows: &mut Vec<Row>, timeline: &Timeline, step: &Step) {
    match *step {
        Step::Append(stage, on) => {
            if let Ok(change) = timeline.append(standing(stage), DANGER, day(on)) {
                for row in
                    rows.iter_mut().filter(|row| !row.superseded && row.period.sequence == change.closes)
                {
                    row.period.until_on = Some(change.until_on);
                }
                rows.push(Row { period: change.opens, superseded: false });
            }
        }
        Step::Correct(sequence, on) => {
            if let Ok(revision) = timeline.correct(sequence, &from(on), day(TODAY)) {
                for row in rows.iter_mut().filter(|row| revision.supersede.contains(&row.period.sequence)) {
                    row.superseded = true;
                }
                rows.extend(revision.insert.into_iter().map(|period| Row { period, superseded: false }));
            }
        }
    }
}

fn live(rows: &[Row]) -> Vec<Period> {
    rows.iter().filter(|row| !row.superseded).map(|row| row.period).collect()
}

proptest! {
    #[test]
    fn any_changes_and_corrections_leave_an_unbroken_history(steps in prop::collection::vec(any_step(), 0..40)) {
        let mut rows = vec![Row { period: *opened().current(), superseded: false }];
        for step in &steps {
            let before = Timeline::from_live(live(&rows)).unwrap();
            apply(&mut rows, &before, step);
            let after = Timeline::from_live(live(&rows));
            prop_assert!(after.is_ok(), "{:?} broke {:?}", step, before);
        }
        let timeline = Timeline::from_live(live(&rows)).unwrap();
        prop_assert_eq!(timeline.periods().filter(|period| period.until_on.is_none()).count(), 1);
        for number in 0..=TODAY {
            let in_force = timeline
                .periods()
                .filter(|period| period.from_on <= day(number) && period.until_on.is_none_or(|until| until > day(number)))
                .count();
            prop_assert_eq!(in_force, usize::from(day(number) >= timeline.opened_on()));
            prop_assert_eq!(timeline.as_of(day(number)).is_some(), in_force == 1);
        }
    }

    #[test]
    fn the_rows_and_the_history_in_memory_agree(steps in prop::collection::vec(any_step(), 0..20)) {
        let mut rows = vec![Row { period: *opened().current(), superseded: false }];
        let mut timeline = opened();
        for step in &steps {
            apply(&mut rows, &timeline, step);
            timeline = match *step {
                Step::Append(stage, on) => match timeline.append(standing(stage), DANGER, day(on)) {
                    Ok(change) => timeline.appended(&change),
                    Err(_) => timeline,
                },
                Step::Correct(sequence, on) => match timeline.correct(sequence, &from(on), day(TODAY)) {
                    Ok(revision) => timeline.revised(&revision),
                    Err(_) => timeline,
                },
            };
            prop_assert_eq!(Timeline::from_live(live(&rows)), Ok(timeline.clone()));
        }
    }
}
