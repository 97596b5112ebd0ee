//! How far a fault has come, for messages and lists.

use std::fmt;

/// A fault that is set, and what became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct FaultStatus {
    /// The number of the fault in its account, from one, in the order in which the faults were set.
    pub number: u64,
    /// The operation that it is for; None is any request.
    pub operation: Option<String>,
    /// The merchant key of the product that it is for; None is any.
    pub merchant_key: Option<String>,
    /// Which requests it strikes: `next 2`, `always`.
    pub turn: String,
    /// What it does: `delay 50ms, lose_answer`. Empty if it was not told.
    pub effects: String,
    /// How many requests it struck.
    pub struck: u64,
    /// How many it has to strike before it counts as used.
    pub expected: u64,
    /// The requests that it struck and that were as they would have been without it, by their numbers, and why: the first
    /// ten of them.
    pub ineffective: Vec<(u64, String)>,
}

impl FaultStatus {
    /// Whether a test that set the fault has not seen all of it: it struck fewer requests than it was to, or it changed
    /// nothing about one of them.
    pub fn is_unused(&self) -> bool {
        self.struck < self.expected || !self.ineffective.is_empty()
    }
}

impl fmt::Display for FaultStatus {
    /// `fault 1 on createOrder, next 2: lose_answer; struck 1 of 2`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { number, struck, expected, turn, .. } = self;
        let effects = if self.effects.is_empty() { "it was not told what to do" } else { &self.effects };
        write!(f, "fault {number} on {}", self.operation.as_deref().unwrap_or("any operation"))?;
        if let Some(key) = &self.merchant_key {
            write!(f, " for {key}")?;
        }
        write!(f, ", {turn}: {effects}; ")?;
        if struck < expected {
            write!(f, "struck {struck} of {expected}")?;
        } else {
            write!(f, "struck {struck}")?;
        }
        self.ineffective
            .iter()
            .try_for_each(|(request, why)| write!(f, "; changed nothing in request {request}: {why}"))
    }
}
