//! What can go wrong with a call, and what a caller may do about it.

mod api;
mod config;
mod decode;
mod envelope;
mod invalid;
mod mask;
mod retry_after;
mod sources;
mod too_large;
mod transport;

use std::fmt;

use reqwest::StatusCode;

pub use api::{ApiError, ErrorKind};
pub use config::ConfigError;
pub use decode::DecodeError;
pub(crate) use decode::Fault;
pub(crate) use envelope::{Says, is_blank};
pub use invalid::InvalidRequestError;
pub(crate) use invalid::Problems;
pub(crate) use sources::sources;
pub use too_large::ResponseTooLargeError;
pub use transport::{TimeoutError, TimeoutPhase, TransportError};

use crate::operation::Operation;
use crate::retry::Outcome;
use crate::secret::OwnSecrets;

/// Why a call failed.
///
/// Its text is one line for a log: the operation, the status and what went wrong. It holds no request or response body
/// and no URL. It never shows the API key, even if the server repeats it. In the words of the server what may be a card
/// number, a social security number, a phone number or an e-mail address is shown as `[REDACTED]`. The accessors of the
/// payloads give the words as they came.
///
/// ```no_run
/// use imprint_client::{Client, Error, ErrorKind};
///
/// # async fn example(client: Client) -> Result<(), Error> {
/// match client.link_customer_account().customer_id("2EE24580").send().await {
///     Ok(link) => println!("{}", link.status()),
///     Err(Error::Api(error)) if error.kind() == ErrorKind::Conflict => println!("linked: {:?}", error.existing_link()),
///     Err(error) if error.is_retryable() => println!("try again: {error}"),
///     Err(error) => return Err(error),
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
#[non_exhaustive]
pub enum Error {
    /// The API answered with a status that is no success, or with the body of an error under that of a success.
    Api(ApiError),
    /// The connection could not be made, or broke.
    Transport(TransportError),
    /// No complete answer came in time.
    Timeout(TimeoutError),
    /// The API answered with success, but the body is not what its document promises.
    Decode(DecodeError),
    /// The request cannot be sent as it is; nothing was sent.
    InvalidRequest(InvalidRequestError),
    /// The client cannot work as configured; nothing was sent.
    Config(ConfigError),
    /// The API answered with success, but the body is larger than the client accepts.
    ResponseTooLarge(ResponseTooLargeError),
}

impl Error {
    /// Whether repeating this very call is harmless and may help.
    ///
    /// It knows the operation: a broken connection is retryable for a search, but not for `createSession`, which may
    /// have made a session. True for
    ///
    /// - any operation when the connection was never made,
    /// - operations that [are repeatable](Operation::is_repeatable) on 408, 429, 500, 502 to 504, on 520 to 524, 527 and
    ///   530 (by which a gateway says that it did not reach the API), on broken connections and timeouts,
    /// - others, except DELETE, on a 429 that carries `Retry-After`.
    ///
    /// These are the failures that the client itself repeats, as its [`RetryPolicy`](crate::RetryPolicy) allows; so the
    /// error means that it has given up. Repeat after [`ApiError::retry_after`] where there is one, and after minutes
    /// rather than seconds where there is none.
    pub fn is_retryable(&self) -> bool {
        match self {
            Self::Api(error) => error.is_retryable(),
            Self::Transport(error) => error.is_retryable(),
            Self::Timeout(error) => error.is_retryable(),
            Self::Decode(_) | Self::InvalidRequest(_) | Self::Config(_) | Self::ResponseTooLarge(_) => false,
        }
    }

    /// Whether the API may have acted on the call in spite of the error.
    ///
    /// False when nothing was sent, or when the API refused the request (most of 4xx), in every attempt that was made.
    /// When it is true and the call changes something, look the result up before making it again.
    pub fn may_have_been_processed(&self) -> bool {
        match self {
            Self::Api(error) => error.may_have_been_processed(),
            Self::Transport(error) => error.may_have_been_processed(),
            Self::Timeout(error) => error.may_have_been_processed(),
            Self::Decode(_) | Self::ResponseTooLarge(_) => true,
            Self::InvalidRequest(_) | Self::Config(_) => false,
        }
    }

    /// How many times the request was sent, or tried to be; 0 when nothing was sent.
    pub fn attempts(&self) -> u32 {
        match self {
            Self::Api(error) => error.attempts(),
            Self::Transport(error) => error.attempts(),
            Self::Timeout(error) => error.attempts(),
            Self::Decode(error) => error.attempts(),
            Self::ResponseTooLarge(error) => error.attempts(),
            Self::InvalidRequest(_) | Self::Config(_) => 0,
        }
    }

