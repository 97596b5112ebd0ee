//! How often something happened since the beginning of the account, also if what happened is not kept any more.

use serde::{Deserialize, Serialize};

use crate::table::Row;

#[derive(Clone, Serialize, Deserialize)]
pub struct Tally {
    pub id: String,
    pub what: Counted,
    pub count: u64,
}

/// What is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Counted {
    /// The events of a kind.
    Events,
    /// The deliveries to an endpoint that were dead and of which nothing else is known any more.
    ForgottenDead,
}

impl Counted {
    /// The value of the index that finds all of them.
    pub fn text(self) -> &'static str {
        match self {
            Self::Events => "events",
            Self::ForgottenDead => "forgotten dead",
        }
    }

    /// The id of the tally of a kind of events, or of an endpoint.
    pub fn id(self, of: &str) -> String {
        format!("{} {of}", self.text())
    }
}

impl Row for Tally {
    fn id(&self) -> &str {
        &self.id
    }

    fn indexes(&self) -> Vec<(&'static str, String)> {
        vec![("what", self.what.text().to_owned())]
    }
}
