//! Questions of the log. Asking one is itself an entry of it.

mod canaries;
mod events;
mod export;
mod seen;
mod unusual;

pub use canaries::{list_alarms, list_canaries, put_canary, remove_canary};
pub use events::{get_audit_event, list_audit_events};
pub use export::export_audit_events;
pub use seen::{what_user_saw, who_saw_case};
pub use unusual::find_unusual_reading;
