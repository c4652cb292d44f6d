//! What must not compile: reading without a permit, opening without a receipt, printing a secret.
//!
//! One rule a file. The compiler's words are compared too, so that a case fails for its own reason:
//! after an upgrade of the compiler, look at what changed and run with `TRYBUILD=overwrite`.

#[test]
fn what_must_not_compile_does_not() {
    trybuild::TestCases::new().compile_fail("tests/compile_fail/*.rs");
}
