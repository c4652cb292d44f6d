//! What a rule or a body lacks, told part by part.

/// A guard of a rule that is not met.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unmet {
    /// Stable name of the guard, for programs.
    pub guard: &'static str,
    /// What is missing, for a person; never what the client sent.
    pub detail: String,
}

/// A field that cannot be taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Where, as a JSON pointer (RFC 6901).
    pub pointer: String,
    /// What would be right, for a person; never what the client sent.
    pub detail: String,
}
