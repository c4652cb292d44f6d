//! Makes a plan come true through the API, day by day, on a clock that is set to each of them.
//!
//! So every row and every entry of the log bears the day on which it would have been written. What
//! happens to different people in the same hour is sent side by side, as it would be.

mod acts;
mod founding;
mod item;
mod opening;
mod report;
mod router;

use std::collections::BTreeMap;
use std::rc::Rc;

use actix_web::web::Data;
use anyhow::{Context as _, Result, anyhow};
use chrono::{NaiveDate, NaiveTime, TimeDelta};
use indicatif::ProgressBar;

use super::beds::raided_on;
use super::figures::{FIRST_DAY, LAST_DAY, day};
use super::network::members;
use super::plan::{Moment, Plan};
use super::table::StageCount;
use crate::app::App;
use crate::clock::Clock;
use crate::db::types::Timestamp;
use acts::Life;
pub use founding::{Member, Network};
use router::Router;

/// Work begins at one o'clock UTC: nine in China, ten in Korea.
const FIRST_HOUR: TimeDelta = TimeDelta::hours(1);
/// Between one step of a case and its next one on the same day.
const BETWEEN_STEPS: TimeDelta = TimeDelta::minutes(20);

/// What the days in between must have been like, too.
const ALSO_CHECKED: [NaiveDate; 2] = [day(2005, 12, 31), day(2006, 8, 22)];

/// A moment of a day, in UTC.
pub fn moment(day: NaiveDate, since_midnight: TimeDelta) -> Timestamp {
    Timestamp::from_utc(day.and_time(NaiveTime::MIN).and_utc()).plus(since_midnight)
}

/// Makes it come true, and gives the network with the stage report of the last day, which is what the
/// plan says or an error.
pub async fn make(
    plan: Rc<Plan>,
    app: Data<App>,
    clock: &Clock,
    progress: &ProgressBar,
) -> Result<(Network, Vec<StageCount>)> {
    clock.set(moment(FIRST_DAY - TimeDelta::days(1), FIRST_HOUR));
    let router = Rc::new(Router::new(app).await);
    let network = founding::found(&router, &plan).await?;
    let mut past =
        Past { lives: plan.cases.iter().map(|_| None).collect(), plan, router, network: Rc::new(network) };
    for (day, work) in past.plan.days() {
        past.live_through(day, work, clock, progress).await?;
    }
    clock.set(moment(LAST_DAY, TimeDelta::hours(23)));
    for day in ALSO_CHECKED {
        report::checked(&past.router, &past.network, &past.plan, day).await?;
    }
    let counts = report::checked(&past.router, &past.network, &past.plan, LAST_DAY).await?;
    let network = Rc::try_unwrap(past.network).map_err(|_| anyhow!("the history has not ended"))?;
    Ok((network, counts))
}

struct Past {
    plan: Rc<Plan>,
    router: Rc<Router>,
    network: Rc<Network>,
    lives: Vec<Option<Life>>,
}

impl Plan {
    /// What happens on each day, by case.
    fn days(&self) -> BTreeMap<NaiveDate, BTreeMap<usize, Vec<Moment>>> {
        let mut days: BTreeMap<NaiveDate, BTreeMap<usize, Vec<Moment>>> = BTreeMap::new();
        for moment in self.timeline() {
            let (case, day) = match moment {
                Moment::Opening { case } => (case, self.cases[case].opened_on),
                Moment::Step { case, step } => (case, self.cases[case].steps[step].on),
            };
            days.entry(day).or_default().entry(case).or_default().push(moment);
        }
        days
    }
}

impl Past {
    async fn live_through(
        &mut self,
        day: NaiveDate,
        work: BTreeMap<usize, Vec<Moment>>,
        clock: &Clock,
        progress: &ProgressBar,
    ) -> Result<()> {
        let rounds = work.values().map(Vec::len).max().unwrap_or_default();
        let mut hour = FIRST_HOUR;
        for round in 0..rounds {
            clock.set(moment(day, hour));
            hour += BETWEEN_STEPS;
            let mut running = Vec::new();
            for (&case, moments) in &work {
                let Some(&moment) = moments.get(round) else { continue };
                let life = self.lives[case].take();
                let (plan, router, network) =
                    (Rc::clone(&self.plan), Rc::clone(&self.router), Rc::clone(&self.network));
                let task = async move { happen(&plan, &router, &network, moment, life).await };
                running.push((case, actix_web::rt::spawn(task)));
            }
            for (case, task) in running {
                let life = task.await.context("a step broke off")?;
                self.lives[case] = Some(life.with_context(|| format!("case {case} of the plan, on {day}"))?);
                progress.inc(1);
            }
        }
        clock.set(moment(day, hour));
        self.give_up_raided(day).await
    }

    /// In the evening of a raid the coordinator marks the house: nobody may be brought there any more.
    async fn give_up_raided(&mut self, day: NaiveDate) -> Result<()> {
        for shelter in (0..self.plan.shelters.len()).filter(|&shelter| raided_on(shelter) == Some(day)) {
            let hub = self.plan.shelters[shelter].hub;
            let coordinator = *members(hub, "coordinator").first().context("a hub has no coordinator")?;
            let network = Rc::get_mut(&mut self.network).context("a step goes on in the evening")?;
            let user = network.users[coordinator].id;
            founding::set_state(&self.router, user, &mut network.shelters[shelter], "compromised").await?;
        }
        Ok(())
    }
}

async fn happen(
    plan: &Plan,
    router: &Router,
    network: &Network,
    moment: Moment,
    life: Option<Life>,
) -> Result<Life> {
    match moment {
        Moment::Opening { case } => opening::open(router, network, &plan.cases[case]).await,
        Moment::Step { case, step } => {
            let mut life = life.context("a step before the opening")?;
            let case = &plan.cases[case];
            let step = &case.steps[step];
            life.go_on(router, network, case, step).await.with_context(|| format!("{:?}", step.act))?;
            Ok(life)
        }
    }
}
