//! Answers that are not what the API document promises.

use std::fmt;

use reqwest::StatusCode;
use zeroize::Zeroizing;

use crate::operation::Operation;
use crate::secret::{OwnSecrets, Redacted};

/// The API answered with success, but the body is not what its document promises.
///
/// It says where and what was expected, and never what stood there: that may be a card number. So it has no
/// [`source`](std::error::Error::source) either, since the text of the JSON parser quotes the value.
///
/// One that [`Items`](crate::Items) gives may be about a single item, and the stream goes on behind it:
/// [`item_json`](DecodeError::item_json) tells.
pub struct DecodeError(Box<Inner>);

struct Inner {
    operation_id: &'static str,
    status: StatusCode,
    path: String,
    line: usize,
    column: usize,
    fault: Fault,
    attempts: u32,
    cursor: Option<String>,
    /// The JSON of the one item that it is about.
    item: Option<Zeroizing<Vec<u8>>>,
}

/// What is wrong with a body, in our own words.
#[derive(Debug, PartialEq)]
pub(crate) enum Fault {
    Empty,
    Html,
    NotJson,
    Truncated,
    /// The value at the path is of another type.
    Type {
        found: &'static str,
        expected: &'static str,
    },
    /// The value at the path is of the right type, but out of bounds.
    Value {
        expected: &'static str,
    },
    /// The path is that of the field.
    Missing,
    /// A list says that it goes on, on a page without items.
    EmptyPage,
    /// A page has entries, and all of them are null.
    OnlyNulls,
    /// The last item of a page has no id, and the next page cannot be asked for without it. The path is that of the id.
    NoCursor,
    /// The path is that of an item of an earlier page.
    Repeated,
    Duplicate,
    /// A list is there under two of its names, with other items each time.
    TwoLists,
    Other,
}

impl Fault {
    pub(crate) fn expected(&self) -> Option<&'static str> {
        match *self {
            Self::Type { expected, .. } | Self::Value { expected } => Some(expected),
            Self::Empty | Self::Html | Self::NotJson | Self::Truncated => Some("a JSON document"),
            Self::Missing
            | Self::EmptyPage
            | Self::OnlyNulls
            | Self::NoCursor
            | Self::Repeated
            | Self::Duplicate
            | Self::TwoLists
            | Self::Other => None,
        }
    }

    /// Says it of the body as a whole, or of the value at a path.
    pub(crate) fn describe(
        &self,
        f: &mut fmt::Formatter<'_>,
        path: &str,
        (line, column): (usize, usize),
    ) -> fmt::Result {
        let place = if path.is_empty() { "the body" } else { path };
        match self {
            Self::Empty => return f.write_str("the body is empty"),
            Self::Html => return f.write_str("the body is HTML or XML, not JSON"),
            Self::NotJson => f.write_str("the body is not JSON")?,
            Self::Truncated => f.write_str("the body ends before its JSON does")?,
            Self::Type { found, expected } => write!(f, "{place} is {found}, not {expected}")?,
            Self::Value { expected } => write!(f, "{place} is out of the bounds of {expected}")?,
            Self::Missing => write!(f, "{place} is missing")?,
            Self::EmptyPage => write!(f, "{place} is empty on a page that says has_more")?,
            Self::OnlyNulls => write!(f, "{place} holds null in the place of every item")?,
            Self::NoCursor => write!(f, "{place} is missing, and the next page cannot be asked for without it")?,
            Self::Repeated => write!(f, "{place} is that of an item of an earlier page")?,
            Self::Duplicate => write!(f, "{place} is there twice")?,
            Self::TwoLists => write!(f, "{place} is there twice, under two names and with different items")?,
            Self::Other => write!(f, "{place} is not what was expected")?,
        }
        // A fault of a page as a whole has no place in its text.
        if line == 0 {
            return Ok(());
        }
        write!(f, " (line {line}, column {column})")
    }
}

impl DecodeError {
    /// The `operationId` of the call.
    pub fn operation_id(&self) -> &'static str {
        self.0.operation_id
    }

    /// The status of the answer.
    pub fn status(&self) -> StatusCode {
        self.0.status
    }

    /// Where in the body the fault is, such as `data[3].card.network`; empty for the body as a whole.
    ///
    /// A key that does not look like the name of a field is shown as `*`.
    pub fn path(&self) -> &str {
        &self.0.path
    }

    /// The line of the body, from 1; 0 when it has no meaning.
    pub fn line(&self) -> usize {
        self.0.line
    }

    /// The column in the line, in bytes.
    pub fn column(&self) -> usize {
        self.0.column
    }

    /// What was expected there, such as `a string`, if it is known.
    pub fn expected(&self) -> Option<&'static str> {
        self.0.fault.expected()
    }

    /// How many times the request was sent.
    pub fn attempts(&self) -> u32 {
        self.0.attempts
    }

    /// Where the list goes on, if the error is one of [`Items`](crate::Items) or [`Pages`](crate::Pages): the value for
    /// `starting_after`.
    ///
    /// Of an error about one item it is the id of that item, if it has one that can be read. Of an error about a page it
    /// is the cursor that the page was asked for with, so the page is asked for again; `None` is the beginning of the
    /// list.
    pub fn cursor(&self) -> Option<&str> {
        self.0.cursor.as_deref()
    }

    /// The JSON of the item that cannot be decoded, as it came, if the error is about one item of a stream.
    ///
    /// `Some` also means that the stream goes on: the next poll gives the item behind this one. The text may hold
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

    pub(crate) fn new(
        operation: &'static Operation,
        status: StatusCode,
        attempts: u32,
        (path, (line, column), fault): (String, (usize, usize), Fault),
    ) -> Self {
        let operation_id = operation.id;
        let (cursor, item) = (None, None);
        Self(Box::new(Inner { operation_id, status, path, line, column, fault, attempts, cursor, item }))
    }
}

impl DecodeError {
    /// Takes the secrets of the client out of the path: a key of the body that is one of them may look like the name of
    /// a field.
    pub(crate) fn hide(&mut self, own: &OwnSecrets) {
        self.0.path = own.hide(std::mem::take(&mut self.0.path));
    }
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Inner { operation_id, status, path, line, column, fault, .. } = &*self.0;
        write!(f, "{operation_id} answered {}, but ", status.as_u16())?;
        fault.describe(f, path, (*line, *column))
    }
}

/// Without the item, and without the cursor, which comes from the body as well.
impl fmt::Debug for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Inner { operation_id, status, path, line, column, fault, attempts, cursor, item } = &*self.0;
        f.debug_struct("DecodeError")
            .field("operation_id", operation_id)
            .field("status", &status.as_u16())
            .field("path", path)
            .field("line", line)
            .field("column", column)
            .field("fault", fault)
            .field("attempts", attempts)
            .field("cursor", &cursor.as_ref().map(|_| Redacted))
            .field("item_bytes", &item.as_ref().map(|item| item.len()))
            .finish()
    }
}

impl std::error::Error for DecodeError {}
