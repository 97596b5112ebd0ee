//! Names the kind of a failure for traces and metrics: with few values, and never with a value that was sent.

use crate::error::Error;

/// The status, or the reason why there was none. The status of a success is not used as the name of an error.
pub(crate) fn error_type(error: &Error) -> &str {
    match error {
        Error::Api(error) if error.status().is_success() => "error_body",
        Error::Api(error) => error.status_text(),
        Error::Transport(error) if error.is_connect() => "connect",
        Error::Transport(_) => "transport",
        Error::Timeout(_) => "timeout",
        Error::Decode(_) => "decode",
        Error::InvalidRequest(_) => "invalid_request",
        Error::Config(_) => "config",
        Error::Interceptor(_) => "interceptor",
        Error::ResponseTooLarge(_) => "response_too_large",
    }
}
