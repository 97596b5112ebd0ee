//! The error for an attempt that an interceptor stopped before it was sent.

use std::error::Error;
use std::fmt;

use super::{ConfigError, Context};
use crate::operation::Operation;
use crate::value::error_debug::{DebugError, fmt_error};

/// An [`Interceptor`](crate::Interceptor) returned an error before an attempt, so this attempt was not sent, and the
/// call ended.
///
/// Earlier attempts of the call may have been sent:
/// [`Error::may_have_been_processed`](crate::Error::may_have_been_processed) says whether the API may have acted on one
/// of them.
///
/// The [`source`](Error::source) is the error of the interceptor, as it is. `Display` and `Debug` do not show its text,
/// because it may quote the request or a key for signing. An exception is the error of
/// [`Attempt::set_header`](crate::interceptor::Attempt::set_header), which quotes nothing.
pub struct InterceptorError(Box<Inner>);

struct Inner {
    /// Its attempts are those before the one that was stopped.
    context: Context,
    source: Box<dyn Error + Send + Sync>,
    /// The failure of the attempt before.
    previous: Option<super::Error>,
}

impl InterceptorError {
    /// Why the attempt before the stopped one failed; `None` if the first attempt was stopped.
    pub fn previous(&self) -> Option<&super::Error> {
        self.0.previous.as_ref()
    }

    pub(crate) fn set_previous(&mut self, error: super::Error) {
        self.0.previous = Some(error);
    }

    pub(super) fn previous_mut(&mut self) -> Option<&mut super::Error> {
        self.0.previous.as_mut()
    }

    /// The `operationId` of the call.
    pub fn operation_id(&self) -> &'static str {
        self.0.context.operation.id
    }

    /// The number of the attempt that was not sent, from 1.
    pub fn stopped_attempt(&self) -> u32 {
        self.0.context.attempts + 1
    }

    /// How many times the client sent the request, or tried to send it, before the interceptor stopped the call.
    pub fn attempts(&self) -> u32 {
        self.0.context.attempts
    }

    /// `stopped` is the number of the attempt that is not sent, from 1.
    pub(crate) fn new(operation: &'static Operation, stopped: u32, source: Box<dyn Error + Send + Sync>) -> Self {
        let context = Context::new(operation, None, stopped.saturating_sub(1));
        Self(Box::new(Inner { context, source, previous: None }))
    }

    pub(super) fn context(&self) -> &Context {
        &self.0.context
    }

    pub(super) fn context_mut(&mut self) -> &mut Context {
        &mut self.0.context
    }
}

impl fmt::Display for InterceptorError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Inner { context, source, previous } = &*self.0;
        write!(f, "{}: an interceptor failed before attempt {}", context.operation.id, self.stopped_attempt())?;
        if let Some(refused) = source.downcast_ref::<ConfigError>() {
            write!(f, " ({refused})")?;
        }
        match (context.attempts, context.may_have_been_processed) {
            (0, _) => f.write_str("; nothing was sent"),
            (_, false) => f.write_str("; this attempt was not sent, and no earlier one was processed"),
            (_, true) => f.write_str("; this attempt was not sent, but an earlier one may have been processed"),
        }?;
        previous.as_ref().map_or(Ok(()), |error| write!(f, "; the attempt before: {error}"))
    }
}

impl fmt::Debug for InterceptorError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt_error(self, f)
    }
}

impl DebugError for InterceptorError {
    fn causes(&self) -> Vec<String> {
        if self.0.source.is::<ConfigError>() {
            // The sentence has quoted it.
            return Vec::new();
        }
        vec!["an error of the interceptor, which is not shown because it may quote a key; source() has it".to_owned()]
    }

    /// Leaves out the error of the interceptor, which may hold anything.
    fn fmt_fields(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("InterceptorError")
            .field("operation_id", &self.operation_id())
            .field("stopped_attempt", &self.stopped_attempt())
            .field("may_have_been_processed", &self.0.context.may_have_been_processed)
            .finish_non_exhaustive()
    }
}

impl Error for InterceptorError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&*self.0.source)
    }
}

#[cfg(test)]
mod tests {
    use reqwest::Method;

    use super::*;
    use crate::value::OwnSecrets;

    static PAY: Operation = Operation::undocumented("payThing", Method::POST, "/v2/things", false);

    #[test]
    fn it_says_what_was_sent_and_quotes_only_errors_of_this_crate() {
        let error = |stopped, processed, source: Box<dyn Error + Send + Sync>| {
            let mut error = crate::error::Error::from(InterceptorError::new(&PAY, stopped, source));
            error.note_earlier(processed);
            error
        };
        let refused = || Box::new(ConfigError::new("header", "the header is refused"));
        for (error, text) in [
            (
                error(1, false, "the key hunter2".into()),
                "payThing: an interceptor failed before attempt 1; nothing was sent",
            ),
            (
                error(3, false, refused()),
                "payThing: an interceptor failed before attempt 3 (the header is refused); this attempt was not sent, and \
                 no earlier one was processed",
            ),
            (
                error(2, true, "the key hunter2".into()),
                "payThing: an interceptor failed before attempt 2; this attempt was not sent, but an earlier one may have \
                 been processed",
            ),
        ] {
            assert_eq!(error.to_string(), text);
            assert!(!format!("{error:?} {error:#?}").contains("hunter2"), "{error:?}");
            assert_eq!(error.may_have_been_processed(), text.ends_with("may have been processed"));
            assert!(!error.is_retryable());
        }
        let error = error(3, true, "its own words".into());
        assert_eq!((error.attempts(), error.operation_id(), error.status()), (2, Some("payThing"), None));
        let crate::error::Error::Interceptor(payload) = &error else { panic!("{error:?}") };
        assert_eq!((payload.operation_id(), payload.attempts(), payload.stopped_attempt()), ("payThing", 2, 3));
        let fields = "fields: InterceptorError { operation_id: \"payThing\", stopped_attempt: 3, may_have_been_processed: true, ..";
        assert!(format!("{payload:?}").contains(fields), "{payload:?}");
        assert_eq!(error.source().unwrap().to_string(), "its own words");
    }

    /// The failure of the attempt before is part of this error, so what is recorded and hidden reaches it.
    #[test]
    fn the_failure_before_hides_the_key_and_names_the_host() {
        let body = br#"{"message":"the key hunter2-hunter2 is unknown"}"#.to_vec();
        let headers = http::HeaderMap::new();
        let previous = super::super::ApiError::new(&PAY, http::StatusCode::BAD_GATEWAY, headers, 1, body, true);
        let mut payload = InterceptorError::new(&PAY, 2, "its own words".into());
        payload.set_previous(previous.into());
        let mut error = crate::error::Error::from(payload);
        let mut own = OwnSecrets::default();
        own.add_key(b"hunter2-hunter2");
        error.hide(&own);
        error.note_host(&"sandbox.example:443".into());
        for shown in [error.to_string(), format!("{error:?}")] {
            assert!(shown.contains("502") && !shown.contains("hunter2"), "{shown}");
            assert!(shown.contains("; the attempt before: payThing answered 502"), "{shown}");
        }
        let crate::error::Error::Interceptor(payload) = &error else { panic!("{error:?}") };
        let previous = payload.previous().expect("it was set");
        assert!(format!("{previous:?}").contains("sandbox.example:443"), "{previous:?}");
    }
}
