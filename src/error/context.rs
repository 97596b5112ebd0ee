//! The facts that every error of a call gives: the operation, the host, the status, the number of attempts, and whether
//! the API may have acted on one of them.

use std::fmt;
use std::sync::Arc;

use http::StatusCode;

use crate::operation::Operation;

/// The call that an error is about. Every payload of an error of a call carries one.
#[derive(Clone)]
pub(crate) struct Context {
    pub(crate) operation: &'static Operation,
    /// Host and port of the base URL, such as `dev.sbx.imprint.co:443`: where the call was sent, or was to be sent. The
    /// client sets it. It has no path, no query and no user name, so that it can be shown.
    pub(super) host: Option<Arc<str>>,
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
        Self { operation, host: None, status, attempts, may_have_been_processed: false }
    }

    /// The context of a request that was not sent.
    pub(super) fn unsent(operation: &'static Operation) -> Self {
        Self::new(operation, None, 0)
    }

    /// Writes a word and then the host, or nothing if the host is not known.
    pub(super) fn write_host(&self, f: &mut fmt::Formatter<'_>, word: &str) -> fmt::Result {
        self.host.as_ref().map_or(Ok(()), |host| write!(f, " {word} {host}"))
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
            .field("host", &self.host)
            .field("status", &self.status)
            .field("attempts", &self.attempts)
            .field("may_have_been_processed", &self.may_have_been_processed)
            .finish()
    }
}
