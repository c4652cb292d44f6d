//! Where a command has the root key from: a source that answers by itself, or people who are asked.
//!
//! A server asks nobody: it starts sealed, and waits until they come ([`door`](crate::door)).

use std::sync::{Arc, OnceLock};

use secrecy::{ExposeSecret as _, SecretString};
use zeroize::Zeroizing;

use crate::config::Config;
use crate::crypto::{KeyError, RootKey, RootKeySource, Share, ShareFault};
use crate::db::key_splits::{self, ShareStanding};
use crate::db::url::DatabaseUrl;
use crate::setup::StartError;

/// Asks a person, who answers without being seen.
pub trait Ask: Send + Sync {
    /// What they typed; an error when nobody is there.
    fn ask(&self, what: &str) -> std::io::Result<SecretString>;
    /// Tells them why it was not taken; false when they cannot be asked again.
    fn tell(&self, why: &str) -> bool;
}

/// Who is asked, and what they made known already: one command asks once.
#[derive(Clone, Default)]
pub struct Keyholders {
    ask: Option<Arc<dyn Ask>>,
    known: Arc<OnceLock<Arc<RootKey>>>,
}

impl Keyholders {
    /// Nobody can be asked.
    #[must_use]
    pub fn nobody() -> Self {
        Self::default()
    }

    /// Whoever answers here.
    #[must_use]
    pub fn asked_by(ask: impl Ask + 'static) -> Self {
        Self { ask: Some(Arc::new(ask)), ..Self::default() }
    }

    fn ask(&self, what: &str, source: &'static str) -> Result<SecretString, KeyError> {
        let nobody = || KeyError::NobodyAsked(source);
        self.ask.as_ref().ok_or_else(nobody)?.ask(what).map_err(|_| nobody())
    }

    /// Asks for a passphrase.
    pub fn passphrase(&self, what: &str) -> Result<SecretString, StartError> {
        Ok(self.ask(what, "a passphrase")?)
    }

    /// Whether they can be asked again after this was told.
    fn tell(&self, error: &KeyError) -> bool {
        self.ask.as_ref().is_some_and(|ask| ask.tell(&error.to_string()))
    }
}

/// The root key of the configuration.
pub fn root_key(config: &Config) -> Result<Arc<RootKey>, StartError> {
    let keyholders = &config.keyholders;
    if let Some(known) = keyholders.known.get() {
        return Ok(Arc::clone(known));
    }
    let root = match &config.root_key {
        RootKeySource::Passphrase(file) => {
            RootKey::protected(file)?.open(&keyholders.ask("Passphrase: ", "a passphrase")?)?
        }
        RootKeySource::Shares => of_shares(keyholders, |share| counts(&config.database, share))?,
        source => RootKey::load(source)?,
    };
    Ok(Arc::clone(keyholders.known.get_or_init(|| Arc::new(root))))
}

/// Asks for as many shares as it takes. `judge` says whether one is taken.
pub fn of_shares(
    keyholders: &Keyholders,
    judge: impl Fn(&Share) -> Result<(), StartError>,
) -> Result<RootKey, StartError> {
    let mut shares: Vec<Share> = Vec::new();
    loop {
        let needed = shares.first().map(Share::threshold);
        if needed.is_some_and(|needed| shares.len() >= usize::from(needed)) {
            return Ok(RootKey::from_shares(&shares).map_err(KeyError::from)?);
        }
        let of = needed.map_or_else(String::new, |needed| format!(" of {needed}"));
        let typed = typed(keyholders, &format!("Share {}{of}: ", shares.len() + 1))?;
        let taken =
            Share::parse(typed.expose_secret()).map_err(|fault| StartError::from(KeyError::from(fault)));
        let taken =
            taken.and_then(|share| fits(&shares, share)).and_then(|share| judge(&share).map(|()| share));
        match taken {
            Ok(share) => shares.push(share),
            Err(StartError::Key(error)) if keyholders.tell(&error) => {}
            Err(error) => return Err(error),
        }
    }
}

/// One share, by itself.
pub fn one_share(keyholders: &Keyholders, what: &str) -> Result<Share, StartError> {
    loop {
        match Share::parse(typed(keyholders, what)?.expose_secret()).map_err(KeyError::from) {
            Ok(share) => return Ok(share),
            Err(error) if keyholders.tell(&error) => {}
            Err(error) => return Err(error.into()),
        }
    }
}

/// What somebody types: a line, and of a share as many as stand on its paper.
pub fn typed(keyholders: &Keyholders, what: &str) -> Result<SecretString, StartError> {
    let first = keyholders.ask(what, "shares")?;
    let mut whole = Zeroizing::new(String::with_capacity(1024));
    whole.push_str(first.expose_secret());
    while let Err(ShareFault::WrongLength { found }) = Share::parse(&whole)
        && found < Share::CHARACTERS
    {
        let more = keyholders.ask("  and on: ", "shares")?;
        if more.expose_secret().trim().is_empty() {
            break;
        }
        whole.push(' ');
        whole.push_str(more.expose_secret());
    }
    Ok(whole.as_str().into())
}

/// Whether it is meant as a share, right or not.
#[must_use]
pub fn looks_like_a_share(typed: &SecretString) -> bool {
    let start: String = typed.expose_secret().chars().filter(|c| !c.is_whitespace()).take(8).collect();
    start.eq_ignore_ascii_case("wayshare")
}

fn fits(shares: &[Share], share: Share) -> Result<Share, StartError> {
    let refused = |why| Err(KeyError::ShareRefused(why).into());
    match shares.first() {
        Some(first) if first.split() != share.split() || first.threshold() != share.threshold() => {
            refused("it is of another split than the ones before")
        }
        Some(_) if shares.iter().any(|earlier| earlier.index() == share.index()) => {
            refused("it was given already; each share counts once")
        }
        _ => Ok(share),
    }
}

fn counts(database: &DatabaseUrl, share: &Share) -> Result<(), StartError> {
    let why = match key_splits::standing_at(database, share)? {
        ShareStanding::Counts => return Ok(()),
        ShareStanding::OfAnEarlierSplit => {
            "it is of an earlier split, and only those of the newest count; ask for the paper that replaced it"
        }
        ShareStanding::OfNoSplit => {
            "it is of a split that this database knows nothing of; is it of another network, or was the database put \
             back from an older copy? `waystation key join` puts the root key together all the same"
        }
        ShareStanding::MadeUp => "it says that it is of the newest split, and is none of its shares",
    };
    Err(KeyError::ShareRefused(why).into())
}
