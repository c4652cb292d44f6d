//! Who may do what: the actor, the permission table, the permit.

pub mod actor;
