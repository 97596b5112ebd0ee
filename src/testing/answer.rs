//! Reads answers made by hand as the client reads those that come: into responses and errors.

use std::fmt;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::head::Head;
use crate::call::{Answer, Response, answer};
use crate::error::{ApiError, Error};
use crate::operation::Operation;
use crate::value::OwnSecrets;

/// Makes an answer, and reads it; see [`testing::answer`](super::answer()).
#[derive(Clone)]
#[must_use = "`read` reads the answer"]
pub struct AnswerBuilder {
    operation: &'static Operation,
    head: Head,
    body: Vec<u8>,
}

impl AnswerBuilder {
    #[track_caller]
    pub(super) fn new(operation: &'static Operation, status: u16) -> Self {
        Self { operation, head: Head::new(status), body: Vec::new() }
    }

    /// Sets the body to this value as JSON.
    ///
    /// # Panics
    ///
    /// When the value cannot be written as JSON.
    #[track_caller]
    pub fn json(self, body: &impl Serialize) -> Self {
        self.body(to_json(body))
    }

    /// Sets the body to these bytes.
    pub fn body(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
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

    /// Sets how many times the request was sent; 1 unless set. The attempts before the last one count as refused; see
    /// [`earlier_may_have_been_processed`](Self::earlier_may_have_been_processed).
    ///
    /// # Panics
    ///
    /// When it is 0.
    #[track_caller]
    pub fn attempts(mut self, attempts: u32) -> Self {
        self.head.attempts.set(attempts);
        self
    }

    /// Says that the API may have acted on an attempt before the last one, as after a broken connection. Then there are at
    /// least 2 attempts, and an error [may have been processed](Error::may_have_been_processed) whatever its status.
    pub fn earlier_may_have_been_processed(mut self) -> Self {
        self.head.attempts.earlier_may_have_been_processed = true;
        self
    }

    /// Reads the answer as the client does after a call of the operation. `T` is the type that the call returns, such as
    /// [`Reward`](crate::types::Reward); for a call without a result it is `()`.
    ///
    /// # Errors
    ///
    /// [`Error::Api`] when the status is no success or the body is that of an error, and [`Error::Decode`] when the body
    /// is not that of a `T`.
    pub fn read<T: DeserializeOwned>(self) -> Result<Response<T>, Error> {
        let Self { operation, head: Head { status, headers, attempts }, body } = self;
        let read = if status.is_success() {
            let answer = Answer { status, headers, body, attempts: attempts.count(), set_by_hooks: Vec::new() };
            answer::response(operation, answer)
        } else {
            Err(ApiError::new(operation, status, headers, attempts.count(), body, true).into())
        };
        read.map_err(|mut error| {
            // There are no secrets to hide. The texts of some errors are complete only after this.
            error.hide(&OwnSecrets::default());
            error.note_earlier(error.may_have_been_processed() || attempts.earlier_may_have_been_processed);
            error
        })
    }
}

/// Makes an [`Error::Api`]; see [`testing::api_error`](super::api_error).
///
/// [`code`](Self::code), [`message`](Self::message), [`param`](Self::param) and [`detail`](Self::detail) write a body in
/// the form that Imprint documents: `{"type": …, "message": …, "param": …, "details": […]}`. [`json`](Self::json) and
/// [`body`](Self::body) give another body, in the place of that one.
#[derive(Clone)]
#[must_use = "`build` makes the error"]
pub struct ApiErrorBuilder {
    answer: AnswerBuilder,
    /// What [`AnswerBuilder::body`] is to be: the fields that were given one by one. Without any, the body is as it is.
    fields: Map<String, Value>,
}

impl ApiErrorBuilder {
    #[track_caller]
    pub(super) fn new(operation: &'static Operation, status: u16) -> Self {
        Self { answer: AnswerBuilder::new(operation, status), fields: Map::new() }
    }

