//! The spans and events, with the feature `tracing`.

use std::time::{Duration, Instant};

use reqwest::{StatusCode, Url};
use tracing::field::Empty;
use tracing::instrument::Instrumented;
use tracing::{Instrument, Span};

use crate::call::{Clock, error_type};
use crate::error::{Error, shown_request_id};
use crate::log_target::TARGET;
use crate::operation::Operation;
use crate::value::OwnSecrets;

/// The span of a call.
pub(crate) struct CallSpan {
    span: Span,
    /// `None` when no subscriber is interested in the span.
    begun: Option<Instant>,
}

impl CallSpan {
    pub(crate) fn begin(operation: &'static Operation, base: &Url, clock: &dyn Clock) -> Self {
        let span = tracing::info_span!(
            target: TARGET,
            "imprint_call",
            otel.name = %format_args!("{} {}", operation.method, name(operation)),
            otel.kind = "client",
            otel.status_code = Empty,
            imprint.operation_id = operation.id,
            imprint.attempts = Empty,
            imprint.request_id = Empty,
            http.request.method = operation.method.as_str(),
            http.request.resend_count = Empty,
            http.response.status_code = Empty,
            http.client.request.duration = Empty,
            url.template = Empty,
            server.address = base.host_str(),
            server.port = base.port_or_known_default(),
            "error.type" = Empty,
        );
        // The path of a raw call is not recorded: the caller wrote it, and may have put an id into it.
        if !operation.path.is_empty() {
            span.record("url.template", operation.path);
        }
        let begun = (!span.is_disabled()).then(|| clock.now());
        Self { span, begun }
    }

    /// Does the work of the call within its span, or within none if no subscriber is interested.
    pub(crate) fn around<F: Future>(&self, work: F) -> impl Future<Output = F::Output> {
        work.instrument(if self.span.is_disabled() { Span::none() } else { self.span.clone() })
    }

    /// Records the id by which the server can find the request. The server wrote it, so the secrets of the client and
    /// personal data are hidden in it. `id` and `own` are called only if a subscriber is interested.
    pub(crate) fn record_request_id<'a>(&self, id: impl FnOnce() -> Option<&'a str>, own: impl FnOnce() -> OwnSecrets) {
        if self.span.is_disabled() {
            return;
        }
        if let Some(id) = id() {
            self.span.record("imprint.request_id", tracing::field::display(shown_request_id(id, &own())));
        }
    }

    pub(crate) fn end(mut self, clock: &dyn Clock, status: Option<StatusCode>, attempts: u32, error: Option<&Error>) {
        let Some(begun) = self.begun.take() else { return };
        let span = &self.span;
        span.record("imprint.attempts", attempts);
        if attempts > 1 {
            span.record("http.request.resend_count", attempts - 1);
        }
        if let Some(status) = status {
            span.record("http.response.status_code", status.as_u16());
        }
        span.record("http.client.request.duration", clock.now().saturating_duration_since(begun).as_secs_f64());
        if let Some(error) = error {
            span.record("otel.status_code", "ERROR");
            span.record("error.type", error_type(error));
        }
    }
}

/// Records that the future of the call was dropped before the call ended.
impl Drop for CallSpan {
    fn drop(&mut self) {
        if self.begun.is_some() {
            self.span.record("otel.status_code", "ERROR");
            self.span.record("error.type", "cancelled");
        }
    }
}

/// Keeps work that runs in a task of its own in the span of the caller.
pub(crate) fn in_current_span<F: Future>(work: F) -> Instrumented<F> {
    work.in_current_span()
}

/// The name of the spans of an operation: its path template, or its id where it has none.
fn name(operation: &'static Operation) -> &'static str {
    if operation.path.is_empty() { operation.id } else { operation.path }
}

/// Logs that a request has a value that this version does not understand. `doubt` names the field, never the value.
pub(in super::super) fn log_doubt(doubt: &str) {
    tracing::warn!(target: TARGET, { imprint.field = doubt }, "the request has a value that may be a mistake; it is sent as it is");
}

/// Logs that another attempt is made after a pause.
pub(in super::super) fn log_retry(attempts: u32, pause: Duration, error: &Error) {
    tracing::warn!(
        target: TARGET,
        { "error.type" = error_type(error), imprint.attempts = attempts, imprint.pause = pause.as_secs_f64() },
        "the attempt failed, another one is made after a pause"
    );
}

/// Logs that no other attempt is made, although it would do no harm, and why.
pub(in super::super) fn log_giving_up(attempts: u32, reason: &str, error: &Error) {
    tracing::warn!(
        target: TARGET,
        { "error.type" = error_type(error), imprint.attempts = attempts, imprint.reason = reason },
        "no other attempt is made"
    );
}
