# The commands of daily work. What must hold before a change lands is in `.ci/run`.

# A working network in front of you.
demo *args:
    cargo run --release -- demo {{args}}

# Every test, on SQLite.
test *args:
    cargo test {{args}}

# The integration tests on PostgreSQL: just test-postgres postgres://user@localhost/postgres
test-postgres url *args:
    TEST_DATABASE_URL={{url}} cargo test --test api {{args}}

# Breaks the access rules one at a time; the tests must notice each.
mutants *args:
    tests/mutants.sh {{args}}

# Format and lints, as the checks want them.
lint:
    cargo fmt
    cargo clippy --all-targets --all-features -- -D warnings

# Writes the generated documents anew.
generate:
    cargo run -- permissions > docs/access-matrix.md

# The load figures; see docs/PERFORMANCE.md.
bench *args:
    cargo bench --bench load -- {{args}}
