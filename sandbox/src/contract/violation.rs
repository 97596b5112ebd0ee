//! What is wrong with a value, in words that never contain the value.

use std::fmt;

use jsonschema::error::{TypeKind, ValidationErrorKind};
use jsonschema::{JsonType, ValidationError, Validator};
use serde_json::Value;

use super::references::member;

/// One way in which a value does not keep to its schema.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// A JSON pointer into the value; for a missing member the place where it should be. For a parameter it begins with
    /// the name of the parameter, without a slash.
    pub pointer: String,
    /// What is wrong, to be read after the name of the place: `is required`, `has to be an integer`. It names limits
    /// and values of the document, and never the value that was sent.
    pub what: String,
}

impl Violation {
    pub(super) fn new(pointer: impl Into<String>, what: impl Into<String>) -> Self {
        Self { pointer: pointer.into(), what: what.into() }
    }

    /// The place as `a.b[1].c`. The value as a whole is called `body`.
    pub fn dotted(&self) -> String {
        let mut dotted = String::new();
        for segment in self.pointer.strip_prefix('/').unwrap_or(&self.pointer).split('/') {
            let is_index = !segment.is_empty() && segment.bytes().all(|byte| byte.is_ascii_digit());
            if is_index && !dotted.is_empty() {
                dotted.push_str(&format!("[{segment}]"));
                continue;
            }
            if !dotted.is_empty() {
                dotted.push('.');
            }
            dotted.push_str(&segment.replace("~1", "/").replace("~0", "~"));
        }
        if dotted.is_empty() { "body".into() } else { dotted }
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.dotted(), self.what)
    }
}

/// What is wrong with a value, by a validator of any schema. Empty if nothing is.
pub fn of(validator: &Validator, value: &Value) -> Vec<Violation> {
    let mut found = Vec::new();
    if !validator.is_valid(value) {
        validator.iter_errors(value).for_each(|error| add(&error, &mut found));
        // What is invalid must not pass for valid because nothing could be said about it.
        if found.is_empty() {
            found.push(Violation::new("", "does not keep to its schema"));
        }
    }
    found
}

/// Adds the violations that an error of the validator stands for. Its own text is never used, since it has the value.
fn add(error: &ValidationError<'_>, found: &mut Vec<Violation>) {
    use ValidationErrorKind as Kind;
    let pointer = error.instance_path().as_str();
    match error.kind() {
        Kind::Required { property } => {
            found.push(Violation::new(member(pointer, property.as_str().unwrap_or_default()), "is required"));
        }
        Kind::AdditionalProperties { unexpected } | Kind::UnevaluatedProperties { unexpected } => {
            found.extend(unexpected.iter().map(|name| Violation::new(member(pointer, name), "is not a known field")));
        }
        // Said of an object that may have no field at all. Which field it has is not said.
        Kind::FalseSchema if is_of_fields(error) => {
            found.push(Violation::new(pointer, "has a field, and the document allows none"));
        }
        Kind::AnyOf { context } | Kind::OneOfNotValid { context } => {
            let mut fitting = context.iter().filter(|errors| !errors.iter().any(|error| is_type_at(error, pointer)));
            match (fitting.next(), fitting.next()) {
                // Only one of the shapes is of the right type, so its errors say what is wrong.
                (Some(errors), None) => errors.iter().for_each(|error| add(error, found)),
                _ => found.push(Violation::new(pointer, expected_types(context, pointer))),
            }
        }
        kind => found.push(Violation::new(pointer, words(kind))),
    }
}

/// Whether the schema that failed is that of the fields which an object does not declare.
fn is_of_fields(error: &ValidationError<'_>) -> bool {
    let path = error.schema_path().as_str();
    path.ends_with("/additionalProperties") && !path.ends_with("/properties/additionalProperties")
}

/// Whether the error says that the value at `pointer` itself is of the wrong type.
fn is_type_at(error: &ValidationError<'_>, pointer: &str) -> bool {
    matches!(error.kind(), ValidationErrorKind::Type { .. }) && error.instance_path().as_str() == pointer
}

