//! Decodes bodies into types, and finds out what is wrong with a body that cannot be decoded.
//!
//! serde quotes the values it meets in its errors, and a value may be a card number. So the text of such an error is
//! read, wiped, and never passed on: a [`Finding`] consists of a path and of texts of this crate.

mod locate;

use serde::de::DeserializeOwned;
use serde_json::error::Category;
use zeroize::Zeroizing;

use crate::error::{Fault, Finding};
use crate::value::json::Text;

/// Decodes the body of a success answer.
///
/// A byte order mark is skipped, and U+FFFD is read where the body is not Unicode.
pub(crate) fn body<T: DeserializeOwned>(body: &[u8]) -> Result<T, Finding> {
    let mut text = Text::new(body);
    loop {
        match serde_json::from_slice(text.json()) {
            Ok(value) => return Ok(value),
            Err(error) if text.repair(&error) => {}
            Err(error) => return Err(explain(&text, &error)),
        }
    }
}

/// Finds out what is wrong with a body, without quoting its contents.
///
/// The path is found from the position alone, by reading the JSON up to it. So the body is not decoded into the type a
/// second time: code for that, compiled for every type, would be the largest part of the build time of this crate.
#[cold]
fn explain(text: &Text<'_>, error: &serde_json::Error) -> Finding {
    let body = text.json();
    let (path, fault) = match error.classify() {
        Category::Data => locate(body, error),
        _ if body.trim_ascii().is_empty() => (String::new(), Fault::Empty),
        _ if body.trim_ascii_start().starts_with(b"<") => (String::new(), Fault::Html),
        Category::Eof => (String::new(), Fault::Truncated),
        Category::Syntax | Category::Io => (String::new(), Fault::NotJson),
    };
    Finding::at(path, text.position((error.line(), error.column())), fault)
}

fn locate(body: &[u8], error: &serde_json::Error) -> (String, Fault) {
    // The text quotes the value, so it is read, wiped, and never passed on.
    let text = Zeroizing::new(error.to_string());
    let text = text.rsplit_once(" at line ").map_or(text.as_str(), |(text, _)| text);
    let mut path = locate::path(body, (error.line(), error.column()));
    let fault = if let Some(name) = field(text, "missing field `") {
        if !path.is_empty() {
            path.push('.');
        }
        path.push_str(name);
        Fault::Missing
    } else if field(text, "duplicate field `").is_some() {
        Fault::Duplicate
    } else if let Some(rest) = text.strip_prefix("invalid type: ") {
        match (found(rest), expected(rest)) {
            (Some(found), Some(expected)) => Fault::Type { found, expected },
            _ => Fault::Other,
        }
    } else if let Some(rest) = text.strip_prefix("invalid value: ") {
        expected(rest).map_or(Fault::Other, |expected| Fault::Value { expected })
    } else {
        Fault::Other
    };
    (path, fault)
}

/// The name of a field of the type, if the text has this form.
fn field<'a>(text: &'a str, before: &str) -> Option<&'a str> {
    let name = text.strip_prefix(before)?.strip_suffix('`')?;
    locate::is_name(name.as_bytes()).then_some(name)
}

/// The kind of the value that was found.
fn found(text: &str) -> Option<&'static str> {
    const KINDS: &[(&str, &str)] = &[
        ("null", "null"),
        ("string ", "a string"),
        ("integer ", "an integer"),
        ("floating point ", "a number"),
        ("boolean ", "a boolean"),
        ("map", "an object"),
        ("sequence", "a list"),
    ];
    KINDS.iter().find(|(start, _)| text.starts_with(start)).map(|(_, words)| *words)
}

/// The expected kind of value, as one of the fixed texts below, so that no text of the body gets into the error.
///
/// It is read after the last `, expected `: the quoted value comes before that, and may contain the same text.
fn expected(text: &str) -> Option<&'static str> {
    let (_, expected) = text.rsplit_once(", expected ")?;
    Some(match expected {
        "a string" => "a string",
        "a boolean" => "a boolean",
        "i8" | "i16" | "i32" | "i64" | "u8" | "u16" | "u32" | "u64" | "usize" | "isize" => "an integer",
        "f32" | "f64" => "a number",
        "a sequence" => "a list",
        "a map" => "an object",
        "unit" => "null",
        _ if expected.starts_with("struct ") => "an object",
        _ => return None,
    })
}

#[cfg(test)]
mod tests;
