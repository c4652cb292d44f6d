//! What is on the log is soon under a checkpoint: while a server runs, when it stops, and after a command of the operator.

use std::time::{Duration, Instant};

use serde_json::Value;

use crate::common::server::Installation;
use crate::common::whole_log::size_of;

/// Five seconds are promised; the rest is for a machine that is busy with other tests.
const BOUND: Duration = Duration::from_secs(8);

/// How many entries are on the log, and how many are signed.
fn entries_and_signed(installation: &Installation) -> (u64, u64) {
    let entries = installation.raw().count("SELECT COUNT(*) FROM audit_events").unsigned_abs();
    (entries, size_of(&installation.kept_checkpoint()))
}

#[test]
fn what_was_done_is_signed_within_seconds_and_at_the_end() {
    let installation = Installation::set_up();
    let server = installation.serve();
    let auditor = server.wire(Some(&installation.user(&server, "owl", "auditor", &[])));
    for _ in 0..2 {
        auditor.send("GET", "/v1/me", None, &Value::Null).unwrap();
        let done = installation.raw().count("SELECT COUNT(*) FROM audit_events").unsigned_abs();
        let since = Instant::now();
        while size_of(&installation.kept_checkpoint()) < done {
            assert!(since.elapsed() < BOUND, "{:?}", entries_and_signed(&installation));
            std::thread::sleep(Duration::from_millis(50));
        }
    }
    auditor.send("GET", "/v1/me", None, &Value::Null).unwrap();
    server.stop();
    let (entries, signed) = entries_and_signed(&installation);
    assert_eq!(entries, signed, "a server that stops leaves nothing unsigned");
}

#[test]
fn what_an_operator_did_is_signed_when_the_command_ends() {
    let installation = Installation::set_up();
    for command in
        [&["user", "add", "heron", "--role", "auditor"] as &[&str], &["user", "list"], &["hub", "list"]]
    {
        let output = installation.run(command);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let (entries, signed) = entries_and_signed(&installation);
        assert_eq!(entries, signed, "{command:?}");
    }
}
