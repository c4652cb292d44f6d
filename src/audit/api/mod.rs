//! Questions of the log. Asking one is itself an entry of it.

mod events;

pub use events::{get_audit_event, list_audit_events};
