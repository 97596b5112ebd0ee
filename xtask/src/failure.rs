//! Why a command could not do its work.

use std::{
    fmt,
    panic::{AssertUnwindSafe, catch_unwind},
};

use serde::Serialize;

use crate::pipeline::Problem;

/// What to do about a panic of the generator or of a command.
pub const DEFECT: &str = "this is a defect of build/ or of xtask/, which has to refuse by name what it cannot do: please report it \
                          with the document";

/// What went wrong, and what to do about it: one reason or several.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Failure {
    pub reasons: Vec<FailureReason>,
}

/// One reason why a command could not do its work.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FailureReason {
    /// The operation it belongs to, where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub operation: Option<String>,
    /// A JSON pointer into the document, or the overlay action, where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<String>,
    pub message: String,
    pub advice: String,
}

impl Failure {
    pub fn new(message: impl Into<String>, advice: impl Into<String>) -> Self {
        let (message, advice) = (message.into(), advice.into());
        Self { reasons: vec![FailureReason { operation: None, place: None, message, advice }] }
    }
}

impl From<Problem> for Failure {
    fn from(problem: Problem) -> Self {
        Self { reasons: vec![problem.into()] }
    }
}

impl From<Vec<Problem>> for Failure {
    fn from(problems: Vec<Problem>) -> Self {
        Self { reasons: problems.into_iter().map(FailureReason::from).collect() }
    }
}

impl From<Problem> for FailureReason {
    fn from(problem: Problem) -> Self {
        let Problem { operation, place, message, advice } = problem;
        Self { operation, place: Some(place), message, advice }
    }
}

impl fmt::Display for FailureReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(operation) = &self.operation {
            write!(f, "operation {operation}, ")?;
        }
        if let Some(place) = &self.place {
            write!(f, "at {place}: ")?;
        }
        write!(f, "{}\n  what to do: {}", self.message, self.advice)
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, reason) in self.reasons.iter().enumerate() {
            write!(f, "{}{reason}", if index == 0 { "" } else { "\n" })?;
        }
        Ok(())
    }
}

/// What `work` returns, or the message of its panic.
pub fn catch_panics<T>(work: impl FnOnce() -> T) -> Result<T, String> {
    catch_unwind(AssertUnwindSafe(work)).map_err(|panic| {
        let text = panic.downcast_ref::<String>().cloned();
        text.or_else(|| panic.downcast_ref::<&str>().map(ToString::to_string))
            .unwrap_or_else(|| "without a message".into())
    })
}
