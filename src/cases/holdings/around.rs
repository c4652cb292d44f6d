//! Tables of the core that name a case: the log, the answers that are kept for repeats, the canaries.

use diesel::prelude::*;

use super::manner::deleted;
use super::{BackupPart, Erasure, Holding, Merge, OwnCopy, Undo};
use crate::db::schema::{canary_cases, idempotency_keys};

/// The log.
pub(super) const LOG: Holding = Holding {
    table: "audit_events",
    merge: Merge::Stays("an entry says what was done, and to which case, when it was done"),
    undo: Undo::Nothing("the merge and its undoing are entries of both cases"),
    erasure: Erasure::Kept("no entry ever held anything of a person: a random id, codes, days of steps"),
    own_copy: OwnCopy::Nothing("it tells what helpers did; who asks for it asks an auditor"),
    backup: BackupPart::Data,
};

/// Answers that are kept for a day.
pub(super) const KEPT_ANSWERS: Holding = Holding {
    table: "idempotency_keys",
    merge: Merge::Stays("an answer is given again to whoever reaches the case that the merged one led to"),
    undo: Undo::Nothing("it had stayed"),
    erasure: deleted!(idempotency_keys),
    own_copy: OwnCopy::Nothing("it repeats for a day what stands in the other tables"),
    // Sealed by a key of the network and not by the case's: in the other part it would outlive an erasure.
    backup: BackupPart::Keys,
};

/// The mark of a canary.
pub(super) const CANARY: Holding = Holding {
    table: "canary_cases",
    merge: Merge::Stays(
        "auditors alone know of it: moved, it would make a person's case a trap, refused, it would be told",
    ),
    undo: Undo::Nothing("it had stayed"),
    erasure: deleted!(canary_cases),
    own_copy: OwnCopy::Nothing("there is no person behind a canary"),
    backup: BackupPart::Data,
};
