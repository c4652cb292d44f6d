//! One error, one table of stable codes, one form on the wire: RFC 9457 `application/problem+json`.
//!
//! An error says what is wrong, where, and what would be right. It never repeats what the client
//! sent, because that may be a name. The cause of an internal error goes to the log with the request
//! id, never to the client.

use std::fmt;

use actix_web::http::StatusCode;

/// What handlers, stores and rules return.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// One field at fault.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// JSON pointer (RFC 6901) into the body, or the name of the parameter or header.
    pub pointer: String,
    /// What is wrong and what would be right.
    pub detail: String,
}

impl Fault {
    /// A fault at `pointer`.
    pub fn new(pointer: impl Into<String>, detail: impl Into<String>) -> Self {
        Self { pointer: pointer.into(), detail: detail.into() }
    }
}

/// One rule that is not met; all of them are told at once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unmet {
    /// Stable name of the rule.
    pub guard: &'static str,
    /// What is missing and how to mend it.
    pub detail: String,
}

/// Declares [`Code`]: `Variant = "code", status, "title"` a line.
macro_rules! codes {
    ($($variant:ident = $code:literal, $status:ident, $title:literal;)+) => {
        /// A stable code that a client may act on.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Code { $(#[doc = $title] $variant),+ }

        impl Code {
            /// Every code, for the documents and the tests.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The code as sent.
            #[must_use]
            pub const fn as_str(self) -> &'static str { match self { $(Self::$variant => $code),+ } }

            /// The HTTP status it is sent with.
            #[must_use]
            pub const fn status(self) -> StatusCode { match self { $(Self::$variant => StatusCode::$status),+ } }

            /// What it means, for a person.
            #[must_use]
            pub const fn title(self) -> &'static str { match self { $(Self::$variant => $title),+ } }
        }
    };
}

codes! {
    MalformedRequest = "malformed_request", BAD_REQUEST, "The request is not well formed";
    InvalidCursor = "invalid_cursor", BAD_REQUEST, "The cursor is not one that this list gave";
    InvalidCaseCode = "invalid_case_code", BAD_REQUEST, "The case code is mistyped";
    Unauthenticated = "unauthenticated", UNAUTHORIZED, "A valid access token is needed";
    LoginRefused = "login_refused", UNAUTHORIZED, "The username, the password or the code is wrong, or the account is not active";
    ActivationRefused = "activation_refused", UNAUTHORIZED, "This activates no account";
    RefreshRefused = "refresh_refused", UNAUTHORIZED, "The refresh token is not valid; log in again";
    Forbidden = "forbidden", FORBIDDEN, "Your role does not allow this";
    Away = "away", FORBIDDEN, "You have put your own access away until a day";
    SecondFactorNeeded = "second_factor_needed", FORBIDDEN, "A second factor is needed first";
    StepUpNeeded = "step_up_needed", FORBIDDEN, "This needs a code of your second factor that is not older than five minutes";
    UnsealRefused = "unseal_refused", FORBIDDEN, "This does not open the server";
    FieldGroupWithheld = "field_group_withheld", FORBIDDEN, "Your access to this case does not include these fields";
    CommandWithheld = "command_withheld", FORBIDDEN, "You may read this case and not decide this about it";
    ReadingBudgetSpent = "reading_budget_spent", FORBIDDEN, "You have opened as many cases as you may for now";
    NotFound = "not_found", NOT_FOUND, "There is nothing here that you may see";
    MethodNotAllowed = "method_not_allowed", METHOD_NOT_ALLOWED, "This address does not take that method";
    NotAcceptable = "not_acceptable", NOT_ACCEPTABLE, "None of the accepted media types is offered";
    AlreadyExists = "already_exists", CONFLICT, "There is one already";
    GuardsUnmet = "guards_unmet", CONFLICT, "The rules for this step are not met";
    CaseErased = "case_erased", CONFLICT, "The person of the case was erased, and it takes no change";
    CaseMerged = "case_merged", CONFLICT, "The case was merged into another one, and takes no change";
    StillInUse = "still_in_use", CONFLICT, "Something still depends on it";
    LogNotSigned = "log_not_signed", CONFLICT, "The log does not fit what was signed of it, and is signed no more; its operator is told why";
    NoWitnesses = "no_witnesses", CONFLICT, "This network has no policy of witnesses; its operator can give it one";
    NotSealed = "not_sealed", CONFLICT, "The server is open";
    ShareRepeated = "share_repeated", CONFLICT, "This share was handed in already, and counts once";
    PreconditionFailed = "precondition_failed", PRECONDITION_FAILED, "It has changed since you read it";
    PayloadTooLarge = "payload_too_large", PAYLOAD_TOO_LARGE, "The body is larger than this address takes";
    UnsupportedMediaType = "unsupported_media_type", UNSUPPORTED_MEDIA_TYPE, "The body must be JSON";
    InvalidFields = "invalid_fields", UNPROCESSABLE_ENTITY, "Some fields are not valid";
    IdempotencyKeyReused = "idempotency_key_reused", UNPROCESSABLE_ENTITY, "The idempotency key was used for another request";
    PreconditionRequired = "precondition_required", PRECONDITION_REQUIRED, "Say which version you change";
    HeadersTooLarge = "headers_too_large", REQUEST_HEADER_FIELDS_TOO_LARGE, "The headers are too large";
    TooManyRequests = "too_many_requests", TOO_MANY_REQUESTS, "Too many requests";
    Internal = "internal", INTERNAL_SERVER_ERROR, "The server failed; nothing was changed";
    StoredValueDamaged = "stored_value_damaged", INTERNAL_SERVER_ERROR, "A stored value is not what was written; the auditors are told";
    StorageFull = "storage_full", INSUFFICIENT_STORAGE, "The server's disk is full; nothing was changed";
    Overloaded = "overloaded", SERVICE_UNAVAILABLE, "The server is busy; nothing was changed";
    SearchNotReady = "search_not_ready", SERVICE_UNAVAILABLE, "The server is still opening the names that are searched";
    Unavailable = "unavailable", SERVICE_UNAVAILABLE, "The database cannot be reached; nothing was changed";
    OutcomeUnknown = "outcome_unknown", SERVICE_UNAVAILABLE, "The database was lost while it committed; look whether the change was made";
    CopyNotWritten = "copy_not_written", SERVICE_UNAVAILABLE, "It is on the record, but the copy of the record could not be written; look whether it was done";
    Sealed = "sealed", SERVICE_UNAVAILABLE, "The server is sealed";
    TimedOut = "timed_out", SERVICE_UNAVAILABLE, "The request took too long";
}

