//! Makes the error of a call whose time ran out.

use std::time::Duration;

use super::head::Attempts;
use crate::error::{Error, TimeoutError, TimeoutPhase};
use crate::operation::Operation;

/// Makes an [`Error::Timeout`]; see [`testing::timeout`](super::timeout()).
#[derive(Clone)]
#[must_use = "`build` makes the error"]
pub struct TimeoutBuilder {
    operation: &'static Operation,
    phase: TimeoutPhase,
    limit: Duration,
    attempts: Attempts,
}

impl TimeoutBuilder {
    pub(super) fn new(operation: &'static Operation, phase: TimeoutPhase) -> Self {
        let seconds = match phase {
            TimeoutPhase::Connect => 10,
            TimeoutPhase::Attempt => 30,
            TimeoutPhase::Call => 100,
        };
        Self { operation, phase, limit: Duration::from_secs(seconds), attempts: Attempts::ONE }
    }

    /// Sets how long the timeout was; 10, 30 and 100 seconds unless set, for the three phases in their order.
    pub fn limit(mut self, limit: Duration) -> Self {
        self.limit = limit;
        self
    }

    /// Sets how many times the request was sent, or the client tried to send it; 1 unless set. The attempts before the
    /// last one count as refused; see [`earlier_may_have_been_processed`](Self::earlier_may_have_been_processed).
    ///
    /// # Panics
    ///
    /// When it is 0.
    #[track_caller]
    pub fn attempts(mut self, attempts: u32) -> Self {
        self.attempts.set(attempts);
        self
    }

    /// Says that the API may have acted on an attempt before the last one, as after a broken connection. Then there are at
    /// least 2 attempts, and the error [may have been processed](Error::may_have_been_processed) even if the last one made
    /// no connection.
    pub fn earlier_may_have_been_processed(mut self) -> Self {
        self.attempts.earlier_may_have_been_processed = true;
        self
    }

    /// Makes the error.
    pub fn build(self) -> Error {
        let Self { operation, phase, limit, attempts } = self;
        let mut error = Error::from(TimeoutError::new(operation, phase, limit, None, attempts.count()));
        error.note_earlier(error.may_have_been_processed() || attempts.earlier_may_have_been_processed);
        error
    }
}

/// Shows everything: there is nothing secret.
impl std::fmt::Debug for TimeoutBuilder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TimeoutBuilder")
            .field("operation_id", &self.operation.id)
            .field("phase", &self.phase)
            .field("limit", &self.limit)
            .field("attempts", &self.attempts.count())
            .finish_non_exhaustive()
    }
}
