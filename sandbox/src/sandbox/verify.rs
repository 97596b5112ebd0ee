//! Whether a test rests on what the sandbox knows.

use std::fmt;

use crate::bugs::Bug;
use crate::faults::FaultStatus;
use crate::log::{AnswerKind, Request};
use crate::model::delivery::DeliveryStatus;

use super::requests::number;
use super::{Delivery, Sandbox};

/// What a test should not rest on.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Unverified {
    /// Bugs of the sandbox.
    pub bugs: Vec<Bug>,
    /// Requests that were answered from the examples of the document, and that nothing was remembered of.
    pub examples: Vec<Request>,
    /// How many more of those there were whose records the log dropped.
    pub dropped_examples: u64,
    /// Faults that did not strike as often as they were to, or changed nothing where they did.
    pub unused_faults: Vec<FaultStatus>,
    /// Webhooks that no receiver has acknowledged, and that are not sent any more.
    pub dead: Vec<Delivery>,
    /// How many more of those there were that are not kept: see
    /// [`Builder::delivery_log_size`](crate::Builder::delivery_log_size).
    pub dropped_dead: u64,
}

impl Sandbox {
    /// Looks back at a test: was every answer right, and made of what the sandbox remembers, did every fault strike, and is
    /// no webhook dead?
    ///
    /// A webhook that was not acknowledged and whose next attempt lies ahead is not dead, and no failure here:
    /// [`settled`](Self::settled) tells of it.
    ///
    /// # Errors
    ///
    /// If a bug of the sandbox was found, a request of this account was answered by an example of the document, a fault of
    /// this account is unused (it did not strike as often as it was to, or changed nothing where it did), or a webhook of
    /// this account is dead.
    pub fn verify(&self) -> Result<(), Unverified> {
        let bugs = self.bugs();
        let (mut examples, dropped) = self.account.log.all();
        examples.retain(|request| request.answer == AnswerKind::Example);
        let dropped = dropped.iter().filter(|(kind, _)| kind.answer == AnswerKind::Example);
        let dropped_examples = dropped.map(|(_, count)| count).sum();
        let unused_faults = self.faults().unused();
        let mut dead = self.deliveries_by("failed");
        dead.retain(|delivery| delivery.status == DeliveryStatus::Dead);
        let dropped_dead = self.account.read(|state| state.forgotten_dead());
        let found = Unverified { bugs, examples, dropped_examples, unused_faults, dead, dropped_dead };
        if found.is_empty() { Ok(()) } else { Err(found) }
    }
}

impl Unverified {
    fn is_empty(&self) -> bool {
        let Self { bugs, examples, dropped_examples, unused_faults, dead, dropped_dead } = self;
        let has_forgotten = *dropped_examples > 0 || *dropped_dead > 0;
        !has_forgotten && bugs.is_empty() && examples.is_empty() && unused_faults.is_empty() && dead.is_empty()
    }
}

impl fmt::Display for Unverified {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for bug in &self.bugs {
            writeln!(f, "a bug of imprint-sandbox, please report it: {bug}")?;
        }
        for request in &self.examples {
            writeln!(f, "answered by an example of the document, nothing was remembered: request {request}")?;
        }
        if self.dropped_examples > 0 {
            let requests = number(self.dropped_examples);
            writeln!(f, "answered by an example of the document, but dropped from the log: {requests}")?;
        }
        for fault in &self.unused_faults {
            writeln!(f, "unused: {fault}")?;
        }
        for delivery in &self.dead {
            writeln!(f, "a webhook that was not acknowledged: {delivery}")?;
        }
        if self.dropped_dead > 0 {
            writeln!(f, "webhooks that were not acknowledged, and that are not kept any more: {}", self.dropped_dead)?;
        }
        Ok(())
    }
}

impl std::error::Error for Unverified {}
