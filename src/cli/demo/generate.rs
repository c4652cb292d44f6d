//! Makes the plan: as many people as the figures say, each with a hub, a day, and a life.

use anyhow::{Result, bail};
use chrono::{Days, NaiveDate};

use super::arrests::BANGKOK_ARRESTS;
use super::beds::Beds;
use super::figures::{Decisions, Figures, LAST_DAY, Quota, Year};
use super::network::{BANGKOK, HUBS, RAIDED, RAIDED_LATER, SHELTERS, USERS, members};
use super::pen::Pen;
use super::plan::{Act, CasePlan, Plan, Step, TeamPlan};
use super::random::Random;
use super::{lives, names, routes};

/// The seed of the demonstration that is shown.
pub const SEED: u64 = 2006;

const ALL_GROUPS: &[&str] = &["identity", "contact", "family", "protection", "health", "legal", "passage"];
const SECOND_GROUPS: &[&str] = &["identity", "contact", "protection"];

/// Who a case is about, before it is known where and when.
struct Person {
    destination: String,
    year: Year,
    sex: &'static str,
    age_band: &'static str,
    arrest: Option<usize>,
}

/// The plan of a seed: the same on every machine.
pub fn plan(seed: u64) -> Result<Plan> {
    let figures = Figures::load()?;
    let mut random = Random::stream(seed, 0);
    let mut people = people(&mut random, &figures.quotas(), figures.arrivals());
    assign_arrests(&mut random, &mut people)?;

    let mut beds = Beds::new();
    let mut cases = Vec::with_capacity(people.len());
    // Those who were arrested come first: their beds are in the houses that were raided.
    people.sort_by_key(|person| person.arrest.is_none());
    for (person, number) in people.iter().zip(1..) {
        let random = Random::stream(seed, number);
        cases.push(case(random, person, &figures.decisions(&person.destination), &mut beds)?);
    }
    cases.sort_by_key(|case| case.opened_on);
    Ok(Plan { hubs: HUBS.to_vec(), shelters: SHELTERS.to_vec(), users: USERS.to_vec(), cases })
}

fn people(random: &mut Random, quotas: &[Quota], arrivals: (u64, u64)) -> Vec<Person> {
    let mut people = Vec::new();
    for quota in quotas {
        for _ in 0..quota.cases {
            people.push(Person {
                destination: quota.country.clone(),
                year: quota.year,
                // Applications are published without sex: as in the arrivals.
                sex: quota
                    .sex
                    .unwrap_or_else(|| random.weigh(&[(arrivals.0, "female"), (arrivals.1, "male")])),
                // No figure of the period tells the ages; guessed.
                age_band: random.weigh(&[(3, "0-4"), (6, "5-11"), (9, "12-17"), (78, "18-59"), (4, "60+")]),
                arrest: None,
            });
        }
    }
    people
}

/// Marks who was arrested, with the sexes and children that the source tells.
fn assign_arrests(random: &mut Random, people: &mut [Person]) -> Result<()> {
    random.shuffle(people);
    for (place, arrest) in BANGKOK_ARRESTS.iter().enumerate() {
        let females = arrest.female_cases();
        let mut children = arrest.child_cases().unwrap_or_default();
        let mut left = [females.unwrap_or(0), arrest.cases() - females.unwrap_or(0)];
        for person in people.iter_mut() {
            let side = usize::from(females.is_none() || person.sex != "female");
            let fits = person.arrest.is_none()
                && person.destination == "KOR"
                && person.year == Year::Whole2006
                && left[side] > 0;
            if !fits {
                continue;
            }
            person.arrest = Some(place);
            left[side] -= 1;
            if females.is_some() {
                person.age_band = if children > 0 { "12-17" } else { "18-59" };
                children = children.saturating_sub(1);
            }
        }
        if left != [0, 0] {
            bail!("the figures give too few people for the arrest of {}", arrest.on);
        }
    }
    Ok(())
}

