//! Who may do what: the actor, the permission table, the permit.

pub mod actor;
pub mod matrix;
pub mod permissions;
pub mod permit;
pub mod reach;

pub use actor::{Actor, CaseId, FieldGroup, HubId, Role, SessionId, UserId};
pub use permissions::{PERMISSIONS, Permission};
pub use permit::Permit;
pub use reach::Reach;
