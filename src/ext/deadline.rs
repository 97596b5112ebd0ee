//! The time that a helper of several calls has for all of them together.

use std::time::Duration;

use tokio::time::{Instant, sleep};

use super::Client;

/// When the time limit of a client, counted from the start of a helper, runs out.
pub(super) struct Deadline(Option<Instant>);

impl Deadline {
    pub(super) fn of(client: &Client) -> Self {
        // A limit beyond what a clock can hold is none.
        Self(Instant::now().checked_add(client.inner.timeout))
    }

    /// The client for one more call, which may take what is left; `None` when nothing is.
    pub(super) fn client(&self, client: &Client) -> Option<Client> {
        match self.0.map(|end| end.saturating_duration_since(Instant::now())) {
            None => Some(client.clone()),
            Some(Duration::ZERO) => None,
            Some(left) => Some(client.with_timeout(left)),
        }
    }

    /// Waits, but not if there would be no time left after it: then it gives false at once.
    pub(super) async fn pause(&self, pause: Duration) -> bool {
        let fits = self.0.is_none_or(|end| Instant::now().checked_add(pause).is_some_and(|then| then < end));
        if fits && !pause.is_zero() {
            sleep(pause).await;
        }
        fits
    }
}
