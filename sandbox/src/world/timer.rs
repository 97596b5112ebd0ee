//! What happens at a time of the account's clock and not by a request.

use crate::instant::Instant;
use crate::table::Row;

use super::state::State;

/// Something that is due at a time.
#[derive(Clone)]
pub struct Timer {
    pub id: String,
    pub due: Instant,
    pub deadline: Deadline,
}

/// What is due.
#[derive(Clone)]
pub enum Deadline {
    /// The time of a session is over.
    Session(String),
    /// A delivery that waits is to be sent.
    Delivery(String),
    /// The deliveries of an endpoint are held back no longer.
    Held(String),
}

impl Row for Timer {
    fn id(&self) -> &str {
        &self.id
    }

    fn indexes(&self) -> Vec<(&'static str, String)> {
        Vec::new()
    }

    fn rank(&self) -> Option<i64> {
        Some(self.due.milliseconds())
    }
}

impl State {
    /// Sets a timer.
    pub(super) fn set_timer(&mut self, due: Instant, deadline: Deadline) {
        let id = self.ids.next("timer");
        self.timers.put(Timer { id, due, deadline });
    }

    /// The first timer that is due until a time.
    pub(super) fn due(&self, until: Instant) -> Option<Timer> {
        self.timers.lowest().filter(|timer| timer.due <= until).map(|timer| Timer::clone(timer))
    }

    /// Carries out a timer, at the time it is due, and removes it.
    pub(super) fn fire(&mut self, timer: &Timer) {
        self.timers.remove(&timer.id);
        match &timer.deadline {
            Deadline::Session(id) => {
                let expired = self.sessions.get(id).and_then(|session| (**session).clone().expired(timer.due));
                if let Some(session) = expired {
                    self.sessions.put(session);
                }
            }
            Deadline::Delivery(id) => self.wake(id, timer.due),
            Deadline::Held(endpoint_id) => self.release(endpoint_id),
        }
    }
}
