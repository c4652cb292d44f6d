use std::fs;

use super::*;

fn file(path: &Path) -> RootKeySource {
    RootKeySource::File(path.to_owned())
}

fn text_of(key: &RootKey) -> String {
    key.to_text().trim_end().to_owned()
}

fn fault(text: &str) -> KeyTextFault {
    let error = RootKey::from_text(text.as_bytes(), "the test".to_owned()).err().unwrap();
    let KeyError::Malformed { fault, .. } = error else { panic!("{error}") };
    fault
}

/// Writes a file with exactly these permission bits.
#[cfg(unix)]
fn write_with_mode(path: &Path, text: &str, mode: u32) {
    use std::os::unix::fs::PermissionsExt;
    fs::write(path, text).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

#[test]
fn a_key_survives_its_own_text() {
    let key = RootKey::generate();
    let text = text_of(&key);
    assert_eq!(text.len(), PREFIX.len() + ENCODED_LEN);
    for text in [text.clone(), format!("{text}\n"), format!("{text}\r\n")] {
        let again = RootKey::from_text(text.as_bytes(), String::new()).unwrap();
        assert_eq!(again.secret().bytes(), key.secret().bytes());
    }
}

#[test]
fn a_key_that_was_cut_is_told_as_such() {
    let text = text_of(&RootKey::generate());
    for len in PREFIX.len()..text.len() {
        assert_eq!(fault(&text[..len]), KeyTextFault::WrongLength { found: len - PREFIX.len() });
    }
    assert_eq!(fault(&format!("{text}A")), KeyTextFault::WrongLength { found: 49 });
    assert_eq!(fault(&format!("{text}\n{text}")), KeyTextFault::WrongLength { found: 48 + 1 + text.len() });
}

#[test]
fn every_mistyped_character_is_found() {
    let text = text_of(&RootKey::generate());
    for place in PREFIX.len()..text.len() {
        for wrong in ['A', 'z', '7', '-', '*', ' '] {
            let mut mistyped: Vec<char> = text.chars().collect();
            if mistyped[place] == wrong || (wrong == ' ' && place == text.len() - 1) {
                continue;
            }
            mistyped[place] = wrong;
            assert_eq!(fault(&String::from_iter(mistyped)), KeyTextFault::Mistyped, "at {place}: {wrong}");
        }
    }
}

#[test]
fn what_is_no_key_is_told_as_such() {
    assert_eq!(fault(""), KeyTextFault::NotAKey);
    assert_eq!(fault("waystation-root-key-v1"), KeyTextFault::NotAKey);
    assert_eq!(fault("-----BEGIN PRIVATE KEY-----"), KeyTextFault::NotAKey);
    assert_eq!(fault("waystation-root-key-v2:abc"), KeyTextFault::NewerFormat);
}

#[test]
fn no_message_repeats_the_key() {
    let text = text_of(&RootKey::generate());
    let mistyped = format!("{}*", &text[..text.len() - 1]);
    let error = RootKey::from_text(mistyped.as_bytes(), "the test".to_owned()).err().unwrap();
    assert!(!format!("{error} {error:?}").contains(&text[PREFIX.len()..PREFIX.len() + 8]));
    assert!(!error.to_string().contains('*'));
}

#[test]
fn a_made_file_is_private_and_loads() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("root.key");
    let made = RootKey::create_file(&path).unwrap();
    let loaded = RootKey::load(&file(&path)).unwrap();
    assert_eq!(made.secret().bytes(), loaded.secret().bytes());
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o7777, 0o600);
    }
}

#[test]
fn a_file_is_never_overwritten() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("root.key");
    RootKey::create_file(&path).unwrap();
    let before = fs::read(&path).unwrap();
    assert!(matches!(RootKey::create_file(&path).err(), Some(KeyError::AlreadyExists(_))));
    assert_eq!(fs::read(&path).unwrap(), before);
}

#[test]
fn a_directory_that_is_not_there_is_named() {
    let path = Path::new("/nowhere/at/all/root.key");
    let error = RootKey::create_file(path).err().unwrap();
    assert!(matches!(error, KeyError::Unwritable { .. }) && error.to_string().contains("/nowhere/at/all"));
    let error = RootKey::load(&file(path)).err().unwrap();
    assert!(matches!(error, KeyError::Unreadable { .. }) && error.to_string().contains("/nowhere/at/all"));
}

#[cfg(unix)]
#[test]
fn a_file_that_others_may_read_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("root.key");
    let text = text_of(&RootKey::generate());
    for mode in [0o644, 0o640, 0o604, 0o620, 0o602, 0o610, 0o601, 0o666] {
        write_with_mode(&path, &text, mode);
        let error = RootKey::load(&file(&path)).err().unwrap();
        assert!(matches!(error, KeyError::NotPrivate { .. }), "{error}");
        assert!(error.to_string().contains(&format!("chmod 600 '{}'", path.display())), "{error}");
        assert!(error.to_string().contains(&format!("{mode:04o}")), "{error}");
    }
    for mode in [0o600, 0o400] {
        write_with_mode(&path, &text, mode);
        assert!(RootKey::load(&file(&path)).is_ok());
        fs::remove_file(&path).unwrap();
    }
}

#[cfg(unix)]
#[test]
fn a_directory_or_a_device_is_no_key_file() {
    let directory = tempfile::tempdir().unwrap();
    for path in [directory.path(), Path::new("/dev/zero")] {
        assert!(matches!(RootKey::load(&file(path)).err(), Some(KeyError::NotAFile(_))));
    }
}

#[test]
fn a_variable_is_named_when_it_is_missing_or_wrong() {
    let missing = RootKeySource::Environment("WAYSTATION_NOT_SET_IN_ANY_TEST".to_owned());
    let error = RootKey::load(&missing).err().unwrap();
    assert!(
        matches!(error, KeyError::NotSet(_)) && error.to_string().contains("WAYSTATION_NOT_SET_IN_ANY_TEST")
    );
    let error = RootKey::load(&RootKeySource::Environment("PATH".to_owned())).err().unwrap();
    assert!(
        error.to_string().starts_with("the environment variable PATH does not hold a root key"),
        "{error}"
    );
}
