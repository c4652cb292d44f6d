//! A handler that asks for no permit has nothing to write with.

use waystation::audit::{Action, Event};
use waystation::db::Db;

async fn handler(db: &Db) {
    drop(db.write((), Event::new(Action::CaseUpdate), |_, _| Ok(())).await); //~ E0308 mismatched types: expected `Permit<_>`, found `()`
}

fn main() {}
