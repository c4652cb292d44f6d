//! Routes of accounts, by what they are about.

mod attempt;
pub mod keys;
pub mod me;
pub mod own_sessions;
pub mod sessions;
mod user_view;
pub mod users;

pub use user_view::UserView;
