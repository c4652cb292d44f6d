//! The rules of a case, by example and by property.

use proptest::prelude::*;
use proptest::sample::select;

use super::*;
use crate::db::types::Day;

fn day(text: &str) -> Day {
    text.parse().unwrap()
}

const ALL_MET: StageFacts = StageFacts {
    open_stay: true,
    approved_journey: true,
    journey_legs: 1,
    open_application: true,
    granted: true,
    accepted_by_country: true,
};

fn case(stage: Stage, status: Status) -> CaseFacts {
    CaseFacts { stage, status, outcome: None, since: day("2026-03-01") }
}

fn closed(stage: Stage, outcome: Outcome) -> CaseFacts {
    CaseFacts { status: Status::Closed, outcome: Some(outcome), ..case(stage, Status::Active) }
}

fn guards(result: Result<(), Vec<Unmet>>) -> Vec<&'static str> {
    result.err().unwrap_or_default().iter().map(|unmet| unmet.guard).collect()
}

fn moved(case: &CaseFacts, to: Stage, reason: MoveReason, facts: &StageFacts) -> Result<(), Vec<Unmet>> {
    next_stage(case, to, reason, day("2026-03-02"), day("2026-03-05"), facts)
}

fn turned(from: Status, to: Status, reason: StatusReason) -> Result<(), Vec<Unmet>> {
    next_status(&case(Stage::Transit, from), to, reason, day("2026-03-02"), day("2026-03-05"))
}

fn ended(stage: Stage, status: Status, outcome: Outcome) -> Result<(), Vec<Unmet>> {
    close_case(&case(stage, status), outcome, day("2026-03-02"), day("2026-03-05"), false)
}

#[test]
fn a_bed_is_given_back_before_a_case_is_closed() {
    let on = day("2026-03-02");
    let unmet = close_case(&case(Stage::Asylum, Status::Active), Outcome::Settled, on, on, true);
    assert_eq!(guards(unmet), ["stay_ended"]);
}

#[test]
fn a_case_goes_the_whole_way_when_every_guard_is_met() {
    for (from, to, reason) in [
        (Stage::Shelter, Stage::Transit, MoveReason::RouteReady),
        (Stage::Transit, Stage::Asylum, MoveReason::ApplicationLodged),
        (Stage::Asylum, Stage::Resettlement, MoveReason::Recognized),
    ] {
        assert_eq!(moved(&case(from, Status::Active), to, reason, &ALL_MET), Ok(()));
    }
}

#[test]
fn everything_that_is_missing_is_told_at_once() {
    let detained = case(Stage::Shelter, Status::Detained);
    let nothing = StageFacts::default();
    let result = next_stage(
        &detained,
        Stage::Transit,
        MoveReason::Recognized,
        day("2026-02-01"),
        day("2026-03-05"),
        &nothing,
    );
    let expected =
        ["not_before_last_change", "status_active", "reason_fits", "journey_approved", "leg_planned"];
    assert_eq!(guards(result), expected);
}

#[test]
fn each_stage_asks_for_its_own_evidence() {
    let nothing = StageFacts::default();
    for (from, to, reason, guard) in [
        (Stage::Transit, Stage::Shelter, MoveReason::SpaceSecured, "open_stay"),
        (Stage::Shelter, Stage::Asylum, MoveReason::ApplicationLodged, "application_open"),
        (Stage::Asylum, Stage::Resettlement, MoveReason::Recognized, "grant_or_acceptance"),
        (Stage::Resettlement, Stage::Asylum, MoveReason::ResettlementRefused, "application_open"),
    ] {
        assert_eq!(guards(moved(&case(from, Status::Active), to, reason, &nothing)), [guard]);
    }
}

#[test]
fn a_grant_or_an_acceptance_alone_opens_resettlement() {
    let asylum = case(Stage::Asylum, Status::Active);
    let granted = StageFacts { granted: true, ..StageFacts::default() };
    let accepted = StageFacts { accepted_by_country: true, ..StageFacts::default() };
    assert_eq!(moved(&asylum, Stage::Resettlement, MoveReason::Recognized, &granted), Ok(()));
    assert_eq!(moved(&asylum, Stage::Resettlement, MoveReason::ResettlementAccepted, &accepted), Ok(()));
}

