//! The time limit that all calls of one helper share.

use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::call::Clock;
use crate::client::Client;

/// The moment at which the time limit of a client ends, counted from the start of a helper.
pub(super) struct Deadline {
    clock: Arc<dyn Clock>,
    /// `None` is no limit: the limit is later than the clock can represent.
    end: Option<Instant>,
}

impl Deadline {
    pub(super) fn of(client: &Client) -> Self {
        let clock = Arc::clone(client.clock());
        let end = clock.now().checked_add(client.timeout());
        Self { clock, end }
    }

    /// The time that is left; `None` means that there is no limit.
    pub(super) fn left(&self) -> Option<Duration> {
        self.end.map(|end| end.saturating_duration_since(self.clock.now()))
    }

    /// A client for one more call, which may take all the time that is left; `None` when no time is left.
    pub(super) fn client(&self, client: &Client) -> Option<Client> {
        self.part(client, 1)
    }

    /// A client for a call that a lookup may have to follow: the call may take half of the time that is left.
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

    /// Waits for `pause` and returns true. If no time would be left after the pause, it returns false at once instead.
    pub(super) async fn pause(&self, pause: Duration) -> bool {
        let then = self.clock.now().checked_add(pause);
        let fits = self.end.is_none_or(|end| then.is_some_and(|then| then < end));
        if fits && !pause.is_zero() {
            self.clock.sleep(pause).await;
        }
        fits
    }
}
