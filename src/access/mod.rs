//! Who may do what: the actor, the permission table, the permit.

pub mod actor;
pub mod assurance;
pub mod matrix;
pub mod permissions;
pub mod permit;
pub mod reach;
pub mod scope;

pub use actor::{Actor, CaseId, FieldGroup, HubId, Role, SessionId, UserId};
pub use assurance::{Assurance, Factor, FactorRule, FactorStanding};
pub use permissions::{PERMISSIONS, Permission};
pub use permit::Permit;
pub use reach::Reach;
pub use scope::Scope;
