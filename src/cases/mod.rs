//! A case: one person on the way to safety. Codes, rules and history here are pure.

pub mod code;
pub mod codes;
pub mod reasons;
pub mod rules;
pub mod tables;
pub mod timeline;
