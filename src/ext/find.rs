//! Lookups by an id of the partner's, which must never take one thing for another.

use std::fmt;

use crate::error::{Error, Problems};
use crate::operation::Operation;

/// Why a lookup by the partner's own id gives no answer to rely on.
///
/// `T` is what was looked for.
#[derive(Debug)]
#[non_exhaustive]
pub enum FindError<T> {
    /// The call failed.
    Call(Error),
    /// Several have this id. Imprint documents no rule that keeps it unique.
    Several(Vec<T>),
    /// The answer is not one to the question: it holds things that do not have this id, as it does when the filter of
    /// the request was ignored, or it is an empty page that promises more.
    Unreliable,
}

impl<T> fmt::Display for FindError<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Call(error) => error.fmt(f),
            Self::Several(found) => write!(f, "{} have the id that only one should have", found.len()),
            Self::Unreliable => f.write_str("the answer does not keep to the id that was asked for"),
        }
    }
}

impl<T: fmt::Debug> std::error::Error for FindError<T> {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Call(error) => error.source(),
            Self::Several(_) | Self::Unreliable => None,
        }
    }
}

impl<T> From<Error> for FindError<T> {
    fn from(error: Error) -> Self {
        Self::Call(error)
    }
}

/// The one thing of an answer that must hold nothing but what `is_it` accepts.
pub(super) fn only<T>(
    mut found: Vec<T>,
    has_more: Option<bool>,
    is_it: impl Fn(&T) -> bool,
) -> Result<Option<T>, FindError<T>> {
    let promises_more = found.is_empty() && has_more == Some(true);
    if promises_more || !found.iter().all(is_it) {
        return Err(FindError::Unreliable);
    }
    if found.len() > 1 {
        return Err(FindError::Several(found));
    }
    Ok(found.pop())
}

/// Refuses a blank id: a filter with it would select nothing, or everything.
pub(super) fn not_empty(operation: &'static Operation, name: &'static str, id: &str) -> Result<(), Error> {
    if !id.trim().is_empty() {
        return Ok(());
    }
    let mut problems = Problems::default();
    problems.invalid(name, "is empty");
    Err(Error::invalid_request(operation, problems))
}
