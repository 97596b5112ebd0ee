//! The reason why a stage stops the build: where, what is wrong, and what the maintainer can do.

use std::fmt;

/// One reason to stop the build: where in the document, what is wrong there, and what to do about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The operation the place belongs to, where there is one.
    pub operation: Option<String>,
    /// A JSON pointer into the document, or the overlay action.
    pub place: String,
    /// What is wrong.
    pub message: String,
    /// What the maintainer can do.
    pub advice: String,
}

impl Problem {
    pub fn new(place: impl Into<String>, message: impl Into<String>, advice: impl Into<String>) -> Self {
        Self { operation: None, place: place.into(), message: message.into(), advice: advice.into() }
    }

    /// Names the operation, unless a deeper stage has already done so.
    pub fn in_operation(mut self, operation: &str) -> Self {
        self.operation.get_or_insert_with(|| operation.to_string());
        self
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(operation) = &self.operation {
            write!(f, "operation {operation}, ")?;
        }
        write!(f, "at {}: {}\n  advice: {}", self.place, self.message, self.advice)
    }
}

impl std::error::Error for Problem {}
