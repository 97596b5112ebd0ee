//! Makes the response of a value.

use std::fmt;

use super::head::Head;
use crate::call::Response;

/// Makes a [`Response`]; see [`testing::response`](super::response).
#[derive(Clone)]
#[must_use = "`build` makes the response"]
pub struct ResponseBuilder<T> {
    head: Head,
    value: T,
}

impl<T> ResponseBuilder<T> {
    pub(super) fn new(value: T) -> Self {
        Self { head: Head::new(200), value }
    }

    /// Sets the status; 200 unless set.
    ///
    /// # Panics
    ///
    /// When the status is not a success (200 to 299): the client makes an error of any other.
    #[track_caller]
    pub fn status(mut self, status: u16) -> Self {
        assert!((200..300).contains(&status), "{status} is no success: use `testing::api_error`");
        self.head.status = Head::new(status).status;
        self
    }

    /// Adds a header.
    ///
    /// # Panics
    ///
    /// When the name or the value cannot be sent.
    #[track_caller]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.head.header(name, value);
        self
    }

    /// Sets how many times the request was sent; 1 unless set.
    ///
    /// # Panics
    ///
    /// When it is 0.
    #[track_caller]
    pub fn attempts(mut self, attempts: u32) -> Self {
        self.head.attempts.set(attempts);
        self
    }

    /// Makes the response.
    pub fn build(self) -> Response<T> {
        let Head { status, headers, attempts } = self.head;
        Response::new(status, headers, attempts.count(), Vec::new(), self.value)
    }
}

/// Shows the status and the value. The headers are left out: they may hold cookies.
impl<T: fmt::Debug> fmt::Debug for ResponseBuilder<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ResponseBuilder")
            .field("status", &self.head.status.as_u16())
            .field("value", &self.value)
            .finish_non_exhaustive()
    }
}
