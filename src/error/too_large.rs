//! Answers beyond the limit.

use std::fmt;

use reqwest::StatusCode;

use crate::operation::Operation;

/// The API answered with success, but the body is larger than
/// [`max_response_bytes`](crate::ClientBuilder::max_response_bytes). Ask for less with `limit`, or raise the bound.
#[derive(Debug)]
pub struct ResponseTooLargeError(Box<Inner>);

#[derive(Debug)]
struct Inner {
    operation_id: &'static str,
    status: StatusCode,
    limit: usize,
    attempts: u32,
}

impl ResponseTooLargeError {
    /// The `operationId` of the call.
    pub fn operation_id(&self) -> &'static str {
        self.0.operation_id
    }

    /// The status of the answer.
    pub fn status(&self) -> StatusCode {
        self.0.status
    }

    /// The bound, in bytes.
    pub fn limit(&self) -> usize {
        self.0.limit
    }

    /// How many times the request was sent.
    pub fn attempts(&self) -> u32 {
        self.0.attempts
    }

    pub(crate) fn new(operation: &'static Operation, status: StatusCode, limit: usize, attempts: u32) -> Self {
        Self(Box::new(Inner { operation_id: operation.id, status, limit, attempts }))
    }
}

impl fmt::Display for ResponseTooLargeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Inner { operation_id, status, limit, .. } = &*self.0;
        write!(f, "{operation_id} answered {}, but the body is larger than {limit} bytes", status.as_u16())
    }
}

impl std::error::Error for ResponseTooLargeError {}
