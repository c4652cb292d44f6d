//! Waystation: case management for networks of shelters that bring people in hiding to safety.

pub mod access;
pub mod asylum;
pub mod cases;
pub mod crypto;
pub mod db;
pub mod error;
pub mod machine;
pub mod network;
pub mod resettlement;
pub mod transit;
