//! Compares what a document says to people: descriptions, examples, deprecation.

use serde_json::Value;

use super::{
    change::{
        Change,
        Effect::{Additive, Documentation, Nothing},
        PROSE, effects,
    },
    documents::Documents,
    keywords::same,
    meaning::{self, Around},
    place::ComparedPlace,
};
use crate::{
    openapi::{named_schema, referenced_schema},
    pipeline::resolve,
};

/// Keywords that say nothing about the shape of a value.
pub const PROSE_KEYWORDS: [&str; 7] =
    ["description", "summary", "example", "examples", "externalDocs", "title", "deprecated"];

/// A schema without its prose, at every depth. A property that is called `description` is kept: its value is a schema.
pub fn without_prose(value: &Value) -> Value {
    match value {
        Value::Object(map) => {
            let is_prose = |key: &str, value: &Value| {
                PROSE_KEYWORDS.contains(&key) && (matches!(key, "example" | "examples") || !value.is_object())
            };
            let kept = map.iter().filter(|(key, value)| !is_prose(key, value));
            Value::Object(kept.map(|(key, value)| (key.clone(), without_prose(value))).collect())
        }
        Value::Array(items) => Value::Array(items.iter().map(without_prose).collect()),
        scalar => scalar.clone(),
    }
}

/// Differences that change neither what is sent nor what compiles.
pub fn compare(old: &Value, new: &Value, at: &ComparedPlace) -> Vec<Change> {
    let mut changes = compare_words(old, new, at, [Around::NOTHING; 2]);
    changes.extend(compare_deprecation(old, new, at, false));
    changes
}

/// The same of operations and of their parameters: the compiler warns of those that are deprecated.
pub fn compare_callable(old: &Value, new: &Value, at: &ComparedPlace) -> Vec<Change> {
    let mut changes = compare_words(old, new, at, [Around::NOTHING; 2]);
    changes.extend(compare_deprecation(old, new, at, true));
    changes
}

/// The same of schemas. A sentence that moves within the named schema that holds the place, or from or to the one that the
/// place refers to, is not new.
pub fn compare_within(documents: &Documents<'_>, old: &Value, new: &Value, at: &ComparedPlace) -> Vec<Change> {
    let around = [around(documents.old, old, at), around(documents.new, new, at)];
    let mut changes = compare_words(old, new, at, around);
    changes.extend(compare_deprecation(old, new, at, false));
    changes
}

/// What is said around a schema in a document.
fn around<'a>(document: &'a Value, schema: &'a Value, at: &ComparedPlace) -> Around<'a> {
    let named = named_schema(document, &at.owner);
    let is_in_named = at.pointer.starts_with("/components/schemas/") && !named.is_null();
    let target = if referenced_schema(schema).is_some() { resolve(document, schema) } else { &Value::Null };
    Around { holder: if is_in_named { named } else { schema }, target }
}

fn compare_words(old: &Value, new: &Value, at: &ComparedPlace, around: [Around<'_>; 2]) -> Vec<Change> {
    let mut changes = Vec::new();
    let differing: Vec<&str> = PROSE_KEYWORDS
        .into_iter()
        .filter(|key| !matches!(*key, "title" | "deprecated") && !same(&old[*key], &new[*key]))
        .collect();
    if !differing.is_empty() {
        let why = format!("another {}", differing.join(", "));
        changes.push(at.change(PROSE, effects(Documentation, Nothing, Nothing), why));
        changes.extend(meaning::compare(old, new, at, around));
    }
    changes
}

/// `deprecated`, and whether the Rust compiler `warns` of it: on operations and their parameters; elsewhere it is said to people
/// alone.
fn compare_deprecation(old: &Value, new: &Value, at: &ComparedPlace, warns: bool) -> Option<Change> {
    let [was_deprecated, is_deprecated] = [old, new].map(|value| value["deprecated"] == true);
    if was_deprecated == is_deprecated {
        return None;
    }
    let everywhere = effects(Documentation, Documentation, Documentation);
    Some(match (is_deprecated, warns) {
        (true, true) => {
            let why = "it still works and should not be used any more; Rust code that uses it may get a warning";
            at.change("deprecated", effects(Additive, Documentation, Documentation), why)
        }
        (true, false) => at.change("deprecated", everywhere, "it still works and should not be used any more"),
        (false, true) => at.change("no longer deprecated", everywhere, "it may be used again without a warning"),
        (false, false) => at.change("no longer deprecated", everywhere, "it may be used again"),
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn prose_is_removed_and_properties_of_that_name_are_kept() {
        let properties = json!({"description": {"type": "string", "title": "t"}});
        let schema = json!({"description": "d", "example": {"a": 1}, "properties": properties});
        assert_eq!(without_prose(&schema), json!({"properties": {"description": {"type": "string"}}}));
    }
}
