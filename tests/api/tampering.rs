//! A log that somebody edits by hand, past the server, past its triggers and with the checks off: whatever they do, the
//! exported log is not whole, and the verifier names the first entry that is not what it was.

use std::path::Path;

use proptest::strategy::{Strategy as _, ValueTree as _};
use proptest::test_runner::{Config, TestRunner};
use waystation::audit::export::{Until, export};
use waystation::verifier::findings::Code;
use waystation::verifier::{Report, Request, Verdict, VerifierKey, verify};

use crate::common::columns::{Column, columns};
use crate::common::{Raw, TestApp, hex, unhex};

const ENTRIES: u64 = 1_000;
const TABLES: [&str; 3] = ["audit_events", "audit_subtrees", "audit_checkpoints"];
/// A log of 1,000 entries with a checkpoint every hundred, and a copy of it to put back.
struct Log {
    app: TestApp,
    key: String,
    kept: String,
    size: u64,
    /// The columns of an entry but its position, as the database has them: none can be added that nobody verifies.
    columns: Vec<Column>,
    directory: tempfile::TempDir,
    exports: std::cell::Cell<usize>,
}

impl Log {
    async fn new() -> Self {
        let app = TestApp::new().await;
        let heron = app.caseworker(app.hub("Kunming"));
        let mut signed = 0;
        while signed < ENTRIES {
            for _ in 0..100 {
                heron.get("/v1/me").await.expect(200);
            }
            app.log().await;
            signed = app.app.notary.publish(&app.app.db).await.unwrap().checkpoint.size;
        }
        let mut raw = app.database.raw();
        unguard(&mut raw);
        for table in TABLES {
            raw.execute(&format!("CREATE TABLE pristine_{table} AS SELECT * FROM {table}")).unwrap();
        }
        let kept = std::fs::read_to_string(app.database.kept_checkpoint()).unwrap();
        let key = app.app.notary.verifier_keys().pop().unwrap();
        let mut columns = columns(&mut raw).remove("audit_events").unwrap();
        columns.retain(|column| column.name != "position");
        let directory = tempfile::tempdir().unwrap();
        Self { app, key, kept, size: signed, columns, directory, exports: std::cell::Cell::default() }
    }

    fn raw(&self) -> Raw {
        let mut raw = self.app.database.raw();
        if let Raw::Sqlite(_) = raw {
            raw.execute("PRAGMA ignore_check_constraints = ON").unwrap();
        }
        raw
    }

    /// As it was.
    fn put_back(&self) {
        let mut raw = self.raw();
        for table in TABLES {
            raw.execute(&format!("DELETE FROM {table}; INSERT INTO {table} SELECT * FROM pristine_{table}"))
                .unwrap();
        }
        std::fs::write(self.app.database.kept_checkpoint(), &self.kept).unwrap();
    }

    /// What an auditor finds in the log as it is now.
    async fn audit(&self) -> Report {
        let bundle = self.directory.path().join(self.exports.get().to_string());
        self.exports.set(self.exports.get() + 1);
        export(&self.app.app, bundle.clone(), Until::Now, |_, _| {}).await.unwrap();
        self.verify(&bundle)
    }

    fn verify(&self, bundle: &Path) -> Report {
        let key = VerifierKey::parse(&self.key).unwrap();
        let report =
            verify(Request { bundle, key, copies: Vec::new(), policy: None }, &mut |_, _| {}).unwrap();
        std::fs::remove_dir_all(bundle).unwrap();
        report
    }

    /// Does something to the log by SQL, looks at it, and puts it back. `None` when the database took no such value.
    async fn after(&self, sql: &str) -> Option<Report> {
        if self.raw().execute(sql).is_err() {
            self.put_back();
            return None;
        }
        let report = self.audit().await;
        self.put_back();
        Some(report)
    }

    /// A column of an entry with one bit turned; what is empty is filled.
    fn turned(&self, Column { name: column, kind, .. }: &Column, position: u64, bit: usize) -> String {
        let mut raw = self.raw();
        let row = format!("FROM audit_events WHERE position = {position}");
        let binary = kind == "bytea";
        let value = if kind == "bigint" {
            let value = raw.count(&format!("SELECT {column} {row}"));
            (value ^ (1 << (bit % 63))).to_string()
        } else {
            let as_bytes = match (&raw, binary) {
                (_, true) => column.clone(),
                (Raw::Sqlite(_), false) => format!("CAST({column} AS BLOB)"),
                (Raw::Postgres(_), false) => format!("convert_to({column}, 'UTF8')"),
            };
            let hexed = raw.hex(&as_bytes);
            let mut bytes = unhex(&raw.texts(&format!("SELECT COALESCE({hexed}, '') AS t {row}"))[0]);
            if bytes.is_empty() {
                bytes.push(b'x');
            } else {
                let bit = bit % (bytes.len() * 8);
                bytes[bit / 8] ^= 1 << (bit % 8);
            }
            literal(&raw, &bytes, binary)
        };
        format!("UPDATE audit_events SET {column} = {value} WHERE position = {position}")
    }
}

