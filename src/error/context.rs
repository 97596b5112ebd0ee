//! What every error of a call says: the operation, the status, the attempts, and what an earlier attempt may have done.

use std::fmt;

use reqwest::StatusCode;

use crate::operation::Operation;

/// The call that an error is about. Every payload of an error of a call carries one.
#[derive(Clone, Copy)]
pub(crate) struct Context {
    pub(crate) operation: &'static Operation,
    /// The status of the answer, if one came.
    pub(crate) status: Option<StatusCode>,
    /// How many times the request was sent, or tried to be. This attempt counts too; 0 when nothing was sent.
    pub(crate) attempts: u32,
    /// The API may have acted on this attempt or an earlier one, as the retry loop has noted.
    pub(crate) may_have_been_processed: bool,
}

impl Context {
    /// Of an attempt, with the status if an answer came.
    pub(crate) fn new(operation: &'static Operation, status: Option<StatusCode>, attempts: u32) -> Self {
        Self { operation, status, attempts, may_have_been_processed: false }
    }

    /// Of a request that was not sent.
    pub(super) fn unsent(operation: &'static Operation) -> Self {
        Self::new(operation, None, 0)
    }

    /// Says how often the call was tried, if more than once.
    pub(super) fn write_attempts(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.attempts > 1 { write!(f, ", after {} attempts", self.attempts) } else { Ok(()) }
    }
}

/// With the id of the operation in the place of all that is known about it.
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
