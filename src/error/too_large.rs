//! The error for a 2xx answer whose body is larger than the client accepts.

use std::fmt;

use reqwest::StatusCode;

use super::Context;
use crate::operation::Operation;
use crate::value::error_debug::{DebugError, fmt_error};

/// The API answered with success, but the body is larger than
/// [`max_response_bytes`](crate::ClientBuilder::max_response_bytes). Ask for fewer items with `limit`, or raise the
/// bound.
pub struct ResponseTooLargeError(Box<Inner>);

struct Inner {
    context: Context,
    status: StatusCode,
    limit: usize,
}

impl ResponseTooLargeError {
    /// The `operationId` of the call.
    pub fn operation_id(&self) -> &'static str {
        self.0.context.operation.id
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
        self.0.context.attempts
    }

    pub(crate) fn new(operation: &'static Operation, status: StatusCode, limit: usize, attempts: u32) -> Self {
        Self(Box::new(Inner { context: Context::new(operation, Some(status), attempts), status, limit }))
    }

    pub(super) fn context(&self) -> &Context {
        &self.0.context
    }

    pub(super) fn context_mut(&mut self) -> &mut Context {
        &mut self.0.context
    }
}

impl fmt::Display for ResponseTooLargeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Inner { context, status, limit } = &*self.0;
        let (id, status) = (context.operation.id, status.as_u16());
        write!(f, "{id} answered {status}, but the body is larger than {limit} bytes")
    }
}

impl fmt::Debug for ResponseTooLargeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt_error(self, f)
    }
}

impl DebugError for ResponseTooLargeError {
    fn causes(&self) -> Vec<String> {
        Vec::new()
    }

    fn fmt_fields(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Inner { context, status, limit } = &*self.0;
        f.debug_struct("ResponseTooLargeError")
            .field("context", context)
            .field("status", status)
            .field("limit", limit)
            .finish()
    }
}

impl std::error::Error for ResponseTooLargeError {}
