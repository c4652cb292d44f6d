//! What happens to people: the ways a life goes through the stages, well or badly.
//!
//! The likelihood of arrest, loss and turning back is a guess, noted where it is drawn. Durations
//! follow what reports of the time tell: weeks to months in hiding, days on the way, months of
//! waiting in Thailand or Mongolia, about three months of questioning and three of schooling in
//! South Korea.

use chrono::NaiveDate;

use super::figures::Decisions;
use super::network::HUBS;
use super::pen::Pen;
use super::plan::Act;

/// A case that goes its ordinary way through shelter, transit, asylum.
pub fn write(pen: &mut Pen<'_>, destination: &str, decisions: &Decisions) {
    if HUBS[pen.hub].country == destination {
        return already_there(pen, destination);
    }
    if destination == "USA" {
        return resettled_from_thailand(pen);
    }
    if !hide(pen) {
        return;
    }
    let consulate = HUBS[pen.hub].name == "Shenyang" && destination == "KOR" && pen.random.chance(15);
    if consulate {
        return through_the_consulate(pen);
    }
    if go(pen, destination, true) {
        seek_asylum(pen, destination, decisions);
    }
}

/// Someone whom the Bangkok police arrested in the shelter on that day.
pub fn write_arrested(pen: &mut Pen<'_>, shelter: usize, raid: NaiveDate, opened_on: NaiveDate) {
    let days = u64::try_from((raid - opened_on).num_days()).unwrap_or_default();
    let waiting = (days / 3).min(6);
    pen.act(Act::StayBegun { shelter });
    let lead = (days - waiting) / 2;
    pen.pass(days - waiting - lead);
    let way = pen.plan_journey("KOR", lead);
    pen.move_to("transit", "route_ready");
    pen.pass(waiting);
    pen.leave_shelter("arrested");
    pen.status("detained", "raid");
    // A month of sentence, then immigration detention until a seat on a flight is found.
    pen.pass_within(45, 120);
    pen.status("active", "released");
    pen.travel(1, &way[0], &way[1]);
    seek_asylum(pen, "KOR", &Decisions::default());
}

/// The time in the shelter, until the journey can be planned; false when the case ended there.
fn hide(pen: &mut Pen<'_>) -> bool {
    let in_china = HUBS[pen.hub].country == "CHN";
    // Guessed: of a hundred in a Chinese shelter five are caught in a raid, three break contact,
    // two go back, one withdraws; elsewhere two withdraw.
    let fate = pen.random.within(1..=100);
    let days = if in_china { pen.random.within(25..=110) } else { pen.random.within(15..=50) };
    if in_china && days > 60 && pen.random.chance(40) {
        pen.come_to_shelter(30);
        pen.pass(30);
        pen.leave_shelter("moved_shelter");
    }
    pen.come_to_shelter(days);
    match (in_china, fate) {
        (true, 1..=5) => {
            pen.pass(days);
            pen.leave_shelter("arrested");
            pen.status("detained", "raid");
            sent_back(pen);
        }
        (true, 6..=8) => {
            pen.pass(days);
            pen.leave_shelter("left_by_choice");
            pen.status("missing", "lost_contact");
            pen.pass_within(60, 120);
            pen.close("lost_contact");
        }
        (true, 9..=10) => {
            pen.pass(days);
            pen.leave_shelter("left_by_choice");
            pen.close("voluntary_return");
        }
        (true, 11) | (false, 1..=2) => {
            pen.pass(days);
            pen.leave_shelter("left_by_choice");
            pen.close("withdrew");
        }
        _ => {
            pen.pass(days.saturating_sub(LEAD));
            return true;
        }
    }
    false
}

/// Days from planning a journey to departure; every stay is longer.
const LEAD: u64 = 12;

/// Held, then sent back over the border.
fn sent_back(pen: &mut Pen<'_>) {
    pen.pass_within(20, 75);
    pen.close("refouled");
}

/// The journey; true on arrival. Who is turned back tries once more, and then gives up.
fn go(pen: &mut Pen<'_>, destination: &str, may_try_again: bool) -> bool {
    let way = pen.plan_journey(destination, LEAD);
    let legs = way.len() - 1;
    pen.set_out();
    // Guessed: of a hundred who leave China five are caught, five turned back, three lost.
    let fate = if super::routes::sends_back(&way[0]) { pen.random.within(1..=100) } else { 100 };
    match fate {
        1..=5 => {
            pen.break_off(legs, "intercepted");
            pen.status("detained", "stopped_at_border");
            sent_back(pen);
            return false;
        }
        6..=10 => {
            pen.break_off(legs, "turned_back");
            let days = pen.random.within(30..=70);
            pen.come_to_shelter(days);
            pen.move_to("shelter", "turned_back");
            if !may_try_again {
                pen.pass(days);
                pen.leave_shelter("left_by_choice");
                pen.close("withdrew");
                return false;
            }
            pen.pass(days.saturating_sub(LEAD));
            return go(pen, destination, false);
        }
        11..=13 => {
            pen.break_off(legs, "lost_contact");
            pen.status("missing", "lost_contact");
            pen.pass_within(90, 150);
            pen.close("lost_contact");
            return false;
        }
        _ => {}
    }
    for (place, stretch) in way.windows(2).enumerate() {
        pen.travel(place + 1, &stretch[0], &stretch[1]);
    }
    true
}