fn literal(raw: &Raw, bytes: &[u8], binary: bool) -> String {
    match (raw, binary) {
        (Raw::Sqlite(_), true) => format!("X'{}'", hex(bytes)),
        (Raw::Sqlite(_), false) => format!("CAST(X'{}' AS TEXT)", hex(bytes)),
        (Raw::Postgres(_), true) => format!("'\\x{}'::bytea", hex(bytes)),
        (Raw::Postgres(_), false) => format!("convert_from('\\x{}'::bytea, 'UTF8')", hex(bytes)),
    }
}

/// Whoever owns the database can take its triggers away.
fn unguard(raw: &mut Raw) {
    let sqlite = matches!(raw, Raw::Sqlite(_));
    for table in TABLES {
        let triggers: &[&str] =
            if sqlite { &["update", "delete", "replace"] } else { &["change", "truncate"] };
        for trigger in triggers {
            let on = if sqlite { String::new() } else { format!(" ON {table}") };
            raw.execute(&format!("DROP TRIGGER {table}_no_{trigger}{on}")).unwrap();
        }
    }
}

fn assert_wrong_at(report: &Report, position: u64, what: &str) {
    assert_eq!(report.verdict, Verdict::NotWhole, "{what}");
    assert_eq!(report.first_wrong_position, Some(position), "{what}: {:#?}", report.findings);
}

#[actix_web::test]
async fn any_bit_of_any_column_of_an_entry_that_is_turned_is_found() {
    let log = Log::new().await;
    let whole = log.audit().await;
    assert_eq!(whole.verdict, Verdict::Whole, "{:#?}", whole.findings);
    log.put_back();
    let mut refused = 0;
    for position in [0, 1, 255, 256, 500, log.size - 1] {
        for column in &log.columns {
            for bit in [0, 6, 77, 201] {
                match log.after(&log.turned(column, position, bit)).await {
                    Some(report) => {
                        let what = format!("bit {bit} of {} of {position}", column.name);
                        assert_wrong_at(&report, position, &what);
                    }
                    // PostgreSQL takes no text that is none, and no outcome that there is not.
                    None => refused += 1,
                }
            }
        }
    }
    assert!(refused < 6 * log.columns.len() * 2, "{refused} were refused by the database");
    let moved = log.after("UPDATE audit_events SET position = 1000000 WHERE position = 300").await.unwrap();
    assert_wrong_at(&moved, 300, "an entry at another position");
    assert_eq!(log.audit().await.verdict, Verdict::Whole, "the log is as it was");
}

#[actix_web::test]
async fn entries_that_are_taken_out_put_in_or_swapped_are_found() {
    let log = Log::new().await;
    let last = log.size - 1;
    for position in [0, 500, last - 1] {
        let sql = format!("DELETE FROM audit_events WHERE position = {position}");
        assert_wrong_at(&log.after(&sql).await.unwrap(), position, &sql);
    }
    // Into the place of the last comes the next that is made: of that no more is known than what was signed.
    let sql = format!("DELETE FROM audit_events WHERE position = {last}");
    let report = log.after(&sql).await.unwrap();
    let signed_before =
        log.raw().count(&format!("SELECT MAX(tree_size) FROM audit_checkpoints WHERE tree_size <= {last}"));
    assert_wrong_at(&report, signed_before.unsigned_abs(), &sql);
    assert_eq!(report.findings[0].until, Some(last), "{:#?}", report.findings);
    let swapped = "UPDATE audit_events SET position = -1 WHERE position = 300;
                   UPDATE audit_events SET position = 300 WHERE position = 600;
                   UPDATE audit_events SET position = 600 WHERE position = -1";
    // PostgreSQL takes no position below 0, also for a moment.
    if let Some(report) = log.after(swapped).await {
        assert_wrong_at(&report, 300, "two entries swapped");
    }
    // Room is made for one more, and a copy of another entry is put there under an id of its own.
    let others = log.columns.iter().map(|column| column.name.as_str()).filter(|name| *name != "id");
    let others = others.collect::<Vec<_>>().join(", ");
    let put_in = format!(
        "UPDATE audit_events SET position = position + 100000 WHERE position >= 400;
         INSERT INTO audit_events (id, position, {others}) SELECT 'forged', 400, {others} FROM audit_events
         WHERE position = 17;
         UPDATE audit_events SET position = position - 99999 WHERE position >= 100000"
    );
    assert_wrong_at(&log.after(&put_in).await.unwrap(), 400, "an entry put in");
    // The last ten, and everything that would tell how many there were.
    let cut = log.size - 10;
    let cut_off = format!(
        "DELETE FROM audit_events WHERE position >= {cut}; DELETE FROM audit_checkpoints WHERE tree_size > {cut}"
    );
    let report = log.after(&cut_off).await.unwrap();
    assert_eq!(report.verdict, Verdict::NotWhole);
    assert!(report.findings.iter().any(|finding| finding.code == Code::Truncated), "{:#?}", report.findings);
}

