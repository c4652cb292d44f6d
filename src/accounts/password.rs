//! Passwords: Argon2id with a pepper, on few threads, so that a flood of logins cannot starve the rest.

use std::sync::Arc;

use argon2::{Algorithm, Argon2, Params, Version};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use secrecy::{ExposeSecret as _, SecretString};
use subtle::ConstantTimeEq as _;
use tokio::sync::Semaphore;
use unicode_normalization::UnicodeNormalization as _;
use zeroize::Zeroizing;
use zxcvbn::feedback::Feedback;
use zxcvbn::{Score, zxcvbn};

use super::gate::Ticket;
use super::model::User;
use crate::access::UserId;
use crate::crypto::{Keyring, random};
use crate::error::{Error, Result};
use crate::waiting_room::WaitingRoom;

/// Strangers' logins that may wait for a thread, and what those wait for whom the server knows; one more is told to come
/// again.
const MOST_WAITING: usize = 64;
const SHORTEST: usize = 12;
const LONGEST: usize = 128;

/// What somebody knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Known {
    /// The password.
    Password,
    /// The one that says that they are made to log in.
    DuressPassword,
    /// What was chosen as such a one by whoever was given the duress password for the password.
    DecoyPassword,
}

impl Known {
    /// Whether it is what whoever is logged in says their password is. The duress password is one from its first use on, and
    /// so, to whoever takes that for the password, is what they chose beside it.
    pub(crate) fn is_own(self, user: &User) -> bool {
        match self {
            Self::Password => true,
            Self::DuressPassword => user.duress_since.is_some(),
            Self::DecoyPassword => user.decoy_since.is_some(),
        }
    }

    /// Whether whoever gives it is made to.
    pub(crate) fn is_under_duress(self) -> bool {
        self != Self::Password
    }
}

/// What a hash costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cost {
    /// Memory in KiB.
    pub memory_kib: u32,
    /// Passes.
    pub passes: u32,
}

impl Cost {
    /// m = 64 MiB, t = 3, p = 1 (RFC 9106, section 4, second choice, with one lane).
    pub const STANDARD: Self = Self { memory_kib: 64 * 1024, passes: 3 };
    /// The least that Argon2 takes: for tests, where nothing is protected.
    pub const LEAST: Self = Self { memory_kib: 8, passes: 1 };
}

/// Hashes and checks passwords.
pub struct Passwords {
    keyring: Arc<Keyring>,
    cost: Cost,
    threads: Arc<Semaphore>,
    /// Strangers have fewer: whoever floods the server from outside keeps nobody out whom it knows.
    strangers_threads: Arc<Semaphore>,
    waiting: WaitingRoom,
    strangers_waiting: WaitingRoom,
    nobody: (UserId, String),
}

impl Passwords {
    /// With this cost; at most as many at once as there are cores.
    pub fn new(keyring: Arc<Keyring>, cost: Cost) -> Result<Self> {
        let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        // A user who is not there is checked against this, and so costs the same.
        let nobody = UserId::generate();
        let nobody = (nobody, hash(&keyring, cost, nobody, &random::bytes::<16>())?);
        Ok(Self {
            keyring,
            cost,
            threads: Arc::new(Semaphore::new(cores)),
            strangers_threads: Arc::new(Semaphore::new((cores - 1).max(1))),
            waiting: WaitingRoom::new(MOST_WAITING),
            strangers_waiting: WaitingRoom::new(MOST_WAITING),
            nobody,
        })
    }

    /// The hash to store in this user's row and no other, in the PHC string format with the pepper's
    /// version as `keyid`.
    pub async fn hash(&self, user: UserId, password: SecretString) -> Result<String> {
        let (keyring, cost) = (Arc::clone(&self.keyring), self.cost);
        self.on_a_thread(move || hash(&keyring, cost, user, normalised(&password).as_bytes())).await
    }

