//! Whether a test rests on what the sandbox knows.

use std::fmt;

use crate::bugs::Bug;
use crate::log::{AnswerKind, Request};

use super::Sandbox;

/// What a test should not rest on.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Unverified {
    /// Bugs of the sandbox.
    pub bugs: Vec<Bug>,
    /// Requests that were answered from the examples of the document, and that nothing was remembered of.
    pub examples: Vec<Request>,
}

impl Sandbox {
    /// Looks back at a test: was every answer right, and made of what the sandbox remembers?
    ///
    /// # Errors
    ///
    /// If a bug of the sandbox was found, or a request of this account was answered by an example of the document.
    pub fn verify(&self) -> Result<(), Unverified> {
        let bugs = self.bugs();
        let mut examples = self.account.log.all();
        examples.retain(|request| request.answer == AnswerKind::Example);
        if bugs.is_empty() && examples.is_empty() { Ok(()) } else { Err(Unverified { bugs, examples }) }
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
        Ok(())
    }
}

impl std::error::Error for Unverified {}
