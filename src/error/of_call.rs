//! [`Error`]: why a call failed, with one payload for each kind of failure.

use std::fmt;
use std::sync::Arc;

use http::StatusCode;

use super::{
    ApiError, ConfigError, Context, DecodeError, InterceptorError, InvalidRequestError, Problems,
    ResponseTooLargeError, TimeoutError, TransportError,
};
use crate::operation::Operation;
use crate::repeat::AttemptOutcome;
use crate::value::OwnSecrets;
use crate::value::error_debug::{DebugError, FieldsOf, fmt_error};

/// Why a call failed.
///
/// Its text is one line for a log: the operation, the status and what went wrong. If the cause may be that the call went
/// to the wrong place, it names the host and the port as well. It holds no request or response body and no URL. It never shows the API key, even if the server repeats it. If a message of the server holds something
/// that may be a card number, a social security number, a phone number or an e-mail address, the text shows
/// `[REDACTED]` in its place. The accessors of the payloads give the messages as they came.
///
/// `Debug` begins with this text, as that of every error of this crate does, and then gives the causes and the fields. So
/// a `main` that returns the error prints a readable text, and so does `unwrap`.
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
#[non_exhaustive]
pub enum Error {
    /// The API answered with a status that is no success, or with a status that is a success and the body of an error.
    Api(ApiError),
    /// The connection could not be made, or broke.
    Transport(TransportError),
    /// No complete answer came in time.
    Timeout(TimeoutError),
    /// The API answered with success, but the body is not as the API document describes it.
    Decode(DecodeError),
    /// The request cannot be sent as it is; nothing was sent.
    InvalidRequest(InvalidRequestError),
    /// The client cannot work as configured; nothing was sent, or nothing after an attempt that failed.
    Config(ConfigError),
    /// An [`Interceptor`](crate::Interceptor) stopped the call before an attempt, which was not sent.
    Interceptor(InterceptorError),
    /// The API answered with success, but the body is larger than the client accepts.
    ResponseTooLarge(ResponseTooLargeError),
}

impl Error {
    /// Whether repeating this very call is harmless and may help.
    ///
    /// The answer depends on the operation: a broken connection is retryable for a search, but not for `createSession`,
    /// which may have made a session. It is true for
    ///
    /// - any operation when the connection was never made,
    /// - operations that [are repeatable](Operation::is_repeatable) on 408, 429, 500, 502 to 504, on 520 to 524, 527
    ///   and 530 (by which a gateway says that it did not reach the API), on broken connections and timeouts,
    /// - others, except DELETE, on a 429 that carries `Retry-After`.
    ///
    /// After these failures the client itself repeats the call, as its [`RetryPolicy`](crate::RetryPolicy) allows; so
    /// the error means that it has given up. Repeat after [`ApiError::retry_after`] if there is one, and after minutes
    /// rather than seconds if there is none.
    pub fn is_retryable(&self) -> bool {
        match self {
            Self::Api(error) => error.is_retryable(),
            Self::Transport(error) => error.is_retryable(),
            Self::Timeout(error) => error.is_retryable(),
            Self::Decode(_)
            | Self::InvalidRequest(_)
            | Self::Config(_)
            | Self::Interceptor(_)
            | Self::ResponseTooLarge(_) => false,
        }
    }

    /// Whether the API may have acted on the call in spite of the error.
    ///
    /// It is false if in every attempt nothing was sent or the API refused the request (most of 4xx). When it is true
    /// and the call changes something, look the result up before making the call again.
    pub fn may_have_been_processed(&self) -> bool {
        let by_this_attempt = match self {
            Self::Api(error) => error.may_have_been_processed(),
            Self::Transport(error) => error.may_have_been_processed(),
            Self::Timeout(error) => error.may_have_been_processed(),
            Self::Decode(_) | Self::ResponseTooLarge(_) => true,
            Self::InvalidRequest(_) | Self::Config(_) | Self::Interceptor(_) => false,
        };
        by_this_attempt || self.context().is_some_and(|context| context.may_have_been_processed)
    }

    /// How many times the client sent the request, or tried to send it; 0 when nothing was sent.
    pub fn attempts(&self) -> u32 {
        self.context().map_or(0, |context| context.attempts)
    }

