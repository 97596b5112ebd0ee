//! What goes wrong with the deliveries of an account, because a test told so.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::table::Row;

/// The id of the only row.
pub const CHAOS: &str = "chaos";

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Chaos {
    /// How often each event is sent to an endpoint; zero stands for one.
    pub copies: u32,
    pub order: Order,
    /// How long the first attempt waits.
    pub delay: Duration,
    /// How many of the next deliveries are not sent.
    pub drop_next: u32,
    /// Whether events have null for whatever they may have it for.
    pub nulls: bool,
}

/// The order in which the deliveries of an endpoint are sent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Order {
    #[default]
    AsTheyHappened,
    /// In groups of this many, each backwards.
    Reversed(usize),
    /// Those that are held back when they are let go, in an order that follows from the seed.
    Shuffled,
}

impl Row for Chaos {
    fn id(&self) -> &str {
        CHAOS
    }
}
