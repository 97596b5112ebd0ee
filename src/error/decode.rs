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

#[cfg(test)]
mod tests {
    use http::{HeaderValue, Method};

    use super::*;
    use crate::error::finding::Fault;

    static LIST: Operation = Operation::undocumented("listThings", Method::GET, "/v2/things", true);

    #[test]
    fn each_fact_is_told_and_what_comes_from_the_body_is_not_shown() {
        let headers =
            HeaderMap::from_iter([(http::HeaderName::from_static("x-request-id"), HeaderValue::from_static("req_1"))]);
        let finding = Finding::at("data[1].amount", (3, 7), Fault::Value { expected: "an integer" });
        let error = DecodeError::new(&LIST, (StatusCode::ACCEPTED, &headers), 4, finding);
        assert_eq!((error.cursor(), error.item_json()), (None, None));
        let mut error = error.of_item(b"{\"amount\":1e99}", Some("TX_7"));
        error.hide(&OwnSecrets::default());
        assert_eq!((error.operation_id(), error.status().as_u16(), error.attempts()), ("listThings", 202, 4));
        assert_eq!((error.path(), error.line(), error.column()), ("data[1].amount", 3, 7));
        assert_eq!((error.expected(), error.request_id()), (Some("an integer"), Some("req_1")));
        assert_eq!((error.cursor(), error.item_json()), (Some("TX_7"), Some(&b"{\"amount\":1e99}"[..])));
        let sentence =
            "listThings answered 202, but data[1].amount is out of the bounds of an integer (line 3, column 7)";
        assert!(error.to_string().starts_with(sentence) && error.to_string().contains("req_1"), "{error}");
        let fields = "fields: DecodeError { operation_id: \"listThings\", status: 202, path: \"data[1].amount\", line: 3, \
                      column: 7, fault: ";
        let debug = format!("{error:?}");
        assert!(
            debug.contains(fields) && debug.contains("attempts: 4") && debug.contains("item_bytes: Some(15)"),
            "{debug}"
        );
        assert!(!debug.contains("TX_7") && !debug.contains("1e99"), "{debug}");
    }

    #[test]
    fn what_was_expected_is_known_where_the_fault_has_it() {
        let expected = |fault| Finding::new("a", fault).expected();
        assert_eq!(expected(Fault::Type { found: "a string", expected: "an integer" }), Some("an integer"));
        for fault in [Fault::Empty, Fault::Html, Fault::NotJson, Fault::Truncated] {
            assert_eq!(expected(fault), Some("a JSON document"));
        }
        for fault in [Fault::Missing, Fault::EmptyPage, Fault::NoCursor, Fault::Repeated, Fault::Other] {
            assert_eq!(expected(fault), None);
        }
    }
}