/// What to say where no alternative fits.
fn expected_types(context: &[Vec<ValidationError<'static>>], pointer: &str) -> String {
    let mut names: Vec<String> = Vec::new();
    for error in context.iter().flatten() {
        match error.kind() {
            ValidationErrorKind::Type { kind } if error.instance_path().as_str() == pointer => {
                names.extend(type_names(kind).into_iter().filter(|name| !names.contains(name)).collect::<Vec<_>>());
            }
            _ => return "has none of the forms that the document allows here".into(),
        }
    }
    // Null is the last that anybody wants to read.
    names.sort_by_key(|name| name == "null");
    format!("has to be {}", names.join(" or "))
}

fn words(kind: &ValidationErrorKind) -> String {
    use ValidationErrorKind as Kind;
    match kind {
        Kind::Type { kind } => format!("has to be {}", type_names(kind).join(" or ")),
        Kind::Enum { options } => match options.as_array() {
            Some(options) => format!("has to be one of {}", options.iter().map(text).collect::<Vec<_>>().join(", ")),
            None => "has to be one of the values of the document".into(),
        },
        Kind::Constant { expected_value } => format!("has to be {}", text(expected_value)),
        Kind::Format { format } => of_format(format),
        Kind::Pattern { pattern } => format!("has to match the pattern {pattern}"),
        Kind::BacktrackLimitExceeded { .. } | Kind::RegexEngineFailure { .. } => {
            "is too complicated to be matched with the pattern of the document".into()
        }
        Kind::Minimum { limit } => format!("has to be at least {limit}"),
        Kind::Maximum { limit } => format!("has to be at most {limit}"),
        Kind::ExclusiveMinimum { limit } => format!("has to be greater than {limit}"),
        Kind::ExclusiveMaximum { limit } => format!("has to be less than {limit}"),
        Kind::MultipleOf { multiple_of } => format!("has to be a multiple of {multiple_of}"),
        Kind::MinLength { limit } => format!("has to have at least {}", counted(*limit, "character")),
        Kind::MaxLength { limit } => format!("has to have at most {}", counted(*limit, "character")),
        Kind::MinItems { limit } => format!("has to have at least {}", counted(*limit, "item")),
        Kind::MaxItems { limit } => format!("has to have at most {}", counted(*limit, "item")),
        Kind::MinProperties { limit } => format!("has to have at least {}", counted(*limit, "field")),
        Kind::MaxProperties { limit } => format!("has to have at most {}", counted(*limit, "field")),
        Kind::AdditionalItems { .. } | Kind::UnevaluatedItems { .. } => "has too many items".into(),
        Kind::UniqueItems => "has the same item twice".into(),
        Kind::Contains => "lacks an item that the document demands".into(),
        Kind::PropertyNames { .. } => "has a field with a name that the document does not allow".into(),
        Kind::FalseSchema => "is not allowed".into(),
        Kind::Not { .. } => "has a form that the document excludes".into(),
        Kind::OneOfMultipleValid { .. } => "has more than one of the forms of which it may have one".into(),
        Kind::ContentEncoding { content_encoding } => format!("has to be encoded as {content_encoding}"),
        Kind::ContentMediaType { content_media_type } => format!("has to be {content_media_type}"),
        other => format!("does not keep to `{}` of its schema", other.keyword()),
    }
}

/// The words for a value of the document.
fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn counted(count: u64, of: &str) -> String {
    if count == 1 { format!("1 {of}") } else { format!("{count} {of}s") }
}

fn type_names(kind: &TypeKind) -> Vec<String> {
    let name = |kind| match kind {
        JsonType::Array => "a list",
        JsonType::Boolean => "true or false",
        JsonType::Integer => "an integer",
        JsonType::Null => "null",
        JsonType::Number => "a number",
        JsonType::Object => "an object",
        JsonType::String => "text",
    };
    match kind {
        TypeKind::Single(kind) => vec![name(*kind).to_owned()],
        // Null is the last that anybody wants to read.
        TypeKind::Multiple(kinds) => {
            let (null, others): (Vec<_>, Vec<_>) = kinds.iter().partition(|kind| *kind == JsonType::Null);
            others.into_iter().chain(null).map(|kind| name(kind).to_owned()).collect()
        }
    }
}

fn of_format(format: &str) -> String {
    match format {
        "email" | "idn-email" => "is not a well-formed email address".into(),
        "date-time" => "is not a time such as 2025-02-13T19:08:07Z".into(),
        "date" => "is not a date such as 2025-02-13".into(),
        "uuid" => "is not a well-formed UUID".into(),
        "uri" | "iri" => "is not a well-formed URI".into(),
        other => format!("is not in the format {other}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_written_with_dots() {
        let dotted = |pointer: &str| Violation::new(pointer, "").dotted();
        assert_eq!(dotted("/a/b/1/c"), "a.b[1].c");
        assert_eq!(dotted(""), "body");
        assert_eq!(dotted("limit"), "limit");
        assert_eq!(dotted("ids/0"), "ids[0]");
        assert_eq!(dotted("/a~1b/c~0d"), "a/b.c~d");
        assert_eq!(Violation::new("/a", "is required").to_string(), "a is required");
    }
}