/// Anything that a request may fail by.
pub struct Error(Box<Parts>);

struct Parts {
    code: Code,
    detail: Option<String>,
    faults: Vec<Fault>,
    unmet: Vec<Unmet>,
    source: Option<anyhow::Error>,
    recorded: bool,
}

impl Error {
    fn of(code: Code) -> Self {
        Self(Box::new(Parts {
            code,
            detail: None,
            faults: Vec::new(),
            unmet: Vec::new(),
            source: None,
            recorded: false,
        }))
    }

    /// A code with what is particular to this case; `detail` must hold nothing the client sent.
    pub fn new(code: Code, detail: impl Into<String>) -> Self {
        let mut error = Self::of(code);
        error.0.detail = Some(detail.into());
        error
    }

    /// Not there, or not yours: one answer for both.
    #[must_use]
    pub fn not_found() -> Self {
        Self::of(Code::NotFound)
    }

    /// The role does not hold the permission.
    #[must_use]
    pub fn forbidden() -> Self {
        Self::of(Code::Forbidden)
    }

    /// The team membership does not hold the field group.
    #[must_use]
    pub fn field_group_withheld() -> Self {
        Self::of(Code::FieldGroupWithheld)
    }

    /// The case may be read; the decision about it is somebody else's.
    #[must_use]
    pub fn command_withheld(whose: &'static str) -> Self {
        Self::new(Code::CommandWithheld, whose)
    }

    /// No valid access token.
    #[must_use]
    pub fn unauthenticated() -> Self {
        Self::of(Code::Unauthenticated)
    }

    /// Fields that cannot be accepted.
    #[must_use]
    pub fn invalid(faults: Vec<Fault>) -> Self {
        let mut error = Self::of(Code::InvalidFields);
        error.0.faults = faults;
        error
    }

    /// One field that cannot be accepted.
    pub fn invalid_field(pointer: impl Into<String>, detail: impl Into<String>) -> Self {
        Self::invalid(vec![Fault::new(pointer, detail)])
    }

    /// A malformed part of the request that has a pointer.
    pub fn malformed_field(pointer: impl Into<String>, detail: impl Into<String>) -> Self {
        let mut error = Self::of(Code::MalformedRequest);
        error.0.faults = vec![Fault::new(pointer, detail)];
        error
    }

    /// Rules that are not met, all at once.
    #[must_use]
    pub fn unmet(unmet: Vec<Unmet>) -> Self {
        let mut error = Self::of(Code::GuardsUnmet);
        error.0.unmet = unmet;
        error
    }

    /// The version in `If-Match` is not the present one.
    #[must_use]
    pub fn precondition_failed() -> Self {
        Self::new(
            Code::PreconditionFailed,
            "Read it again, look at what changed, and send the change with the new ETag.",
        )
    }

    /// A failure that is ours; the cause is logged, the client learns only the request id.
    pub fn internal(source: impl Into<anyhow::Error>) -> Self {
        Self::caused(Code::Internal, source)
    }

    /// A code with a cause for the log.
    pub fn caused(code: Code, source: impl Into<anyhow::Error>) -> Self {
        let mut error = Self::of(code);
        error.0.source = Some(source.into());
        error
    }

    /// The queue is full.
    #[must_use]
    pub fn overloaded() -> Self {
        Self::of(Code::Overloaded)
    }

    /// The stable code.
    #[must_use]
    pub fn code(&self) -> Code {
        self.0.code
    }

    /// What is particular to this case.
    #[must_use]
    pub fn detail(&self) -> Option<&str> {
        self.0.detail.as_deref()
    }

