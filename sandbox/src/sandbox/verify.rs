//! Whether a test rests on what the sandbox knows.

use std::fmt;

use crate::bugs::Bug;
use crate::log::{AnswerKind, Request};
use crate::model::delivery::DeliveryStatus;

use super::{Delivery, Sandbox};

/// What a test should not rest on.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Unverified {
    /// Bugs of the sandbox.
    pub bugs: Vec<Bug>,
    /// Requests that were answered from the examples of the document, and that nothing was remembered of.
    pub examples: Vec<Request>,
    /// Webhooks that no receiver has acknowledged, and that are not sent any more.
    pub dead: Vec<Delivery>,
}

impl Sandbox {
    /// Looks back at a test: was every answer right, and made of what the sandbox remembers? Is no webhook dead?
    ///
    /// # Errors
    ///
    /// If a bug of the sandbox was found, a request of this account was answered by an example of the document, or a
    /// webhook of this account is dead.
    pub fn verify(&self) -> Result<(), Unverified> {
        let bugs = self.bugs();
        let mut examples = self.account.log.all();
        examples.retain(|request| request.answer == AnswerKind::Example);
        let mut dead = self.deliveries_by("failed");
        dead.retain(|delivery| delivery.status == DeliveryStatus::Dead);
        if bugs.is_empty() && examples.is_empty() && dead.is_empty() {
            return Ok(());
        }
        Err(Unverified { bugs, examples, dead })
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
        for delivery in &self.dead {
            writeln!(f, "a webhook that was not acknowledged: {delivery}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Unverified {}