    /// The same made as `other` was: with its salt, cost and pepper, so that one computation tells which of the two somebody
    /// knows, and how long it takes tells nothing.
    pub(crate) async fn hash_beside(
        &self,
        user: UserId,
        password: SecretString,
        other: String,
    ) -> Result<String> {
        let keyring = Arc::clone(&self.keyring);
        self.on_a_thread(move || {
            let phc = Phc::read(&other)?;
            let secret = secret(&keyring, phc.pepper, user)?;
            let hash = argon2id(phc.cost, &*secret, normalised(&password).as_bytes(), &phc.salt)?;
            Ok(Phc { hash, ..phc }.to_text())
        })
        .await
    }

    /// A hash of what nobody knows: for whoever has yet to choose a password.
    pub(crate) async fn of_nobody(&self, user: UserId) -> Result<String> {
        let (keyring, cost) = (Arc::clone(&self.keyring), self.cost);
        self.on_a_thread(move || hash(&keyring, cost, user, &random::bytes::<32>())).await
    }

    /// Which of the user's passwords it is; without a user, or a ticket of the gate, the answer is none after the same work.
    pub(crate) async fn verify(
        &self,
        ticket: Option<Ticket>,
        password: SecretString,
        user: Option<&User>,
    ) -> Result<Option<Known>> {
        let user = user.filter(|_| ticket.is_some());
        let (id, stored) =
            user.map_or_else(|| self.nobody.clone(), |user| (user.id, user.password_hash.clone()));
        let others = user.map(|user| [user.duress_hash.clone(), user.decoy_hash.clone()]).unwrap_or_default();
        let keyring = Arc::clone(&self.keyring);
        let work = move || verify(&keyring, id, (&stored, &others), normalised(&password).as_bytes());
        let matches = if ticket.as_ref().is_some_and(Ticket::is_of_somebody_known) {
            self.on_a_thread(work).await
        } else {
            self.on_a_stranger_s_thread(work).await
        };
        match (&matches, ticket) {
            (Err(_), Some(ticket)) => ticket.unchecked(),
            (Ok(Some(Known::Password)), Some(ticket)) if user.is_some() => ticket.right(),
            (Ok(Some(_)), Some(ticket)) if user.is_some() => ticket.right_under_duress(),
            _ => {}
        }
        Ok(matches?.filter(|_| user.is_some()))
    }

    /// Refuses a new password that is not good enough, at `pointer`. On the same threads, because judging one that was made
    /// up for it takes as long as hashing.
    pub async fn check_new(
        &self,
        pointer: &'static str,
        password: &SecretString,
        username: &str,
    ) -> Result<()> {
        let (password, username) = (password.clone(), username.to_owned());
        let checked = self.on_a_thread(move || Ok(check_new(&password, &username))).await?;
        checked.map_err(|detail| Error::invalid_field(pointer, detail))
    }

    /// Whether a stored hash was made with another cost or pepper, and should be made anew.
    #[must_use]
    pub fn is_outdated(&self, stored: &str) -> bool {
        let current = self.keyring.pepper_version();
        Phc::parse(stored).is_none_or(|phc| phc.cost != self.cost || phc.pepper != current)
    }

    /// Waits with the strangers first, so that of the threads that all have one is left for the others.
    async fn on_a_stranger_s_thread<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let place = self.strangers_waiting.enter().ok_or_else(Error::overloaded)?;
        let turn = Arc::clone(&self.strangers_threads).acquire_owned().await.map_err(Error::internal)?;
        drop(place);
        self.on_a_thread(move || {
            let _turn = turn;
            work()
        })
        .await
    }

    async fn on_a_thread<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let place = self.waiting.enter().ok_or_else(Error::overloaded)?;
        let ticket = Arc::clone(&self.threads).acquire_owned().await;
        drop(place);
        let ticket = ticket.map_err(Error::internal)?;
        let done = tokio::task::spawn_blocking(move || {
            let _ticket = ticket;
            work()
        });
        done.await.map_err(Error::internal)?
    }
}

