//! The commands that give the root key into the hands of people, as a person runs them.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use crate::common::server::{Installation, refusal, share_on, typed};

const FIRST: &str = "mole ridge actor punch sled oval";
const SECOND: &str = "thorn kettle amber quilt north pebble";

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
fn shares_are_shown_to_a_person_or_go_into_private_files() {
    let installation = Installation::set_up();
    let arguments = ["key", "split", "--shares", "5", "--threshold", "3", "--by", "admin"];
    let told = refusal(installation.program(&arguments).stdin(std::process::Stdio::null()));
    assert!(told.contains("--output"), "{told}");
    let directory = installation.path("shares");
    let arguments = [&arguments[..], &["--output", directory.to_str().unwrap()]].concat();
    let done = installation.run(&arguments);
    assert!(done.status.success(), "{}", text(&done.stderr));
    let mode = |path: &std::path::Path| fs::metadata(path).unwrap().permissions().mode() & 0o7777;
    assert_eq!(mode(&directory), 0o700);
    for index in 1..=5 {
        let file = directory.join(format!("share-{index}-of-5.txt"));
        assert_eq!(mode(&file), 0o600);
        let sheet = fs::read_to_string(&file).unwrap();
        assert!(sheet.contains(&format!("share {index} of 5. Any 3 of them")), "{sheet}");
        assert!(!text(&done.stdout).contains(share_on(&sheet).split_whitespace().nth(3).unwrap()));
        // The paper and the check of it say the same, in however many lines it is typed.
        for lines in [share_on(&sheet), share_on(&sheet).replace('\n', " ")] {
            let checked = typed(&mut installation.program(&["key", "check"]), &format!("{lines}\n"));
            assert!(checked.status.success(), "{}", text(&checked.stderr));
            let words = sheet.lines().last().unwrap().trim_start_matches("check words").trim();
            assert!(
                text(&checked.stdout).contains(&format!("check words: {words}")),
                "{}",
                text(&checked.stdout)
            );
        }
    }
    // Nothing is overwritten, and nothing that was refused counts.
    let told = refusal(&mut installation.program(&arguments));
    assert!(told.contains("share-1-of-5.txt"), "{told}");
    assert_eq!(installation.raw().count("SELECT COUNT(*) FROM key_splits"), 1);
    for (shares, threshold) in [("5", "1"), ("2", "3"), ("21", "3")] {
        let wrong =
            ["key", "split", "--shares", shares, "--threshold", threshold, "--by", "admin", "--output", "x"];
        refusal(&mut installation.program(&wrong));
    }
    let nobody = ["key", "split", "--shares", "3", "--threshold", "2", "--by", "nobody", "--output", "x"];
    assert!(refusal(&mut installation.program(&nobody)).contains("no user nobody"));
}

#[test]
fn commands_ask_for_shares_where_people_have_the_key() {
    let installation = Installation::set_up();
    let (old, shares) = (installation.split(2, 3), installation.split(2, 3));
    fs::remove_file(installation.path("root.key")).unwrap();
    let list = |lines: &[&String]| {
        let lines: String = lines.iter().map(|share| format!("{share}\n")).collect();
        typed(installation.program(&["user", "list"]).env("WAYSTATION_ROOT_KEY_SHARES", "1"), &lines)
    };
    let done = list(&[&shares[0], &shares[2]]);
    assert!(done.status.success() && text(&done.stdout).contains("admin"), "{}", text(&done.stderr));
    for (lines, why) in [
        (vec![&old[0], &old[1]], "earlier split"),
        (vec![&shares[0], &shares[0]], "counts once"),
        (vec![&shares[0], &old[1]], "another split"),
        (vec![&shares[0]], "can ask nobody"),
        (vec![], "can ask nobody"),
    ] {
        let refused = list(&lines);
        assert!(
            !refused.status.success() && text(&refused.stderr).contains(why),
            "{why}: {}",
            text(&refused.stderr)
        );
    }
    let mistyped = shares[0].replacen('q', "p", 1);
    if mistyped != shares[0] {
        assert!(text(&list(&[&mistyped]).stderr).contains("group"));
    }
    // The way back, when the database knows nothing of the shares.
    let file = installation.path("again.key");
    let arguments = ["key", "join", "--output", file.to_str().unwrap()];
    let joined = typed(&mut installation.program(&arguments), &format!("{}\n{}\n", old[0], old[2]));
    assert!(joined.status.success(), "{}", text(&joined.stderr));
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o7777, 0o600);
    let done = installation.run(&["user", "list", "--root-key-file", file.to_str().unwrap()]);
    assert!(done.status.success(), "{}", text(&done.stderr));
}

