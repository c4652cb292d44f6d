//! Random networks: hubs, users, places on teams, restricted cases; the same ones for every run.

use chrono::TimeDelta;
use diesel::prelude::*;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom as _;
use rand::{RngExt as _, SeedableRng as _};

use crate::access::{CaseId, FieldGroup, HubId, Role, SessionId, UserId};
use crate::cases::code::CaseCode;
use crate::cases::codes::{AgeBand, Outcome, Risk, Sex, Stage, Status};
use crate::cases::merging::codes::{MergeReason, MergedTeam};
use crate::cases::merging::model::{MergeId, MergeRow};
use crate::cases::model::{NewCase, TeamRow};
use crate::db::WriteTx;
use crate::db::schema::{
    case_merges, case_team, cases, emergency_accesses, hub_members, hubs, sessions, users,
};
use crate::db::types::{CodeList as _, Timestamp};
use crate::error::Result;

const HUBS: usize = 4;
const USERS: usize = 30;
const CASES: usize = 60;
/// Those behind this one may have been merged into one of those before it.
const SURVIVORS: usize = 45;

/// A network.
pub(super) struct World {
    pub(super) now: Timestamp,
    pub(super) hubs: Vec<HubId>,
    pub(super) users: Vec<User>,
    pub(super) cases: Vec<WorldCase>,
}

/// A user with a session.
pub(super) struct User {
    pub(super) id: UserId,
    pub(super) session: SessionId,
    pub(super) role: Role,
    pub(super) hubs: Vec<HubId>,
    pub(super) suspended: bool,
    pub(super) logged_out: bool,
}

/// A case with its team.
pub(super) struct WorldCase {
    pub(super) id: CaseId,
    pub(super) code: CaseCode,
    pub(super) hub: HubId,
    pub(super) restricted: bool,
    pub(super) places: Vec<Place>,
    /// Who has opened it in an emergency, and until when.
    pub(super) emergencies: Vec<(UserId, Timestamp)>,
    pub(super) merged: Option<Merged>,
}

/// Where a case leads that was merged.
pub(super) struct Merged {
    /// Which of the world's cases it leads to.
    pub(super) into: usize,
    /// Whether the places of both teams open both.
    pub(super) joined: bool,
}

/// A place on a team.
pub(super) struct Place {
    pub(super) user: UserId,
    pub(super) opens: Vec<FieldGroup>,
    pub(super) ends_at: Option<Timestamp>,
    /// Whether somebody gave or changed it after every merge.
    pub(super) given_since: bool,
}

impl World {
    /// The network of a seed. Ids differ from run to run, everything else is the same.
    pub(super) fn random(seed: u64, now: Timestamp) -> Self {
        let mut random = StdRng::seed_from_u64(seed);
        let hubs: Vec<HubId> = (0..HUBS).map(|_| HubId::generate()).collect();
        let users: Vec<User> = (0..USERS).map(|_| User::random(&mut random, &hubs)).collect();
        let mut cases: Vec<WorldCase> =
            (0..CASES).map(|_| WorldCase::random(&mut random, &hubs, &users, now)).collect();
        for case in cases.iter_mut().skip(SURVIVORS) {
            if !random.random_bool(0.7) {
                continue;
            }
            let into = random.random_range(0..SURVIVORS);
            case.merged = Some(Merged { into, joined: random.random_bool(0.3) });
        }
        Self { now, hubs, users, cases }
    }

    /// Puts it into a database, row by row and past all rules: a world may hold what the API would not
    /// let come to be, such as an auditor on a team.
    pub(super) fn insert(&self, tx: &mut WriteTx<'_>) -> Result<()> {
        for hub in &self.hubs {
            diesel::insert_into(hubs::table)
                .values((
                    hubs::id.eq(hub),
                    hubs::name.eq(hub.to_string()),
                    hubs::country.eq("CHN"),
                    hubs::state.eq("open"),
                    (hubs::version.eq(1), hubs::created_at.eq(self.now), hubs::updated_at.eq(self.now)),
                ))
                .execute(tx.conn())?;
        }
        for user in &self.users {
            user.insert(tx, self.now)?;
        }
        for case in &self.cases {
            case.insert(tx, self.users[0].id, self.now)?;
        }
        for case in &self.cases {
            if let Some(merged) = &case.merged {
                self.insert_merge(tx, case.id, merged)?;
            }
        }
        Ok(())
    }

    fn insert_merge(&self, tx: &mut WriteTx<'_>, merged_id: CaseId, merged: &Merged) -> Result<()> {
        let survivor_id = self.cases[merged.into].id;
        let leads = (
            cases::status.eq(Status::Closed),
            cases::outcome.eq(Outcome::Duplicate),
            cases::merged_into.eq(survivor_id),
        );
        diesel::update(cases::table.find(merged_id)).set(leads).execute(tx.conn())?;
        let row = MergeRow {
            id: MergeId::generate(),
            survivor_id,
            merged_id,
            reason: MergeReason::OpenedTwice,
            team: if merged.joined { MergedTeam::Joined } else { MergedTeam::Apart },
            merged_by: self.users[0].id,
            merged_at: self.now,
            undone_reason: None,
            undone_by: None,
            undone_at: None,
        };
        diesel::insert_into(case_merges::table).values(row).execute(tx.conn())?;
        Ok(())
    }
}

