//! Reading off the record is not offered.

use waystation::db::Db;

async fn look(db: &Db) {
    drop(db.unrecorded("curiosity", |_| Ok(())).await); //~ E0624 method `unrecorded` is private
}

fn main() {}
