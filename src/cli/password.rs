//! Passwords that the program makes, for a person to change.

use secrecy::SecretString;

use crate::accounts::password::check_new;
use crate::crypto::readable;

/// One that this user may have.
pub fn generate(username: &str) -> SecretString {
    loop {
        let password = readable::generate();
        if check_new(&password, username).is_ok() {
            return password;
        }
    }
}