#[test]
fn an_approved_journey_without_a_leg_is_not_enough() {
    let facts = StageFacts { journey_legs: 0, ..ALL_MET };
    let shelter = case(Stage::Shelter, Status::Active);
    assert_eq!(guards(moved(&shelter, Stage::Transit, MoveReason::RouteReady, &facts)), ["leg_planned"]);
}

#[test]
fn the_stage_in_which_a_case_is_cannot_be_entered_again() {
    let shelter = case(Stage::Shelter, Status::Active);
    let unmet = moved(&shelter, Stage::Shelter, MoveReason::Other, &StageFacts::default()).unwrap_err();
    assert_eq!(unmet.len(), 1);
    assert_eq!(unmet[0].detail, "from shelter it goes to transit or asylum");
}

#[test]
fn a_closed_case_keeps_its_stage_until_it_is_reopened() {
    let unmet =
        moved(&closed(Stage::Transit, Outcome::Refouled), Stage::Shelter, MoveReason::TurnedBack, &ALL_MET)
            .unwrap_err();
    assert_eq!(unmet[0].guard, "status_active");
    assert!(unmet[0].detail.contains("reopen"));
}

#[test]
fn nobody_is_opened_or_moved_tomorrow() {
    let result = next_stage(
        &case(Stage::Shelter, Status::Active),
        Stage::Transit,
        MoveReason::RouteReady,
        day("2026-03-06"),
        day("2026-03-05"),
        &ALL_MET,
    );
    assert_eq!(guards(result), ["not_in_the_future"]);
    assert_eq!(guards(open_case(day("2026-03-06"), day("2026-03-05"))), ["not_in_the_future"]);
    assert_eq!(open_case(day("2026-03-05"), day("2026-03-05")), Ok(()));
}

#[test]
fn people_are_arrested_lost_found_and_released() {
    assert_eq!(turned(Status::Active, Status::Detained, StatusReason::Raid), Ok(()));
    assert_eq!(turned(Status::Detained, Status::Missing, StatusReason::MovedInCustody), Ok(()));
    assert_eq!(turned(Status::Missing, Status::Detained, StatusReason::FoundInDetention), Ok(()));
    assert_eq!(turned(Status::Detained, Status::Active, StatusReason::Released), Ok(()));
    assert_eq!(turned(Status::Active, Status::Missing, StatusReason::MissedCheckIn), Ok(()));
    assert_eq!(turned(Status::Missing, Status::Active, StatusReason::Found), Ok(()));
}

#[test]
fn a_reason_must_fit_the_change_of_status() {
    let unmet = turned(Status::Active, Status::Detained, StatusReason::Released).unwrap_err();
    assert_eq!(unmet[0].guard, "reason_fits");
    assert!(unmet[0].detail.contains("arrest, raid"), "{}", unmet[0].detail);
}

#[test]
fn closed_is_reached_by_a_closure_only_and_left_by_a_reopening_only() {
    let closing = turned(Status::Active, Status::Closed, StatusReason::Other).unwrap_err();
    assert!(closing[0].detail.contains("closure"));
    let reviving = turned(Status::Closed, Status::Active, StatusReason::Found).unwrap_err();
    assert!(reviving[0].detail.contains("reopened"));
    for entry in STATUS_CHANGES {
        assert!(entry.from != Status::Closed && entry.to != Status::Closed && entry.from != entry.to);
    }
}

#[test]
fn only_whoever_came_to_a_country_has_settled() {
    assert_eq!(ended(Stage::Resettlement, Status::Active, Outcome::Settled), Ok(()));
    assert_eq!(ended(Stage::Asylum, Status::Active, Outcome::Settled), Ok(()));
    assert_eq!(guards(ended(Stage::Shelter, Status::Active, Outcome::Settled)), ["outcome_fits_stage"]);
    let both = ["outcome_fits_stage", "outcome_fits_status"];
    assert_eq!(guards(ended(Stage::Transit, Status::Detained, Outcome::Settled)), both);
}

#[test]
fn contact_is_lost_only_with_someone_who_was_missing() {
    assert_eq!(ended(Stage::Transit, Status::Missing, Outcome::LostContact), Ok(()));
    assert_eq!(guards(ended(Stage::Transit, Status::Active, Outcome::LostContact)), ["outcome_fits_status"]);
}

