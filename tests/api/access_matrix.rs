//! The document of the permission table is the table.

#[test]
fn the_access_matrix_is_what_the_binary_prints() {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/access-matrix.md");
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    let printed = std::process::Command::new(env!("CARGO_BIN_EXE_waystation"))
        .arg("permissions")
        .output()
        .expect("the binary runs");
    assert!(printed.status.success());
    let printed = String::from_utf8(printed.stdout).unwrap();
    assert!(printed.lines().count() > 50, "{printed}");
    assert!(written == printed, "run `just generate` and review what changed in {}", path.display());
}
