//! What the server does by itself: it tells who is to be told, and seals addresses anew when the pepper was followed by another.

use super::sender::{NotSent, Sender};
use super::store;
use crate::access::permissions::SystemAct;
use crate::access::{Permit, UserId};
use crate::app::App;
use crate::audit::{Action, Event};
use crate::db::WriteTx;
use crate::error::{Error, Result};

/// Tells everybody who is to be told now; how many they were. Ends at the first message that the mail server cannot take.
pub async fn run(app: &App) -> Result<usize> {
    let Some(sender) = &app.mail else { return Ok(0) };
    let mut told = 0;
    for user in app.db.unrecorded("who is to be told by e-mail", store::due).await? {
        match tell(app, sender, user).await? {
            None => {}
            Some(Ok(())) => told += 1,
            Some(Err(failure)) => {
                tracing::warn!(%user, "somebody was not told that something waits: {failure}");
                if !matches!(failure, NotSent::RefusedForGood) {
                    break;
                }
            }
        }
    }
    Ok(told)
}

async fn tell(app: &App, sender: &Sender, user: UserId) -> Result<Option<Result<(), NotSent>>> {
    let begun = note(app, (Action::MailBegin, user), move |tx| store::begin(tx, user)).await?;
    let Some(begun) = begun else { return Ok(None) };
    let (address, _) = app.keyring.open_mail_address(user, &begun.sealed)?;
    let sent = sender.send(address.parse().map_err(Error::internal)?).await;
    match &sent {
        Ok(()) => note(app, (Action::MailSend, user), move |tx| store::sent(tx, &begun)).await?,
        Err(NotSent::RefusedForGood) => {
            note(app, (Action::MailRefuse, user), move |tx| store::refused(tx, &begun)).await?;
        }
        Err(_) => {}
    }
    Ok(Some(sent))
}

async fn note<T: serde::Serialize + Send + 'static>(
    app: &App,
    (action, user): (Action, UserId),
    write: impl Fn(&mut WriteTx<'_>) -> Result<T> + Send + Sync + 'static,
) -> Result<T> {
    let permit = Permit::<SystemAct>::system("mail");
    let event = Event::new(action).subject(user);
    app.db.write(permit, event, move |tx, _| write(tx)).await?.made()
}

/// Seals anew what is sealed under an earlier pepper.
pub async fn look_after_keys(app: &App) -> Result<()> {
    let sealed = app.db.unrecorded("under which pepper addresses are sealed", store::all).await?;
    for (user, sealed) in sealed {
        let (address, is_outdated) = app.keyring.open_mail_address(user, &sealed)?;
        if !is_outdated {
            continue;
        }
        let anew = app.keyring.seal_mail_address(user, &address)?;
        note(app, (Action::MailAddressReseal, user), move |tx| store::put_anew(tx, user, &sealed, &anew))
            .await?;
    }
    Ok(())
}
