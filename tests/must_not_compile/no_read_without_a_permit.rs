//! A handler that asks for no permit has nothing to read with.

use waystation::audit::{Action, Event};
use waystation::db::Db;

async fn handler(db: &Db) {
    drop(db.read(Event::new(Action::CaseRead), |_, _| Ok(())).await); //~ E0061 this method takes 3 arguments but 2 arguments were supplied
}

fn main() {}
