//! The result of a successful call.

use std::fmt;
use std::ops::Deref;

use reqwest::StatusCode;
use reqwest::header::{HeaderMap, HeaderValue};

use crate::error::request_id;

/// The answer to a call: the decoded value, and the status, the headers and the number of attempts.
///
/// It dereferences to the value, so `response.status` is a field of the value and `response.status()` the HTTP status;
/// [`into_inner`](Response::into_inner) takes the value out.
///
/// ```no_run
/// # async fn example(client: imprint_client::Client) -> Result<(), imprint_client::Error> {
/// let response = client.link_customer_account().customer_id("2EE24580").send().await?;
/// println!("{}: {}", response.status(), response.partner_customer_id);
/// let link = response.into_inner();
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Response<T> {
    status: StatusCode,
    headers: HeaderMap,
    attempts: u32,
    /// The values of headers that interceptors set: no error about the value may show them.
    set_by_hooks: Vec<HeaderValue>,
    value: T,
}

impl<T> Response<T> {
    /// The HTTP status: 200 for most operations, 201 and 204 for some.
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// The headers of the answer.
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// The id by which the server can find the request in its logs; support asks for it. It is that of the first of
    /// these headers that holds visible text: `x-request-id`, `request-id`, `x-amzn-requestid`, `x-amzn-trace-id`,
    /// `x-correlation-id`, `x-amz-cf-id` and `cf-ray`.
    pub fn request_id(&self) -> Option<&str> {
        request_id(&self.headers)
    }

    /// How many times the request was sent.
    pub fn attempts(&self) -> u32 {
        self.attempts
    }

    /// Returns the value alone.
    pub fn into_inner(self) -> T {
        self.value
    }

    /// Converts the value, and keeps the status, the headers and the number of attempts.
    pub fn map<U>(self, f: impl FnOnce(T) -> U) -> Response<U> {
        let Self { status, headers, attempts, set_by_hooks, value } = self;
        Response { status, headers, attempts, set_by_hooks, value: f(value) }
    }

    pub(crate) fn new(
        status: StatusCode,
        headers: HeaderMap,
        attempts: u32,
        set_by_hooks: Vec<HeaderValue>,
        value: T,
    ) -> Self {
        Self { status, headers, attempts, set_by_hooks, value }
    }

    pub(crate) fn set_by_hooks(&self) -> &[HeaderValue] {
        &self.set_by_hooks
    }
}

impl<T> Deref for Response<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

/// Shows the status and the value. The headers are left out: they may hold cookies.
impl<T: fmt::Debug> fmt::Debug for Response<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Response")
            .field("status", &self.status.as_u16())
            .field("value", &self.value)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_around_the_value_stays_with_it() {
        let headers = HeaderMap::from_iter([(reqwest::header::SET_COOKIE, "secret".parse().unwrap())]);
        let response = Response::new(StatusCode::CREATED, headers, 2, Vec::new(), vec![1, 2]).map(|list| list.len());
        assert_eq!(*response, 2);
        assert_eq!((response.status(), response.attempts()), (StatusCode::CREATED, 2));
        assert_eq!(response.headers()["set-cookie"], "secret");
        assert_eq!(format!("{response:?}"), "Response { status: 201, value: 2, .. }");
        assert_eq!(response.into_inner(), 2);
    }
}
