//! The name that a seed file has for something that it made, so that a test finds it by its name.

use serde::{Deserialize, Serialize};

use crate::table::Row;

#[derive(Clone, Serialize, Deserialize)]
pub struct SeededName {
    /// Kind and name: `customer/ada`, and `transaction_event/coffee/capture` for a part of something.
    pub id: String,
    /// Imprint's id of it.
    pub target: String,
}

impl SeededName {
    pub fn new(kind: &str, name: &str, target: impl Into<String>) -> Self {
        Self { id: format!("{kind}/{name}"), target: target.into() }
    }

    /// The kind, and the name within the kind.
    pub fn parts(&self) -> (&str, &str) {
        self.id.split_once('/').unwrap_or_default()
    }
}

impl Row for SeededName {
    fn id(&self) -> &str {
        &self.id
    }
}
