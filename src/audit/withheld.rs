//! Which entries the log hands out in tiles no more: the minimum index of C2SP tlog-tiles, section "Pruning".
//!
//! Nothing is deleted. The tree needs the hashes below, an entry that is asked about later must be there to be shown, and a
//! position that was set wrongly is set back. So the bytes stay, and requests for them are refused.

use diesel::prelude::*;

use super::checkpoint::store::newest;
use super::tree::TilePath;
use super::{Action, Event};
use crate::access::Permit;
use crate::access::permissions::SystemAct;
use crate::app::App;
use crate::db::schema::settings;
use crate::db::{Tx, WriteTx};
use crate::error::{Code, Error, Result};

/// Its row among the settings of the network; without one, nothing is withheld.
const MINIMUM_INDEX: &str = "log_minimum_index";

/// The position before which entries are withheld.
pub(crate) fn minimum_index(tx: &mut Tx<'_>) -> Result<u64> {
    let kept: Option<String> =
        settings::table.find(MINIMUM_INDEX).select(settings::value).first(tx.conn()).optional()?;
    kept.map_or(Ok(0), |kept| kept.parse().map_err(Error::internal))
}

/// Refuses a tile, or a part of one, whose entries are withheld, all of them.
pub(crate) fn refuse_withheld(tx: &mut Tx<'_>, tile: TilePath) -> Result<()> {
    let minimum = minimum_index(tx)?;
    if tile.end_index().is_some_and(|end| end <= minimum) {
        return Err(Error::new(
            Code::NotFound,
            format!(
                "Entries before position {minimum} are handed out in tiles no more; ask the operator for an exported log."
            ),
        ));
    }
    Ok(())
}

/// Withholds what is before this position, and says from where on it was before. Less than before is withheld only to
/// `restore` it.
pub async fn withhold(app: &App, before: u64, restore: bool) -> Result<u64> {
    let event = Event::new(Action::AuditWithhold).detail("before", before);
    let set = move |tx: &mut WriteTx<'_>, _: &Permit<SystemAct>| {
        let was = minimum_index(tx)?;
        refuse(before, was, restore)?;
        let signed = newest(tx)?.map_or(0, |row| row.tree_size.unsigned_abs());
        if before > signed {
            return Err(Error::invalid_field(
                "--before",
                format!("The newest checkpoint has {signed} entries."),
            ));
        }
        tx.event.set_detail("was", was);
        store(tx, before)?;
        Ok(was)
    };
    app.db.write(Permit::system("operator"), event, set).await?.made()
}

fn refuse(before: u64, was: u64, restore: bool) -> Result<()> {
    if before < was && !restore {
        let detail =
            format!("What is before position {was} is withheld; say --restore to hand out some of it again.");
        return Err(Error::invalid_field("--before", detail));
    }
    Ok(())
}

fn store(tx: &mut WriteTx<'_>, before: u64) -> Result<()> {
    let value = before.to_string();
    let updated = diesel::update(settings::table.find(MINIMUM_INDEX))
        .set(settings::value.eq(&value))
        .execute(tx.conn())?;
    if updated == 0 {
        diesel::insert_into(settings::table)
            .values((settings::name.eq(MINIMUM_INDEX), settings::value.eq(&value)))
            .execute(tx.conn())?;
    }
    Ok(())
}