impl User {
    fn random(random: &mut StdRng, hubs: &[HubId]) -> Self {
        let role = match random.random_range(0..10) {
            0..6 => Role::Caseworker,
            6..9 => Role::Coordinator,
            _ => *Role::all().choose(random).unwrap(),
        };
        Self {
            id: UserId::generate(),
            session: SessionId::generate(),
            role,
            hubs: hubs.iter().copied().filter(|_| random.random_bool(0.4)).collect(),
            suspended: random.random_bool(0.04),
            logged_out: random.random_bool(0.04),
        }
    }

    fn insert(&self, tx: &mut WriteTx<'_>, now: Timestamp) -> Result<()> {
        let status = if self.suspended { "suspended" } else { "active" };
        diesel::insert_into(users::table)
            .values((
                users::id.eq(self.id),
                users::username.eq(self.id.to_string()),
                users::role.eq(self.role),
                users::status.eq(status),
                users::password_hash.eq("-"),
                (users::version.eq(1), users::created_at.eq(now), users::updated_at.eq(now)),
            ))
            .execute(tx.conn())?;
        // A session that ends at this very moment is over.
        let expires_at = if self.logged_out { now } else { now.plus(TimeDelta::microseconds(1)) };
        diesel::insert_into(sessions::table)
            .values((
                sessions::id.eq(self.session),
                sessions::user_id.eq(self.id),
                sessions::created_at.eq(now),
                sessions::expires_at.eq(expires_at),
            ))
            .execute(tx.conn())?;
        for hub in &self.hubs {
            diesel::insert_into(hub_members::table)
                .values((
                    hub_members::hub_id.eq(hub),
                    hub_members::user_id.eq(self.id),
                    hub_members::created_at.eq(now),
                ))
                .execute(tx.conn())?;
        }
        Ok(())
    }
}

impl WorldCase {
    fn random(random: &mut StdRng, hubs: &[HubId], users: &[User], now: Timestamp) -> Self {
        let size = random.random_range(0..9);
        let members: Vec<&User> = users.sample(random, size).collect();
        let places = members.into_iter().map(|user| Place::random(random, user.id, now)).collect();
        let emergencies: Vec<&User> = users.sample(random, 4).collect();
        Self {
            id: CaseId::generate(),
            code: CaseCode::generate(),
            hub: *hubs.choose(random).unwrap(),
            restricted: random.random_bool(0.3),
            places,
            emergencies: emergencies.into_iter().map(|user| (user.id, around(random, now))).collect(),
            merged: None,
        }
    }

    fn insert(&self, tx: &mut WriteTx<'_>, opener: UserId, now: Timestamp) -> Result<()> {
        let row = NewCase {
            id: self.id,
            code: self.code,
            hub_id: self.hub,
            stage: Stage::Shelter,
            status: Status::Active,
            risk: Risk::High,
            sex: Sex::Unknown,
            age_band: AgeBand::Unknown,
            origin_country: "PRK".parse().unwrap(),
            destination_country: None,
            restricted: self.restricted,
            opened_on: now.date(),
            since: now.date(),
            created_by: opener,
            created_at: now,
            updated_at: now,
            version: 1,
        };
        diesel::insert_into(cases::table).values(row).execute(tx.conn())?;
        for place in &self.places {
            let row = TeamRow {
                case_id: self.id,
                user_id: place.user,
                groups: place.opens.iter().copied().collect(),
                ends_at: place.ends_at,
                added_by: opener,
                added_at: now,
                changed_by: Some(opener),
                changed_at: if place.given_since { now.plus(TimeDelta::microseconds(1)) } else { now },
                version: 1,
            };
            diesel::insert_into(case_team::table).values(row).execute(tx.conn())?;
        }
        for (user, ends_at) in &self.emergencies {
            let row = (
                emergency_accesses::id.eq(UserId::generate().to_string()),
                emergency_accesses::case_id.eq(self.id),
                emergency_accesses::hub_id.eq(self.hub),
                emergency_accesses::user_id.eq(user),
                emergency_accesses::reason.eq("raid"),
                emergency_accesses::began_at.eq(ends_at.plus(-TimeDelta::minutes(30))),
                emergency_accesses::ends_at.eq(ends_at),
                emergency_accesses::version.eq(1),
            );
            diesel::insert_into(emergency_accesses::table).values(row).execute(tx.conn())?;
        }
        Ok(())
    }
}

/// A moment about now: the boundary itself too.
fn around(random: &mut StdRng, now: Timestamp) -> Timestamp {
    let away = *[-60_000_000, -1, 0, 1, 60_000_000].choose(random).unwrap();
    now.plus(TimeDelta::microseconds(away))
}

impl Place {
    fn random(random: &mut StdRng, user: UserId, now: Timestamp) -> Self {
        // Around the boundary too: a place that ends now has ended.
        let end = match random.random_range(0..6) {
            0 => Some(-86_400_000_000),
            1 => Some(random.random_range(-1..=1)),
            2 => Some(86_400_000_000),
            _ => None,
        };
        let share = *[0.0, 0.3, 0.7, 1.0].choose(random).unwrap();
        Self {
            user,
            opens: FieldGroup::all().iter().copied().filter(|_| random.random_bool(share)).collect(),
            ends_at: end.map(|micros| now.plus(TimeDelta::microseconds(micros))),
            given_since: random.random_bool(0.3),
        }
    }
}
