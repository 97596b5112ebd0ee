//! [`Error`] without the feature `client`: there are no calls, so what remains is the error of a builder.

use std::fmt;

use super::{InvalidRequestError, Problems};
use crate::value::error_debug::{DebugError, FieldsOf, fmt_error};

/// Why a value could not be built.
///
/// With the feature `client` it is also the error of every call, and has a variant for each way in which one fails.
#[non_exhaustive]
pub enum Error {
    /// A required field is missing, or a value is not allowed.
    InvalidRequest(InvalidRequestError),
}

impl Error {
    /// The error of a builder of `subject` that cannot finish because of these problems.
    pub(crate) fn unfinished(subject: &'static str, problems: Problems) -> Self {
        Self::InvalidRequest(InvalidRequestError::of_type(subject, problems))
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self::InvalidRequest(error) = self;
        error.fmt(f)
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt_error(self, f)
    }
}

impl DebugError for Error {
    fn causes(&self) -> Vec<String> {
        Vec::new()
    }

    fn fmt_fields(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self::InvalidRequest(error) = self;
        f.debug_tuple("InvalidRequest").field(&FieldsOf(error)).finish()
    }
}

impl std::error::Error for Error {}