    /// The `operationId` of the call, as the API document writes it; `None` for an error outside of a call.
    pub fn operation_id(&self) -> Option<&'static str> {
        self.context().map(|context| context.operation.id)
    }

    /// The HTTP status, if an answer came.
    pub fn status(&self) -> Option<StatusCode> {
        self.context().and_then(|context| context.status)
    }

    /// The name of the variant, and its payload.
    fn payload(&self) -> (&'static str, &dyn DebugError) {
        match self {
            Self::Api(error) => ("Api", error),
            Self::Transport(error) => ("Transport", error),
            Self::Timeout(error) => ("Timeout", error),
            Self::Decode(error) => ("Decode", error),
            Self::InvalidRequest(error) => ("InvalidRequest", error),
            Self::Config(error) => ("Config", error),
            Self::Interceptor(error) => ("Interceptor", error),
            Self::ResponseTooLarge(error) => ("ResponseTooLarge", error),
        }
    }

    /// The call that the error is about.
    fn context(&self) -> Option<&Context> {
        match self {
            Self::Api(error) => Some(error.context()),
            Self::Transport(error) => Some(error.context()),
            Self::Timeout(error) => Some(error.context()),
            Self::Decode(error) => Some(error.context()),
            Self::InvalidRequest(error) => error.context(),
            Self::Config(error) => error.context(),
            Self::Interceptor(error) => Some(error.context()),
            Self::ResponseTooLarge(error) => Some(error.context()),
        }
    }

    fn context_mut(&mut self) -> Option<&mut Context> {
        match self {
            Self::Api(error) => Some(error.context_mut()),
            Self::Transport(error) => Some(error.context_mut()),
            Self::Timeout(error) => Some(error.context_mut()),
            Self::Decode(error) => Some(error.context_mut()),
            Self::InvalidRequest(error) => error.context_mut(),
            Self::Config(error) => error.context_mut(),
            Self::Interceptor(error) => Some(error.context_mut()),
            Self::ResponseTooLarge(error) => Some(error.context_mut()),
        }
    }

    /// The outcome of the attempt that ended with this error. It decides whether the call may be repeated.
    pub(crate) fn outcome(&self) -> AttemptOutcome {
        match self {
            Self::Api(error) => error.outcome(),
            Self::Transport(error) => error.outcome(),
            Self::Timeout(error) => error.outcome(),
            Self::Decode(_)
            | Self::InvalidRequest(_)
            | Self::Config(_)
            | Self::Interceptor(_)
            | Self::ResponseTooLarge(_) => AttemptOutcome::Final,
        }
    }

    /// Whether the attempt that ended with this error was sent, or the client tried to send it.
    pub(crate) fn was_sent(&self) -> bool {
        !matches!(self, Self::InvalidRequest(_) | Self::Config(_) | Self::Interceptor(_))
    }

    /// Records the host and the port of the base URL, so that the error can name them.
    pub(crate) fn note_host(&mut self, host: &Arc<str>) {
        if let Some(context) = self.context_mut() {
            context.host = Some(Arc::clone(host));
        }
        if let Self::Interceptor(error) = self
            && let Some(previous) = error.previous_mut()
        {
            previous.note_host(host);
        }
    }

    /// Records whether the API may have acted on an attempt of the call, this one or an earlier one.
    pub(crate) fn note_earlier(&mut self, processed: bool) {
        if let Some(context) = self.context_mut() {
            context.may_have_been_processed = processed;
        }
    }

    /// Removes the secrets that the client sent with the call from everything that the error shows.
    pub(crate) fn hide(&mut self, own: &OwnSecrets) {
        match self {
            Self::Api(error) => error.hide(own.clone()),
            Self::Decode(error) => error.hide(own),
            Self::Interceptor(error) => {
                if let Some(previous) = error.previous_mut() {
                    previous.hide(own);
                }
            }
            // These errors show no text that the server wrote.
            Self::Transport(_)
            | Self::Timeout(_)
            | Self::InvalidRequest(_)
            | Self::Config(_)
            | Self::ResponseTooLarge(_) => {}
        }
    }

    /// The error of a builder of `subject` that cannot finish because of these problems.
    pub(crate) fn unfinished(subject: &'static str, problems: Problems) -> Self {
        Self::InvalidRequest(InvalidRequestError::of_type(subject, problems))
    }

    pub(crate) fn invalid_request(operation: &'static Operation, problems: Problems) -> Self {
        Self::InvalidRequest(InvalidRequestError::of_call(operation, problems))
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self.payload().1, f)
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt_error(self, f)
    }
}

impl DebugError for Error {
    fn causes(&self) -> Vec<String> {
        self.payload().1.causes()
    }

    fn fmt_fields(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (variant, payload) = self.payload();
        f.debug_tuple(variant).field(&FieldsOf(payload)).finish()
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Transport(error) => std::error::Error::source(error),
            Self::Config(error) => std::error::Error::source(error),
            Self::Interceptor(error) => std::error::Error::source(error),
            _ => None,
        }
    }
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
    Interceptor(InterceptorError),
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
        let mut problems = Problems::default();
        problems.require(&[("a", false), ("b", true), ("c", false)]);
        let error = Error::unfinished("LinkCustomerAccountBody", problems);
        assert_eq!(error.to_string(), "LinkCustomerAccountBody needs a and c");
        assert_eq!((error.operation_id(), error.status()), (None, None));
        assert!(!error.is_retryable());
        assert!(!error.may_have_been_processed());
    }
}
