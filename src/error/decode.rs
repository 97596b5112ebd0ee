//! The error for a 2xx answer whose body is not as the API document describes it.

use std::fmt;

use http::HeaderMap;
use http::StatusCode;
use zeroize::Zeroizing;

use super::request_id::{request_id, write_request_id};
use super::{Context, Finding};
use crate::operation::Operation;
use crate::value::error_debug::{DebugError, fmt_error};
use crate::value::{OwnSecrets, Redacted};

/// The API answered with success, but the body is not as the API document describes it.
///
/// The error names the place of the fault and the type that was expected there, never the value that was found, which
/// may be a card number. For the same reason it has no [`source`](std::error::Error::source): the text of the JSON
/// parser quotes the value.
///
/// An error that [`Items`](crate::list::Items) gives may be about a single item. In that case
/// [`item_json`](DecodeError::item_json) is `Some`, and the stream goes on with the next item.
pub struct DecodeError(Box<Inner>);

struct Inner {
    context: Context,
    status: StatusCode,
    finding: Finding,
    cursor: Option<String>,
    /// The JSON of the item, if the error is about a single item.
    item: Option<Zeroizing<Vec<u8>>>,
    request_id: Option<String>,
    /// The secrets that the client sent with the call, which must not be shown. `None` until they are known: the id of
    /// the request, which the server wrote, is not shown before.
    own: Option<OwnSecrets>,
}

impl DecodeError {
    /// The `operationId` of the call.
    pub fn operation_id(&self) -> &'static str {
        self.0.context.operation.id
    }

    /// The status of the answer.
    pub fn status(&self) -> StatusCode {
        self.0.status
    }

    /// Where in the body the fault is, such as `data[3].card.network`; empty for the body as a whole.
    ///
    /// A key that does not look like the name of a field is shown as `*`.
    pub fn path(&self) -> &str {
        &self.0.finding.path
    }

    /// The line of the body, from 1; 0 when it has no meaning.
    pub fn line(&self) -> usize {
        self.0.finding.line
    }

    /// The column in the line, in bytes.
    pub fn column(&self) -> usize {
        self.0.finding.column
    }

    /// What was expected there, such as `a string`, if it is known.
    pub fn expected(&self) -> Option<&'static str> {
        self.0.finding.expected()
    }

    /// How many times the request was sent.
    pub fn attempts(&self) -> u32 {
        self.0.context.attempts
    }

    /// The id by which the server can find the request in its logs; see
    /// [`ApiError::request_id`](crate::ApiError::request_id).
    pub fn request_id(&self) -> Option<&str> {
        self.0.request_id.as_deref()
    }

    /// Where the list goes on, if the error is one of [`Items`](crate::list::Items) or [`Pages`](crate::list::Pages):
    /// the value for `starting_after`.
    ///
    /// If the error is about one item, it is the id of that item, if it has an id that can be read. If the error is
    /// about a page, it is the cursor that this page was requested with, so the page is requested again; `None` is the
    /// beginning of the list.
    pub fn cursor(&self) -> Option<&str> {
        self.0.cursor.as_deref()
    }

    /// The JSON of the item that cannot be decoded, as it came, if the error is about one item of a stream.
    ///
    /// `Some` also means that the stream goes on: the next poll gives the item after this one. The text may hold
    /// personal data and card data, so it is in neither `Display` nor `Debug`: keep it out of logs.
    pub fn item_json(&self) -> Option<&[u8]> {
        self.0.item.as_ref().map(|item| item.as_slice())
    }

    /// The same error with the place where the list goes on.
    pub(crate) fn at_cursor(mut self, cursor: Option<&str>) -> Self {
        self.0.cursor = cursor.map(str::to_owned);
        self
    }

    /// The same error about one item of a list, given its JSON and its id.
    pub(crate) fn of_item(self, json: &[u8], id: Option<&str>) -> Self {
        let mut error = self.at_cursor(id);
        error.0.item = Some(Zeroizing::new(json.to_vec()));
        error
    }

    /// `headers` are those of the answer.
    pub(crate) fn new(
        operation: &'static Operation,
        (status, headers): (StatusCode, &HeaderMap),
        attempts: u32,
        finding: Finding,
    ) -> Self {
        let context = Context::new(operation, Some(status), attempts);
        let request_id = request_id(headers).map(str::to_owned);
        Self(Box::new(Inner { context, status, finding, cursor: None, item: None, request_id, own: None }))
    }

    /// Hides the secrets of the client in everything that the error shows.
    pub(crate) fn hide(&mut self, own: &OwnSecrets) {
        self.0.finding.hide(own);
        self.0.own = Some(own.clone());
    }

    pub(super) fn context(&self) -> &Context {
        &self.0.context
    }

    pub(super) fn context_mut(&mut self) -> &mut Context {
        &mut self.0.context
    }
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Inner { context, status, finding, own, .. } = &*self.0;
        write!(f, "{} answered {}, but {finding}", context.operation.id, status.as_u16())?;
        own.as_ref().map_or(Ok(()), |own| write_request_id(f, self.request_id(), own))
    }
}

impl fmt::Debug for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt_error(self, f)
    }
}

impl DebugError for DecodeError {
    fn causes(&self) -> Vec<String> {
        Vec::new()
    }

    /// Shows neither the item nor the cursor, because both come from the body.
    fn fmt_fields(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Inner { context, status, finding, cursor, item, .. } = &*self.0;
        f.debug_struct("DecodeError")
            .field("operation_id", &context.operation.id)
            .field("status", &status.as_u16())
            .field("path", &finding.path)
            .field("line", &finding.line)
            .field("column", &finding.column)
            .field("fault", &finding.fault)
            .field("attempts", &context.attempts)
            .field("cursor", &cursor.as_ref().map(|_| Redacted))
            .field("item_bytes", &item.as_ref().map(|item| item.len()))
            .finish_non_exhaustive()
    }
}

impl std::error::Error for DecodeError {}
