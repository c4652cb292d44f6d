//! A copy of the database alone confirms no password, not even one that everybody tries first: the pepper is under the root
//! key.

use argon2::{Algorithm, Argon2, Params, Version};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;

use crate::common::{TestApp, unhex};

const WEAK: &str = include_str!("../vectors/weak-passwords.txt");

/// The parts of a stored hash.
struct Stored {
    params: Params,
    salt: Vec<u8>,
    hash: Vec<u8>,
}

impl Stored {
    fn parse(text: &str) -> Self {
        let parts: Vec<&str> = text.split('$').collect();
        let number = |name: &str| {
            let found = parts[3].split(',').find_map(|pair| pair.strip_prefix(name));
            found.unwrap().parse().unwrap()
        };
        let params = Params::new(number("m="), number("t="), number("p="), Some(32)).unwrap();
        let [salt, hash] = [parts[4], parts[5]].map(|part| STANDARD_NO_PAD.decode(part).unwrap());
        Self { params, salt, hash }
    }

    fn is_of(&self, password: &str, secret: &[u8]) -> bool {
        let argon2 =
            Argon2::new_with_secret(secret, Algorithm::Argon2id, Version::V0x13, self.params.clone())
                .unwrap();
        let mut hash = vec![0; 32];
        argon2.hash_password_into(password.as_bytes(), &self.salt, &mut hash).unwrap();
        hash == self.hash
    }
}

#[actix_web::test]
async fn a_copy_of_the_database_confirms_none_of_a_thousand_weak_passwords() {
    let app = TestApp::new().await;
    let weak: Vec<&str> = WEAK.lines().collect();
    assert_eq!(weak.len(), 1_000);
    let hub = app.hub("Kunming");
    let mut raw = app.database.raw();
    let hexed = raw.hex("wrapped");
    let mut secrets: Vec<Vec<u8>> =
        raw.texts(&format!("SELECT {hexed} AS t FROM keyring")).iter().map(|text| unhex(text)).collect();
    // What whoever has the copy has: nothing, the id of the database, each key as it is stored.
    secrets.extend([Vec::new(), b"test".to_vec(), vec![0; 32]]);
    let with_pepper = |user: waystation::access::UserId| app.app.keyring.password_secret(1, user).unwrap();
    for place in [0, 500, 999] {
        let person = app.caseworker(hub);
        app.set_password(&person, weak[place]).await;
        let row =
            raw.texts(&format!("SELECT password_hash AS t FROM users WHERE id = '{}'", person.id)).remove(0);
        let copied = Stored::parse(&row);
        let confirmed = |secret: &[u8]| weak.iter().filter(|weak| copied.is_of(weak, secret)).count();
        for secret in &secrets {
            assert_eq!(confirmed(secret), 0);
        }
        assert_eq!(confirmed(&with_pepper(person.id)[..]), 1, "the trial itself finds it");
    }
}