    /// The fields at fault.
    #[must_use]
    pub fn faults(&self) -> &[Fault] {
        &self.0.faults
    }

    /// The rules that are not met.
    #[must_use]
    pub fn unmet_guards(&self) -> &[Unmet] {
        &self.0.unmet
    }

    /// The cause, for the log only.
    #[must_use]
    pub fn cause(&self) -> Option<&anyhow::Error> {
        self.0.source.as_ref()
    }

    /// Whether the answer denies access, so that it must be on the record.
    #[must_use]
    pub fn is_refusal(&self) -> bool {
        matches!(
            self.0.code,
            Code::Forbidden
                | Code::Away
                | Code::SecondFactorNeeded
                | Code::StepUpNeeded
                | Code::FieldGroupWithheld
                | Code::CommandWithheld
                | Code::ReadingBudgetSpent
                | Code::NotFound
        )
    }

    /// The same error for another answer; the cause is kept as text.
    #[must_use]
    pub(crate) fn duplicate(&self) -> Self {
        Self(Box::new(Parts {
            code: self.0.code,
            detail: self.0.detail.clone(),
            faults: self.0.faults.clone(),
            unmet: self.0.unmet.clone(),
            source: self.0.source.as_ref().map(|cause| anyhow::anyhow!("{cause:#}")),
            recorded: self.0.recorded,
        }))
    }

    /// Marks the refusal as already on the record.
    #[must_use]
    pub(crate) fn mark_recorded(mut self) -> Self {
        self.0.recorded = true;
        self
    }

    /// Whether the refusal is already on the record.
    #[must_use]
    pub(crate) fn is_recorded(&self) -> bool {
        self.0.recorded
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Error")
            .field("code", &self.0.code)
            .field("detail", &self.0.detail)
            .field("faults", &self.0.faults)
            .field("unmet", &self.0.unmet)
            .field("source", &self.0.source)
            .finish()
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.code.title())?;
        if let Some(detail) = &self.0.detail {
            write!(f, ": {detail}")?;
        }
        for fault in &self.0.faults {
            write!(f, "; {}: {}", fault.pointer, fault.detail)?;
        }
        for unmet in &self.0.unmet {
            write!(f, "; {}: {}", unmet.guard, unmet.detail)?;
        }
        Ok(())
    }
}

impl std::error::Error for Error {}

/// Only "no row" is a client's affair; what a unique violation means is said where it is expected.
impl From<diesel::result::Error> for Error {
    fn from(error: diesel::result::Error) -> Self {
        match code_of(&error) {
            Code::NotFound => Self::not_found(),
            code => Self::caused(code, error),
        }
    }
}

/// Whatever does not open or seal is ours to mend: the client can do nothing about it.
impl From<crate::crypto::SealError> for Error {
    fn from(error: crate::crypto::SealError) -> Self {
        let code = if error.is_of_the_stored_value() { Code::StoredValueDamaged } else { Code::Internal };
        Self::caused(code, error)
    }
}

/// What a failure of the database is for the client: its own affair, a reason to come again, or ours.
fn code_of(error: &diesel::result::Error) -> Code {
    use diesel::result::{DatabaseErrorKind, Error as Db};
    if matches!(error, Db::NotFound) {
        return Code::NotFound;
    }
    if matches!(
        error,
        Db::BrokenTransactionManager
            | Db::DatabaseError(
                DatabaseErrorKind::ClosedConnection | DatabaseErrorKind::UnableToSendCommand,
                _
            )
    ) {
        return Code::Unavailable;
    }
    // Neither database gives a number for these: there is only the message.
    let text = error.to_string();
    let tells = |parts: &[&str]| parts.iter().any(|part| text.contains(part));
    if tells(&["disk is full", "No space left on device"]) {
        Code::StorageFull
    } else if tells(&["database is locked"]) {
        // Another process, such as the operator's command line, has held SQLite's lock for too long.
        Code::Overloaded
    } else if tells(&[
        "disk I/O error",
        "terminating connection",
        "server closed the connection",
        "the database system is",
        "no connection to the server",
    ]) {
        Code::Unavailable
    } else {
        Code::Internal
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use diesel::result::{DatabaseErrorKind, Error as Db};

    #[test]
    fn a_failure_of_the_database_is_told_by_what_the_client_can_do_about_it() {
        let of =
            |kind, message: &str| Error::from(Db::DatabaseError(kind, Box::new(message.to_owned()))).code();
        assert_eq!(of(DatabaseErrorKind::Unknown, "database or disk is full"), Code::StorageFull);
        assert_eq!(of(DatabaseErrorKind::Unknown, "database is locked"), Code::Overloaded);
        assert_eq!(of(DatabaseErrorKind::Unknown, "disk I/O error"), Code::Unavailable);
        assert_eq!(of(DatabaseErrorKind::ClosedConnection, "gone"), Code::Unavailable);
        assert_eq!(of(DatabaseErrorKind::UnableToSendCommand, "gone"), Code::Unavailable);
        assert_eq!(of(DatabaseErrorKind::Unknown, "no such table: cases"), Code::Internal);
        assert_eq!(Error::from(Db::NotFound).code(), Code::NotFound);
    }
}
