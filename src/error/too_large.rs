//! The error for a 2xx answer whose body is larger than the client accepts, and for a list that is longer than the caller
//! accepts.

use std::fmt;

use http::StatusCode;

use super::Context;
use crate::operation::Operation;
use crate::value::error_debug::{DebugError, fmt_error};

/// The API answered with success, but with more than the caller accepts: the body is larger than
/// [`max_response_bytes`](crate::ClientBuilder::max_response_bytes), or a list has more items than
/// [`collect_all`](crate::list::Items::collect_all) may collect. Ask for fewer items with `limit`, or raise the bound.
pub struct ResponseTooLargeError(Box<Inner>);

struct Inner {
    context: Context,
    status: StatusCode,
    limit: usize,
    unit: Unit,
}

/// What the bound counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Unit {
    Bytes,
    Items,
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

    /// The bound: in bytes for a body, in items for a list.
    pub fn limit(&self) -> usize {
        self.0.limit
    }

    /// How many times the request was sent.
    pub fn attempts(&self) -> u32 {
        self.0.context.attempts
    }

    pub(crate) fn new(operation: &'static Operation, status: StatusCode, limit: usize, attempts: u32) -> Self {
        let context = Context::new(operation, Some(status), attempts);
        Self(Box::new(Inner { context, status, limit, unit: Unit::Bytes }))
    }

    /// The error for a list that has more items than `limit`.
    pub(crate) fn list(operation: &'static Operation, status: StatusCode, limit: usize, attempts: u32) -> Self {
        let context = Context::new(operation, Some(status), attempts);
        Self(Box::new(Inner { context, status, limit, unit: Unit::Items }))
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
        let Inner { context, status, limit, unit } = &*self.0;
        let (id, status) = (context.operation.id, status.as_u16());
        match unit {
            Unit::Bytes => write!(f, "{id} answered {status}, but the body is larger than {limit} bytes"),
            Unit::Items => {
                write!(f, "{id} answered {status}, but the list has more items than the {limit} that may be collected")
            }
        }
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
        let Inner { context, status, limit, unit } = &*self.0;
        f.debug_struct("ResponseTooLargeError")
            .field("context", context)
            .field("status", status)
            .field("limit", limit)
            .field("unit", unit)
            .finish()
    }
}

impl std::error::Error for ResponseTooLargeError {}

#[cfg(test)]
mod tests {
    use http::Method;

    use super::*;

    static LIST: Operation = Operation::undocumented("listThings", Method::GET, "/v2/things", true);

    #[test]
    fn the_bound_is_told_with_its_unit() {
        for (error, words) in [
            (ResponseTooLargeError::new(&LIST, StatusCode::CREATED, 10, 3), "the body is larger than 10 bytes"),
            (
                ResponseTooLargeError::list(&LIST, StatusCode::CREATED, 10, 3),
                "the list has more items than the 10 that may be collected",
            ),
        ] {
            assert_eq!((error.operation_id(), error.status().as_u16()), ("listThings", 201));
            assert_eq!((error.limit(), error.attempts()), (10, 3));
            assert_eq!(error.to_string(), format!("listThings answered 201, but {words}"));
            let debug = format!("{error:?}");
            assert!(debug.contains("; fields: ResponseTooLargeError { context: Context { operation_id: "), "{debug}");
        }
    }
}
