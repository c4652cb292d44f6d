//! How the root key was split: which shares count, and which are of an earlier split. Asked before the keys are there, by
//! a sealed server and by commands.

use diesel::prelude::*;

use super::conn::{AnyConnection, ConnectError, Purpose, open};
use super::schema::{key_split_shares, key_splits};
use super::tx::WriteTx;
use super::url::DatabaseUrl;
use crate::access::actor::UserId;
use crate::crypto::{Share, SplitId};
use crate::error::{Error, Result};

/// What a share is to this network.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ShareStanding {
    /// It is one of those that count.
    Counts,
    /// It was made by an earlier split.
    OfAnEarlierSplit,
    /// This network knows no such split.
    OfNoSplit,
    /// It says that it is one of those that count, and is not.
    MadeUp,
}

/// Judges a share.
pub(crate) fn standing(conn: &mut AnyConnection, share: &Dealt) -> Result<ShareStanding> {
    let newest: Option<(SplitId, i32)> = key_splits::table
        .order(key_splits::number.desc())
        .select((key_splits::id, key_splits::threshold))
        .first(conn)
        .optional()?;
    let Some((newest, threshold)) = newest else { return Ok(ShareStanding::OfNoSplit) };
    if newest != share.split {
        let known: i64 = key_splits::table.filter(key_splits::id.eq(share.split)).count().get_result(conn)?;
        return Ok(if known > 0 { ShareStanding::OfAnEarlierSplit } else { ShareStanding::OfNoSplit });
    }
    let fingerprint: Option<Vec<u8>> = key_split_shares::table
        .find((newest, i32::from(share.index)))
        .select(key_split_shares::fingerprint)
        .first(conn)
        .optional()?;
    let is_one = threshold == i32::from(share.threshold)
        && fingerprint.is_some_and(|fingerprint| fingerprint == share.fingerprint);
    Ok(if is_one { ShareStanding::Counts } else { ShareStanding::MadeUp })
}

/// The same for a command, which has no database open yet.
pub(crate) fn standing_at(url: &DatabaseUrl, share: &Share) -> Result<ShareStanding, ConnectError> {
    let mut conn = open(url, Purpose::Write)?;
    standing(&mut conn, &share.into())
        .map_err(|error| ConnectError::Unsafe(format!("the splits of the key cannot be read: {error}")))
}

/// Makes a split the newest one: from its commit on, the shares of earlier ones count no more.
pub(crate) fn add(tx: &mut WriteTx<'_>, by: UserId, dealt: &[Dealt]) -> Result<()> {
    let Some(first) = dealt.first() else {
        return Err(Error::internal(anyhow::anyhow!("a split without shares")));
    };
    let last: Option<i32> =
        key_splits::table.select(diesel::dsl::max(key_splits::number)).first(tx.conn())?;
    diesel::insert_into(key_splits::table)
        .values((
            key_splits::id.eq(first.split),
            key_splits::number.eq(last.unwrap_or(0) + 1),
            key_splits::threshold.eq(i32::from(first.threshold)),
            key_splits::shares.eq(i32::try_from(dealt.len()).map_err(Error::internal)?),
            key_splits::created_by.eq(by),
            key_splits::created_at.eq(tx.now()),
        ))
        .execute(tx.conn())?;
    for share in dealt {
        diesel::insert_into(key_split_shares::table)
            .values((
                key_split_shares::split_id.eq(share.split),
                key_split_shares::share_index.eq(i32::from(share.index)),
                key_split_shares::fingerprint.eq(share.fingerprint.as_slice()),
            ))
            .execute(tx.conn())?;
    }
    Ok(())
}

/// A share as it is known again, without its secret.
#[derive(Clone, Copy)]
pub(crate) struct Dealt {
    pub split: SplitId,
    pub threshold: u8,
    pub index: u8,
    pub fingerprint: [u8; 32],
}

impl From<&Share> for Dealt {
    fn from(share: &Share) -> Self {
        Self {
            split: share.split(),
            threshold: share.threshold(),
            index: share.index(),
            fingerprint: share.fingerprint(),
        }
    }
}
