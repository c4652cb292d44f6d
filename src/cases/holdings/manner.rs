//! What an entry of the list says. No member has a default: who leaves one out, or a case of one, does not compile.

use serde_json::Value;

use crate::access::CaseId;
use crate::audit::Receipt;
use crate::cases::model::Case;
use crate::crypto::{CaseKey, Sealed, SealedContent};
use crate::db::types::Timestamp;
use crate::db::{Tx, WriteTx};
use crate::error::{Error, Result, Unmet};

/// A table with something of a case in it, and what becomes of its rows.
#[derive(Clone, Copy)]
pub struct Holding {
    /// The table.
    pub table: &'static str,
    /// When its case is merged into another.
    pub merge: Merge,
    /// When that is undone.
    pub undo: Undo,
    /// When the person is erased.
    pub erasure: Erasure,
    /// When the person asks for a copy of what is kept about them.
    pub own_copy: OwnCopy,
    /// In which part of a backup it is.
    pub backup: BackupPart,
}

/// What a merge does with the rows of the case that is merged.
#[derive(Clone, Copy)]
pub enum Merge {
    /// They become the survivor's.
    Moves(Moves),
    /// They move with the rows of this table, on which they hang.
    With(&'static str),
    /// They stay where they are, because of this.
    Stays(&'static str),
    /// They stay, and are told of it, as a list of pairs that may be one person is: survivor, merged case.
    Told(fn(&mut WriteTx<'_>, CaseId, CaseId) -> Result<()>),
    /// As long as it finds something, the two are not merged: what stands in the way of survivor and duplicate.
    Refuses(fn(&mut Tx<'_>, &Case, &Case) -> Result<Option<Unmet>>),
}

/// How rows become those of another case.
#[derive(Clone, Copy)]
pub struct Moves {
    /// The rule that would not hold when both cases' rows are one case's: survivor, duplicate.
    pub unmet: fn(&mut Tx<'_>, &Case, &Case) -> Result<Option<Unmet>>,
    /// The ids of a case's rows.
    pub rows: fn(&mut Tx<'_>, CaseId) -> Result<Vec<String>>,
    /// Makes these rows the case's, with whatever hangs on them; nothing else of them changes.
    pub give: fn(&mut WriteTx<'_>, &[String], CaseId) -> Result<usize>,
}

/// What undoing a merge does.
#[derive(Clone, Copy)]
pub enum Undo {
    /// The rows that had moved go back, as they are by then.
    GivesBack {
        /// How many rows the case has that were entered after a moment: written to the survivor, and staying.
        entered_since: fn(&mut Tx<'_>, CaseId, Timestamp) -> Result<i64>,
    },
    /// They go back with the rows of this table.
    With(&'static str),
    /// They had stayed, and are told of it: survivor, case that was merged.
    Told(fn(&mut WriteTx<'_>, CaseId, CaseId) -> Result<()>),
    /// It is put back as the merge had found it, in this way.
    Restores(&'static str),
    /// They had stayed with the merged case; those of the survivor that were entered since stay with it.
    Stayed {
        /// How many of the case's rows were entered after a moment.
        entered_since: fn(&mut Tx<'_>, CaseId, Timestamp) -> Result<i64>,
    },
    /// There is nothing to do, because of this.
    Nothing(&'static str),
}

/// What erasing a person does with the rows of their case.
#[derive(Clone, Copy)]
pub enum Erasure {
    /// They go; how many they were.
    Deleted(fn(&mut WriteTx<'_>, CaseId) -> Result<usize>),
    /// They become coarse statistics: month, stage, country, age band, sex. How many they were.
    MadeCoarse(fn(&mut WriteTx<'_>, CaseId) -> Result<usize>),
    /// They stay, because somebody has to answer for them, without what is sealed in them. How many those were.
    Emptied(fn(&mut WriteTx<'_>, CaseId) -> Result<usize>),
    /// They stay, because of this.
    Kept(&'static str),
}

/// What of the rows goes into the copy that a person gets.
#[derive(Clone, Copy)]
pub enum OwnCopy {
    /// What is theirs of each row.
    Gives {
        /// The rows. Never who helped, nor where others hide.
        rows: fn(&mut Tx<'_>, CaseId) -> Result<Vec<OwnRow>>,
        /// The column of sealed values, which are in the rows too.
        sealed: Option<&'static str>,
    },
    /// Nothing, because of this.
    Nothing(&'static str),
}

/// What of a row is the person's.
pub struct OwnRow {
    /// What stands in clear: an object of members with their names.
    pub clear: Value,
    /// What is sealed beside it.
    pub sealed: Option<SealedMember>,
}

impl From<Value> for OwnRow {
    fn from(clear: Value) -> Self {
        Self { clear, sealed: None }
    }
}

/// A sealed value as a member of its row, to be opened against the receipt of the copy.
pub struct SealedMember {
    /// The member.
    pub name: &'static str,
    /// Opens it.
    pub open: Opening,
}

/// What opens a sealed value, and gives what it says as JSON.
type Opening = Box<dyn FnOnce(&Receipt, &CaseKey) -> Result<Value> + Send>;

impl SealedMember {
    /// The value as the member `name`.
    pub(crate) fn new<T: SealedContent + Send + 'static>(name: &'static str, sealed: Sealed<T>) -> Self {
        let open = move |receipt: &Receipt, key: &CaseKey| {
            serde_json::to_value(sealed.open(receipt, key)?).map_err(Error::internal)
        };
        Self { name, open: Box::new(open) }
    }
}

/// The two parts of a backup.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BackupPart {
    /// Kept for as long as anybody likes: nothing in it opens by itself.
    Data,
    /// Kept for a short time: what opens the data, and whatever an erased key would not close.
    Keys,
}

/// The functions of a table whose rows have `id`, `case_id` and `created_at`, for its entry.
///
/// `moves!(stays, unmet)` is the [`Moves`] of the table, with the rule that it keeps; `moves!(stays)` keeps none.
macro_rules! moves {
    ($table:ident) => {
        moves!($table, |_, _, _| Ok(None))
    };
    ($table:ident, $unmet:expr) => {
        $crate::cases::holdings::Moves {
            unmet: $unmet,
            rows: |tx, case| {
                let rows = $table::table.filter($table::case_id.eq(case)).order($table::id);
                Ok(rows.select($table::id).load::<String>(tx.conn())?)
            },
            give: |tx, rows, to| {
                let moved = diesel::update($table::table.filter($table::id.eq_any(rows)));
                Ok(moved.set($table::case_id.eq(to)).execute(tx.conn())?)
            },
        }
    };
}
pub(crate) use moves;

/// The other half of [`moves`]: gives rows back, and counts those that were entered since.
macro_rules! gives_back {
    ($table:ident) => {
        $crate::cases::holdings::Undo::GivesBack {
            entered_since: |tx, case, moment| {
                let rows = $table::table.filter($table::case_id.eq(case));
                Ok(rows.filter($table::created_at.gt(moment)).count().get_result(tx.conn())?)
            },
        }
    };
}
pub(crate) use gives_back;

/// Deletes the rows of a table that have a `case_id`.
macro_rules! deleted {
    ($table:ident) => {
        $crate::cases::holdings::Erasure::Deleted(|tx, case| {
            Ok(diesel::delete($table::table.filter($table::case_id.eq(case))).execute(tx.conn())?)
        })
    };
}
pub(crate) use deleted;
