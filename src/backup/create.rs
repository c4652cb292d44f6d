//! Making a backup, while the network is served: both parts from one view of the database, the manifest last.

use std::collections::HashMap;
use std::fs::{self, File, TryLockError};
use std::io::Write as _;
use std::path::{Path, PathBuf};

use chrono::TimeDelta;
use diesel::prelude::*;
use sha2::{Digest as _, Sha256};

use super::error::{BackupError, writing};
use super::format::{
    BackupId, MANIFEST, Manifest, Part, PartSummary, TableHead, TableSummary, VERSION, finished, sha256,
    signed_hash,
};
use super::log_check::LogCheck;
use super::part_writer::{PARTIAL, PartWriter, Partial};
use super::recipients::Recipients;
use super::rows::{audit_events, visit};
use super::table::{Table, Visitor};
use crate::access::Permit;
use crate::access::permissions::SystemAct;
use crate::app::App;
use crate::audit::checkpoint::{Anchor, NotSigned};
use crate::audit::{Action, Event};
use crate::db::schema::settings;
use crate::db::types::Timestamp;
use crate::db::url::DatabaseUrl;
use crate::db::{Snapshot, migrate};
use crate::error::{Error, Result as StoreResult};

/// The longest that a keys part may be kept.
const MOST_DAYS: i64 = 30;

/// What is to be made.
pub struct Plan {
    /// Directory of the manifest and the data part.
    pub to: PathBuf,
    /// Directory of the keys part.
    pub keys_to: PathBuf,
    /// Who can open the data part.
    pub recipients: Recipients,
    /// Who can open the keys part.
    pub keys_recipients: Recipients,
    /// After how many days the keys part is to be gone.
    pub keys_days: i64,
}

/// How far it has come.
#[derive(Clone, Copy)]
pub struct Step {
    /// Rows that are written.
    pub done: u64,
    /// Rows that there are.
    pub all: u64,
    /// How large SQLite's log of changes is meanwhile.
    pub held_back: u64,
}

/// What was made.
pub struct Made {
    /// What it says.
    pub manifest: Manifest,
    /// Where it is.
    pub manifest_path: PathBuf,
    /// Where the data part is.
    pub data_path: PathBuf,
    /// Where the keys part is.
    pub keys_path: PathBuf,
    /// Why the checkpoint in it is not of the log as it is now.
    pub unsigned: Option<NotSigned>,
}

/// Makes it; on the log before it is begun, and again when it is whole, with the hash of its manifest.
pub async fn create(
    app: &App,
    database: &DatabaseUrl,
    plan: Plan,
    progress: impl FnMut(Step) + Send + 'static,
) -> Result<Made, BackupError> {
    if !(1..=MOST_DAYS).contains(&plan.keys_days) {
        return Err(BackupError::KeysDays);
    }
    let now = app.clock.now();
    let files = Files::named(&plan, now);
    let _locks = files.prepare(&plan)?;
    let backup = BackupId::generate();
    let begun = Event::new(Action::BackupBegin)
        .subject(backup)
        .detail("recipients", plan.recipients.fingerprints().join(" "))
        .detail("keys_recipients", plan.keys_recipients.fingerprints().join(" "));
    record(app, begun).await?;
    // As much of the log as can be is signed in the backup; what has no position yet is in it all the same.
    let unplaced = app.db.sequence_now().await.err().map(NotSigned::Failed);
    let unsigned = app.notary.publish(&app.db).await.err().or(unplaced);
    let draft = Draft { backup, now, log_origin: app.notary.origin().to_string() };
    let (url, places) = (database.clone(), files.clone());
    let written = tokio::task::spawn_blocking(move || write_parts(&url, &plan, &draft, &places, progress));
    let (mut manifest, parts) = written.await.map_err(Error::internal)??;
    let unsigned_value = serde_json::to_value(&manifest).map_err(Error::internal)?;
    manifest.signature = app.notary.vouch_for_backup(&signed_hash(unsigned_value)?);
    let hash = publish(&files, &manifest, parts)?;
    let made = Event::new(Action::BackupCreate)
        .subject(backup)
        .detail("manifest", hash)
        .detail("keys_expire_at", manifest.keys_expire_at);
    record(app, made).await?;
    // Whoever asks next for the last backup finds it, though no server runs that numbers it.
    if let Err(error) = app.db.sequence_now().await {
        tracing::warn!(
            ?error,
            "the entry of the backup has no position in the log yet; a server gives it one"
        );
    }
    let Files { manifest: manifest_path, data: data_path, keys: keys_path } = files;
    Ok(Made { manifest, manifest_path, data_path, keys_path, unsigned })
}

