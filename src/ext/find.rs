//! The error of lookups by the partner's own id.

use std::fmt;

use crate::error::{Error, Problems};
use crate::operation::Operation;
use crate::value::error_debug::{DebugError, FieldsOf, fmt_error};

/// Why a lookup by the partner's own id gave no reliable answer.
///
/// `T` is the type of the object that was looked up.
#[non_exhaustive]
pub enum FindError<T> {
    /// The call failed. An answer without its list is an [`Error::Decode`], and so is an answer with an item that
    /// cannot be decoded: neither proves that there is no such object.
    Call(Error),
    /// Several objects have this id. Imprint documents no rule that keeps the id unique.
    Several(Vec<T>),
    /// The answer does not match the request, or it contradicts itself. It holds objects that do not have this id, as
    /// it does when the server ignores the filter of the request; or it is empty although `has_more` (or, for orders
    /// and their events, `total`) states that there are items; or all its items are `null`.
    Unreliable,
}

impl<T> fmt::Display for FindError<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Call(error) => error.fmt(f),
            Self::Several(found) => write!(f, "{} have the id that only one should have", found.len()),
            Self::Unreliable => f.write_str(
                "the answer cannot be relied on: it holds something else than the id that was asked for, or contradicts itself",
            ),
        }
    }
}

impl<T: fmt::Debug> fmt::Debug for FindError<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt_error(self, f)
    }
}

impl<T: fmt::Debug> DebugError for FindError<T> {
    fn causes(&self) -> Vec<String> {
        match self {
            Self::Call(error) => error.causes(),
            Self::Several(_) | Self::Unreliable => Vec::new(),
        }
    }

    fn fmt_fields(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Call(error) => f.debug_tuple("Call").field(&FieldsOf(error)).finish(),
            Self::Several(found) => f.debug_tuple("Several").field(found).finish(),
            Self::Unreliable => f.write_str("Unreliable"),
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

/// Refuses a blank id: a filter with a blank id would select nothing, or everything.
pub(super) fn not_empty(operation: &'static Operation, name: &'static str, id: &str) -> Result<(), Error> {
    if !id.trim().is_empty() {
        return Ok(());
    }
    let mut problems = Problems::default();
    problems.invalid(name, "is empty");
    Err(Error::invalid_request(operation, problems))
}
