//! What an interceptor sees of an attempt and of a call after they have ended: no body, and no text of an error.

use std::fmt;
use std::time::Duration;

use reqwest::StatusCode;
use reqwest::header::HeaderMap;

use crate::operation::Operation;

/// An attempt that has ended; see [`Interceptor::after_attempt`](crate::Interceptor::after_attempt).
pub struct AttemptReport<'a> {
    pub(super) operation: &'static Operation,
    pub(super) number: u32,
    pub(super) elapsed: Duration,
    pub(super) status: Option<StatusCode>,
    pub(super) headers: Option<&'a HeaderMap>,
    pub(super) error_type: Option<&'a str>,
}

impl AttemptReport<'_> {
    /// The operation. That of a [raw request](crate::Client::request) has the id `request` and an empty path template.
    pub fn operation(&self) -> &'static Operation {
        self.operation
    }

    /// The number of this attempt among those of the call, from 1. From 2 on it is a retry.
    pub fn number(&self) -> u32 {
        self.number
    }

    /// How long the attempt took, from sending it to the last byte of the answer, by the clock of the client.
    pub fn elapsed(&self) -> Duration {
        self.elapsed
    }

    /// The HTTP status, if an answer came or began to come.
    pub fn status(&self) -> Option<StatusCode> {
        self.status
    }

    /// The headers of the answer, if a complete answer came or an error status. They may hold cookies: keep them out of
    /// logs.
    pub fn headers(&self) -> Option<&HeaderMap> {
        self.headers
    }

    /// The kind of failure; `None` if a complete answer with a 2xx status came. The body is decoded later, so a body
    /// that cannot be decoded is no failure of the attempt, but one of the call.
    ///
    /// [`CallReport::error_type`] lists the values.
    pub fn error_type(&self) -> Option<&str> {
        self.error_type
    }
}

/// A call that has ended; see [`Interceptor::after_call`](crate::Interceptor::after_call).
pub struct CallReport<'a> {
    pub(super) operation: &'static Operation,
    pub(super) attempts: u32,
    pub(super) elapsed: Duration,
    pub(super) status: Option<StatusCode>,
    pub(super) error_type: Option<&'a str>,
    pub(super) may_have_been_processed: bool,
}

impl CallReport<'_> {
    /// The operation. That of a [raw request](crate::Client::request) has the id `request` and an empty path template.
    pub fn operation(&self) -> &'static Operation {
        self.operation
    }

    /// How many times the client sent the request, or tried to send it; 0 when nothing was sent.
    pub fn attempts(&self) -> u32 {
        self.attempts
    }

    /// How long the call took, with all its attempts and the pauses between them, by the clock of the client.
    pub fn elapsed(&self) -> Duration {
        self.elapsed
    }

    /// The HTTP status of the last attempt, if an answer came.
    pub fn status(&self) -> Option<StatusCode> {
        self.status
    }

    /// The kind of failure; `None` if the call succeeded. It has few values, so it can be the label of a metric, and it
    /// is the value of `error.type` in traces:
    ///
    /// | value | meaning |
    /// |---|---|
    /// | the status, such as `503` | an answer that is no success |
    /// | `error_body` | a 2xx answer whose body is that of an error |
    /// | `connect` | no connection was made |
    /// | `transport` | the connection broke |
    /// | `timeout` | no complete answer came in time |
    /// | `decode` | the body of the answer is not as the API document describes it |
    /// | `response_too_large` | the body of the answer is larger than the client accepts |
    /// | `invalid_request` | the request could not be sent as it was |
    /// | `config` | the client cannot work as configured |
    /// | `interceptor` | an interceptor stopped the call |
    pub fn error_type(&self) -> Option<&str> {
        self.error_type
    }

    /// Whether the API may have acted on the call although it failed; see
    /// [`Error::may_have_been_processed`](crate::Error::may_have_been_processed). False for a call that succeeded.
    pub fn may_have_been_processed(&self) -> bool {
        self.may_have_been_processed
    }
}

/// Leaves out the headers, which may hold cookies.
impl fmt::Debug for AttemptReport<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AttemptReport")
            .field("operation_id", &self.operation.id())
            .field("number", &self.number)
            .field("elapsed", &self.elapsed)
            .field("status", &self.status)
            .field("error_type", &self.error_type)
            .finish_non_exhaustive()
    }
}

/// Shows only the id of the operation, and not everything else that is known about it.
impl fmt::Debug for CallReport<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CallReport")
            .field("operation_id", &self.operation.id())
            .field("attempts", &self.attempts)
            .field("elapsed", &self.elapsed)
            .field("status", &self.status)
            .field("error_type", &self.error_type)
            .field("may_have_been_processed", &self.may_have_been_processed)
            .finish()
    }
}