async fn record(app: &App, event: Event) -> StoreResult<()> {
    app.db.write(Permit::<SystemAct>::system("operator"), event, |_, _| Ok(())).await?.made()
}

/// Where everything goes.
#[derive(Clone)]
struct Files {
    manifest: PathBuf,
    data: PathBuf,
    keys: PathBuf,
}

impl Files {
    fn named(plan: &Plan, now: Timestamp) -> Self {
        let name = format!("waystation-{}", now.to_utc().format("%Y%m%dT%H%M%SZ"));
        Self {
            manifest: plan.to.join(format!("{name}.manifest.json")),
            data: plan.to.join(format!("{name}.data.age")),
            keys: plan.keys_to.join(format!("{name}.keys.age")),
        }
    }

    /// Refuses what is there, and takes away what one that was broken off has left: nobody else is at work.
    fn prepare(&self, plan: &Plan) -> Result<Vec<File>, BackupError> {
        let mut directories = vec![];
        for directory in [&plan.to, &plan.keys_to] {
            let whole = fs::canonicalize(directory).map_err(writing(directory))?;
            if !directories.contains(&whole) {
                directories.push(whole);
            }
        }
        let locks = directories.iter().map(|directory| lock(directory)).collect::<Result<Vec<_>, _>>()?;
        if let Some(there) = [&self.manifest, &self.data, &self.keys]
            .into_iter()
            .find(|path| fs::symlink_metadata(path).is_ok())
        {
            return Err(BackupError::Exists(there.clone()));
        }
        let locks: Vec<File> = locks.into_iter().flatten().collect();
        if locks.len() == directories.len() {
            directories.iter().try_for_each(|directory| remove_partials(directory))?;
        }
        Ok(locks)
    }
}

/// None where the file system knows no locks.
fn lock(directory: &Path) -> Result<Option<File>, BackupError> {
    let file = File::open(directory).map_err(writing(directory))?;
    match file.try_lock() {
        Ok(()) => Ok(Some(file)),
        Err(TryLockError::WouldBlock) => Err(BackupError::Busy(directory.to_owned())),
        Err(TryLockError::Error(_)) => Ok(None),
    }
}

fn remove_partials(directory: &Path) -> Result<(), BackupError> {
    for entry in fs::read_dir(directory).map_err(writing(directory))? {
        let entry = entry.map_err(writing(directory))?;
        let name = entry.file_name();
        let name = name.to_string_lossy();
        let ours = [".manifest.json", ".data.age", ".keys.age"]
            .iter()
            .any(|end| name.strip_suffix(PARTIAL).is_some_and(|name| name.ends_with(end)));
        if ours && name.starts_with("waystation-") {
            fs::remove_file(entry.path()).map_err(writing(&entry.path()))?;
        }
    }
    Ok(())
}

/// What is known before the database is read.
struct Draft {
    backup: BackupId,
    now: Timestamp,
    log_origin: String,
}

type Parts = [Partial; 2];

