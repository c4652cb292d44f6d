//! Waystation: case management for networks of shelters that bring people in hiding to safety.

pub mod access;
pub mod cli;
pub mod crypto;
pub mod db;
