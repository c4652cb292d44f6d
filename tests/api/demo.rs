//! The demonstration as a person runs it: the real binary, few cases, so that it takes a second or two.

use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};

use crate::common::{private_directory, skipped};

fn demo(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_waystation"));
    command.args(["demo", "--one-in", "15"]).args(arguments);
    command
}

#[test]
fn a_day_is_played_over_http_and_comes_out_as_it_should() {
    let done = demo(&["--once"]).output().unwrap();
    let told = String::from_utf8(done.stdout).unwrap();
    assert!(done.status.success(), "{told}\n{}", String::from_utf8_lossy(&done.stderr));
    for part in [
        "Where everybody is on 2006-12-31",
        "tern opens case WS-",
        "heron approves it",
        "recognized as a refugee",
        "there is no such case",
        "curlew's look at 13:00 is there",
        "written at 09:15 and opened at 13:30",
        "Every step came out as it should.",
        "is deleted, and the network with it.",
    ] {
        assert!(told.contains(part), "{part}: {told}");
    }
}

#[test]
fn another_seed_is_another_network_and_as_right() {
    let done = demo(&["--once", "--seed", "7"]).output().unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
}

#[test]
fn a_network_that_is_there_is_left_alone() {
    let directory = private_directory();
    let data = directory.path().to_str().unwrap();
    assert!(demo(&["--once", "--data", data]).output().unwrap().status.success());
    let before = std::fs::metadata(directory.path().join("root.key")).unwrap().modified().unwrap();
    let again = demo(&["--once", "--data", data]).output().unwrap();
    assert!(!again.status.success());
    assert!(String::from_utf8_lossy(&again.stderr).contains("is there already"));
    let after = std::fs::metadata(directory.path().join("root.key")).unwrap().modified().unwrap();
    assert_eq!(before, after);
}

#[test]
fn its_passwords_are_served_to_nobody_else() {
    let refused = demo(&["--listen", "0.0.0.0:9000"]).output().unwrap();
    assert!(!refused.status.success());
    assert!(String::from_utf8_lossy(&refused.stderr).contains("on this machine only"));
}

/// Needs `sh` and `curl`, as the person does who copies the lines.
#[test]
fn the_printed_lines_work_as_printed() {
    if Command::new("curl").arg("--version").output().is_err() {
        skipped("the printed lines of the demonstration", "there is no curl");
        return;
    }
    let mut server = demo(&["--listen", "127.0.0.1:0"]).stdout(Stdio::piped()).spawn().unwrap();
    let mut told = BufReader::new(server.stdout.take().unwrap()).lines().map_while(Result::ok);
    let mut copied = Vec::new();
    for line in told.by_ref().take_while(|line| !line.starts_with("Served at ")) {
        if line.starts_with("login()") || line.starts_with("curl") {
            copied.push(line);
        }
    }
    let done = Command::new("sh").args(["-c", &copied.join("; echo; ")]).output().unwrap();
    let stopped = Command::new("kill").args(["-INT", &server.id().to_string()]).status().unwrap();
    let last = told.last().unwrap();
    assert!(stopped.success() && server.wait().unwrap().success());
    assert!(last.ends_with("is deleted, and the network with it."), "{last}");
    assert_eq!(copied.len(), 5, "{copied:?}");
    let answers = String::from_utf8(done.stdout).unwrap();
    for part in ["\"next_cursor\":", "\"code\":\"WS-", "as_of,hub_id,stage", "\"action\":\"record.write\""] {
        assert!(answers.contains(part), "{part}: {answers}");
    }
    assert!(!answers.contains("\"status\":4"), "{answers}");
}