/// What a new password must be.
pub fn check_new(password: &SecretString, username: &str) -> Result<(), String> {
    let text = normalised(password);
    let length = text.chars().count();
    let detail = if length < SHORTEST {
        "A password has at least 12 characters.".to_owned()
    } else if length > LONGEST {
        "A password has at most 128 characters.".to_owned()
    } else if text.to_lowercase().contains(&username.to_lowercase()) {
        "A password does not contain the username.".to_owned()
    } else if let Some(advice) = is_guessed_by(&text, username) {
        format!("This password is easy to guess. {advice}")
    } else {
        return Ok(());
    };
    Err(detail)
}

/// What to do about a password that is found within 10^8 guesses, as zxcvbn counts them (Wheeler, 2016): common
/// passwords, names, words, dates and rows of keys, and what they are disguised by, and the user's own words.
fn is_guessed_by(password: &str, username: &str) -> Option<String> {
    let estimate = zxcvbn(password, &[username, "waystation"]);
    if estimate.score() >= Score::Three {
        return None;
    }
    let suggestions = estimate.feedback().map(Feedback::suggestions);
    let advice: Vec<String> = suggestions.unwrap_or_default().iter().map(ToString::to_string).collect();
    Some(if advice.is_empty() { "Add a few unusual words.".to_owned() } else { advice.join(" ") })
}

/// NFC, so that the same keys on two keyboards are the same password.
fn normalised(password: &SecretString) -> Zeroizing<String> {
    Zeroizing::new(password.expose_secret().nfc().collect())
}

/// The parts of `$argon2id$v=19$m=..,t=..,p=1,keyid=..$salt$hash`.
struct Phc {
    cost: Cost,
    pepper: i32,
    salt: Vec<u8>,
    hash: Vec<u8>,
}

impl Phc {
    fn read(stored: &str) -> Result<Self> {
        Self::parse(stored).ok_or_else(|| Error::internal(anyhow::anyhow!("a stored hash cannot be read")))
    }

    fn to_text(&self) -> String {
        format!(
            "$argon2id$v=19$m={},t={},p=1,keyid={}${}${}",
            self.cost.memory_kib,
            self.cost.passes,
            self.pepper,
            STANDARD_NO_PAD.encode(&self.salt),
            STANDARD_NO_PAD.encode(&self.hash)
        )
    }

    fn is_made_like(&self, other: &Self) -> bool {
        (self.cost, self.pepper, &self.salt) == (other.cost, other.pepper, &other.salt)
    }

    fn parse(text: &str) -> Option<Self> {
        let mut parts = text.strip_prefix("$argon2id$v=19$")?.split('$');
        let (parameters, salt, hash) = (parts.next()?, parts.next()?, parts.next()?);
        let value =
            |name: &str| parameters.split(',').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='));
        Some(Self {
            cost: Cost { memory_kib: value("m")?.parse().ok()?, passes: value("t")?.parse().ok()? },
            pepper: value("keyid")?.parse().ok()?,
            salt: STANDARD_NO_PAD.decode(salt).ok()?,
            hash: STANDARD_NO_PAD.decode(hash).ok()?,
        })
    }
}

fn hash(keyring: &Keyring, cost: Cost, user: UserId, password: &[u8]) -> Result<String> {
    let (salt, pepper) = (random::bytes::<16>().to_vec(), keyring.pepper_version());
    let hash = argon2id(cost, &*secret(keyring, pepper, user)?, password, &salt)?;
    Ok(Phc { cost, pepper, salt, hash }.to_text())
}

fn verify(
    keyring: &Keyring,
    user: UserId,
    (stored, [duress, decoy]): (&str, &[Option<String>; 2]),
    password: &[u8],
) -> Result<Option<Known>> {
    let phc = Phc::read(stored)?;
    let made = |phc: &Phc| argon2id(phc.cost, &*secret(keyring, phc.pepper, user)?, password, &phc.salt);
    let hash = made(&phc)?;
    let is = |other: &Option<String>| {
        Ok::<bool, Error>(match other.as_deref().map(Phc::read).transpose()? {
            Some(other) if other.is_made_like(&phc) => hash.ct_eq(&other.hash).into(),
            Some(other) => made(&other)?.ct_eq(&other.hash).into(),
            None => false,
        })
    };
    let (is_own, is_duress, is_decoy) = (bool::from(hash.ct_eq(&phc.hash)), is(duress)?, is(decoy)?);
    let known = is_own.then_some(Known::Password);
    let known = known.or(is_duress.then_some(Known::DuressPassword));
    Ok(known.or(is_decoy.then_some(Known::DecoyPassword)))
}