#[test]
fn a_passphrase_is_set_used_and_changed_without_touching_the_keys() {
    let installation = Installation::set_up();
    let keys = |installation: &Installation| {
        let mut raw = installation.raw();
        let sql = format!("SELECT {} AS t FROM keyring ORDER BY purpose", raw.hex("wrapped"));
        raw.texts(&sql)
    };
    let before = keys(&installation);
    let set = ["key", "passphrase", "--by", "admin"];
    for (lines, why) in [
        (format!("{FIRST}\n{SECOND}\n"), "not the same"),
        ("short\nshort\n".to_owned(), "at least 20"),
        (String::new(), "can ask nobody"),
    ] {
        let refused = typed(&mut installation.program(&set), &lines);
        assert!(
            !refused.status.success() && text(&refused.stderr).contains(why),
            "{}",
            text(&refused.stderr)
        );
    }
    let file = installation.path("root.passphrase");
    assert!(!file.exists());
    let done = typed(&mut installation.program(&set), &format!("{FIRST}\n{FIRST}\n"));
    assert!(done.status.success() && text(&done.stdout).contains("root.key"), "{}", text(&done.stderr));
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o7777, 0o600);
    fs::remove_file(installation.path("root.key")).unwrap();

    let with = |arguments: &[&str], lines: &str| {
        let mut program = installation.program(arguments);
        typed(program.env("WAYSTATION_ROOT_KEY_PASSPHRASE_FILE", &file), lines)
    };
    assert!(with(&["user", "list"], &format!("{FIRST}\n")).status.success());
    let wrong = with(&["user", "list"], &format!("{SECOND}\n"));
    assert!(text(&wrong.stderr).contains("the passphrase is wrong"), "{}", text(&wrong.stderr));
    assert!(!text(&wrong.stderr).contains("kettle"));

    let changed = with(&set, &format!("{FIRST}\n{SECOND}\n{SECOND}\n"));
    assert!(changed.status.success(), "{}", text(&changed.stderr));
    assert!(!with(&["user", "list"], &format!("{FIRST}\n")).status.success());
    let variable = format!("WAYSTATION_ROOT_KEY_PASSPHRASE_FILE={}", file.display());
    let server = installation.serve_with(&[&variable]);
    assert_eq!(server.ready(), 503);
    let url = format!("http://{}", server.address());
    let unseal = ["unseal", "--url", &url];
    let refused = with(&unseal, &format!("{FIRST}\n"));
    assert!(text(&refused.stderr).contains("The passphrase is wrong"), "{}", text(&refused.stderr));
    std::thread::sleep(std::time::Duration::from_millis(1_100));
    let opened = with(&unseal, &format!("{SECOND}\n"));
    assert!(opened.status.success(), "{}", text(&opened.stderr));
    server.wait_for_ready(200);
    assert_eq!(keys(&installation), before);
}

#[test]
fn holders_open_a_server_from_wherever_they_are() {
    let installation = Installation::set_up();
    let shares = installation.split(3, 4);
    let server = installation.serve_with(&["WAYSTATION_ROOT_KEY_SHARES=1"]);
    let url = format!("http://{}", server.address());
    // Each at a machine of their own, where there is no network of this name.
    let holder = Installation::nothing_yet();
    let hand_in = |lines: &str| typed(&mut holder.program(&["unseal", "--url", &url, "--once"]), lines);
    for (share, told) in [(0, "needs 2 more"), (3, "needs 1 more"), (2, "The server opens")] {
        let done = hand_in(&format!("{}\n", shares[share]));
        assert!(text(&done.stdout).contains(told), "{} {}", text(&done.stdout), text(&done.stderr));
    }
    server.wait_for_ready(200);
    let late = hand_in(&format!("{}\n", shares[1]));
    assert!(text(&late.stderr).contains("the server is open"), "{}", text(&late.stderr));
    assert!(!holder.run(&["unseal", "--url", "http://way.example"]).status.success());
}
