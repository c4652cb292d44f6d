//! The key of the log is rotated by the real commands, and an auditor who has the first one follows.

use crate::common::server::Installation;

fn verified(installation: &Installation, bundle: &str, key: &str) -> (Option<i32>, String) {
    let output =
        installation.run(&["audit", "verify", installation.path(bundle).to_str().unwrap(), "--key", key]);
    (output.status.code(), String::from_utf8_lossy(&output.stdout).into_owned())
}

#[test]
fn a_key_that_is_rotated_twice_at_once_is_followed_from_the_first_to_the_last() {
    let installation = Installation::set_up();
    for bundle in ["first", "second"] {
        for _ in 0..2 {
            let rotated = installation.run(&["key", "rotate", "audit_signing"]);
            assert!(rotated.status.success(), "{}", String::from_utf8_lossy(&rotated.stderr));
        }
        let exported = installation.run(&["audit", "export", installation.path(bundle).to_str().unwrap()]);
        assert!(exported.status.success(), "{}", String::from_utf8_lossy(&exported.stderr));
        let keys = std::fs::read_to_string(installation.path(bundle).join("keys")).unwrap();
        let keys: Vec<&str> = keys.lines().collect();
        assert_eq!(keys.len(), if bundle == "first" { 3 } else { 5 });
        assert_eq!(
            verified(&installation, bundle, keys[0]).0,
            Some(0),
            "{}",
            verified(&installation, bundle, keys[0]).1
        );
    }
}
