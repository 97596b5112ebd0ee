//! What may be repeated: the one home of that rule, for the retry loop and for the errors' `is_retryable`.

use std::time::Duration;

use reqwest::{Method, StatusCode};

use crate::operation::Operation;

/// What an attempt came to, as far as repeating it goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// No connection was made: nothing was sent.
    NeverConnected,
    /// The connection broke or the time ran out after the connection was made.
    Lost,
    /// An answer that is no success, and how long it asks to wait.
    Status(StatusCode, Option<Duration>),
    /// Another attempt would come to the same, or the answer has already come.
    Final,
}

/// Whether repeating the very call is harmless and may help.
pub(crate) fn may_be_repeated(operation: &Operation, outcome: Outcome) -> bool {
    match outcome {
        Outcome::NeverConnected => true,
        Outcome::Lost => operation.repeatable,
        Outcome::Status(status, _) if operation.repeatable => {
            matches!(status.as_u16(), 408 | 429 | 500 | 502 | 503 | 504)
        }
        // With the header the API says itself that it refused the request and will take it later. A DELETE stays out even
        // so: `deleteKey` deletes the key that makes the call.
        Outcome::Status(StatusCode::TOO_MANY_REQUESTS, Some(_)) => operation.method != Method::DELETE,
        Outcome::Status(..) | Outcome::Final => false,
    }
}
