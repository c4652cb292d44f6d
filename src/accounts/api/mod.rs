//! Routes of accounts, by what they are about.

pub mod activations;
pub mod api_keys;
mod attempt;
pub mod away;
pub mod duress;
pub mod grants;
pub mod keys;
pub mod me;
pub mod own_sessions;
pub mod second_factor;
pub mod sessions;
mod user_view;
pub mod users;

pub use user_view::UserView;
