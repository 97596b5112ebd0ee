//! The retry policy: the settings of a user for how often and how soon a failed attempt is made again.

use std::time::Duration;

/// How often, and after which pauses, a failed attempt of a call is made again.
///
/// A policy cannot choose which failures are repeated, because a repeated call may move money twice. Only those
/// failures are repeated where repeating cannot do harm (see [`Error::is_retryable`](crate::Error::is_retryable)).
///
/// A pause is a random part of 250 ms, doubled with each attempt up to 8 s, or the `Retry-After` of the API if that is
/// longer. A call ends at once, with the error of its last attempt, when the pause would outlast [its
/// timeout](crate::ClientBuilder::timeout) or when the API asks for more than 60 s.
///
/// All calls of a client and its clones, whatever their options, share a budget, so that an outage is not made worse:
/// ten retries at the start, and in total no more than one for every five calls.
///
/// ```
/// use std::time::Duration;
///
/// use imprint_client::{CallOptions, Client, RetryPolicy};
///
/// let patient = RetryPolicy::default().max_attempts(5).backoff(Duration::from_secs(1), Duration::from_secs(30));
/// let client = Client::builder().api_key("4eC39HqLyjWDarjtT1zdp7dc").retry(patient).build()?;
/// let once = client.with_options(CallOptions::new().retry(RetryPolicy::off()));
/// # Ok::<(), imprint_client::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use = "a policy does nothing until a client has it"]
pub struct RetryPolicy {
    pub(super) max_attempts: u32,
    pub(super) base: Duration,
    pub(super) cap: Duration,
    pub(super) max_retry_after: Duration,
    pub(super) budgeted: bool,
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self {
            max_attempts: 3,
            base: Duration::from_millis(250),
            cap: Duration::from_secs(8),
            max_retry_after: Duration::from_secs(60),
            budgeted: true,
        }
    }
}

impl RetryPolicy {
    /// A policy with a single attempt: no call is repeated.
    pub fn off() -> Self {
        Self::default().max_attempts(1)
    }

    /// How many attempts a call may make, the first one included. 3 unless set; 0 is refused when the
    /// client is built, or by the call.
    pub fn max_attempts(mut self, attempts: u32) -> Self {
        self.max_attempts = attempts;
        self
    }

    /// `base` is the longest pause after the first attempt, and doubles with each further attempt; `cap` is the longest
    /// pause of all. 250 ms and 8 s unless set. The pause is a random part of that value, so that clients whose calls
    /// failed at the same time do not all retry at the same time.
    pub fn backoff(mut self, base: Duration, cap: Duration) -> Self {
        self.base = base;
        self.cap = cap;
        self
    }

    /// The longest `Retry-After` that a call waits for. 60 s unless set; when the API asks for more, the call ends at
    /// once with its error, whose [`retry_after`](crate::ApiError::retry_after) is the requested pause.
    pub fn max_retry_after(mut self, longest: Duration) -> Self {
        self.max_retry_after = longest;
        self
    }

    /// Makes retries independent of the budget of the client, and does not reduce that budget. Use it for a job for
    /// which waiting is better than failing.
    pub fn without_budget(mut self) -> Self {
        self.budgeted = false;
        self
    }

    /// The problem of a policy that cannot be used.
    pub(crate) fn problem(&self) -> Option<&'static str> {
        (self.max_attempts == 0).then_some("max_attempts of the retry policy is zero; no call would ever be made")
    }
}
