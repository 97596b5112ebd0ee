//! Compares what values a schema allows: its type, its format, its enum, and null.

use serde_json::Value;

use super::{
    change::{
        Change,
        Effect::{self, Additive, Breaking, Nothing},
        effects, effects_by_direction,
    },
    keywords::same,
    place::ComparedPlace,
    words::{quoted, quoted_list, unquoted},
};

/// The kind of a difference in the type of a value.
pub const TYPE_CHANGED: &str = "type changed";

/// The type of a schema in a word or two.
pub fn in_words(schema: &Value) -> &'static str {
    match schema["type"].as_str() {
        Some("string") => "text",
        Some("integer") => "integer",
        Some("number") => "number",
        Some("boolean") => "true or false",
        Some("array") => "a list",
        _ if schema.get("properties").is_some() || schema.get("allOf").is_some() => "an object",
        _ if ["oneOf", "anyOf"].iter().any(|keyword| schema[*keyword].is_array()) => "an open union",
        Some("object") => "a map",
        _ if schema.get("enum").is_some() => "text",
        _ => "any value",
    }
}

pub fn compare_types(old: &Value, new: &Value, at: &ComparedPlace) -> Option<Change> {
    let (before, after) = (in_words(old), in_words(new));
    if before == after {
        return None;
    }
    let wire = match (before, after) {
        ("integer", "number") => [Additive, Breaking],
        ("number", "integer") => [Breaking, Additive],
        ("any value", _) => [Breaking, Additive],
        (_, "any value") => [Additive, Breaking],
        _ => [Breaking, Breaking],
    };
    let why = format!("it was {before} and is {after}");
    Some(at.change(TYPE_CHANGED, effects_by_direction([Breaking, Breaking], wire), why))
}

pub fn compare_formats(old: &Value, new: &Value, at: &ComparedPlace) -> Option<Change> {
    let (before, after) = (&old["format"], &new["format"]);
    if before == after {
        return None;
    }
    let has_type_of_its_own = |format: &Value| {
        let timestamp = format == "date-time" && !at.leaf.ends_with("_at");
        timestamp || format == "password" || ["int32", "float"].iter().any(|narrow| format == narrow)
    };
    let rust = if has_type_of_its_own(before) || has_type_of_its_own(after) { Breaking } else { Nothing };
    let wire = match (before.is_null(), after.is_null()) {
        (true, _) => [Breaking, Nothing],
        (_, true) => [Additive, Breaking],
        _ => [Breaking, Breaking],
    };
    let consequence = if rust == Breaking { "the Rust type is another one" } else { "the Rust type stays" };
    let why = format!("{} became {}: {consequence}", quoted(before), quoted(after));
    Some(at.change("format changed", effects_by_direction([rust, rust], wire), why))
}

/// Whether an enum is generated: of text alone, and only if every value is text.
pub fn makes_enum(schema: &Value) -> bool {
    let values = schema["enum"].as_array();
    in_words(schema) == "text" && values.is_some_and(|values| values.iter().all(Value::is_string))
}

pub fn compare_enums(old: &Value, new: &Value, at: &ComparedPlace) -> Vec<Change> {
    let (was, is) = (makes_enum(old), makes_enum(new));
    if let (true, Some(other)) = (was, new["enum"].as_array().into_iter().flatten().find(|value| !value.is_string())) {
        let why = format!(
            "the values are of several types ({} is no text), so no enum is generated and the type becomes plain text; an \
             unquoted yes, no, on or off may be the cause",
            quoted(other)
        );
        return vec![at.change("enum dropped", effects(Breaking, Breaking, Additive), why)];
    }
    let rust = |effect, of_enum: bool| if of_enum { effect } else { Nothing };
    let mut changes = Vec::new();
    match (old["enum"].as_array(), new["enum"].as_array()) {
        (None, None) => {}
        (None, Some(values)) => {
            let so = if is { "the type becomes an open enum" } else { "the Rust type stays" };
            let why = format!("any value was allowed, now {}: {so}", quoted_list(values));
            changes.push(at.change("enum introduced", effects(rust(Breaking, is), Breaking, Nothing), why));
        }
        (Some(_), None) => {
            let so = if was { "the enum becomes plain text" } else { "the Rust type stays" };
            let why = format!("any value is allowed now: {so}");
            changes.push(at.change("enum dropped", effects(rust(Breaking, was), Additive, Additive), why));
        }
        (Some(before), Some(after)) => {
            let has = |values: &[Value], value: &Value| values.iter().any(|other| same(other, value));
            if !was && is {
                let why = "every value is text now: the type becomes an open enum";
                changes.push(at.change("enum introduced", effects(Breaking, Nothing, Nothing), why));
            }
            for value in after.iter().filter(|value| !has(before, value)) {
                let at = ComparedPlace { leaf: unquoted(value), ..at.clone() };
                let why = match (is, at.is_typed()) {
                    (true, true) => format!(
                        "{}: enums are open, so earlier versions of this crate read it as `Unrecognized`; it gets a \
                         variant",
                        quoted(value)
                    ),
                    _ => format!("{} is allowed now, and no enum is generated here", quoted(value)),
                };
                changes.push(at.change("enum value added", effects(rust(Additive, is), Additive, Additive), why));
            }
            for value in before.iter().filter(|value| !has(after, value)) {
                let at = ComparedPlace { leaf: unquoted(value), ..at.clone() };
                let why = match (was, at.is_typed()) {
                    (true, true) => format!(
                        "{}: its variant is removed; if it is still sent, it is read as `Unrecognized`",
                        quoted(value)
                    ),
                    _ => format!("{} is not allowed any more, and no enum was generated here", quoted(value)),
                };
                changes.push(at.change("enum value removed", effects(rust(Breaking, was), Breaking, Nothing), why));
            }
        }
    }
    changes
}

/// `nullable` added or removed, with what that does to the Rust type. Where the type stays, it reads null already.
pub fn null_change(allowed: bool, rust: Effect, at: &ComparedPlace) -> Change {
    if allowed {
        let (answered, so) = match rust {
            Breaking => (Breaking, ""),
            _ => (Additive, ", and the Rust type stays"),
        };
        at.change("null allowed", effects(rust, Additive, answered), format!("it may be null now{so}"))
    } else {
        at.change("null no longer allowed", effects(rust, Breaking, Additive), "it cannot be null any more")
    }
}
