//! The copy that a person gets of all that is kept about them: their right of access (GDPR, article 15).
//!
//! What goes into it is said by the one list of what holds a case (`cases::holdings`), so that a new table is in it. It is
//! encrypted for the person: whoever makes it sees nothing by it that they may not open anyway.

pub mod api;
mod document;
mod envelope;
mod held;
