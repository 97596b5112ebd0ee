//! The loop that makes attempts until one succeeds or no further attempt may be made.

use std::time::{Duration, Instant};

use super::decision::{Decision, Situation, decide};
use super::{Budget, RetryPolicy};
use crate::call::Clock;
use crate::call::trace;
use crate::error::Error;
use crate::operation::Operation;

/// The settings and the shared state that the retry loop of a call needs.
pub(crate) struct RetryContext<'a> {
    pub(crate) operation: &'static Operation,
    pub(crate) policy: &'a RetryPolicy,
    pub(crate) budget: &'a Budget,
    pub(crate) clock: &'a dyn Clock,
    /// How long the whole call may take.
    pub(crate) timeout: Duration,
}

/// Makes a call: `attempt` gets the number of the attempt, from 1, and the time that is left.
pub(crate) async fn run<T, F>(
    context: RetryContext<'_>,
    mut attempt: impl FnMut(u32, Duration) -> F,
) -> Result<T, Error>
where
    F: Future<Output = Result<T, Error>>,
{
    let RetryContext { operation, policy, budget, clock, timeout } = context;
    let begun = clock.now();
    budget.earn();
    let mut attempts = 1;
    let mut ambiguous = false;
    let mut remaining = timeout;
    let mut previous = None;
    loop {
        let mut error = match attempt(attempts, remaining).await {
            Ok(answer) => return Ok(answer),
            Err(error) => error,
        };
        if let (Error::Interceptor(stopped), Some(previous)) = (&mut error, previous.take()) {
            stopped.set_previous(previous);
        }
        // A refused attempt does not undo an earlier one: the API may have carried that one out.
        ambiguous |= error.may_have_been_processed();
        error.note_earlier(ambiguous);
        remaining = left(timeout, begun, clock);
        let situation =
            Situation { policy, operation, outcome: error.outcome(), attempts, remaining, jitter: clock.jitter() };
        match decide(&situation, || budget.pay()) {
            Decision::Stop(reason) => {
                if reason.is_giving_up(attempts) {
                    trace::log_giving_up(attempts, reason.as_str(), &error);
                }
                return Err(error);
            }
            Decision::Wait(pause) => {
                trace::log_retry(attempts, pause, &error);
                clock.sleep(pause).await;
            }
        }
        attempts += 1;
        remaining = left(timeout, begun, clock);
        // A pause may take longer than planned.
        if remaining.is_zero() {
            return Err(error);
        }
        previous = Some(error);
    }
}

fn left(timeout: Duration, begun: Instant, clock: &dyn Clock) -> Duration {
    timeout.saturating_sub(clock.now().saturating_duration_since(begun))
}

#[cfg(test)]
mod tests;
