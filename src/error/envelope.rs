//! Reads the bodies of error answers by their structure, for every operation and every status.
//!
//! Imprint documents three forms of bodies and the empty body, in contradiction with each other, and a proxy may send
//! anything. The forms are
//!
//! - nested: `{"error": {"type", "message", "param"?, "existing_link"?}}`
//! - flat: `{"type", "message", "param"?}`
//! - of its web framework: `{"error": "Bad Request", "status", "path", "details": ["…"], "timestamp"}`
//!
//! Any of these may come with any operation and any status. For a body of another form the fields stay empty.

use std::fmt;

use memchr::memmem;
use serde::de::{Deserializer as _, IgnoredAny, MapAccess, Visitor};
use serde_json::{Map, Value};

use crate::value::json;

/// The largest body that is read. The body of an error is small; reading a larger one into a tree only costs memory.
const MAX_BYTES: usize = 1 << 20;

/// The content of the body of an error answer.
#[derive(Debug, Default)]
pub(super) struct ErrorEnvelope {
    pub(super) code: Option<String>,
    pub(super) message: Option<String>,
    pub(super) param: Option<String>,
    pub(super) details: Vec<String>,
    /// The values of `existing_link`. The value in the inner object comes first, because it is preferred.
    pub(super) existing_links: Vec<Value>,
}

impl ErrorEnvelope {
    pub(super) fn read(body: &[u8]) -> Self {
        if body.len() > MAX_BYTES {
            return Self::default();
        }
        json::read(body).map(Self::of_value).unwrap_or_default()
    }

    fn of_value(value: Value) -> Self {
        match value {
            Value::Object(object) => Self::of_object(object),
            Value::Array(list) => Self::of_list(list),
            Value::String(_) => Self { message: text(value), ..Self::default() },
            _ => Self::default(),
        }
    }

    fn of_object(mut object: Map<String, Value>) -> Self {
        let inner = object.remove("error");
        let mut take = |name: &str| object.remove(name);
        let outer = Self {
            code: take("type").and_then(text).or_else(|| take("code").and_then(code)),
            message: ["message", "error_description", "detail", "title"]
                .into_iter()
                .find_map(|name| take(name).and_then(text)),
            param: take("param").and_then(text),
            details: ["details", "errors"].into_iter().filter_map(&mut take).flat_map(lines).collect(),
            existing_links: take("existing_link").into_iter().collect(),
        };
        match inner {
            None => outer,
            // A text with an underscore, such as `invalid_token`, is a code. Any other, such as `Bad Request`, is a
            // message.
            Some(Value::String(word)) if word.contains('_') => Self { code: Some(word), ..Self::default() }.or(outer),
            Some(Value::String(words)) => outer.or(Self { message: text(words.into()), ..Self::default() }),
            Some(inner) => Self::of_value(inner).or(outer),
        }
    }

    /// Reads a list. Its texts, and the messages of its objects, become the details; the other fields are taken from
    /// the first object.
    fn of_list(list: Vec<Value>) -> Self {
        let details = lines(Value::Array(list.clone())).collect();
        let first = list.into_iter().find(Value::is_object).map(Self::of_value).unwrap_or_default();
        Self { details, ..first }
    }

    /// Takes from `other` the fields that are missing here.
    fn or(self, other: Self) -> Self {
        Self {
            code: self.code.or(other.code),
            message: self.message.or(other.message),
            param: self.param.or(other.param),
            details: if self.details.is_empty() { other.details } else { self.details },
            existing_links: self.existing_links.into_iter().chain(other.existing_links).collect(),
        }
    }
}

/// Reads the code of an error: a text, or a number that is neither zero nor the status of a success.
fn code(value: Value) -> Option<String> {
    match value {
        Value::Number(number) => {
            let is_error = number.as_f64().is_some_and(|number| number != 0.0 && !(200.0..300.0).contains(&number));
            is_error.then(|| number.to_string())
        }
        other => text(other),
    }
}

fn text(value: Value) -> Option<String> {
    match value {
        Value::String(text) if !text.trim().is_empty() => Some(text),
        _ => None,
    }
}

/// The texts in a list, or the messages of the objects in it.
fn lines(value: Value) -> impl Iterator<Item = String> {
    let items = match value {
        Value::Array(items) => items,
        other => vec![other],
    };
    items.into_iter().filter_map(|item| match item {
        Value::Object(mut object) => object.remove("message").and_then(text),
        other => text(other),
    })
}

