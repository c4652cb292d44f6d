//! Which way people go, and how long each stretch takes.

use super::network::{BANGKOK, HUBS, KUNMING, SEOUL, SHENYANG, ULAANBAATAR, YANJI};
use super::random::Random;

/// A hub for a person who wants to go to `destination`. The weights are guesses: no source tells
/// how many came by which town.
pub fn hub(random: &mut Random, destination: &str) -> usize {
    match destination {
        "KOR" => random.weigh(&[
            (27, YANJI),
            (22, SHENYANG),
            (21, KUNMING),
            (14, ULAANBAATAR),
            (8, BANGKOK),
            (8, SEOUL),
        ]),
        "USA" => BANGKOK,
        _ => random.weigh(&[(40, YANJI), (40, SHENYANG), (20, KUNMING)]),
    }
}

/// The countries on the way from a hub, without the destination.
pub fn stops(random: &mut Random, hub: usize, destination: &str) -> &'static [&'static str] {
    const NORTH: &[&str] = &["CHN", "MNG"];
    const SOUTH: &[&str] = &["CHN", "LAO", "THA"];
    const SOUTH_BY_VIETNAM: &[&str] = &["CHN", "VNM", "KHM"];
    const SOUTH_BY_BURMA: &[&str] = &["CHN", "MMR", "THA"];
    match (HUBS[hub].country, destination) {
        ("MNG", _) => &["MNG"],
        ("THA", _) => &["THA"],
        (_, "KOR") if hub == KUNMING => {
            random.weigh(&[(70, SOUTH), (15, SOUTH_BY_BURMA), (15, SOUTH_BY_VIETNAM)])
        }
        (_, "KOR") => random.weigh(&[(45, NORTH), (45, SOUTH), (10, SOUTH_BY_VIETNAM)]),
        _ => &["CHN"],
    }
}

/// Days of waiting in a country before the next stretch: where people wait for a flight, months.
pub fn wait(random: &mut Random, country: &str, is_start: bool) -> u64 {
    match country {
        _ if is_start => 0,
        "MNG" => random.within(25..=60),
        "THA" => random.within(45..=110),
        "KHM" => random.within(40..=90),
        _ => random.within(1..=6),
    }
}

/// Days on the way.
pub fn travel(random: &mut Random, from: &str, to: &str) -> u64 {
    match (from, to) {
        (_, "MNG" | "LAO" | "VNM" | "MMR") => random.within(3..=9),
        (_, "THA" | "KHM" | "RUS" | "KGZ") => random.within(2..=8),
        _ => 1,
    }
}

/// Whether a person caught there was sent back.
pub fn sends_back(country: &str) -> bool {
    matches!(country, "CHN" | "LAO" | "VNM" | "MMR")
}
