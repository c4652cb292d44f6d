//! Reading off the record is not offered.

use waystation::db::Db;

async fn look(db: &Db) {
    drop(db.unrecorded("curiosity", |_| Ok(())).await);
}

fn main() {}
