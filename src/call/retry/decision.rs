//! Decides whether another attempt is made, and after which pause. A pure function, so that it can be tested as a
//! table.

use std::time::Duration;

use super::RetryPolicy;
use crate::operation::Operation;
use crate::repeat::{AttemptOutcome, may_be_repeated};

/// What to do after an attempt that failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Decision {
    /// Make another attempt after this pause.
    Wait(Duration),
    /// Return the error to the caller.
    Stop(Reason),
}

/// Why no other attempt is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reason {
    /// Another attempt could do harm, or would not help.
    NotRepeatable,
    /// The policy allows no more attempts.
    Attempts,
    /// The API asks for a longer pause than the policy allows.
    RetryAfter,
    /// The pause would not end within the time of the call.
    Deadline,
    /// The client has made too many retries already.
    Budget,
}

impl Reason {
    /// Whether to log it: the attempt could have been repeated, and the policy allowed retries.
    pub(super) fn is_giving_up(self, attempts: u32) -> bool {
        match self {
            Self::NotRepeatable => false,
            // If the policy allows a single attempt only, no retry was given up.
            Self::Attempts => attempts > 1,
            Self::RetryAfter | Self::Deadline | Self::Budget => true,
        }
    }

    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::NotRepeatable => "not repeatable",
            Self::Attempts => "attempts used up",
            Self::RetryAfter => "Retry-After too long",
            Self::Deadline => "no time left",
            Self::Budget => "retry budget used up",
        }
    }
}

/// What is known after an attempt that failed.
pub(super) struct Situation<'a> {
    pub(super) policy: &'a RetryPolicy,
    pub(super) operation: &'a Operation,
    pub(super) outcome: AttemptOutcome,
    /// The attempts made so far.
    pub(super) attempts: u32,
    /// The time that is left for the call.
    pub(super) remaining: Duration,
    /// The fraction of the back-off to wait, from 0 to 1.
    pub(super) jitter: f64,
}

/// Decides. `pay` takes the retry from the budget, and is called last, so that only a retry that would be made is paid
/// for.
pub(super) fn decide(situation: &Situation<'_>, pay: impl FnOnce() -> bool) -> Decision {
    let &Situation { policy, operation, outcome, attempts, remaining, jitter } = situation;
    if !may_be_repeated(operation, outcome) {
        return Decision::Stop(Reason::NotRepeatable);
    }
    if attempts >= policy.max_attempts {
        return Decision::Stop(Reason::Attempts);
    }
    let asked = match outcome {
        AttemptOutcome::Status(_, Some(pause)) => pause,
        _ => Duration::ZERO,
    };
    if asked > policy.max_retry_after {
        return Decision::Stop(Reason::RetryAfter);
    }
    let part = if jitter.is_nan() { 0.0 } else { jitter.clamp(0.0, 1.0) };
    let pause = asked.max(backoff(policy, attempts).mul_f64(part));
    if pause >= remaining {
        return Decision::Stop(Reason::Deadline);
    }
    if policy.budgeted && !pay() {
        return Decision::Stop(Reason::Budget);
    }
    Decision::Wait(pause)
}

/// The longest pause after so many attempts.
fn backoff(policy: &RetryPolicy, attempts: u32) -> Duration {
    // It is far beyond any deadline, and small enough that arithmetic with fractions does not overflow.
    const LONGEST: Duration = Duration::from_secs(u32::MAX as u64);

    let doublings = 2_u32.saturating_pow(attempts.saturating_sub(1));
    policy.base.saturating_mul(doublings).min(policy.cap).min(LONGEST)
}

#[cfg(test)]
mod tests;
