//! The facts that every error of a call gives: the operation, the status, the number of attempts, and whether the API
//! may have acted on one of them.

use std::fmt;

use reqwest::StatusCode;

use crate::operation::Operation;

/// The call that an error is about. Every payload of an error of a call carries one.
#[derive(Clone, Copy)]
pub(crate) struct Context {
    pub(crate) operation: &'static Operation,
    /// The status of the answer, if one came.
    pub(crate) status: Option<StatusCode>,
    /// How many times the client sent the request, or tried to send it. This attempt counts too; 0 when nothing was
    /// sent.
    pub(crate) attempts: u32,
    /// Whether the API may have acted on this attempt or an earlier one. The retry loop sets it.
    pub(crate) may_have_been_processed: bool,
}

impl Context {
    /// The context of an attempt, with the status if an answer came.
    pub(crate) fn new(operation: &'static Operation, status: Option<StatusCode>, attempts: u32) -> Self {
        Self { operation, status, attempts, may_have_been_processed: false }
    }

    /// The context of a request that was not sent.
    pub(super) fn unsent(operation: &'static Operation) -> Self {
        Self::new(operation, None, 0)
    }

    /// Writes how often the call was tried, if it was tried more than once.
    pub(super) fn write_attempts(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.attempts > 1 { write!(f, ", after {} attempts", self.attempts) } else { Ok(()) }
    }
}

/// Shows only the id of the operation, and not everything else that is known about it.
impl fmt::Debug for Context {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Context")
            .field("operation_id", &self.operation.id)
            .field("status", &self.status)
            .field("attempts", &self.attempts)
            .field("may_have_been_processed", &self.may_have_been_processed)
            .finish()
    }
}
