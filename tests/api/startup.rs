//! What the program refuses to start with: the real binary, which says in one line what is wrong and
//! what to do.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Command;

use crate::common::server::{Installation, refusal};

const COMMANDS: [&[&str]; 4] =
    [&["serve", "--listen", "127.0.0.1:0"], &["migrate"], &["user", "list"], &["hub", "list"]];
/// The widest umask that there is: what is private all the same was made so.
const OPEN_HANDED: [&str; 3] = ["sh", "-c", "umask 000; exec \"$0\" \"$@\""];

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o7777
}

fn set_mode(path: &Path, mode: u32) {
    fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
}

#[test]
fn what_is_made_belongs_to_its_owner_alone_whatever_the_umask() {
    let installation = Installation::nothing_yet();
    let data = installation.path("some/where");
    let arguments = ["init", "--data", data.to_str().unwrap()];
    let done = installation.program_by(&OPEN_HANDED, &arguments).output().unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    for directory in ["some", "some/where"] {
        assert_eq!(mode(&installation.path(directory)), 0o700, "{directory}");
    }
    for file in ["root.key", "waystation.db"] {
        assert_eq!(mode(&data.join(file)), 0o600, "{file}");
    }

    let installation = Installation::set_up_on_file();
    let _server = installation.serve_by(&OPEN_HANDED);
    for file in ["waystation.db", "waystation.db-wal", "waystation.db-shm"] {
        assert_eq!(mode(&installation.path(file)), 0o600, "{file}");
    }
}

#[test]
fn a_database_that_others_may_use_is_refused_until_it_is_mended() {
    let installation = Installation::set_up_on_file();
    // A running server keeps the files of the log of changes there.
    let _server = installation.serve();
    for (name, wrong) in [
        ("", 0o755),
        ("", 0o710),
        ("waystation.db", 0o644),
        ("waystation.db", 0o620),
        ("waystation.db-wal", 0o604),
        ("waystation.db-shm", 0o601),
    ] {
        let path =
            if name.is_empty() { installation.directory().to_owned() } else { installation.path(name) };
        set_mode(&path, wrong);
        for command in COMMANDS {
            let told = refusal(&mut installation.program(command));
            assert!(told.contains(&format!("(mode {wrong:04o})")), "{command:?}: {told}");
            let mends = told.split('`').nth(1).unwrap();
            assert!(mends.starts_with("chmod go-rwx ") && mends.contains(path.to_str().unwrap()), "{told}");
        }
        let told = refusal(&mut installation.program(&["user", "list"]));
        let mended = Command::new("sh").args(["-c", told.split('`').nth(1).unwrap()]).status().unwrap();
        assert!(mended.success());
        let done = installation.program(&["user", "list"]).output().unwrap();
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    }
}

#[test]
fn everything_that_others_may_use_is_told_at_once_and_through_a_link() {
    let installation = Installation::set_up_on_file();
    let elsewhere = Installation::nothing_yet();
    std::os::unix::fs::symlink(installation.path("waystation.db"), elsewhere.path("link.db")).unwrap();
    set_mode(installation.directory(), 0o755);
    set_mode(&installation.path("waystation.db"), 0o666);
    let told = refusal(installation.program(&["migrate"]).env("DATABASE_URL", elsewhere.path("link.db")));
    assert!(told.contains("(mode 0755)") && told.contains("waystation.db (mode 0666)"), "{told}");
}

#[test]
fn a_new_network_is_not_made_where_others_look_in() {
    let installation = Installation::nothing_yet();
    let data = installation.path("shared");
    fs::create_dir(&data).unwrap();
    set_mode(&data, 0o755);
    let arguments = ["--data", data.to_str().unwrap()];
    for command in ["init", "demo"] {
        let told = refusal(&mut installation.program(&[&[command][..], &arguments].concat()));
        assert!(told.contains("(mode 0755)"), "{told}");
        assert!(told.contains(&format!("chmod 700 '{}'", data.display())), "{told}");
        assert_eq!(fs::read_dir(&data).unwrap().count(), 0, "nothing is left behind");
    }
    set_mode(&data, 0o700);
    let done = installation.program(&[&["init"][..], &arguments].concat()).output().unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
}
