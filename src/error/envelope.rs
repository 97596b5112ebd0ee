//! The bodies of error answers, read by their structure.
//!
//! Imprint documents three families and an empty one, in contradiction with each other, and a proxy may send anything:
//!
//! - nested: `{"error": {"type", "message", "param"?, "existing_link"?}}`
//! - flat: `{"type", "message", "param"?}`
//! - of its web framework: `{"error": "Bad Request", "status", "path", "details": ["…"], "timestamp"}`
//!
//! So any of them is read from any operation and any status, and what is neither leaves the fields empty.

use std::fmt;

use serde::de::{Deserializer as _, IgnoredAny, MapAccess, Visitor};
use serde_json::{Map, Value};

use crate::value::json;

/// An envelope is small; reading more than this into a tree would only cost memory.
const MAX_BYTES: usize = 1 << 20;

/// What the body of an error answer says.
#[derive(Debug, Default)]
pub(super) struct ErrorEnvelope {
    pub(super) code: Option<String>,
    pub(super) message: Option<String>,
    pub(super) param: Option<String>,
    pub(super) details: Vec<String>,
    /// Where the link may stand that is in the way: that of the inner object comes first.
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
            // `invalid_token` is a code, `Bad Request` a message.
            Some(Value::String(word)) if word.contains('_') => Self { code: Some(word), ..Self::default() }.or(outer),
            Some(Value::String(words)) => outer.or(Self { message: text(words.into()), ..Self::default() }),
            Some(inner) => Self::of_value(inner).or(outer),
        }
    }

    /// A list of texts is a list of details; of a list of objects the first one speaks for all.
    fn of_list(list: Vec<Value>) -> Self {
        let details = lines(Value::Array(list.clone())).collect();
        let first = list.into_iter().find(Value::is_object).map(Self::of_value).unwrap_or_default();
        Self { details, ..first }
    }

    /// What is missing here is taken from `other`.
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

/// A code of an error: a text, or a number that is neither zero nor the status of a success.
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

/// What a body says that came with the status of a success.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum BodyKind {
    /// No error that can be recognised.
    Answer,
    /// An error.
    Error,
    /// An error, if it is not an answer of a form that is not known here.
    ErrorUnlessDecoded,
}

/// Names that the bodies of errors use. One of them alone is no sign that something of the expected answer is there,
/// although the answer may have a field of that name too.
const OF_ERRORS: [&str; 8] = ["type", "code", "message", "param", "details", "path", "timestamp", "error"];

