//! The retry policy: what a user can set about how often and how soon a failed attempt is made again.

use std::time::Duration;

/// How often, and after which pauses, a failed attempt of a call is made again.
///
/// Which failures are repeated at all is not for a policy to say, because it is a matter of money: only those where
/// repeating cannot do harm (see [`Error::is_retryable`](crate::Error::is_retryable)).
///
/// A pause is a random part of 250 ms, doubled with each attempt up to 8 s, or what the API asks for by `Retry-After`
/// if that is longer. A call gives up at once, with the error it has, when the pause would outlast [its
/// timeout](crate::ClientBuilder::timeout) or when the API asks for more than 60 s.
///
/// All calls of a client and its clones, whatever their options, share a budget, so that an outage is not made worse:
/// ten retries to begin with, and on the whole no more than one for every five calls.
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
    /// One attempt, whatever comes of it.
    pub fn off() -> Self {
        Self::default().max_attempts(1)
    }

    /// How many attempts a call may make, the first one included. 3 unless set; 0 is refused when the
    /// client is built, or by the call.
    pub fn max_attempts(mut self, attempts: u32) -> Self {
        self.max_attempts = attempts;
        self
    }

    /// The longest pause after the first attempt, which doubles with each further one, and the longest of all. 250 ms
    /// and 8 s unless set. The pause is a random part of it, so that clients that failed together do not
    /// come back together.
    pub fn backoff(mut self, base: Duration, cap: Duration) -> Self {
        self.base = base;
        self.cap = cap;
        self
    }

    /// How long a `Retry-After` may be to be waited for. 60 s unless set; when the API asks for more, the
    /// call ends at once with its error, whose [`retry_after`](crate::ApiError::retry_after) says how long.
    pub fn max_retry_after(mut self, longest: Duration) -> Self {
        self.max_retry_after = longest;
        self
    }

    /// Neither asks the budget of the client nor uses it up: for a job that would rather wait than fail.
    pub fn without_budget(mut self) -> Self {
        self.budgeted = false;
        self
    }

    /// What cannot be used about it.
    pub(crate) fn problem(&self) -> Option<&'static str> {
        (self.max_attempts == 0).then_some("max_attempts of the retry policy is zero; no call would ever be made")
    }
}