fn write_parts(
    url: &DatabaseUrl,
    plan: &Plan,
    draft: &Draft,
    files: &Files,
    mut progress: impl FnMut(Step),
) -> Result<(Manifest, Parts), BackupError> {
    let mut snapshot = Snapshot::take(url)?;
    let conn = snapshot.conn();
    let log = Anchor::of(conn)?;
    let id = settings::table.find("database_id").select(settings::value).first(conn).map_err(Error::from)?;
    let empty = PartSummary { file: String::new(), bytes: 0, sha256: String::new(), recipients: Vec::new() };
    let mut manifest = Manifest {
        format: MANIFEST.to_owned(),
        format_version: VERSION,
        backup: draft.backup,
        program_version: env!("CARGO_PKG_VERSION").to_owned(),
        migrations: migrate::names()[0].clone(),
        database_id: id,
        log_origin: draft.log_origin.clone(),
        made_at: draft.now,
        keys_expire_at: draft.now.plus(TimeDelta::days(plan.keys_days)),
        log: log.clone(),
        data: empty.clone(),
        keys: empty,
        tables: Vec::new(),
        signature: String::new(),
    };
    let counts = Counts::of(&mut snapshot)?;
    let all = counts.0.values().sum();
    let (mut done, mut tables) = (0, Vec::new());
    let mut write = |part: Part, path: &Path, recipients: &Recipients| {
        let mut out = PartWriter::create(path, recipients)?;
        out.line(&manifest.head(part), None)?;
        let mut dump = Dump {
            snapshot: &mut snapshot,
            counts: &counts,
            part,
            out: &mut out,
            log: LogCheck::against(log.as_ref()),
            done,
            tables: &mut tables,
            progress: &mut |done, held_back| progress(Step { done, all, held_back }),
        };
        visit(part, &mut dump)?;
        if part == Part::Data {
            dump.log.end().map_err(BackupError::LogBroken)?;
        }
        done = dump.done;
        out.finish(recipients)
    };
    let (data_file, data) = write(Part::Data, &files.data, &plan.recipients)?;
    let (keys_file, keys) = write(Part::Keys, &files.keys, &plan.keys_recipients)?;
    (manifest.data, manifest.keys, manifest.tables) = (data, keys, tables);
    Ok((manifest, [data_file, keys_file]))
}

/// How many rows there are of each table.
struct Counts(HashMap<&'static str, u64>);

struct Count<'a>(&'a mut Snapshot, HashMap<&'static str, u64>);

impl Counts {
    fn of(snapshot: &mut Snapshot) -> StoreResult<Self> {
        let mut count = Count(snapshot, HashMap::new());
        visit(Part::Data, &mut count)?;
        visit(Part::Keys, &mut count)?;
        Ok(Self(count.1))
    }
}

impl Visitor for Count<'_> {
    type Error = Error;

    fn visit<T: Table>(&mut self) -> StoreResult<()> {
        self.1.insert(T::NAME, T::count(self.0.conn())?.unsigned_abs());
        Ok(())
    }
}

/// One part, table by table.
struct Dump<'a> {
    snapshot: &'a mut Snapshot,
    counts: &'a Counts,
    part: Part,
    out: &'a mut PartWriter,
    log: LogCheck<'a>,
    done: u64,
    tables: &'a mut Vec<TableSummary>,
    progress: &'a mut dyn FnMut(u64, u64),
}

impl Visitor for Dump<'_> {
    type Error = BackupError;

    fn visit<T: Table>(&mut self) -> Result<(), BackupError> {
        let rows = self.counts.0.get(T::NAME).copied().unwrap_or_default();
        self.out.line(&TableHead { table: T::NAME.to_owned(), rows }, None)?;
        let (mut digest, mut written) = (Sha256::new(), 0);
        let mut page = T::page(self.snapshot.conn(), None)?;
        while !page.is_empty() {
            for row in &page {
                if let Some(entry) = (row as &dyn std::any::Any).downcast_ref::<audit_events::Row>() {
                    self.log.add(entry).map_err(BackupError::LogBroken)?;
                }
                self.out.line(row, Some(&mut digest))?;
            }
            written += page.len() as u64;
            self.done += page.len() as u64;
            (self.progress)(self.done, self.snapshot.held_back());
            page = T::page(self.snapshot.conn(), page.last())?;
        }
        if written != rows {
            let lost = anyhow::anyhow!("{written} of the {rows} rows of {} were found", T::NAME);
            return Err(Error::internal(lost).into());
        }
        let name = T::NAME.to_owned();
        self.tables.push(TableSummary { name, part: self.part, rows, sha256: finished(digest) });
        Ok(())
    }
}

/// The parts get their names, then the manifest its own; its hash.
fn publish(files: &Files, manifest: &Manifest, parts: Parts) -> Result<String, BackupError> {
    let (partial, mut file) = Partial::create(&files.manifest)?;
    let mut bytes = serde_json::to_vec_pretty(manifest).map_err(Error::internal)?;
    bytes.push(b'\n');
    file.write_all(&bytes).and_then(|()| file.sync_all()).map_err(writing(&files.manifest))?;
    parts.into_iter().try_for_each(Partial::publish)?;
    partial.publish()?;
    Ok(sha256(&bytes))
}