    /// The `operationId` of the call, as the API document writes it; `None` for an error outside of a call.
    pub fn operation_id(&self) -> Option<&'static str> {
        match self {
            Self::Api(error) => Some(error.operation_id()),
            Self::Transport(error) => Some(error.operation_id()),
            Self::Timeout(error) => Some(error.operation_id()),
            Self::Decode(error) => Some(error.operation_id()),
            Self::InvalidRequest(error) => error.operation_id(),
            Self::Config(_) => None,
            Self::ResponseTooLarge(error) => Some(error.operation_id()),
        }
    }

    /// The HTTP status, if an answer came.
    pub fn status(&self) -> Option<StatusCode> {
        match self {
            Self::Api(error) => Some(error.status()),
            Self::Transport(error) => error.status(),
            Self::Timeout(error) => error.status(),
            Self::Decode(error) => Some(error.status()),
            Self::ResponseTooLarge(error) => Some(error.status()),
            Self::InvalidRequest(_) | Self::Config(_) => None,
        }
    }

    /// What the attempt that ended so came to.
    pub(crate) fn outcome(&self) -> Outcome {
        match self {
            Self::Api(error) => error.outcome(),
            Self::Transport(error) => error.outcome(),
            Self::Timeout(error) => error.outcome(),
            Self::Decode(_) | Self::InvalidRequest(_) | Self::Config(_) | Self::ResponseTooLarge(_) => Outcome::Final,
        }
    }

    /// Notes whether the API may have acted on an attempt of the call, this one or an earlier one.
    pub(crate) fn note_earlier(&mut self, processed: bool) {
        match self {
            Self::Api(error) => error.note_earlier(processed),
            Self::Transport(error) => error.note_earlier(processed),
            Self::Timeout(error) => error.note_earlier(processed),
            Self::Decode(_) | Self::InvalidRequest(_) | Self::Config(_) | Self::ResponseTooLarge(_) => {}
        }
    }

    /// Takes the secrets that the client sent with the call out of all that the error shows.
    pub(crate) fn hide(&mut self, own: &OwnSecrets) {
        match self {
            Self::Api(error) => error.hide(own.clone()),
            Self::Decode(error) => error.hide(own),
            // These show nothing that the server wrote.
            Self::Transport(_)
            | Self::Timeout(_)
            | Self::InvalidRequest(_)
            | Self::Config(_)
            | Self::ResponseTooLarge(_) => {}
        }
    }

    /// A builder of `subject` misses the fields that are `false` in `given`.
    pub(crate) fn missing(subject: &'static str, given: &[(&'static str, bool)]) -> Self {
        Self::unfinished(subject, Problems::of(given))
    }

    /// A builder of `subject` cannot finish.
    pub(crate) fn unfinished(subject: &'static str, problems: Problems) -> Self {
        Self::InvalidRequest(InvalidRequestError::of_type(subject, problems))
    }

    pub(crate) fn invalid_request(operation: &'static Operation, problems: Problems) -> Self {
        Self::InvalidRequest(InvalidRequestError::of_call(operation, problems))
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Api(error) => error.fmt(f),
            Self::Transport(error) => error.fmt(f),
            Self::Timeout(error) => error.fmt(f),
            Self::Decode(error) => error.fmt(f),
            Self::InvalidRequest(error) => error.fmt(f),
            Self::Config(error) => error.fmt(f),
            Self::ResponseTooLarge(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Transport(error) => std::error::Error::source(error),
            Self::Config(error) => std::error::Error::source(error),
            _ => None,
        }
    }
}

/// Says how often the call was tried, if more than once.
fn repeated(f: &mut fmt::Formatter<'_>, attempts: u32) -> fmt::Result {
    if attempts > 1 { write!(f, ", after {attempts} attempts") } else { Ok(()) }
}

macro_rules! payloads {
    ($($variant:ident($payload:ident)),*) => {$(
        impl From<$payload> for Error {
            fn from(error: $payload) -> Self {
                Self::$variant(error)
            }
        }
    )*};
}

payloads!(
    Api(ApiError),
    Transport(TransportError),
    Timeout(TimeoutError),
    Decode(DecodeError),
    InvalidRequest(InvalidRequestError),
    Config(ConfigError),
    ResponseTooLarge(ResponseTooLargeError)
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_stay_small() {
        assert!(size_of::<Error>() <= 16, "{}", size_of::<Error>());
    }

    #[test]
    fn errors_travel_between_threads() {
        fn travels<T: std::error::Error + Send + Sync + 'static>() {}
        travels::<Error>();
        travels::<ApiError>();
        travels::<TransportError>();
    }

    #[test]
    fn a_builder_names_what_it_misses() {
        let error = Error::missing("LinkCustomerAccountBody", &[("a", false), ("b", true), ("c", false)]);
        assert_eq!(error.to_string(), "LinkCustomerAccountBody needs a and c");
        assert_eq!((error.operation_id(), error.status()), (None, None));
        assert!(!error.is_retryable());
        assert!(!error.may_have_been_processed());
    }
}
