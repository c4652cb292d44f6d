//! Figures for a monitor, in OpenMetrics text, on an address of their own that only this machine reaches.
//!
//! No label names a person, a case, a hub or a user: a witness, which is another machine, is the most.

use std::io;
use std::net::TcpListener;

use actix_web::dev::Server;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use actix_web::web::{self, Data};
use actix_web::{HttpResponse, HttpServer};
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::{Registry, Unit};

use crate::app::App;
use crate::audit::status::{self, LogStatus};
use crate::db::types::Timestamp;
use crate::emergency::{self, Unreviewed};
use crate::error::Result;

/// As <https://prometheus.io/docs/specs/om/open_metrics_spec/> names it.
const OPEN_METRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// Serves `GET /metrics` over a socket, until it is stopped.
pub fn server(app: &Data<App>, listener: TcpListener) -> io::Result<Server> {
    let app = app.clone();
    let build =
        move || actix_web::App::new().app_data(app.clone()).route("/metrics", web::get().to(get_metrics));
    Ok(HttpServer::new(build).workers(1).disable_signals().shutdown_timeout(1).listen(listener)?.run())
}

async fn get_metrics(app: Data<App>) -> HttpResponse {
    let text = match figures(&app).await {
        Ok(text) => text,
        Err(error) => {
            tracing::warn!(?error, "the figures for the monitor cannot be read");
            return HttpResponse::ServiceUnavailable().finish();
        }
    };
    HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, OPEN_METRICS))
        .insert_header((CACHE_CONTROL, "no-store"))
        .body(text)
}

/// All of them, as text.
pub async fn figures(app: &App) -> Result<String> {
    let (log, _) = status::now(app).await?;
    Ok(text_of(&log, emergency::count(app).await?, app.clock.now()))
}

fn text_of(log: &LogStatus, reviews: Unreviewed, now: Timestamp) -> String {
    let mut registry = Registry::with_prefix("waystation");
    let version: Family<[(&str, &str); 1], Gauge> = Family::default();
    version.get_or_create(&[("version", env!("CARGO_PKG_VERSION"))]).set(1);
    registry.register("build", "The program that runs", version);
    let overdue: Gauge = Gauge::default();
    overdue.set(reviews.overdue);
    registry.register(
        "emergency_reviews_overdue",
        "Emergency accesses that no auditor has reviewed in time",
        overdue,
    );
    tell_log(registry.sub_registry_with_prefix("log"), log, now);
    let mut text = String::new();
    // Writing to a string fails only where a value cannot be formatted, and these are numbers.
    if encode(&mut text, &registry).is_err() {
        text.clear();
    }
    text
}

/// What is not there is left out: an age of nothing is no number.
fn tell_log(registry: &mut Registry, log: &LogStatus, now: Timestamp) {
    let mut tell = |name: &str, help: &str, unit: Option<Unit>, value: Option<i64>| {
        let Some(value) = value else { return };
        let gauge: Gauge = Gauge::default();
        gauge.set(value);
        match unit {
            Some(unit) => registry.register_with_unit(name, help, unit, gauge),
            None => registry.register(name, help, gauge),
        }
    };
    let seconds = || Some(Unit::Seconds);
    let newest = log.checkpoint.as_ref();
    let quorum = log.quorum.as_ref();
    tell("entries", "Entries that have a position", None, Some(log.size));
    tell(
        "signable",
        "1 when the server may sign the log, 0 when it refuses to",
        None,
        Some(i64::from(log.not_signed.is_none())),
    );
    tell(
        "checkpoint_entries",
        "Entries that the newest checkpoint signs",
        None,
        newest.map(|newest| newest.size),
    );
    tell(
        "checkpoint_age",
        "Since the newest checkpoint was signed",
        seconds(),
        newest.map(|newest| newest.age_seconds),
    );
    tell("waiting_events", "Events that wait for a position", None, Some(log.waiting.events));
    tell(
        "waiting_age",
        "Since the oldest of them was recorded",
        seconds(),
        Some(log.waiting.oldest_seconds.unwrap_or(0)),
    );
    tell(
        "quorum_met",
        "1 when enough witnesses have cosigned the newest checkpoint",
        None,
        quorum.map(|quorum| i64::from(quorum.newest_met)),
    );
    let met = quorum.and_then(|quorum| quorum.met.as_ref());
    tell(
        "quorum_age",
        "Since the newest checkpoint was signed that enough witnesses have cosigned",
        seconds(),
        met.map(|met| met.age_seconds),
    );

    let cosigned: Family<[(&str, String); 1], Gauge> = Family::default();
    for witness in &log.witnesses {
        if let Some(at) = witness.cosigned_at {
            cosigned.get_or_create(&[("witness", witness.name.clone())]).set(now.since(at).num_seconds());
        }
    }
    registry.register_with_unit("cosignature_age", "Since a witness last cosigned", Unit::Seconds, cosigned);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::status::{Quorum, SignedAt, Waiting, WhyNotSigned, WitnessStatus};

    const NOW: Timestamp = Timestamp::from_micros(1_700_000_000_000_000);

    fn witness(name: &str, cosigned_at: Option<Timestamp>) -> WitnessStatus {
        WitnessStatus { name: name.to_owned(), size: cosigned_at.map(|_| 7), cosigned_at }
    }

    #[test]
    fn what_a_monitor_watches_is_told_by_name_and_unit() {
        let log = LogStatus {
            size: 12,
            checkpoint: Some(SignedAt { size: 10, signed_at: NOW, age_seconds: 5 }),
            not_signed: None,
            waiting: Waiting { events: 3, oldest_seconds: Some(61) },
            witnesses: vec![
                witness("heron.example", Some(NOW.plus(chrono::TimeDelta::seconds(-304)))),
                witness("owl.example", None),
            ],
            quorum: Some(Quorum {
                newest_met: false,
                met: Some(SignedAt { size: 7, signed_at: NOW, age_seconds: 310 }),
            }),
        };
        let text = text_of(&log, Unreviewed { overdue: 2 }, NOW);
        let figures: Vec<&str> = text.lines().filter(|line| !line.starts_with('#')).collect();
        assert_eq!(
            figures,
            [
                concat!("waystation_build{version=\"", env!("CARGO_PKG_VERSION"), "\"} 1"),
                "waystation_emergency_reviews_overdue 2",
                "waystation_log_entries 12",
                "waystation_log_signable 1",
                "waystation_log_checkpoint_entries 10",
                "waystation_log_checkpoint_age_seconds 5",
                "waystation_log_waiting_events 3",
                "waystation_log_waiting_age_seconds 61",
                "waystation_log_quorum_met 0",
                "waystation_log_quorum_age_seconds 310",
                "waystation_log_cosignature_age_seconds{witness=\"heron.example\"} 304",
            ]
        );
        assert!(text.ends_with("# EOF\n"));
    }

    #[test]
    fn what_is_not_known_is_left_out() {
        let log = LogStatus {
            size: 0,
            checkpoint: None,
            not_signed: Some(WhyNotSigned::Shorter),
            waiting: Waiting { events: 0, oldest_seconds: None },
            witnesses: Vec::new(),
            quorum: None,
        };
        let text = text_of(&log, Unreviewed { overdue: 2 }, NOW);
        assert!(
            text.contains("waystation_log_signable 0\n")
                && text.contains("waystation_log_waiting_age_seconds 0\n")
        );
        assert!(
            !text.contains("waystation_log_checkpoint") && !text.contains("waystation_log_quorum"),
            "{text}"
        );
    }
}
