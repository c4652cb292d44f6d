//! Figures for a monitor: on an address of their own, to this machine alone, without a name in them.

use std::net::TcpListener;
use std::time::{Duration, Instant};

use crate::common::TestApp;
use crate::common::server::{Installation, refusal};

/// All figures of a network.
pub async fn told(app: &TestApp) -> String {
    waystation::metrics::figures(&app.app).await.unwrap()
}

fn get(address: &str) -> (u16, String, String) {
    let agent: ureq::Agent = ureq::Agent::config_builder().http_status_as_error(false).build().into();
    let mut answer = agent.get(format!("http://{address}")).call().unwrap();
    let kind = answer.headers().get("content-type").map(|kind| kind.to_str().unwrap().to_owned());
    let status = answer.status().as_u16();
    (status, kind.unwrap_or_default(), answer.body_mut().read_to_string().unwrap())
}

fn figure(text: &str, name: &str) -> Option<i64> {
    text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' ')?.parse().ok())
}

fn free() -> String {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string()
}

#[test]
fn a_monitor_on_this_machine_is_told_how_the_log_stands() {
    let installation = Installation::set_up();
    let address = free();
    let server = installation.serve_by(&["env", &format!("WAYSTATION_METRICS_LISTEN={address}")]);
    installation.user(&server, "sparrow", "auditor", &[]);
    let started = Instant::now();
    let text = loop {
        let (status, kind, text) = get(&format!("{address}/metrics"));
        assert_eq!(status, 200, "{text}");
        assert!(kind.starts_with("application/openmetrics-text"), "{kind}");
        if figure(&text, "waystation_log_checkpoint_entries").is_some_and(|signed| signed > 4) {
            break text;
        }
        assert!(started.elapsed() < Duration::from_secs(20), "the log is not signed: {text}");
        std::thread::sleep(Duration::from_millis(100));
    };
    assert!(text.ends_with("# EOF\n"), "{text}");
    assert_eq!(figure(&text, "waystation_log_signable"), Some(1));
    assert_eq!(figure(&text, "waystation_log_waiting_age_seconds"), Some(0));
    assert!(!text.contains("sparrow"));

    assert_eq!(get(&format!("{address}/v1/cases")).0, 404, "nothing else is served there");
    assert_eq!(get(&format!("{}/metrics", server.address())).0, 404, "nor the figures anywhere else");
    let taken = refusal(
        installation
            .program(&["serve", "--listen", "127.0.0.1:0"])
            .env("WAYSTATION_METRICS_LISTEN", &address),
    );
    assert!(taken.contains("in use") && taken.contains("WAYSTATION_METRICS_LISTEN"), "{taken}");
}
