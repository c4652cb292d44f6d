//! Queries are the stores' own.

use waystation::db::schema::cases; //~ E0603 module `schema` is private

fn main() {}