/// Whether the body of an answer with a 2xx status is an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum BodyKind {
    /// The body is not recognised as an error.
    Answer,
    /// The body is an error.
    Error,
    /// The body is an error unless it can be decoded as the expected answer, whose form is not known here.
    ErrorUnlessDecoded,
}

/// Names that the bodies of errors use. If the expected answer has a field with one of these names too, that field is
/// no sign that the body is the expected answer.
const OF_ERRORS: [&str; 8] = ["type", "code", "message", "param", "details", "path", "timestamp", "error"];

impl BodyKind {
    /// Reads a body, given the names of the fields of the expected answer; `None` where they are not known.
    ///
    /// A body with an object `error` that is not blank is an error, whatever other fields it has. The other forms of
    /// errors use names that an answer may have as well, so a body of these forms is an error only if no field of the
    /// expected answer is there: `type` or `code` with `message`, an `error` that is a text, and an empty object
    /// `error`, which some servers write on success. A field `error` or `message` that the answer is documented to have
    /// is taken for a field of the answer.
    pub(crate) fn of(body: &[u8], expected: Option<&[&str]>) -> Self {
        if body.len() > MAX_BYTES {
            return Self::Answer;
        }
        // A body without these words is no error, and is not parsed. Nearly all answers are of this kind.
        let has = |word: &str| memmem::find(body, word.as_bytes()).is_some();
        if !(has("\"error\"") || has("\"message\"")) {
            return Self::Answer;
        }
        let names = expected.unwrap_or_default();
        let mut text = json::Text::new(body);
        let found = loop {
            match serde_json::Deserializer::from_slice(text.json()).deserialize_map(TopLevelVisitor(names)) {
                Ok(found) => break found,
                Err(error) if text.repair(&error) => {}
                Err(_) => return Self::Answer,
            }
        };
        let error = found.error.filter(|_| !names.contains(&"error"));
        if matches!(&error, Some(error @ Value::Object(_)) if !is_blank(error)) {
            return Self::Error;
        }
        // If no fields are expected, none can be missing, so an empty object `error` is no sign of an error.
        let something_is_missing = expected.is_none_or(|names| !names.is_empty());
        let is_word = error.is_some_and(|error| !is_blank(&error) || error.is_object() && something_is_missing);
        let is_flat = found.code && found.message && !names.contains(&"message");
        match expected {
            _ if found.expected || !(is_word || is_flat) => Self::Answer,
            Some(_) => Self::Error,
            None => Self::ErrorUnlessDecoded,
        }
    }
}

/// Whether a value is blank: null, false, zero, a text of white space, or a list or object that holds only such values.
pub(crate) fn is_blank(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(false) => true,
        Value::Bool(true) => false,
        Value::Number(number) => number.as_f64() == Some(0.0),
        Value::String(text) => text.trim().is_empty(),
        Value::Array(items) => items.iter().all(is_blank),
        Value::Object(members) => members.values().all(is_blank),
    }
}

/// The fields at the top level of a body that are needed to recognise an error.
#[derive(Default)]
struct TopLevel {
    error: Option<Value>,
    code: bool,
    message: bool,
    /// Whether a field of the expected answer is there.
    expected: bool,
}

/// Reads the top level of a body, given the names of the fields of the expected answer, and keeps only the fields that
/// are needed to recognise an error.
struct TopLevelVisitor<'a>(&'a [&'a str]);

impl<'de> Visitor<'de> for TopLevelVisitor<'_> {
    type Value = TopLevel;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a map")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<TopLevel, A::Error> {
        let mut found = TopLevel::default();
        while let Some(name) = members.next_key::<String>()? {
            let is_expected = self.0.contains(&name.as_str());
            match name.as_str() {
                "error" => found.error = members.next_value()?,
                "type" | "code" => found.code |= code(members.next_value()?).is_some(),
                "message" => found.message |= text(members.next_value()?).is_some(),
                // In an error the web framework writes the HTTP status here, as a number. In an answer the field
                // `status` is a text.
                "status" => found.expected |= members.next_value::<Value>()?.is_string() && is_expected,
                name => {
                    let is_there = members.next_value::<Option<IgnoredAny>>()?.is_some();
                    found.expected |= is_expected && is_there && !OF_ERRORS.contains(&name);
                }
            }
        }
        Ok(found)
    }
}

#[cfg(test)]
mod tests;
