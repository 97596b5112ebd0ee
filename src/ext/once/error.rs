//! The error of `create_order_once` and `post_order_event_once`.

use std::fmt;

use crate::error::Error;
use crate::ext::find::FindError;
use crate::value::error_debug::{DebugError, FieldsOf, fmt_error, text_and_causes};

/// Why an object was not recorded exactly once, or why it is not known whether it was.
///
/// `T` is the type of the object to record.
#[non_exhaustive]
pub enum OnceError<T> {
    /// The object was not recorded: nothing was sent, or the API refused it. After a 409 the helper also looked it up,
    /// and it did not exist.
    Refused(Error),
    /// The API answered with a different object, or a different object is recorded under this id: its id, amount, type,
    /// payment method or order differs from the one that was sent. Either the id was used before, or the recorded
    /// object was changed afterwards. Look the object up before you send anything again.
    Different(Box<T>),
    /// It is not known whether the object was recorded. Look its id up before you send it again.
    ///
    /// If `lookup` is [`Lookup::Failed`] with [`FindError::Several`], the object is known to be recorded more than
    /// once.
    Unknown {
        /// The partner's own id of the object.
        partner_id: String,
        /// How many times this call sent the request. 0 if another call for the same id ran until the time of this call
        /// was used up, or ended without finding out whether the object was recorded.
        sends: u32,
        /// Why it is not known: the last failure after which it is not known whether the API acted; or the 409 after
        /// which the object could not be looked up; or, with `sends` 0, an [`Error::InvalidRequest`] that describes how
        /// the other call ended. This error is also the [`source`](std::error::Error::source).
        error: Error,
        /// The result of the lookup.
        lookup: Lookup<T>,
    },
    /// The object is recorded, and may be recorded twice: it was sent more than once, and the helper could not verify
    /// that it is recorded exactly once. Look its id up.
    #[non_exhaustive]
    Unverified {
        /// The recorded object, as the API answered with it or as the lookup found it.
        recorded: Box<T>,
        /// How many times this call sent the request.
        sends: u32,
        /// The result of counting how many times the object is recorded.
        lookup: Lookup<T>,
    },
}

/// The result of looking up an object that may have been recorded.
#[non_exhaustive]
pub enum Lookup<T> {
    /// The object did not exist. It may be recorded later: the API may still be processing the request.
    NotThere,
    /// There was not enough time left for the lookups.
    NoTime,
    /// The lookup failed, or its answer cannot be relied on.
    Failed(FindError<T>),
    /// Another call for the same id, for which this call waited, found the object more than once or could not count it.
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

impl<T: fmt::Debug> fmt::Debug for Lookup<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotThere => f.write_str("NotThere"),
            Self::NoTime => f.write_str("NoTime"),
            // `Display` has the sentence of the error.
            Self::Failed(error) => f.debug_tuple("Failed").field(&FieldsOf(error)).finish(),
            Self::AnotherCall => f.write_str("AnotherCall"),
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

impl<T: fmt::Debug> fmt::Debug for OnceError<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt_error(self, f)
    }
}

impl<T: fmt::Debug> DebugError for OnceError<T> {
    fn causes(&self) -> Vec<String> {
        match self {
            Self::Refused(error) => error.causes(),
            Self::Different(_) | Self::Unverified { .. } => Vec::new(),
            Self::Unknown { error, .. } => text_and_causes(error),
        }
    }

    fn fmt_fields(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused(error) => f.debug_tuple("Refused").field(&FieldsOf(error)).finish(),
            Self::Different(found) => f.debug_tuple("Different").field(found).finish(),
            Self::Unknown { partner_id, sends, error, lookup } => f
                .debug_struct("Unknown")
                .field("partner_id", partner_id)
                .field("sends", sends)
                .field("error", &FieldsOf(error))
                .field("lookup", lookup)
                .finish(),
            Self::Unverified { recorded, sends, lookup } => f
                .debug_struct("Unverified")
                .field("recorded", recorded)
                .field("sends", sends)
                .field("lookup", lookup)
                .finish(),
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
