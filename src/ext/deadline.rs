//! The time limit that all calls of one helper share.

use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::call::Clock;
use crate::client::Client;

/// When the time limit of a client, counted from the start of a helper, runs out.
pub(super) struct Deadline {
    clock: Arc<dyn Clock>,
    /// A limit beyond what a clock can hold is none.
    end: Option<Instant>,
}

impl Deadline {
    pub(super) fn of(client: &Client) -> Self {
        let clock = Arc::clone(client.clock());
        let end = clock.now().checked_add(client.timeout());
        Self { clock, end }
    }

    /// What is left of the time; `None` is no limit.
    pub(super) fn left(&self) -> Option<Duration> {
        self.end.map(|end| end.saturating_duration_since(self.clock.now()))
    }

    /// The client for one more call, which may take what is left; `None` when nothing is.
    pub(super) fn client(&self, client: &Client) -> Option<Client> {
        self.part(client, 1)
    }

    /// The client for a call that may have to be looked after: it may take half of what is left.
    pub(super) fn half(&self, client: &Client) -> Option<Client> {
        self.part(client, 2)
    }

    fn part(&self, client: &Client, of: u32) -> Option<Client> {
        match self.left().map(|left| left / of) {
            None => Some(client.clone()),
            Some(Duration::ZERO) => None,
            Some(left) => Some(client.with_timeout(left)),
        }
    }

    /// Waits, but not if there would be no time left after it: then it gives false at once.
    pub(super) async fn pause(&self, pause: Duration) -> bool {
        let then = self.clock.now().checked_add(pause);
        let fits = self.end.is_none_or(|end| then.is_some_and(|then| then < end));
        if fits && !pause.is_zero() {
            self.clock.sleep(pause).await;
        }
        fits
    }
}
