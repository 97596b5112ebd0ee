//! The error of `create_order_once` and `post_order_event_once`.

use std::fmt;

use crate::error::Error;
use crate::ext::find::FindError;

/// Why something was not recorded exactly once, or why that is not known.
///
/// `T` is what was to be recorded.
#[derive(Debug)]
#[non_exhaustive]
pub enum OnceError<T> {
    /// It was not recorded: nothing was sent, or the API refused it. After a 409 it was looked for as well, and was not
    /// there.
    Refused(Error),
    /// The API answered with something else, or something else is recorded under this id: its id, its amount, its type,
    /// its payment method or its order is not the one that was sent. The id has been used before, or what it stands for
    /// was changed since. Look before you send anything again.
    Different(Box<T>),
    /// It is not known whether it was recorded. Look its id up before sending it again.
    ///
    /// When `lookup` is [`Lookup::Failed`] with [`FindError::Several`], it is known to be recorded more than once.
    Unknown {
        /// The partner's own id of it.
        partner_id: String,
        /// How many times this call sent it. 0 when another call for the same id was under way until the time was up,
        /// or left it in doubt.
        sends: u32,
        /// Why it is in doubt: the last failure that leaves open whether the API acted; or the 409 after which it could
        /// not be looked up; or, with `sends` 0, an [`Error::InvalidRequest`] that says what became of the other call.
        /// It is the [`source`](std::error::Error::source), too.
        error: Error,
        /// What came of looking for it.
        lookup: Lookup<T>,
    },
    /// It is recorded, and it may be recorded twice: it was sent more than once, and the last look did not show it a
    /// single time. Look its id up.
    #[non_exhaustive]
    Unverified {
        /// What is recorded, as the API answered it or as it was found.
        recorded: Box<T>,
        /// How many times it was sent.
        sends: u32,
        /// What came of looking how often it is there.
        lookup: Lookup<T>,
    },
}

/// What came of looking for something that may have been recorded.
#[derive(Debug)]
#[non_exhaustive]
pub enum Lookup<T> {
    /// It was not there. It may still come: the API may be at work on it.
    NotThere,
    /// There was not enough time left to look.
    NoTime,
    /// The look failed, or the answer cannot be relied on.
    Failed(FindError<T>),
    /// Another call for the same id, for which this one waited, found it more than once or could not count it.
    AnotherCall,
}

impl<T> fmt::Display for OnceError<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused(error) => error.fmt(f),
            Self::Different(_) => f.write_str("something else is recorded under this id, or was answered in its place"),
            Self::Unknown { sends, error, lookup, .. } => {
                let operation = error.operation_id().unwrap_or("the operation");
                match sends {
                    0 => write!(f, "{operation} was not sent by this call, and ")?,
                    1 => write!(f, "{operation} was sent once, and ")?,
                    _ => write!(f, "{operation} was sent more than once, and ")?,
                }
                if let Lookup::Failed(FindError::Several(found)) = lookup {
                    return write!(f, "{} are recorded under the id that only one should have", found.len());
                }
                write!(f, "it is not known whether it was carried out: {lookup}")
            }
            Self::Unverified { lookup, .. } => {
                write!(f, "it is recorded, but it was sent more than once and may be recorded twice: {lookup}")
            }
        }
    }
}

impl<T> fmt::Display for Lookup<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotThere => f.write_str("it was not found afterwards"),
            Self::NoTime => f.write_str("there was no time left to look for it"),
            Self::Failed(error) => write!(f, "the look for it failed ({error})"),
            Self::AnotherCall => f.write_str("another call found it more than once, or could not count it"),
        }
    }
}

impl<T: fmt::Debug> std::error::Error for OnceError<T> {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Refused(error) => error.source(),
            Self::Different(_) | Self::Unverified { .. } => None,
            Self::Unknown { error, .. } => Some(error),
        }
    }
}