#[actix_web::test]
async fn what_was_signed_and_the_tree_over_it_cannot_be_edited() {
    let log = Log::new().await;
    let raw = log.raw();
    let zeroes = literal(&raw, &[0; 32], true);
    let node = format!("UPDATE audit_subtrees SET hash = {zeroes} WHERE level = 1 AND number = 1");
    let report = log.after(&node).await.unwrap();
    assert_wrong_at(&report, 256, "a node of the tree");
    assert_eq!(report.findings[0].code, Code::NodeDiffers);

    let some = log.raw().count("SELECT MIN(tree_size) FROM audit_checkpoints WHERE tree_size > 500");
    for edit in [
        format!("UPDATE audit_checkpoints SET note = replace(note, 'a', 'b') WHERE tree_size = {some}"),
        format!("DELETE FROM audit_checkpoints WHERE tree_size = {}", log.size),
        format!("UPDATE audit_checkpoints SET note = '' WHERE tree_size = {some}"),
    ] {
        let report = log.after(&edit).await.unwrap();
        let whole_without_it = edit.starts_with("DELETE");
        // One that is gone was signed all the same, and is kept outside.
        assert_eq!(report.verdict == Verdict::Whole, whole_without_it, "{edit}: {:#?}", report.findings);
    }

    // Another key, as somebody makes it who has none of the log's.
    let other = TestApp::new().await;
    let foreign = other.app.notary.publish(&other.app.db).await.unwrap().note;
    let signature = foreign.lines().last().unwrap().to_owned();
    let notes = log.raw().texts("SELECT note AS t FROM audit_checkpoints ORDER BY tree_size DESC");
    let forged = format!("{}\n\n{signature}\n", notes[0].split("\n\n").next().unwrap());
    let sql = format!("UPDATE audit_checkpoints SET note = '{forged}' WHERE note = '{}'", notes[0]);
    assert_eq!(log.after(&sql).await.unwrap().verdict, Verdict::NotWhole);
}

#[actix_web::test]
async fn a_tree_that_is_built_anew_over_an_edited_entry_lacks_the_key() {
    let log = Log::new().await;
    let mut raw = log.raw();
    let body = unhex(
        &raw.texts(&{
            let hexed = raw.hex("body");
            format!("SELECT {hexed} AS t FROM audit_events WHERE position = 450")
        })[0],
    );
    let edited =
        String::from_utf8(body).unwrap().replace("\"role\":\"caseworker\"", "\"role\":\"coordinator\"");
    let leaf = waystation::audit::entry::leaf_hash(edited.as_bytes());
    let sql = format!(
        "UPDATE audit_events SET body = {}, leaf = {} WHERE position = 450",
        literal(&raw, edited.as_bytes(), true),
        literal(&raw, &leaf, true)
    );
    raw.execute(&sql).unwrap();
    // Every tile above it is as it has to be.
    raw.execute("DELETE FROM audit_subtrees").unwrap();
    let again = log.app.beside().await;
    assert_eq!(raw.count("SELECT COUNT(*) FROM audit_subtrees"), i64::try_from(log.size / 256).unwrap());
    drop(again);
    let report = log.audit().await;
    assert_eq!(report.verdict, Verdict::NotWhole);
    assert!(
        report.findings.iter().any(|finding| finding.code == Code::RootDiffers),
        "{:#?}",
        report.findings
    );
    let signed_before = raw.count("SELECT MAX(tree_size) FROM audit_checkpoints WHERE tree_size <= 450");
    assert_eq!(
        report.first_wrong_position,
        Some(signed_before.unsigned_abs()),
        "all that is known: not before it"
    );
}

#[actix_web::test]
async fn whatever_is_done_at_random_is_found_where_it_was_done() {
    let log = Log::new().await;
    let doings = (0..log.columns.len(), 0..log.size, 0..4096_usize, 0..5_u8);
    let mut runner = TestRunner::new(Config::default());
    for _ in 0..60 {
        let (column, position, bit, kind) = doings.new_tree(&mut runner).unwrap().current();
        let sql = match kind {
            0 => format!("DELETE FROM audit_events WHERE position = {position}"),
            _ => log.turned(&log.columns[column], position, bit),
        };
        match log.after(&sql).await {
            // Of the last one see above.
            Some(report) if kind == 0 && position == log.size - 1 => {
                assert_eq!(report.verdict, Verdict::NotWhole)
            }
            Some(report) => assert_wrong_at(&report, position, &sql),
            None => {}
        }
    }
}