fn secret(keyring: &Keyring, pepper: i32, user: UserId) -> Result<Zeroizing<[u8; 32]>> {
    keyring
        .password_secret(pepper, user)
        .ok_or_else(|| Error::internal(anyhow::anyhow!("the pepper of a stored hash is gone")))
}

fn argon2id(cost: Cost, secret: &[u8], password: &[u8], salt: &[u8]) -> Result<Vec<u8>> {
    let failed = |error: argon2::Error| Error::internal(anyhow::anyhow!("Argon2: {error}"));
    let params = Params::new(cost.memory_kib, cost.passes, 1, Some(32)).map_err(failed)?;
    let mut hash = vec![0; 32];
    Argon2::new_with_secret(secret, Algorithm::Argon2id, Version::V0x13, params)
        .map_err(failed)?
        .hash_password_into(password, salt, &mut hash)
        .map_err(failed)?;
    Ok(hash)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(password: &str) -> Option<String> {
        check_new(&SecretString::from(password.to_owned()), "heron").err()
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_flood_of_strangers_keeps_nobody_out_whom_the_server_knows() {
        let keyring = Keyring::create(&crate::crypto::RootKey::generate(), "test").unwrap().0;
        let passwords = Arc::new(Passwords::new(Arc::new(keyring), Cost::LEAST).unwrap());
        let (end, ended) = std::sync::mpsc::channel::<()>();
        let ended = Arc::new(std::sync::Mutex::new(ended));
        let flood: Vec<_> = (0..200)
            .map(|_| {
                let (passwords, ended) = (Arc::clone(&passwords), Arc::clone(&ended));
                tokio::spawn(async move {
                    // Each holds its thread until the flood ends.
                    let until_it_ends = move || {
                        assert!(ended.lock().unwrap().recv().is_err());
                        Ok(())
                    };
                    passwords.on_a_stranger_s_thread(until_it_ends).await
                })
            })
            .collect();
        while passwords.strangers_waiting.enter().is_some() {
            tokio::task::yield_now().await;
        }
        // On one core there is no thread to leave, and known ones wait.
        if std::thread::available_parallelism().unwrap().get() > 1 {
            passwords.on_a_thread(|| Ok(())).await.unwrap();
        }
        drop(end);
        let turned_away = turned_away_of(flood).await;
        assert!(turned_away >= 100, "{turned_away}");
    }

    async fn turned_away_of(flood: Vec<tokio::task::JoinHandle<Result<()>>>) -> usize {
        let mut turned_away = 0;
        for stranger in flood {
            turned_away += usize::from(stranger.await.unwrap().is_err());
        }
        turned_away
    }

    #[test]
    fn what_everybody_tries_first_is_refused_with_what_to_do() {
        for easy in [
            "password1234",
            "qwertyuiopasdf",
            "ab cdefghiab cdefghi",
            "waystationwaystation",
            "aaaaaaaaaaaaaaaa",
        ] {
            let told = fault(easy).unwrap();
            assert!(told.starts_with("This password is easy to guess. ") && told.len() > 40, "{told}");
            assert!(!told.contains(easy));
        }
        assert_eq!(
            fault("four quiet herons at dusk").as_deref(),
            Some("A password does not contain the username.")
        );
        assert_eq!(fault("four words"), Some("A password has at least 12 characters.".to_owned()));
        assert_eq!(
            fault(&"long words ".repeat(12)),
            Some("A password has at most 128 characters.".to_owned())
        );
        for good in [
            "four quiet storks at dusk",
            "겨울밤 두만강 왜가리 네 마리",
            &"seven slow barges, upstream; ".repeat(4),
        ] {
            assert_eq!(fault(good), None, "{good}");
        }
    }
}
