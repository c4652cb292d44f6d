//! What the program refuses to start with: the real binary, which says in one line what is wrong and
//! what to do.

use std::fs::{self, Permissions};
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::common::server::{Installation, refusal};
use crate::common::skipped;

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

/// Runs the command that the refusal names; then the program is refused no more.
fn mend_as_told(installation: &Installation) {
    let told = refusal(&mut installation.program(&["user", "list"]));
    let mended = Command::new("sh").args(["-c", told.split('`').nth(1).unwrap()]).status().unwrap();
    assert!(mended.success());
    let done = installation.program(&["user", "list"]).output().unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
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
        mend_as_told(&installation);
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

#[test]
fn an_address_that_leads_to_no_database_is_told_as_what_it_is() {
    let installation = Installation::nothing_yet();
    let file = |name: &str, content: &[u8]| {
        let path = installation.path(name);
        fs::write(&path, content).unwrap();
        set_mode(&path, 0o600);
        path.to_str().unwrap().to_owned()
    };
    let text = file("letter.txt", &b"Dear heron, ".repeat(500));
    let empty = file("empty.db", b"");
    let missing = installation.path("missing/waystation.db").to_str().unwrap().to_owned();
    let directory = installation.directory().to_str().unwrap().to_owned();
    for (address, wrong, advice) in [
        ("mysql://u:four-herons@h/w", "`mysql://…`", "postgres://USER@HOST/NAME"),
        ("", "names no database", "use a path"),
        ("postgres://u:four-herons@x@h/w", "is not an address of PostgreSQL", "%40 for `@`"),
        (
            "postgres://u:four-herons@h/w",
            "on another machine without sslmode=verify-full",
            "WAYSTATION_ALLOW_PLAIN_DATABASE_LINK=1",
        ),
        ("postgres:///w?service=w", "the parameter service", "write host"),
        ("postgres://u@127.0.0.1:1/w", "Connection refused", "start PostgreSQL there"),
        ("postgres:///w?host=/nowhere", "No such file or directory", "?host=/run/postgresql"),
        ("postgres://u@127.0.0.1:1/w?sslmoed=disable", "\"sslmoed\"", "correct it in DATABASE_URL"),
        (&missing, "there is no database at", "`waystation init`"),
        (&directory, "is not a regular file", "must name the file"),
        (&text, "file is not a database", "name the right one"),
        (&empty, "there is no network in this database", "`waystation init`"),
    ] {
        for command in COMMANDS {
            // It makes the tables where there are none.
            if address == empty && command == ["migrate"] {
                continue;
            }
            let told = refusal(installation.program(command).env("DATABASE_URL", address));
            assert!(told.contains(wrong) && told.contains(advice), "{command:?} {address}: {told}");
            assert!(!told.contains("four-herons"), "{told}");
        }
    }
    assert_eq!(
        fs::read(&text).unwrap(),
        b"Dear heron, ".repeat(500),
        "what is not a database is left as it is"
    );
    let told = refusal(installation.program(&["init"]).env("DATABASE_URL", &empty));
    assert!(told.contains("is there already") && told.contains("Choose another place"), "{told}");
    assert!(!installation.path("root.key").exists(), "nothing is left behind");
    // Tables alone are no network either.
    assert!(
        installation.program(&["migrate"]).env("DATABASE_URL", &empty).output().unwrap().status.success()
    );
    let told = refusal(installation.program(&["serve"]).env("DATABASE_URL", &empty));
    assert!(told.contains("there is no network in this database"), "{told}");
}

#[test]
fn a_key_that_does_not_open_the_network_is_told_as_what_it_is() {
    let (installation, other) = (Installation::set_up(), Installation::set_up());
    let right = fs::read_to_string(installation.path("root.key")).unwrap();
    let key = |name: &str, text: &str, mode: u32| {
        let path = installation.path(name);
        fs::write(&path, text).unwrap();
        set_mode(&path, mode);
        path
    };
    let mut mistyped = right.trim_end().to_owned();
    let last = mistyped.pop().unwrap();
    mistyped.push(if last == 'A' { 'B' } else { 'A' });
    for (path, wrong, advice) in [
        (installation.path("missing.key"), "missing.key cannot be read: No such file", "check the path"),
        (installation.directory().to_owned(), "is not a regular file", "name the file"),
        (key("shared.key", &right, 0o644), "has mode 0644", "`chmod 600 '"),
        (key("cut.key", &right[..40], 0o600), "so it was cut", "copy the whole line again"),
        (key("mistyped.key", &mistyped, 0o600), "checksum does not match", "copy the whole line again"),
        (key("letter.key", "Dear heron", 0o600), "does not hold a root key", "`waystation-root-key-v1:`"),
        (other.path("root.key"), "opens no key of the database", "give the right key"),
    ] {
        for command in [COMMANDS[0], COMMANDS[2]] {
            let arguments = [command, &["--root-key-file", path.to_str().unwrap()]].concat();
            let told = refusal(&mut installation.program(&arguments));
            assert!(told.contains(wrong) && told.contains(advice), "{command:?}: {told}");
            assert!(!told.contains(&right[23..33]), "{told}");
        }
    }
    let told = refusal(installation.program(&["user", "list"]).env("WAYSTATION_ROOT_KEY", mistyped));
    assert!(told.contains("the environment variable WAYSTATION_ROOT_KEY does not hold a root key"), "{told}");
}

#[test]
fn an_address_that_cannot_be_served_is_told_as_what_it_is() {
    let installation = Installation::set_up();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap();
    let told = refusal(&mut installation.program(&["serve", "--listen", &address.to_string()]));
    assert_eq!(told, format!("port {} is in use: choose another one with --listen", address.port()));
    for (address, wrong) in [
        ("192.0.2.1:8080", "192.0.2.1:8080 is no address of this machine"),
        ("localhost:8080", "--listen (or WAYSTATION_LISTEN) must be an IP address and a port"),
        ("127.0.0.1:99999", "--listen (or WAYSTATION_LISTEN) must be an IP address and a port"),
    ] {
        let mut command = installation.program(&["serve", "--listen", address]);
        let told = refusal(command.env("WAYSTATION_ALLOW_KEY_FILE", "1"));
        assert!(told.contains(wrong), "{told}");
    }
    let told = refusal(&mut installation.program(&["serve", "--listen", "0.0.0.0:0"]));
    assert!(
        told.contains("who takes the disk has the key") && told.contains("WAYSTATION_ALLOW_KEY_FILE=1"),
        "{told}"
    );
    let told = refusal(installation.program(&["serve"]).env("WAYSTATION_LISTN", address.to_string()));
    assert!(told.contains("the variable WAYSTATION_LISTN is set and means nothing"), "{told}");
}

#[test]
fn a_schema_that_is_not_this_program_s_is_refused() {
    let installation = Installation::set_up();
    let newest = "(SELECT MAX(version) FROM __diesel_schema_migrations)";
    let mut raw = installation.raw();
    raw.execute("INSERT INTO __diesel_schema_migrations (version) VALUES ('99991231000000')").unwrap();
    for command in COMMANDS {
        let told = refusal(&mut installation.program(command));
        assert!(told.contains("99991231000000") && told.contains("a newer waystation has used it"), "{told}");
        assert!(told.contains("Install that version"), "{told}");
    }
    let delete = format!("DELETE FROM __diesel_schema_migrations WHERE version = {newest}");
    raw.execute(&delete).unwrap();
    let done = installation.program(&["user", "list"]).output().unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    raw.execute(&delete).unwrap();
    for command in [COMMANDS[0], COMMANDS[2], COMMANDS[3]] {
        let told = refusal(&mut installation.program(command));
        assert!(told.contains("not up to date (1 migrations to run)"), "{told}");
        assert!(told.contains("run `waystation migrate`"), "{told}");
    }
}

#[test]
fn a_file_that_cannot_be_written_is_refused_until_it_is_mended() {
    let installation = Installation::set_up_on_file();
    let server = installation.serve();
    for (name, wrong) in
        [("", 0o500), ("waystation.db", 0o400), ("waystation.db-wal", 0o400), ("waystation.db-shm", 0o400)]
    {
        let path =
            if name.is_empty() { installation.directory().to_owned() } else { installation.path(name) };
        set_mode(&path, wrong);
        for command in COMMANDS {
            let told = refusal(&mut installation.program(command));
            assert!(told.contains(&format!("(mode {wrong:04o})")), "{command:?}: {told}");
        }
        mend_as_told(&installation);
    }
    server.kill();
}

/// Needs the right to mount, which root has on most machines.
#[test]
fn a_disk_that_is_mounted_read_only_is_refused() {
    let installation = Installation::set_up_on_file();
    let directory = installation.directory().display();
    let script = format!(
        "mount --bind {directory} {directory} && mount -o remount,ro,bind {directory} && exec \"$0\" \"$@\""
    );
    let read_only = ["unshare", "-m", "sh", "-c", &script];
    let tried = Command::new(read_only[0]).args(&read_only[1..]).arg("true").stderr(Stdio::null()).status();
    if !tried.is_ok_and(|status| status.success()) {
        return skipped("a disk that is mounted read-only", "this user may not mount");
    }
    for (command, left_open) in
        [(COMMANDS[0], false), (COMMANDS[2], false), (COMMANDS[1], true), (COMMANDS[0], true)]
    {
        let server = left_open.then(|| installation.serve());
        let told = refusal(&mut installation.program_by(&read_only, command));
        assert!(told.contains("on a disk that can be written"), "{command:?}: {told}");
        drop(server);
    }
    let done = installation.program(&["user", "list"]).output().unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
}
