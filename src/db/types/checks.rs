//! Proof that the code lists and the CHECKs of both databases' migrations are the same.

use super::CodeList;

const MIGRATIONS: [&str; 8] = [
    include_str!("../../../migrations/sqlite/2026-11-24-000002_accounts/up.sql"),
    include_str!("../../../migrations/sqlite/2026-11-24-000004_network/up.sql"),
    include_str!("../../../migrations/sqlite/2026-11-24-000005_cases/up.sql"),
    include_str!("../../../migrations/postgres/2026-11-24-000002_accounts/up.sql"),
    include_str!("../../../migrations/postgres/2026-11-24-000004_network/up.sql"),
    include_str!("../../../migrations/postgres/2026-11-24-000005_cases/up.sql"),
    include_str!("../../../migrations/sqlite/2026-11-24-000006_stages/up.sql"),
    include_str!("../../../migrations/postgres/2026-11-24-000006_stages/up.sql"),
];

/// Asserts that a column of this name is checked against exactly this list, in both databases.
pub(crate) fn assert_bound<C: CodeList>(column: &str) {
    let codes: Vec<_> = C::all().iter().map(|code| format!("'{}'", code.code())).collect();
    let check = format!("CHECK ({column} IN ({}))", codes.join(", "));
    let bound = MIGRATIONS.iter().filter(|sql| sql.contains(&check)).count();
    assert_eq!(bound, 2, "{}: {check}", C::NAME);
}
