//! What happens at a time of the account's clock and not by a request.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::instant::Instant;
use crate::table::Row;

use super::state::State;

/// Something that is due at a time.
#[derive(Clone, Serialize, Deserialize)]
pub struct Timer {
    pub id: String,
    /// The merchant key of the product that it is about.
    pub product: String,
    pub due: Instant,
    pub deadline: Deadline,
}

/// What is due.
#[derive(Clone, Serialize, Deserialize)]
pub enum Deadline {
    /// The time of a session is over.
    Session(String),
    /// An authorisation was not captured: the id of the transaction.
    Authorisation(String),
    /// The statement of a customer closes.
    Statement(String),
    /// A simulation of a customer's rewards comes to its end.
    Simulation(String),
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
        vec![("due", String::new())]
    }

    fn order(&self, _index: &'static str) -> Option<i64> {
        Some(self.due.milliseconds())
    }
}

impl State {
    /// The timer that is due first.
    pub fn next_timer(&self) -> Option<&Arc<Timer>> {
        self.timers.first("due", "")
    }

    /// Sets a timer about a product.
    pub(super) fn set_timer(&mut self, product: &str, due: Instant, deadline: Deadline) {
        let id = self.ids.next("timer");
        self.timers.put(Timer { id, product: product.to_owned(), due, deadline });
    }
}
