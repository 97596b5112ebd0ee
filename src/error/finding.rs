//! Describes what is wrong with a body that could not be decoded, and where. It is used for answers of the API and for
//! webhooks.

use std::fmt;

use crate::value::OwnSecrets;

/// What is wrong with a body, and where. It never holds the value that was found there.
#[derive(Debug, PartialEq)]
pub(crate) struct Finding {
    /// Where in the body the fault is, such as `data[3].card.network`; empty for the body as a whole.
    pub(crate) path: String,
    /// The line, from 1; 0 when it has no meaning.
    pub(crate) line: usize,
    /// The column in the line, in bytes.
    pub(crate) column: usize,
    pub(crate) fault: Fault,
}

/// What is wrong with a body. The text of the JSON parser is not used, because it may quote a value.
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
    /// A field is missing. The path is that of the field.
    Missing,
    /// A page without items has `has_more` set, so it claims that the list goes on.
    EmptyPage,
    /// A page has entries, and all of them are null.
    OnlyNulls,
    /// The last item of a page has no id, and the next page cannot be requested without it. The path is that of the id.
    NoCursor,
    /// A page repeats an item of an earlier page. The path is that of the repeated item.
    Repeated,
    Duplicate,
    /// A list is there under two of its names, and the items differ.
    TwoLists,
    Other,
}

impl Finding {
    /// A fault at a path, without a position in the text.
    pub(crate) fn new(path: impl Into<String>, fault: Fault) -> Self {
        Self::at(path, (0, 0), fault)
    }

    /// A fault at a path and a position, which is a line and a column.
    pub(crate) fn at(path: impl Into<String>, (line, column): (usize, usize), fault: Fault) -> Self {
        Self { path: path.into(), line, column, fault }
    }

    /// The same finding without the position, which was a position in another text.
    pub(crate) fn without_position(self) -> Self {
        Self { line: 0, column: 0, ..self }
    }

    /// The same finding for a value that stands at `place` in a larger body. The position stays as it is.
    pub(crate) fn within(self, place: &str) -> Self {
        let dot = if self.path.is_empty() { "" } else { "." };
        Self { path: format!("{place}{dot}{}", self.path), ..self }
    }

    /// What was expected there, such as `a string`, if it is known.
    pub(crate) fn expected(&self) -> Option<&'static str> {
        match self.fault {
            Fault::Type { expected, .. } | Fault::Value { expected } => Some(expected),
            Fault::Empty | Fault::Html | Fault::NotJson | Fault::Truncated => Some("a JSON document"),
            Fault::Missing
            | Fault::EmptyPage
            | Fault::OnlyNulls
            | Fault::NoCursor
            | Fault::Repeated
            | Fault::Duplicate
            | Fault::TwoLists
            | Fault::Other => None,
        }
    }

    /// Removes the secrets of the client or verifier from the path. The path is made of keys of the body, and a key may
    /// be such a secret if it looks like the name of a field.
    pub(crate) fn hide(&mut self, own: &OwnSecrets) {
        self.path = own.hide(std::mem::take(&mut self.path));
    }
}

/// Describes the fault of the value at the path, or of the body as a whole.
impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let place = if self.path.is_empty() { "the body" } else { &self.path };
        match &self.fault {
            Fault::Empty => return f.write_str("the body is empty"),
            Fault::Html => return f.write_str("the body is HTML or XML, not JSON"),
            Fault::NotJson => f.write_str("the body is not JSON")?,
            Fault::Truncated => f.write_str("the body ends before its JSON does")?,
            Fault::Type { found, expected } => write!(f, "{place} is {found}, not {expected}")?,
            Fault::Value { expected } => write!(f, "{place} is out of the bounds of {expected}")?,
            Fault::Missing => write!(f, "{place} is missing")?,
            Fault::EmptyPage => write!(f, "{place} is empty on a page that says has_more")?,
            Fault::OnlyNulls => write!(f, "{place} holds null in the place of every item")?,
            Fault::NoCursor => write!(f, "{place} is missing, and the next page cannot be asked for without it")?,
            Fault::Repeated => write!(f, "{place} is that of an item of an earlier page")?,
            Fault::Duplicate => write!(f, "{place} is there twice")?,
            Fault::TwoLists => write!(f, "{place} is there twice, under two names and with different items")?,
            Fault::Other => write!(f, "{place} is not what was expected")?,
        }
        // A fault of a page as a whole has no position in its text.
        if self.line == 0 {
            return Ok(());
        }
        write!(f, " (line {}, column {})", self.line, self.column)
    }
}
