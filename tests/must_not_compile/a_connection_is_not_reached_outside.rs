//! The database is reached by reading and writing on the record.

use waystation::db::Tx;
use waystation::db::conn::AnyConnection; //~ E0603 module `conn` is private

fn past_the_doors(tx: &mut Tx<'_>) {
    tx.conn(); //~ E0624 method `conn` is private
}

fn main() {}
