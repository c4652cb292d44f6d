//! Waystation: case management for networks of shelters that bring people in hiding to safety.

pub mod access;
pub mod accounts;
pub mod app;
pub mod asylum;
pub mod audit;
pub mod cases;
pub mod cli;
pub mod clock;
pub mod code_lists;
pub mod config;
pub mod crypto;
pub mod db;
pub mod error;
pub mod health;
pub mod http;
pub mod machine;
pub mod network;
pub mod openapi;
pub mod reports;
pub mod resettlement;
pub mod routes;
pub mod setup;
pub mod transit;
pub mod upkeep;
pub mod verifier;
mod waiting_room;
pub mod witness;
