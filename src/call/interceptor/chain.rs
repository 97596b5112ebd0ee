//! Runs the hooks of all interceptors of a client. Without interceptors, nothing is computed and no time is read.

use std::sync::Arc;
use std::time::Instant;

use reqwest::header::HeaderValue;
use reqwest::{Request, StatusCode};

use super::{Attempt, AttemptReport, CallReport, Interceptor};
use crate::call::{Answer, Clock, error_type};
use crate::error::{Error, InterceptorError, is_for_logs};
use crate::operation::Operation;

/// The interceptors of a client, in the order in which they were added.
#[derive(Clone)]
pub(crate) struct Interceptors(Arc<[Box<dyn Interceptor>]>);

impl From<Vec<Box<dyn Interceptor>>> for Interceptors {
    fn from(interceptors: Vec<Box<dyn Interceptor>>) -> Self {
        Self(interceptors.into())
    }
}

impl Interceptors {
    /// The time at the beginning of an attempt or a call; `None` if nobody is interested.
    pub(crate) fn now(&self, clock: &dyn Clock) -> Option<Instant> {
        (!self.0.is_empty()).then(|| clock.now())
    }

    /// Runs the hooks before an attempt, and puts the headers that they set into the request. The values are added to
    /// `set_by_hooks`, because no error of the call may show them.
    ///
    /// # Errors
    ///
    /// [`Error::Interceptor`] if a hook returns an error. The attempt must not be sent then.
    pub(crate) fn before_attempt(
        &self,
        operation: &'static Operation,
        number: u32,
        request: &mut Request,
        set_by_hooks: &mut Vec<HeaderValue>,
    ) -> Result<(), Error> {
        if self.0.is_empty() {
            return Ok(());
        }
        let mut attempt = Attempt::new(operation, number, request);
        for interceptor in &*self.0 {
            interceptor
                .before_attempt(&mut attempt)
                .map_err(|source| Error::from(InterceptorError::new(operation, number, source)))?;
        }
        let set = attempt.into_set();
        set_by_hooks.extend(set.iter().filter(|(name, _)| !is_for_logs(name)).map(|(_, value)| value.clone()));
        for (name, value) in &set {
            request.headers_mut().insert(name, value.clone());
        }
        Ok(())
    }

    /// Runs the hooks after an attempt that began at `begun`, unless it was not sent.
    pub(crate) fn after_attempt(
        &self,
        operation: &'static Operation,
        number: u32,
        (begun, clock): (Option<Instant>, &dyn Clock),
        result: &Result<Answer, Error>,
    ) {
        let Some(begun) = begun.filter(|_| result.as_ref().err().is_none_or(Error::was_sent)) else { return };
        let (status, headers, error_type) = match result {
            Ok(answer) => (Some(answer.status), Some(&answer.headers), None),
            Err(Error::Api(error)) => (Some(error.status()), Some(error.headers()), Some(error.status_text())),
            Err(error) => (error.status(), None, Some(error_type(error))),
        };
        let elapsed = clock.now().saturating_duration_since(begun);
        let report = AttemptReport { operation, number, elapsed, status, headers, error_type };
        self.0.iter().for_each(|interceptor| interceptor.after_attempt(&report));
    }

    /// Runs the hooks at the end of a call that began at `begun`.
    pub(crate) fn after_call(
        &self,
        operation: &'static Operation,
        (begun, clock): (Option<Instant>, &dyn Clock),
        (status, attempts, error): (Option<StatusCode>, u32, Option<&Error>),
    ) {
        let Some(begun) = begun else { return };
        let report = CallReport {
            operation,
            attempts,
            elapsed: clock.now().saturating_duration_since(begun),
            status,
            error_type: error.map(error_type),
            may_have_been_processed: error.is_some_and(Error::may_have_been_processed),
        };
        self.0.iter().for_each(|interceptor| interceptor.after_call(&report));
    }
}
