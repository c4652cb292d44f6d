//! The server is killed while it does nothing but sign: wherever between two steps of publishing it dies, no two
//! checkpoints that anybody was given contradict each other, and none is of a log that is not there.
//!
//! `TEST_KILLS=200` kills it as often; a usual run has fewer.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use rand::RngExt as _;

use crate::common::scaled;
use crate::common::server::Installation;
use crate::common::whole_log::{collect, size_of};

/// They take turns at the file, so that there is always one at each step.
const ASKING: usize = 8;
const KILLS: usize = 15;

#[test]
fn a_server_that_is_killed_while_it_publishes_has_signed_one_history() {
    let installation = Installation::set_up();
    let first = installation.serve();
    let auditor = installation.user(&first, "owl", "auditor", &[]);
    let key = first.log_key();
    first.kill();
    let notes: Arc<Mutex<Vec<String>>> = Arc::default();
    let (mut in_the_file, mut only_there, kills) = (Vec::new(), 0, scaled("TEST_KILLS", KILLS));
    for _ in 0..kills {
        let server = installation.serve();
        let asking: Vec<_> = (0..ASKING)
            .map(|_| {
                let (wire, notes) = (server.wire(Some(&auditor)), Arc::clone(&notes));
                std::thread::spawn(move || collect(&wire, &notes))
            })
            .collect();
        // Not before it publishes at all.
        let (before, started) = (notes.lock().unwrap().len(), Instant::now());
        while notes.lock().unwrap().len() == before {
            assert!(started.elapsed() < Duration::from_secs(30), "no checkpoint was handed out");
            std::thread::sleep(Duration::from_millis(1));
        }
        std::thread::sleep(Duration::from_millis(rand::rng().random_range(0..200)));
        server.kill();
        for asking in asking {
            asking.join().expect("every answer was as expected").expect_err("it ends only with the server");
        }
        let kept = installation.kept_checkpoint();
        let mut raw = installation.raw();
        let stored = raw.count("SELECT COALESCE(MAX(tree_size), 0) FROM audit_checkpoints").unsigned_abs();
        let given = notes.lock().unwrap().iter().map(|note| size_of(note)).max().unwrap_or_default();
        // First the file, then the database, then whoever asked.
        assert!(given <= stored && stored <= size_of(&kept), "{given}, {stored}, {kept}");
        only_there += usize::from(stored < size_of(&kept));
        in_the_file.push(kept);
    }
    // What reached the file and nobody is a promise too.
    let notes = [std::mem::take(&mut *notes.lock().unwrap()), in_the_file].concat();
    installation.assert_whole_log(&key, &notes);
    println!("{} checkpoints, {only_there} of {kills} kills between file and database", notes.len());
}