    /// Sets the code, such as `CUSTOMER_NOT_FOUND_ERROR`. It replaces a body that was given as a whole.
    pub fn code(self, code: impl Into<String>) -> Self {
        self.field("type", code.into().into())
    }

    /// Sets the message. It replaces a body that was given as a whole.
    pub fn message(self, message: impl Into<String>) -> Self {
        self.field("message", message.into().into())
    }

    /// Sets the parameter or field that the error is about. It replaces a body that was given as a whole.
    pub fn param(self, param: impl Into<String>) -> Self {
        self.field("param", param.into().into())
    }

    /// Adds a line to the details. It replaces a body that was given as a whole.
    pub fn detail(mut self, line: impl Into<String>) -> Self {
        let mut lines = match self.fields.remove("details") {
            Some(Value::Array(lines)) => lines,
            _ => Vec::new(),
        };
        lines.push(line.into().into());
        self.field("details", lines.into())
    }

    /// Sets the whole body to this value as JSON, in any of the forms that the API has for errors, such as
    /// `{"error": {"type": …, "existing_link": …}}`. It replaces the code, the message and the other fields.
    ///
    /// # Panics
    ///
    /// When the value cannot be written as JSON.
    #[track_caller]
    pub fn json(self, body: &impl Serialize) -> Self {
        self.body(to_json(body))
    }

    /// Sets the whole body to these bytes, such as the page of a gateway. It replaces the code, the message and the other
    /// fields.
    pub fn body(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.fields.clear();
        self.answer = self.answer.body(body);
        self
    }

    /// Adds a header, such as `retry-after` or `x-request-id`.
    ///
    /// # Panics
    ///
    /// When the name or the value cannot be sent.
    #[track_caller]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.answer = self.answer.header(name, value);
        self
    }

    /// Sets how many times the request was sent; 1 unless set. The attempts before the last one count as refused; see
    /// [`earlier_may_have_been_processed`](Self::earlier_may_have_been_processed).
    ///
    /// # Panics
    ///
    /// When it is 0.
    #[track_caller]
    pub fn attempts(mut self, attempts: u32) -> Self {
        self.answer = self.answer.attempts(attempts);
        self
    }

    /// Says that the API may have acted on an attempt before the last one, as after a broken connection. Then there are at
    /// least 2 attempts, and the error [may have been processed](Error::may_have_been_processed) whatever its status.
    pub fn earlier_may_have_been_processed(mut self) -> Self {
        self.answer = self.answer.earlier_may_have_been_processed();
        self
    }

    /// Makes the error.
    ///
    /// # Panics
    ///
    /// When the status is a success and the body is not that of an error: the client makes no [`Error::Api`] of such an
    /// answer.
    #[track_caller]
    pub fn build(self) -> Error {
        let Self { mut answer, fields } = self;
        if !fields.is_empty() {
            answer = answer.json(&fields);
        }
        let status = answer.head.status;
        match answer.read::<serde::de::IgnoredAny>() {
            Err(error @ Error::Api(_)) => error,
            _ => panic!("an answer with the status {status} and no body of an error is no error of the API"),
        }
    }

    fn field(mut self, name: &str, value: Value) -> Self {
        self.fields.insert(name.to_owned(), value);
        self
    }
}

#[track_caller]
fn to_json(body: &impl Serialize) -> Vec<u8> {
    serde_json::to_vec(body).unwrap_or_else(|_| panic!("the body cannot be written as JSON"))
}

/// Shows the operation and the status. The body is left out: it may hold personal data.
impl fmt::Debug for AnswerBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AnswerBuilder")
            .field("operation_id", &self.operation.id)
            .field("status", &self.head.status.as_u16())
            .finish_non_exhaustive()
    }
}

/// Shows the operation and the status. The body is left out: it may hold personal data.
impl fmt::Debug for ApiErrorBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ApiErrorBuilder")
            .field("operation_id", &self.answer.operation.id)
            .field("status", &self.answer.head.status.as_u16())
            .finish_non_exhaustive()
    }
}
