//! The cases that lie in the database beside those that are asked for: rows by SQL, many at a time.
//!
//! Their keys are wrapped as the server wraps them, and nothing is sealed under them. Stages, ages and countries are shaped like
//! a real network's; the same ones at every run, but for the ids.

use std::collections::HashSet;

use anyhow::{Context as _, Result};
use chrono::{Days, NaiveDate};
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use waystation::access::{CaseId, UserId};
use waystation::cases::code::CaseCode;
use waystation::crypto::Keyring;

use crate::database::Store;
use crate::history::{Past, Period, weigh};
use crate::network::Network;
use crate::rows::Rows;

/// Cases of one caseworker.
const CASES_PER_CASEWORKER: usize = 100;
/// Cases whose rows go in one transaction.
const CASES_PER_COMMIT: usize = 5_000;
/// People in one shelter.
const STAYS_PER_SHELTER: usize = 20;
const MICROS_PER_DAY: i64 = 86_400_000_000;

/// Somebody with cases.
struct Caseworker {
    user: String,
    hub: usize,
}

/// The shelter of a hub that still has beds.
#[derive(Clone)]
struct Filling {
    shelter: String,
    people: usize,
}

/// Puts so many cases into the database.
pub fn fill(
    store: &mut Store,
    keyring: &Keyring,
    network: &Network,
    cases: usize,
    today: NaiveDate,
) -> Result<()> {
    let mut fill = Fill {
        network,
        keyring,
        today,
        random: StdRng::seed_from_u64(2006),
        rows: Rows::default(),
        codes: HashSet::new(),
        filling: vec![Filling { shelter: String::new(), people: STAYS_PER_SHELTER }; network.hubs.len()],
        shelters: 0,
    };
    let caseworkers = fill.caseworkers(cases.div_ceil(CASES_PER_CASEWORKER));
    for number in 0..cases {
        let caseworker = &caseworkers[number / CASES_PER_CASEWORKER];
        fill.case(store, caseworker)?;
        if number % CASES_PER_COMMIT == CASES_PER_COMMIT - 1 {
            fill.rows.store(store)?;
        }
    }
    fill.rows.store(store)?;
    if matches!(store, Store::Postgres(_)) {
        // As autovacuum would, a minute later and in the middle of the measuring.
        store.run("ANALYZE")?;
    }
    Ok(())
}

struct Fill<'n> {
    network: &'n Network,
    keyring: &'n Keyring,
    today: NaiveDate,
    random: StdRng,
    rows: Rows,
    codes: HashSet<CaseCode>,
    filling: Vec<Filling>,
    shelters: usize,
}

