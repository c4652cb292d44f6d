//! Keys for programs: some of their owner's permissions, for a while, from some addresses.
//!
//! A key lives in a session of its own. Whatever ends every session of its owner (a suspension, another password, a login under
//! duress, a coordinator who hears of an arrest) ends their keys at the next request, and no code has to think of it.

pub(crate) mod model;
pub(crate) mod store;
mod token;
mod used;

pub use model::ApiKeyId;
pub(crate) use token::ApiKeyToken;
pub use used::actor_of_key;
