//! Backups as an operator makes them and puts them back: by the real program, while it is served, on both databases.
//!
//! On SQLite alone a backup goes from file to file; with `TEST_DATABASE_URL` also from one kind to the other.

mod after;
mod erased;
mod kill;
mod large;
mod made;
mod refused;
mod round;

use std::fs::{self, File};
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::Output;

use age::secrecy::ExposeSecret as _;
use serde_json::Value;

use crate::common::private_directory;
use crate::common::server::Installation;

/// A place for backups, with a key that opens them.
struct Safe {
    directory: tempfile::TempDir,
    identity: age::x25519::Identity,
}

impl Safe {
    fn new() -> Self {
        let (directory, identity) = (private_directory(), age::x25519::Identity::generate());
        fs::write(directory.path().join("identity"), identity.to_string().expose_secret()).unwrap();
        fs::create_dir(directory.path().join("backups")).unwrap();
        Self { directory, identity }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    fn recipient(&self) -> String {
        self.identity.to_public().to_string()
    }

    fn identity_file(&self) -> String {
        text(&self.path("identity"))
    }

    /// Where backups are put.
    fn backups(&self) -> PathBuf {
        self.path("backups")
    }

    /// The arguments that make a backup into it.
    fn create(&self) -> Vec<String> {
        let to = text(&self.backups());
        ["backup", "create", "--to", &to, "--recipient", &self.recipient()].map(str::to_owned).to_vec()
    }

    /// Makes a backup; its manifest.
    #[track_caller]
    fn back_up(&self, installation: &Installation) -> PathBuf {
        let before = self.manifests();
        succeeded(&run(installation, &self.create()));
        let new: Vec<_> = self.manifests().into_iter().filter(|path| !before.contains(path)).collect();
        assert_eq!(new.len(), 1);
        new[0].clone()
    }

    fn manifests(&self) -> Vec<PathBuf> {
        let entries = fs::read_dir(self.backups()).unwrap().map(|entry| entry.unwrap().path());
        entries.filter(|path| text(path).ends_with(".manifest.json")).collect()
    }

    /// The arguments that put a backup back, or look at it.
    fn with(&self, verb: &str, manifest: &Path) -> Vec<String> {
        ["backup", verb, &text(manifest), "--identity", &self.identity_file()].map(str::to_owned).to_vec()
    }

    /// Restores into a bare installation, with the root key of the one that was backed up.
    #[track_caller]
    fn restore(&self, manifest: &Path, from: &Installation, into: &Installation) -> Output {
        give_root_key(from, into);
        let output = run(into, &self.with("restore", manifest));
        succeeded(&output);
        output
    }

    /// The lines of a part, as `age` would print them.
    fn lines(&self, manifest: &Path, part: &str) -> Vec<String> {
        let mut opened = String::new();
        let file = File::open(part_of(manifest, part)).unwrap();
        let decryptor = age::Decryptor::new(file).unwrap();
        let mut reader = decryptor.decrypt(std::iter::once(&self.identity as &dyn age::Identity)).unwrap();
        reader.read_to_string(&mut opened).unwrap();
        opened.lines().map(str::to_owned).collect()
    }
}

fn run(installation: &Installation, arguments: &[String]) -> Output {
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    installation.run(&arguments)
}

#[track_caller]
fn succeeded(output: &Output) {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// Why the program refused, which it must have.
#[track_caller]
fn refused(output: &Output) -> String {
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(1), "{told}{}", String::from_utf8_lossy(&output.stdout));
    told
}

fn text(path: &Path) -> String {
    path.to_str().unwrap().to_owned()
}

/// A part beside its manifest.
fn part_of(manifest: &Path, part: &str) -> PathBuf {
    PathBuf::from(text(manifest).replace(".manifest.json", &format!(".{part}.age")))
}

fn read_manifest(manifest: &Path) -> Value {
    serde_json::from_slice(&fs::read(manifest).unwrap()).unwrap()
}

fn give_root_key(from: &Installation, into: &Installation) {
    fs::copy(from.path("root.key"), into.path("root.key")).unwrap();
}

/// Nothing was written where a backup was to be restored.
#[track_caller]
fn assert_nothing_in(into: &Installation) {
    if into.is_postgres() {
        let tables = "SELECT COUNT(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace";
        assert_eq!(into.raw().count(tables), 0);
    }
    let names = fs::read_dir(into.directory()).unwrap().map(|entry| entry.unwrap().file_name());
    let names: Vec<_> = names.filter(|name| name != "root.key").collect();
    assert!(names.is_empty(), "{names:?}");
}
