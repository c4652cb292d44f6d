//! The network of the demonstration: hubs, shelters, users.
//!
//! Hubs carry the name of their town because this network is made up; a real one would not.
//! Shelters are trees, users are birds.

/// A team that shares cases.
#[derive(Clone, Copy, Debug)]
pub struct HubPlan {
    /// Name.
    pub name: &'static str,
    /// Country, ISO 3166-1 alpha-3.
    pub country: &'static str,
}

/// A shelter of a hub.
#[derive(Clone, Copy, Debug)]
pub struct ShelterPlan {
    /// Index into [`HUBS`].
    pub hub: usize,
    /// Codename.
    pub codename: &'static str,
    /// Beds, never exceeded on any day.
    pub beds: u16,
    /// State on the last day; shelters are `open` until then, except that `paused` ones take nobody.
    pub state: &'static str,
}

/// A user.
#[derive(Clone, Copy, Debug)]
pub struct UserPlan {
    /// Pseudonym to log in with.
    pub username: &'static str,
    /// Role code.
    pub role: &'static str,
    /// Index into [`HUBS`]; none for those who belong to no hub.
    pub hub: Option<usize>,
}

/// Yanji, near the border.
pub const YANJI: usize = 0;
/// Shenyang, with consulates.
pub const SHENYANG: usize = 1;
/// Kunming, where the southern route begins.
pub const KUNMING: usize = 2;
/// Ulaanbaatar, at the end of the northern route.
pub const ULAANBAATAR: usize = 3;
/// Bangkok, at the end of the southern route.
pub const BANGKOK: usize = 4;
/// Seoul, where most arrive.
pub const SEOUL: usize = 5;

/// The hubs.
pub const HUBS: [HubPlan; 6] = [
    HubPlan { name: "Yanji", country: "CHN" },
    HubPlan { name: "Shenyang", country: "CHN" },
    HubPlan { name: "Kunming", country: "CHN" },
    HubPlan { name: "Ulaanbaatar", country: "MNG" },
    HubPlan { name: "Bangkok", country: "THA" },
    HubPlan { name: "Seoul", country: "KOR" },
];

const fn shelter(hub: usize, codename: &'static str, beds: u16, state: &'static str) -> ShelterPlan {
    ShelterPlan { hub, codename, beds, state }
}

/// The house in Bangkok that the first mass arrest emptied.
pub const RAIDED: usize = 12;
/// The house in Bangkok of the second mass arrest.
pub const RAIDED_LATER: usize = 13;

/// The shelters.
pub const SHELTERS: [ShelterPlan; 17] = [
    shelter(YANJI, "birch", 10, "open"),
    shelter(YANJI, "larch", 8, "open"),
    shelter(YANJI, "alder", 8, "open"),
    shelter(SHENYANG, "willow", 10, "open"),
    shelter(SHENYANG, "poplar", 8, "open"),
    shelter(SHENYANG, "elm", 6, "paused"),
    shelter(SHENYANG, "hazel", 6, "open"),
    shelter(KUNMING, "camphor", 10, "open"),
    shelter(KUNMING, "bamboo", 8, "open"),
    shelter(KUNMING, "cedar", 6, "open"),
    shelter(ULAANBAATAR, "saxaul", 10, "open"),
    shelter(ULAANBAATAR, "juniper", 8, "open"),
    shelter(BANGKOK, "banyan", 24, "compromised"),
    shelter(BANGKOK, "tamarind", 14, "compromised"),
    shelter(BANGKOK, "teak", 14, "open"),
    shelter(SEOUL, "ginkgo", 10, "open"),
    shelter(SEOUL, "zelkova", 8, "open"),
];

const fn worker(username: &'static str, hub: usize) -> UserPlan {
    UserPlan { username, role: "caseworker", hub: Some(hub) }
}

const fn coordinator(username: &'static str, hub: usize) -> UserPlan {
    UserPlan { username, role: "coordinator", hub: Some(hub) }
}

const fn apart(username: &'static str, role: &'static str) -> UserPlan {
    UserPlan { username, role, hub: None }
}

/// The users: a coordinator and several caseworkers to a hub, and those who stand apart.
pub const USERS: [UserPlan; 30] = [
    coordinator("heron", YANJI),
    worker("tern", YANJI),
    worker("plover", YANJI),
    worker("dunlin", YANJI),
    coordinator("curlew", SHENYANG),
    worker("wren", SHENYANG),
    worker("siskin", SHENYANG),
    worker("linnet", SHENYANG),
    coordinator("egret", KUNMING),
    worker("martin", KUNMING),
    worker("swift", KUNMING),
    worker("pipit", KUNMING),
    coordinator("crane", ULAANBAATAR),
    worker("lark", ULAANBAATAR),
    worker("bunting", ULAANBAATAR),
    coordinator("stork", BANGKOK),
    worker("drongo", BANGKOK),
    worker("oriole", BANGKOK),
    worker("barbet", BANGKOK),
    worker("bulbul", BANGKOK),
    coordinator("avocet", SEOUL),
    worker("magpie", SEOUL),
    worker("starling", SEOUL),
    worker("redstart", SEOUL),
    apart("owl", "auditor"),
    apart("kestrel", "auditor"),
    apart("raven", "administrator"),
    apart("jackdaw", "administrator"),
    apart("dove", "reader"),
    apart("robin", "reader"),
];

/// The users of a hub with this role, as indices into [`USERS`].
#[must_use]
pub fn members(hub: usize, role: &str) -> Vec<usize> {
    (0..USERS.len()).filter(|&user| USERS[user].hub == Some(hub) && USERS[user].role == role).collect()
}
