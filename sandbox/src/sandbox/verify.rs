//! Whether a test rests on what the sandbox knows.

use std::fmt;

use crate::faults::FaultStatus;
use crate::log::{AnswerKind, Request};
use crate::server::Bug;

use super::Sandbox;
use super::requests::number;

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
}

impl Sandbox {
    /// Looks back at a test: was every answer right, and made of what the sandbox
    /// remembers, and did every fault strike?
    ///
    /// # Errors
    ///
    /// If a bug of the sandbox was found, a request of this account was answered by an example of the document, or a fault
    /// of this account is unused: it did not strike as often as it was to, or changed nothing where it did.
    pub fn verify(&self) -> Result<(), Unverified> {
        let bugs = self.bugs();
        let (mut examples, dropped) = self.account.log.all();
        examples.retain(|request| request.answer == AnswerKind::Example);
        let dropped = dropped.iter().filter(|(kind, _)| kind.answer == AnswerKind::Example);
        let dropped_examples = dropped.map(|(_, count)| count).sum();
        let unused_faults = self.faults().unused();
        if bugs.is_empty() && examples.is_empty() && dropped_examples == 0 && unused_faults.is_empty() {
            return Ok(());
        }
        Err(Unverified { bugs, examples, dropped_examples, unused_faults })
    }
}

impl fmt::Display for Unverified {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for Bug { sequence, operation, what } in &self.bugs {
            writeln!(f, "a bug of imprint-sandbox, please report it: request {sequence}, {operation}: {what}")?;
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
        Ok(())
    }
}

impl std::error::Error for Unverified {}