impl BodyKind {
    /// Reads a body, given the names of the fields of the expected answer; `None` where they are not known.
    ///
    /// An object `error` that says something is an error whatever stands beside it. The other forms of errors are made
    /// of names that an answer may have as well, so they are errors only where nothing of the expected answer is there:
    /// `type` or `code` with `message`, an `error` that is a text, and an empty object `error`, which some servers write
    /// on success. A field `error` or `message` that the answer is documented to have is taken for that.
    pub(crate) fn of(body: &[u8], expected: Option<&[&str]>) -> Self {
        if body.len() > MAX_BYTES {
            return Self::Answer;
        }
        // Nearly all answers end here: nothing is parsed that does not even hold the words.
        let words = String::from_utf8_lossy(body);
        if !(words.contains("\"error\"") || words.contains("\"message\"")) {
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
        // Where nothing is expected, an empty object is no sign that anything is missing.
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

/// Whether a value says nothing: the zero values, and containers of nothing but them.
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

/// What is at the top of a body.
#[derive(Default)]
struct TopLevel {
    error: Option<Value>,
    code: bool,
    message: bool,
    /// Something of the expected answer.
    expected: bool,
}

/// Reads the top of a body, given the names of the expected answer; what is of no interest is not kept.
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
                // The web framework writes the status of HTTP here, and answers a status in words.
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
mod tests {
    use super::*;

    fn read(body: &str) -> ErrorEnvelope {
        ErrorEnvelope::read(body.as_bytes())
    }

    fn parts(envelope: &ErrorEnvelope) -> (Option<&str>, Option<&str>, Option<&str>) {
        (envelope.code.as_deref(), envelope.message.as_deref(), envelope.param.as_deref())
    }

    #[test]
    fn nested() {
        let envelope = read(r#"{"error":{"type":"INVALID_REQUEST_ERROR","message":"Invalid email","param":"email"}}"#);
        assert_eq!(parts(&envelope), (Some("INVALID_REQUEST_ERROR"), Some("Invalid email"), Some("email")));
        assert!(envelope.details.is_empty());
    }

    #[test]
    fn nested_with_a_link() {
        let link = r#"{"customer_id":"9B5E1EE0","partner_customer_id":"PARTNER_USER_456","status":"ACTIVE",
            "created_at":"2025-02-13T19:08:07.000Z","updated_at":"2025-02-13T19:08:07.000Z","metadata":{}}"#;
        let nested =
            format!(r#"{{"error":{{"type":"CUSTOMER_ALREADY_LINKED","message":"m","existing_link":{link}}}}}"#);
        let flat = format!(r#"{{"type":"CUSTOMER_ALREADY_LINKED","message":"m","existing_link":{link}}}"#);
        for body in [nested, flat] {
            let envelope = read(&body);
            assert_eq!(envelope.existing_links.len(), 1);
            assert_eq!(envelope.existing_links[0]["partner_customer_id"], "PARTNER_USER_456");
            assert_eq!(envelope.code.as_deref(), Some("CUSTOMER_ALREADY_LINKED"));
        }
        let odd = read(r#"{"error":{"type":"T","message":"m","existing_link":{"status":7}}}"#);
        assert_eq!(parts(&odd), (Some("T"), Some("m"), None));
        assert_eq!(odd.existing_links, [serde_json::json!({"status": 7})]);
        let both = read(r#"{"error":{"message":"m","existing_link":1},"existing_link":2}"#);
        assert_eq!(both.existing_links, [1, 2]);
    }

    #[test]
    fn flat() {
        let envelope = read(r#"{"type":"CUSTOMER_NOT_FOUND_ERROR","message":"not found","param":"customer_id"}"#);
        assert_eq!(parts(&envelope), (Some("CUSTOMER_NOT_FOUND_ERROR"), Some("not found"), Some("customer_id")));
        assert_eq!(parts(&read(r#"{"type":"CONFLICT"}"#)), (Some("CONFLICT"), None, None));
    }

    #[test]
    fn of_the_web_framework() {
        let envelope = read(
            r#"{"path":"/v2/customers","details":["email: must be well-formed","phone: too short"],
                "error":"Bad Request","status":400,"timestamp":"2025-01-20T18:18:22.923+00:00"}"#,
        );
        assert_eq!(parts(&envelope), (None, Some("Bad Request"), None));
        assert_eq!(envelope.details, ["email: must be well-formed", "phone: too short"]);
        let with_message = read(r#"{"error":"Bad Request","message":"limit","status":400}"#);
        assert_eq!(parts(&with_message), (None, Some("limit"), None));
    }

    #[test]
    fn whatever_else_is_json() {
        let oauth = read(r#"{"error":"invalid_token","error_description":"expired"}"#);
        assert_eq!(parts(&oauth), (Some("invalid_token"), Some("expired"), None));
        assert_eq!(parts(&read(r#""no such route""#)), (None, Some("no such route"), None));
        assert_eq!(read(r#"["a","b"]"#).details, ["a", "b"]);
        let list = read(r#"[{"type":"T","message":"m","param":"p"},{"message":"n"}]"#);
        assert_eq!(parts(&list), (Some("T"), Some("m"), Some("p")));
        assert_eq!(list.details, ["m", "n"]);
        assert_eq!(read(r#"{"errors":[{"message":"m"}]}"#).details, ["m"]);
        assert_eq!(read(r#"{"error":[{"code":"c","message":"m"}]}"#).code.as_deref(), Some("c"));
        assert_eq!(read(r#"{"details":"one"}"#).details, ["one"]);
        let split = read(r#"{"error":{"message":"m"},"type":"T","param":"p"}"#);
        assert_eq!(parts(&split), (Some("T"), Some("m"), Some("p")));
    }

    #[test]
    fn what_says_nothing_leaves_nothing() {
        for body in
            ["", " ", "null", "7", "[]", "{}", "{\"error\":null}", "<html>no</html>", "upstream error", "{\"message\":"]
        {
            let envelope = read(body);
            assert_eq!(parts(&envelope), (None, None, None), "{body}");
            assert!(envelope.details.is_empty());
        }
        let wrong_types = read(r#"{"type":1,"message":{"a":1},"param":[],"details":7,"existing_link":"x"}"#);
        assert_eq!(parts(&wrong_types), (None, None, None));
        let huge = format!(r#"{{"message":"{}"}}"#, "x".repeat(MAX_BYTES));
        assert_eq!(parts(&read(&huge)), (None, None, None));
        assert_eq!(parts(&ErrorEnvelope::read(b"\xff\xfe")), (None, None, None));
    }

    const CUSTOMER: Option<&[&str]> = Some(&["id", "type", "status", "metadata"]);

    #[test]
    fn a_success_that_is_an_error_is_one_whatever_was_expected() {
        for body in [
            r#"{"error":{"type":"INVALID_REQUEST_ERROR","message":"Invalid email"}}"#,
            r#"{"error":{"code":7}}"#,
            // Beside the answer: one of the two is wrong.
            r#"{"id":"C","status":"ACTIVE","error":{"message":"m"}}"#,
            "\u{feff}{\"error\":{\"message\":\"m\"}}",
        ] {
            for expected in [CUSTOMER, Some(&[][..]), None] {
                assert_eq!(BodyKind::of(body.as_bytes(), expected), BodyKind::Error, "{body}");
            }
            assert_eq!(
                BodyKind::of(body.as_bytes(), Some(&["error"])),
                BodyKind::Answer,
                "the answer has a field `error`"
            );
        }
        assert_eq!(BodyKind::of(b"{\"a\":\"\xe9\",\"error\":{\"message\":\"\xe9\"}}", CUSTOMER), BodyKind::Error);
        assert_eq!(BodyKind::of(br#"{"a":"\ud83d","error":{"message":"\ud83d"}}"#, CUSTOMER), BodyKind::Error);
    }

    #[test]
    fn the_other_forms_are_errors_where_nothing_of_the_answer_is_there() {
        for body in [
            r#"{"type":"CUSTOMER_NOT_FOUND_ERROR","message":"not found","param":"customer_id"}"#,
            r#"{"code":"RATE_LIMITED","message":"Too many requests","id":null}"#,
            r#"{"type":"T","message":"m","request_id":"r"}"#,
            r#"{"path":"/v2/customers","details":["a"],"error":"Bad Request","status":400,"timestamp":"t"}"#,
            r#"{"error":"invalid_token"}"#,
            r#"{"error":[{"code":"c"}]}"#,
            r#"{"error":{}}"#,
            r#"{"error":{"type":"","message":""}}"#,
        ] {
            assert_eq!(BodyKind::of(body.as_bytes(), CUSTOMER), BodyKind::Error, "{body}");
            let is_blank = body.starts_with(r#"{"error":{"#);
            let kind = if is_blank { BodyKind::Answer } else { BodyKind::Error };
            assert_eq!(BodyKind::of(body.as_bytes(), Some(&[])), kind, "{body}");
            assert_eq!(BodyKind::of(body.as_bytes(), None), BodyKind::ErrorUnlessDecoded, "{body}");
            for field in [r#""id":"C""#, r#""metadata":{}"#, r#""status":"ACTIVE""#] {
                let body = format!("{{{field},{}", &body[1..]);
                assert_eq!(BodyKind::of(body.as_bytes(), CUSTOMER), BodyKind::Answer, "{body}");
            }
        }
        let note = br#"{"type":"NOTE","message":"hello"}"#;
        assert_eq!(
            BodyKind::of(note, Some(&["type", "message"])),
            BodyKind::Answer,
            "the answer has a field `message`"
        );
    }

    #[test]
    fn an_answer_that_says_the_words_is_an_answer() {
        for body in [
            r#"{"id":"C","error":null}"#,
            r#"{"id":"C","error":{"type":"","message":"","code":0,"details":[]}}"#,
            r#"{"id":"C","error":"","message":"hello"}"#,
            r#"{"error":null,"message":"hello"}"#,
            r#"{"message":"deleted"}"#,
            r#"{"id":"C","metadata":{"error":{"message":"m"}}}"#,
            r#"[{"error":{"message":"m"}}]"#,
            r#""error""#,
            "",
            "\"error\" \"message\"",
            "{\"error\":",
        ] {
            for expected in [CUSTOMER, Some(&[][..])] {
                assert_eq!(BodyKind::of(body.as_bytes(), expected), BodyKind::Answer, "{body}");
            }
        }
        let huge = format!(r#"{{"error":{{"message":"{}"}}}}"#, "x".repeat(MAX_BYTES));
        assert_eq!(BodyKind::of(huge.as_bytes(), None), BodyKind::Answer);
    }
}
