//! The rule of what may be repeated. The retry loop and `is_retryable` of the errors ask it, so that they never differ.
//!
//! It knows the operation and what an attempt came to, and nothing of policies, budgets or time.

use std::time::Duration;

use http::{Method, StatusCode};

use crate::operation::Operation;

/// How an attempt ended, as far as it matters for repeating it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AttemptOutcome {
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
pub(crate) fn may_be_repeated(operation: &Operation, outcome: AttemptOutcome) -> bool {
    match outcome {
        AttemptOutcome::NeverConnected => true,
        AttemptOutcome::Lost => operation.repeatable,
        AttemptOutcome::Status(status, _) if operation.repeatable => may_pass(status),
        // With the header the API says itself that it refused the request and will take it later. A DELETE stays out
        // even so: `deleteKey` deletes the key that makes the call.
        AttemptOutcome::Status(StatusCode::TOO_MANY_REQUESTS, Some(_)) => operation.method != Method::DELETE,
        AttemptOutcome::Status(..) | AttemptOutcome::Final => false,
    }
}

/// Whether a status tells of a failure that may be over the next time.
///
/// - 408, 429, 500, 502, 503, 504: as HTTP defines them.
/// - 520 to 524, 527, 530: Cloudflare says with these that it did not reach the server behind it, or got no answer from
///   there. They are to it what 502 to 504 are to other gateways. 520 and 524 may come after the server has acted, so
///   that all of them leave open whether it has.
///
/// 525 and 526 are left out: the gateway and the server do not agree on TLS or on a certificate, which another attempt
/// does not change.
fn may_pass(status: StatusCode) -> bool {
    matches!(status.as_u16(), 408 | 429 | 500 | 502..=504 | 520..=524 | 527 | 530)
}
