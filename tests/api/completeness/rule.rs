//! Which answers are on the log, and as what. The same in words is in `docs/AUDIT.md`.

use waystation::routes::Route;

use super::proxy::Passed;

/// What an answer leaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Expected {
    /// No entry.
    Nothing,
    /// At least one, and all say that it was done.
    Done,
    /// One that says it was refused, by the code that was answered.
    Refused,
    /// One that says it failed, by the code that was answered.
    Failed,
    /// As [`Failed`](Self::Failed) if the case was found, or a password looked at, before it was answered; else nothing.
    FailedIfLookedAt,
    /// One, if the refresh token was ever issued: that it failed, or that its second use ended the session.
    OneIfIssued,
}

/// The route of a request, if it has one.
pub fn route_of<'a>(routes: &'a [Route], passed: &Passed) -> Option<&'a Route> {
    routes.iter().find(|route| route.method.as_str() == passed.method && is_at(route.path, &passed.path))
}

fn is_at(pattern: &str, path: &str) -> bool {
    if let Some(start) = pattern.strip_suffix("{tile}") {
        return path.starts_with(start);
    }
    let (mut parts, mut given) = (pattern.split('/'), path.split('/'));
    loop {
        match (parts.next(), given.next()) {
            (None, None) => return true,
            (Some(part), Some(given)) if part == given || (part.starts_with('{') && !given.is_empty()) => {}
            _ => return false,
        }
    }
}

impl Expected {
    /// What this answer leaves on the log.
    pub fn of(passed: &Passed, route: Option<&Route>) -> Self {
        // No such address or method, the OpenAPI document and its viewer.
        let Some(route) = route else { return Self::Nothing };
        let code = passed.code.as_deref().unwrap_or_default();
        if (route.describe)().permission.is_none() {
            return match (route.operation.as_str(), passed.status, code) {
                ("create_session", 201, _) | ("refresh_session", 200, _) => Self::Done,
                ("create_session" | "activate_account", 401, _) => Self::Failed,
                ("refresh_session", 401, _) => Self::OneIfIssued,
                // Health, readiness, public keys; a login or a refresh that is not well formed.
                _ => Self::Nothing,
            };
        }
        match (passed.status, code) {
            (200..=299, _) => Self::Done,
            (503, "search_not_ready") => Self::Nothing,
            // Nobody stands behind it.
            (401, "unauthenticated") => Self::Nothing,
            (403 | 404, _) => Self::Refused,
            (409 | 412, _) if route.path.starts_with("/v1/cases/{case}") => Self::Failed,
            (400 | 409 | 412 | 413 | 415 | 422 | 428, _) => Self::FailedIfLookedAt,
            _ => panic!("no rule for {passed:?}"),
        }
    }

    /// How such an entry says that it ended.
    pub fn outcome(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Refused => "refused",
            Self::Nothing | Self::Failed | Self::FailedIfLookedAt | Self::OneIfIssued => "failed",
        }
    }
}