fn case(mut random: Random, person: &Person, decisions: &Decisions, beds: &mut Beds) -> Result<CasePlan> {
    let hub = match person.arrest {
        Some(_) => BANGKOK,
        None => routes::hub(&mut random, &person.destination),
    };
    let workers = members(hub, "caseworker");
    let Some(&coordinator) = members(hub, "coordinator").first() else { bail!("a hub has no coordinator") };
    let (opened_on, steps) = life(&mut random, person, hub, &workers, decisions, beds)?;
    take_beds(beds, &steps);

    let restricted = random.chance(3);
    let in_china = HUBS[hub].country == "CHN";
    let has_journey = steps.iter().any(|step| matches!(step.act, Act::JourneyPlanned { .. }));
    let team = team(&mut random, &workers, restricted);
    Ok(CasePlan {
        hub,
        opened_on,
        sex: person.sex,
        age_band: person.age_band,
        origin: "PRK",
        destination: person.destination.clone(),
        risk: random.weigh(if in_china {
            &[(10, "low"), (40, "medium"), (38, "high"), (12, "critical")]
        } else {
            &[(35, "low"), (45, "medium"), (17, "high"), (3, "critical")]
        }),
        restricted,
        caseworker: team[0].user,
        coordinator,
        team,
        identity: names::identity(&mut random, person.sex, person.age_band, opened_on, in_china),
        passage: (has_journey && random.chance(55)).then(|| names::passage(&mut random)),
        steps,
    })
}

/// A life that begins on some day of the person's year; another day is tried until there is a bed.
fn life(
    random: &mut Random,
    person: &Person,
    hub: usize,
    workers: &[usize],
    decisions: &Decisions,
    beds: &Beds,
) -> Result<(NaiveDate, Vec<Step>)> {
    let days = person.year.days();
    let wanted = random.within(0..=days - 1);
    for attempt in 0..days {
        // Thirteen divides neither length of a part (184, 365): every day is tried once.
        let day = person.year.first_day() + Days::new((wanted + 13 * attempt) % days);
        let opened_on = match person.arrest {
            Some(arrest) => BANGKOK_ARRESTS[arrest].on - Days::new(random.within(12..=40)),
            None => day,
        };
        let mut pen = Pen::new(random.clone(), hub, opened_on, workers.to_vec(), beds);
        match person.arrest {
            Some(arrest) => {
                let shelter = [RAIDED, RAIDED_LATER][arrest];
                let raid = BANGKOK_ARRESTS[arrest].on;
                if !beds.is_free(shelter, opened_on, raid) {
                    continue;
                }
                lives::write_arrested(&mut pen, shelter, raid, opened_on);
            }
            None => lives::write(&mut pen, &person.destination, decisions),
        }
        if let Some(steps) = pen.finish() {
            return Ok((opened_on, steps));
        }
    }
    bail!("the shelters of {} have too few beds", HUBS[hub].name)
}

fn take_beds(beds: &mut Beds, steps: &[Step]) {
    let mut open: Option<(usize, NaiveDate)> = None;
    for step in steps {
        if let Act::StayBegun { shelter } = step.act {
            open = Some((shelter, step.on));
        } else if let (Act::StayEnded { .. }, Some((shelter, from))) = (&step.act, open) {
            beds.take(shelter, from, step.on);
            open = None;
        }
    }
    if let Some((shelter, from)) = open {
        beds.take(shelter, from, LAST_DAY);
    }
}

/// A caseworker with every group of fields, and for half of the cases that are not restricted a
/// second with some.
fn team(random: &mut Random, workers: &[usize], restricted: bool) -> Vec<TeamPlan> {
    let lead = random.index(workers.len());
    let mut team = vec![TeamPlan { user: workers[lead], field_groups: ALL_GROUPS }];
    if !restricted && random.chance(50) {
        let second = workers[(lead + 1) % workers.len()];
        team.push(TeamPlan { user: second, field_groups: SECOND_GROUPS });
    }
    team
}
