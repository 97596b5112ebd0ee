//! Reports calls to `tracing`: a span per call and an event per retry, in the names of OpenTelemetry's HTTP
//! conventions.
//!
//! It never contains a body, a filled path or a query, since these may hold personal data. Nothing is computed without
//! the feature `tracing`, or when no subscriber is interested.

#[cfg(feature = "tracing")]
mod on;

#[cfg(feature = "tracing")]
pub(crate) use on::{CallSpan, in_current_span};
#[cfg(feature = "tracing")]
pub(super) use on::{log_doubt, log_giving_up, log_retry};

#[cfg(not(feature = "tracing"))]
pub(crate) use off::{CallSpan, in_current_span};
#[cfg(not(feature = "tracing"))]
pub(super) use off::{log_doubt, log_giving_up, log_retry};

#[cfg(not(feature = "tracing"))]
mod off {
    use std::time::Duration;

    use reqwest::{StatusCode, Url};

    use crate::call::Clock;
    use crate::error::Error;
    use crate::operation::Operation;
    use crate::value::OwnSecrets;

    pub(crate) struct CallSpan;

    impl CallSpan {
        pub(crate) fn begin(_: &'static Operation, _: &Url, _: &dyn Clock) -> Self {
            Self
        }

        pub(crate) async fn around<F: Future>(&self, work: F) -> F::Output {
            work.await
        }

        pub(crate) fn end(self, _: &dyn Clock, _: Option<StatusCode>, _: u32, _: Option<&Error>) {}

        pub(crate) fn record_request_id<'a>(
            &self,
            _: impl FnOnce() -> Option<&'a str>,
            _: impl FnOnce() -> OwnSecrets,
        ) {
        }
    }

    pub(crate) fn in_current_span<F>(work: F) -> F {
        work
    }

    pub(in super::super) fn log_doubt(_: &str) {}

    pub(in super::super) fn log_retry(_: u32, _: Duration, _: &Error) {}

    pub(in super::super) fn log_giving_up(_: u32, _: &str, _: &Error) {}
}
