//! Tests of the two ways to the data: who waits for whom.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use super::*;
use crate::access::permissions::{AuditRead, CaseRead};
use crate::access::{Actor, Assurance, Factor, FactorRule, Role, SessionId, UserId};
use crate::audit::Action;
use crate::audit::entry::RequestId;
use crate::crypto::RootKey;
use crate::db::types::Timestamp;
use crate::http::context::RequestContext;

fn database(directory: &tempfile::TempDir) -> Db {
    let url = DatabaseUrl::parse(directory.path().join("w.db").to_str().unwrap(), false).unwrap();
    migrate::create_file(&url).unwrap();
    migrate::run(&url).unwrap();
    let (keyring, _) = Keyring::create(&RootKey::generate(), "test").unwrap();
    Db::open(&url, Arc::new(keyring), Clock::system()).unwrap()
}

fn permit<P: Permission>(role: Role) -> Permit<P> {
    let actor = Actor {
        user: UserId::generate(),
        session: SessionId::generate(),
        role,
        hubs: Vec::new(),
        factor: Factor::default(),
        away: false,
        duress: false,
        scope: None,
    };
    Permit::for_actor(
        actor,
        RequestContext::new(
            RequestId::generate(),
            Assurance { rule: FactorRule::nobody(), at: Timestamp::from_micros(0) },
        ),
    )
    .unwrap()
}

#[actix_web::test]
async fn slow_questions_of_the_log_leave_everybody_else_their_connections() {
    let directory = tempfile::tempdir().unwrap();
    let db = Arc::new(database(&directory));
    let (begun, enough) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicBool::new(false)));
    let slow = || {
        let (db, begun, enough) = (Arc::clone(&db), Arc::clone(&begun), Arc::clone(&enough));
        actix_web::rt::spawn(async move {
            let (permit, event) = (permit::<AuditRead>(Role::Auditor), Event::new(Action::AuditList));
            let walk = move |_: &mut Tx<'_>, _: &Permit<AuditRead>| {
                begun.fetch_add(1, Ordering::SeqCst);
                while !enough.load(Ordering::SeqCst) {
                    std::thread::sleep(Duration::from_millis(1));
                }
                Ok(())
            };
            db.read_log(permit, event, walk).await.map(|seen| seen.value)
        })
    };
    let questions: Vec<_> = (0..12).map(|_| slow()).collect();
    while begun.load(Ordering::SeqCst) == 0 {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    let permit = permit::<CaseRead>(Role::Caseworker);
    let read = db.read(permit, Event::new(Action::CaseRead), |_, _| Ok(()));
    let read = tokio::time::timeout(Duration::from_secs(5), read).await;
    let walking = begun.load(Ordering::SeqCst);
    enough.store(true, Ordering::SeqCst);
    assert!(read.expect("it waits for the log").is_ok());
    assert!(walking <= 2, "{walking} questions at a time");
    for question in questions {
        question.await.unwrap().unwrap();
    }
}

#[actix_web::test]
async fn the_log_is_signed_while_every_other_reader_is_taken() {
    let directory = tempfile::tempdir().unwrap();
    let db = Arc::new(database(&directory));
    let (begun, enough) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicBool::new(false)));
    let hold = |log: bool| {
        let (db, begun, enough) = (Arc::clone(&db), Arc::clone(&begun), Arc::clone(&enough));
        actix_web::rt::spawn(async move {
            let wait = move || {
                begun.fetch_add(1, Ordering::SeqCst);
                while !enough.load(Ordering::SeqCst) {
                    std::thread::sleep(Duration::from_millis(1));
                }
                Ok(())
            };
            if log {
                let (permit, event) = (permit::<AuditRead>(Role::Auditor), Event::new(Action::AuditList));
                db.read_log(permit, event, move |_, _| wait()).await.map(drop)
            } else {
                db.readers.run(move |_| wait()).await
            }
        })
    };
    let held: Vec<_> = (0..2).map(|_| hold(true)).chain((0..4).map(|_| hold(false))).collect();
    while begun.load(Ordering::SeqCst) < held.len() {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    let read = tokio::time::timeout(Duration::from_secs(5), db.read_to_sign(|_| Ok(()))).await;
    enough.store(true, Ordering::SeqCst);
    assert!(read.expect("it waits for others").is_ok());
    for one in held {
        one.await.unwrap().unwrap();
    }
}
