//! Tests of the group commit: what a job's failure does to the others.

use std::sync::mpsc::{Sender, channel};

use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;

use super::*;
use crate::db::schema::settings;
use crate::db::{in_transaction, migrate};

type Work = fn(&mut AnyConnection) -> Result<()>;
/// The job's name, and what it was told.
type Told = (&'static str, Result<(), Code>);

struct Probe {
    name: &'static str,
    work: Work,
    outcome: Result<()>,
    answers: Sender<Told>,
}

impl Job for Probe {
    fn run(&mut self, conn: &mut AnyConnection, _: &mut Option<i64>) -> Result<(), Code> {
        let (name, work) = (self.name, self.work);
        self.outcome = in_transaction(conn, |conn| {
            let row = (settings::name.eq(name), settings::value.eq("-"));
            diesel::insert_into(settings::table).values(row).execute(conn)?;
            work(conn)
        });
        self.outcome.as_ref().copied().map_err(Error::code)
    }

    fn answer(self: Box<Self>, committed: Result<()>) {
        let outcome = committed.and(self.outcome).map_err(|error| error.code());
        self.answers.send((self.name, outcome)).unwrap();
    }
}

/// Runs the jobs in one batch, then one more alone; what each was told, and what is stored.
fn run(jobs: &[(&'static str, Work)]) -> (Vec<Told>, Vec<String>) {
    let directory = tempfile::tempdir().unwrap();
    let url = DatabaseUrl::parse(directory.path().join("w.db").to_str().unwrap(), false).unwrap();
    migrate::create_file(&url).unwrap();
    migrate::run(&url).unwrap();
    let (answers, told) = channel();
    let probe = |name, work| -> Box<dyn Job> {
        let outcome = Err(Error::internal(anyhow::anyhow!("the job did not run")));
        Box::new(Probe { name, work, outcome, answers: answers.clone() })
    };
    let (queue, waiting) = sync_channel(QUEUE);
    for (name, work) in jobs {
        queue.try_send(probe(name, *work).into()).ok().unwrap();
    }
    let conn = open(&url, Purpose::Write).unwrap();
    let batches = Batches::new(url.clone(), conn, None, waiting);
    let thread = std::thread::spawn(move || batches.run());
    let mut outcomes: Vec<_> = told.iter().take(jobs.len()).collect();
    queue.try_send(probe("afterwards", |_| Ok(())).into()).ok().unwrap();
    outcomes.push(told.recv().unwrap());
    drop(queue);
    thread.join().unwrap();
    let mut conn = open(&url, Purpose::Read).unwrap();
    let stored = settings::table.order(settings::name).select(settings::name).load(&mut conn).unwrap();
    (outcomes, stored)
}

#[test]
fn a_job_that_panics_is_rolled_back_alone_and_the_thread_goes_on() {
    let (told, stored) = run(&[
        ("before", |_| Ok(())),
        ("panics", |conn| in_transaction(conn, |_| panic!("in a savepoint of a savepoint"))),
        ("behind", |_| Ok(())),
    ]);
    assert_eq!(
        told,
        [("before", Ok(())), ("panics", Err(Code::Internal)), ("behind", Ok(())), ("afterwards", Ok(()))]
    );
    assert_eq!(stored, ["afterwards", "before", "behind"]);
}

/// As SQLite does by itself when the disk is full.
fn end_everything(conn: &mut AnyConnection) -> Result<()> {
    conn.batch_execute("ROLLBACK")?;
    Err(Error::caused(Code::StorageFull, anyhow::anyhow!("database or disk is full")))
}

#[test]
fn when_the_database_ends_the_transaction_every_job_is_told_so_and_nothing_is_stored() {
    let (told, stored) = run(&[("before", |_| Ok(())), ("ends", end_everything), ("behind", |_| Ok(()))]);
    let full = Err(Code::StorageFull);
    assert_eq!(told, [("before", full), ("ends", full), ("behind", full), ("afterwards", Ok(()))]);
    assert_eq!(stored, ["afterwards"]);
}

#[test]
fn a_job_that_fails_leaves_the_others_alone() {
    let (told, stored) =
        run(&[("fails", |conn| Ok(conn.batch_execute("SELECT * FROM nowhere")?)), ("behind", |_| Ok(()))]);
    assert_eq!(told, [("fails", Err(Code::Internal)), ("behind", Ok(())), ("afterwards", Ok(()))]);
    assert_eq!(stored, ["afterwards", "behind"]);
}

/// The savepoint is gone when the job is to be rolled back to it, and what the job did is still there.
fn lose_the_savepoint(conn: &mut AnyConnection, failure: Error) -> Result<()> {
    conn.batch_execute("RELEASE SAVEPOINT diesel_savepoint_1")?;
    Err(failure)
}

#[test]
fn what_cannot_be_rolled_back_is_never_committed_whoever_is_at_fault() {
    let by_client: Work = |conn| lose_the_savepoint(conn, Error::not_found());
    let by_us: Work = |conn| lose_the_savepoint(conn, Error::internal(anyhow::anyhow!("by us")));
    for work in [by_client, by_us] {
        let (told, stored) = run(&[("before", |_| Ok(())), ("stuck", work), ("behind", |_| Ok(()))]);
        let failed = Err(Code::Internal);
        assert_eq!(told, [("before", failed), ("stuck", failed), ("behind", failed), ("afterwards", Ok(()))]);
        assert_eq!(stored, ["afterwards"]);
    }
}