#[test]
fn death_and_refoulement_close_a_case_wherever_it_is() {
    for outcome in [Outcome::Deceased, Outcome::Refouled] {
        for stage in Stage::all() {
            for status in [Status::Active, Status::Detained, Status::Missing] {
                assert_eq!(ended(*stage, status, outcome), Ok(()));
            }
        }
    }
}

#[test]
fn a_closed_case_is_not_closed_again_and_an_open_one_not_reopened() {
    let on = day("2026-03-02");
    let gone = closed(Stage::Transit, Outcome::LostContact);
    assert_eq!(guards(close_case(&gone, Outcome::Deceased, on, on, false)), ["status_not_closed"]);
    assert_eq!(reopen_case(&gone, ReopeningReason::FoundAgain, on, on), Ok(()));
    let open = case(Stage::Transit, Status::Missing);
    assert_eq!(guards(reopen_case(&open, ReopeningReason::FoundAgain, on, on)), ["status_closed"]);
}

#[test]
fn the_dead_come_back_only_from_a_mistake() {
    let on = day("2026-03-02");
    let dead = closed(Stage::Transit, Outcome::Deceased);
    assert_eq!(guards(reopen_case(&dead, ReopeningReason::CameBack, on, on)), ["reason_fits"]);
    assert_eq!(reopen_case(&dead, ReopeningReason::ClosedInError, on, on), Ok(()));
}

#[test]
fn every_outcome_has_one_rule_in_each_table() {
    for outcome in Outcome::all() {
        assert_eq!(OUTCOMES.iter().filter(|entry| entry.outcome == *outcome).count(), 1, "{outcome}");
        assert_eq!(REOPENINGS.iter().filter(|entry| entry.outcome == *outcome).count(), 1, "{outcome}");
    }
}

#[test]
fn every_reason_is_of_use_and_intake_only_at_the_opening() {
    for reason in MoveReason::all() {
        let fits = MOVES.iter().any(|entry| entry.reasons.contains(reason));
        assert_eq!(fits, *reason != MoveReason::Intake, "{reason}");
    }
    for reason in StatusReason::all() {
        assert!(STATUS_CHANGES.iter().any(|entry| entry.reasons.contains(reason)), "{reason}");
    }
    for reason in ReopeningReason::all() {
        assert!(REOPENINGS.iter().any(|entry| entry.reasons.contains(reason)), "{reason}");
    }
}

fn any_facts() -> impl Strategy<Value = StageFacts> {
    (any::<[bool; 5]>(), 0_usize..3).prop_map(|([stay, journey, application, granted, accepted], legs)| {
        StageFacts {
            open_stay: stay,
            approved_journey: journey,
            journey_legs: legs,
            open_application: application,
            granted,
            accepted_by_country: accepted,
        }
    })
}

proptest! {
    #[test]
    fn a_move_is_allowed_exactly_when_the_table_and_every_fact_allow_it(
        from in select(Stage::all()),
        to in select(Stage::all()),
        status in select(&[Status::Active, Status::Detained, Status::Missing][..]),
        reason in select(MoveReason::all()),
        facts in any_facts(),
    ) {
        let in_table = MOVES.iter().any(|entry| (entry.from, entry.to) == (from, to) && entry.reasons.contains(&reason));
        let evidence = match to {
            Stage::Shelter => facts.open_stay,
            Stage::Transit => facts.approved_journey && facts.journey_legs > 0,
            Stage::Asylum => facts.open_application,
            Stage::Resettlement => facts.granted || facts.accepted_by_country,
        };
        let allowed = moved(&case(from, status), to, reason, &facts).is_ok();
        prop_assert_eq!(allowed, in_table && evidence && status == Status::Active);
    }

    #[test]
    fn no_refusal_is_empty_and_none_names_a_guard_twice(
        from in select(Stage::all()),
        to in select(Stage::all()),
        status in select(Status::all()),
        reason in select(MoveReason::all()),
        facts in any_facts(),
    ) {
        if let Err(unmet) = moved(&case(from, status), to, reason, &facts) {
            let mut guards: Vec<_> = unmet.iter().map(|unmet| unmet.guard).collect();
            guards.sort_unstable();
            guards.dedup();
            prop_assert_eq!(guards.len(), unmet.len());
            prop_assert!(!unmet.is_empty() && unmet.iter().all(|unmet| !unmet.detail.is_empty()));
        }
    }
}
