//! The copy of the log that is kept elsewhere.

use std::os::unix::net::UnixDatagram;
use std::time::Duration;

use serde_json::{Value, json};
use waystation::access::Role;
use waystation::audit::copies::CopyTarget;

use crate::common::server::Installation;
use crate::common::{TestApp, together};

fn lines(path: &std::path::Path) -> Vec<Value> {
    let text = std::fs::read_to_string(path).unwrap_or_default();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[actix_web::test]
async fn where_it_is_required_nothing_is_answered_before_its_entry_is_copied() {
    let first = TestApp::new().await;
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("audit.jsonl");
    let target: CopyTarget = format!("file:{}", path.display()).parse().unwrap();
    let app = first.copying(&target.requiring(true)).await;
    let hub = app.hub("Kunming");
    let heron = app.caseworker(hub);
    for _ in 0..4 {
        let asked = (0..8).map(|number| {
            let (heron, path) = (heron.clone(), path.clone());
            async move {
                let answer = match number {
                    0 => {
                        let body = json!({
                            "hub_id": hub, "sex": "female", "age_band": "18-59", "origin_country": "PRK",
                            "risk": "high", "opened_on": "2026-03-01"
                        });
                        let made = heron.post("/v1/cases", body).await;
                        assert_eq!(made.status, 201, "{}", made.text());
                        made
                    }
                    1 => heron.get("/v1/users").await,
                    _ => heron.get("/v1/me").await,
                };
                let request = answer.header("x-request-id").unwrap().to_owned();
                assert!(
                    lines(&path).iter().any(|line| line["entry"]["request"] == request.as_str()),
                    "answered, and not copied"
                );
            }
        });
        together(asked).await;
    }
    let copied: Vec<(Option<i64>, String)> = lines(&path)
        .iter()
        .map(|line| (line["position"].as_i64(), line["entry"]["id"].as_str().unwrap().to_owned()))
        .collect();
    let logged: Vec<_> = app.log().await.into_iter().map(|entry| (entry.position, entry.id)).collect();
    assert_eq!(copied, logged, "everything that was on the log before too, each once, in order");
}

#[actix_web::test]
async fn a_copy_that_is_not_required_follows_by_itself() {
    let first = TestApp::new().await;
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("audit.jsonl");
    let app = first.copying(&format!("file:{}", path.display()).parse().unwrap()).await;
    app.auditor().get("/v1/me").await.expect(200);
    let size = app.log().await.len();
    for _ in 0..200 {
        if lines(&path).len() == size {
            return;
        }
        actix_web::rt::time::sleep(Duration::from_millis(25)).await;
    }
    panic!("{} of {size} entries are copied", lines(&path).len());
}

#[actix_web::test]
async fn what_cannot_be_copied_is_not_shown_and_is_on_the_log() {
    let first = TestApp::new().await;
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("log");
    let socket = UnixDatagram::bind(&path).unwrap();
    let target: CopyTarget = format!("syslog:{}", path.display()).parse().unwrap();
    let app = first.copying(&target.requiring(true)).await;
    let administrator = app.person(Role::Administrator, &[]);
    let reader = std::thread::spawn(move || {
        let mut buffer = [0; 8192];
        let length = socket.recv(&mut buffer).unwrap();
        String::from_utf8(buffer[..length].to_vec()).unwrap()
    });
    administrator.get("/v1/me").await.expect(200);
    assert!(reader.join().unwrap().contains("\"action\":\"account.read\""));
    std::fs::remove_file(&path).unwrap();
    let refused = administrator.get("/v1/me").await;
    refused.expect_problem(503, "copy_not_written");
    assert!(refused.header("retry-after").is_some());
    let request = refused.header("x-request-id").unwrap().to_owned();
    assert_eq!(app.events_of(&request).await.len(), 1);
    assert!(!refused.text().contains(administrator.id.as_str()));
}

#[test]
fn what_is_written_while_no_server_runs_is_sent_to_syslog_at_the_next_start() {
    let installation = Installation::set_up();
    let path = installation.path("syslog");
    let socket = UnixDatagram::bind(&path).unwrap();
    socket.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    let target = format!("WAYSTATION_AUDIT_COPY=syslog:{}", path.display());
    let received = || {
        let mut buffer = [0; 8192];
        let length = socket.recv(&mut buffer).unwrap();
        let text = String::from_utf8(buffer[..length].to_vec()).unwrap();
        serde_json::from_str::<Value>(&text[text.find('{').unwrap()..]).unwrap()
    };
    let server = installation.serve_by(&["env", &target]);
    let started = received();
    assert_eq!(started["entry"]["action"], "system.start", "it begins at the end of the log");
    server.stop();
    let added = installation.run(&["user", "add", "heron", "--role", "auditor"]);
    assert!(added.status.success(), "{}", String::from_utf8_lossy(&added.stderr));
    let server = installation.serve_by(&["env", &target]);
    let (mut next, mut actions) = (started["position"].as_i64().unwrap(), Vec::new());
    while actions.last().is_none_or(|action| action != "system.start") {
        let told = received();
        next += 1;
        assert_eq!(told["position"], next, "none is left out, none comes twice");
        actions.push(told["entry"]["action"].as_str().unwrap().to_owned());
    }
    assert_eq!(actions, ["user.create", "system.start"]);
    server.stop();
}
