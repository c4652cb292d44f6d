//! Queries are the stores' own.

use waystation::db::schema::cases;

fn main() {}
