//! One cell: so many connections ask for one thing, as fast as they are answered.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use tokio::task::JoinSet;

use crate::scenario::{Requests, Scenario};
use crate::statistics::Latencies;
use crate::wire::Connection;

/// How long.
#[derive(Clone, Copy, Debug)]
pub struct Duty {
    /// Before the measuring.
    pub warm_up: Duration,
    /// Of the measuring.
    pub measured: Duration,
}

/// What was measured.
#[derive(Clone, Copy, Debug)]
pub struct Measured {
    /// Answers within the measured time, a second.
    pub per_second: f64,
    /// Their latencies.
    pub latencies: Latencies,
    /// All answers, those of the warm-up and of the end too: each must be on the log.
    pub answered: u64,
    /// From the first request to the last answer.
    pub took: Duration,
}

struct Tally {
    micros: Vec<u32>,
    answered: u64,
}

/// Runs one connection for each element. Every answer must have the scenario's status.
pub async fn measure(
    server: SocketAddr,
    scenario: Scenario,
    requests: Vec<Requests>,
    duty: Duty,
) -> Result<Measured> {
    let mut connections = Vec::with_capacity(requests.len());
    for requests in requests {
        connections.push((Connection::open(server).await.context("connecting")?, requests));
    }
    let started = Instant::now();
    let (from, until) = (started + duty.warm_up, started + duty.warm_up + duty.measured);
    let mut running = JoinSet::new();
    for (connection, requests) in connections {
        running.spawn(ask_until(connection, requests, scenario.expected_status(), from, until));
    }
    let gather = async {
        let (mut micros, mut answered) = (Vec::new(), 0);
        while let Some(tally) = running.join_next().await {
            let tally = tally??;
            micros.extend(tally.micros);
            answered += tally.answered;
        }
        anyhow::Ok((micros, answered))
    };
    let longest = duty.warm_up + duty.measured + Duration::from_secs(60);
    let (micros, answered) =
        tokio::time::timeout(longest, gather).await.context("an answer never came")??;
    let took = started.elapsed();
    #[expect(clippy::cast_precision_loss, reason = "far fewer answers than 2^52")]
    let per_second = micros.len() as f64 / duty.measured.as_secs_f64();
    let Some(latencies) = Latencies::of(micros) else {
        bail!("{}: no answer came within the measured time; measure longer", scenario.name());
    };
    Ok(Measured { per_second, latencies, answered, took })
}

async fn ask_until(
    mut connection: Connection,
    mut requests: Requests,
    expected: u16,
    from: Instant,
    until: Instant,
) -> Result<Tally> {
    let mut tally = Tally { micros: Vec::with_capacity(64 * 1024), answered: 0 };
    loop {
        let request = requests.next()?;
        let sent = Instant::now();
        if sent >= until {
            return Ok(tally);
        }
        let answer = connection.send(request).await?;
        let answered = Instant::now();
        if answer.status != expected {
            let body = String::from_utf8_lossy(answer.body);
            bail!("answered with {} in place of {expected}: {body}", answer.status);
        }
        requests.learn(&answer)?;
        tally.answered += 1;
        if (from..until).contains(&answered) {
            let micros = answered.duration_since(sent).as_micros();
            tally.micros.push(u32::try_from(micros).unwrap_or(u32::MAX));
        }
    }
}
