//! The database is reached by reading and writing on the record.

use waystation::db::Tx;
use waystation::db::conn::AnyConnection;

fn past_the_doors(tx: &mut Tx<'_>) {
    tx.conn();
}

fn main() {}