impl Fill<'_> {
    /// Those who are measured come first, and so have their hundred cases each.
    fn caseworkers(&mut self, wanted: usize) -> Vec<Caseworker> {
        let measured = self.network.hubs.iter().map(|hub| hub.caseworker.user.clone());
        let mut all: Vec<_> = measured.enumerate().map(|(hub, user)| Caseworker { user, hub }).collect();
        for number in all.len()..wanted {
            let caseworker =
                Caseworker { user: UserId::generate().to_string(), hub: number % self.network.hubs.len() };
            let now = micros(self.today);
            // No password has this hash.
            self.rows.users.push(format!(
                "('{}','background-{number}','caseworker','active','!',1,{now},{now})",
                caseworker.user
            ));
            let hub = &self.network.hubs[caseworker.hub].id;
            self.rows.hub_members.push(format!("('{hub}','{}',{now})", caseworker.user));
            all.push(caseworker);
        }
        all
    }

    fn case(&mut self, store: &Store, caseworker: &Caseworker) -> Result<()> {
        let id = CaseId::generate();
        let past = Past::invent(&mut self.random, self.today);
        let last = past.last();
        let (hub, user) = (&self.network.hubs[caseworker.hub].id, &caseworker.user);
        let risk = weigh(&mut self.random, &[(20, "low"), (40, "medium"), (30, "high"), (10, "critical")]);
        let sex = weigh(&mut self.random, &[(70, "female"), (29, "male"), (1, "unknown")]);
        let age =
            weigh(&mut self.random, &[(6, "0-4"), (8, "5-11"), (10, "12-17"), (70, "18-59"), (6, "60+")]);
        let destination =
            weigh(&mut self.random, &[(75, "'KOR'"), (8, "'USA'"), (4, "'GBR'"), (3, "'JPN'"), (10, "NULL")]);
        let restricted = self.random.random_range(0..100) < 3;
        let (opened, updated) = (past.first().from, last.from);
        let moment = micros(updated) + self.random.random_range(0..MICROS_PER_DAY);
        let code = self.code();
        self.rows.cases.push(format!(
            "('{id}','{}','{hub}','{}','{}','{risk}','{sex}','{age}','PRK',{destination},{restricted},{},\
             '{opened}','{updated}','{user}',{},{moment},{})",
            code.as_str(),
            last.stage,
            last.status,
            quoted(last.outcome),
            micros(opened),
            past.periods.len()
        ));
        let (_, key) = self.keyring.new_case_key(id).context("a key of a case")?;
        let wrapped = store.bytes(&key.wrapped);
        self.rows.case_keys.push(format!("('{id}',{wrapped},{},{})", key.key_version, micros(opened)));
        self.rows.case_team.push(format!(
            "('{id}','{user}',TRUE,TRUE,TRUE,TRUE,TRUE,TRUE,TRUE,NULL,'{user}',{at},'{user}',{at},1)",
            at = micros(opened)
        ));
        for (sequence, period) in (1_i64..).zip(&past.periods) {
            self.period(&id, hub, user, sequence, period);
        }
        if last.stage == "shelter" && last.status == "active" {
            self.stay(&id, caseworker.hub, updated);
        }
        Ok(())
    }

    fn period(&mut self, case: &CaseId, hub: &str, user: &str, sequence: i64, period: &Period) {
        let until = period.until.map(|day| day.to_string());
        self.rows.case_periods.push(format!(
            "('{}','{case}','{hub}','{}','{}',{},'{}','{}',{},{sequence},NULL,{},'{user}',NULL)",
            CaseId::generate(),
            period.stage,
            period.status,
            quoted(period.outcome),
            period.reason,
            period.from,
            quoted(until.as_deref()),
            micros(period.from)
        ));
    }

    fn stay(&mut self, case: &CaseId, hub: usize, since: NaiveDate) {
        let at = micros(since);
        if self.filling[hub].people == STAYS_PER_SHELTER {
            self.shelters += 1;
            let shelter = CaseId::generate().to_string();
            self.rows.shelters.push(format!(
                "('{shelter}','{}','Background {}',{STAYS_PER_SHELTER},'open',1,{at},{at})",
                self.network.hubs[hub].id, self.shelters
            ));
            self.filling[hub] = Filling { shelter, people: 0 };
        }
        let filling = &mut self.filling[hub];
        filling.people += 1;
        self.rows.stays.push(format!(
            "('{}','{case}','{}','{since}',NULL,NULL,{at},{at},1)",
            CaseId::generate(),
            filling.shelter
        ));
    }

    fn code(&mut self) -> CaseCode {
        loop {
            let code = CaseCode::generate();
            if self.codes.insert(code) {
                return code;
            }
        }
    }
}

/// The start of a day.
pub fn micros(day: NaiveDate) -> i64 {
    let epoch = NaiveDate::default();
    day.signed_duration_since(epoch).num_days() * MICROS_PER_DAY
}

/// So many days before.
pub fn before(day: NaiveDate, days: u64) -> NaiveDate {
    day.checked_sub_days(Days::new(days)).unwrap_or(day)
}

fn quoted(text: Option<&str>) -> String {
    text.map_or_else(|| "NULL".to_owned(), |text| format!("'{text}'"))
}