/// From arrival to a decision, and a life after it.
fn seek_asylum(pen: &mut Pen<'_>, country: &str, decisions: &Decisions) {
    pen.apply(country, "state");
    pen.move_to("asylum", "application_lodged");
    if country == "KOR" {
        // The South takes people in by its own law of 1997, not as refugees.
        let days = pen.random.within(40..=90);
        pen.wait_for_decision(days);
        return granted(pen, "other_protection");
    }
    let days = pen.random.within(90..=240);
    pen.wait_for_decision(days);
    let outcome = pen.random.weigh(&[
        (decisions.recognized, "recognized"),
        (decisions.other, "other_protection"),
        (decisions.rejected, "rejected"),
        (decisions.closed, "closed"),
        (u64::from(*decisions == Decisions::default()), "decision_pending"),
    ]);
    match outcome {
        // No decision of this country is published: the procedure is still going on.
        "decision_pending" => {}
        "rejected" => {
            pen.act(Act::ApplicationSet { to: "rejected" });
            if pen.random.chance(60) {
                pen.pass_within(7, 21);
                pen.act(Act::ApplicationSet { to: "appeal_pending" });
            } else {
                pen.pass_within(20, 60);
                pen.close("moved_on");
            }
        }
        "closed" => {
            pen.act(Act::ApplicationSet { to: "closed" });
            pen.pass_within(5, 30);
            pen.close("moved_on");
        }
        grant => granted(pen, grant),
    }
}

/// A grant, the move to resettlement, and after some months mostly the end of the case.
fn granted(pen: &mut Pen<'_>, grant: &'static str) {
    pen.act(Act::ApplicationSet { to: grant });
    pen.move_to("resettlement", "recognized");
    settle(pen);
}

fn settle(pen: &mut Pen<'_>) {
    pen.pass_within(90, 210);
    if pen.random.chance(85) {
        pen.close("settled");
    }
}

/// Into a consulate of South Korea in Shenyang, where months pass before the way out is free.
fn through_the_consulate(pen: &mut Pen<'_>) {
    pen.pass(LEAD);
    pen.apply("KOR", "embassy");
    pen.move_to("asylum", "mission_reached");
    pen.leave_shelter("moved_on");
    let days = pen.random.within(120..=240);
    pen.wait_for_decision(days);
    granted(pen, "other_protection");
}

/// Came to the country on their own, and to the hub's halfway house there.
fn already_there(pen: &mut Pen<'_>, country: &str) {
    let days = pen.random.within(25..=60);
    pen.come_to_shelter(days);
    pen.pass_within(1, 5);
    pen.apply(country, "state");
    pen.move_to("asylum", "application_lodged");
    let procedure = pen.random.within(60..=100);
    let stayed = days.saturating_sub(5);
    pen.pass(stayed);
    pen.leave_shelter("moved_on");
    pen.wait_for_decision(procedure.saturating_sub(stayed).max(12));
    granted(pen, "other_protection");
}

/// Recognised by UNHCR in Bangkok and taken in by the United States.
fn resettled_from_thailand(pen: &mut Pen<'_>) {
    pen.come_to_shelter(80);
    pen.pass_within(3, 10);
    pen.apply("THA", "unhcr");
    pen.move_to("asylum", "application_lodged");
    pen.wait_for_decision(48);
    pen.act(Act::ApplicationSet { to: "recognized" });
    pen.pass_within(2, 6);
    pen.act(Act::ResettlementPrepared {
        country: "USA".to_owned(),
        primary_category: "legal_physical_protection",
        priority: "urgent",
    });
    pen.pass_within(2, 6);
    pen.act(Act::ResettlementSet { to: "submitted" });
    pen.leave_shelter("moved_on");
    pen.pass_within(30, 60);
    pen.act(Act::ResettlementSet { to: "accepted_by_country" });
    pen.move_to("resettlement", "resettlement_accepted");
    pen.pass_within(10, 20);
    pen.act(Act::ResettlementSet { to: "departure_scheduled" });
    pen.pass_within(10, 20);
    pen.act(Act::ResettlementSet { to: "departed" });
    pen.pass(1);
    pen.act(Act::ResettlementSet { to: "arrived" });
    settle(pen);
}
