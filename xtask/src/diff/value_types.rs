//! Compares what values a schema allows: its type, its format, its enum, and null.

use serde_json::Value;

use super::{
    change::{
        Change,
        Effect::{self, Additive, Breaking, Nothing},
        effects, effects_by_direction,
    },
    place::ComparedPlace,
    words::{quoted, quoted_list, unquoted},
};

/// The type of a schema in a word or two.
pub fn in_words(schema: &Value) -> &'static str {
    match schema["type"].as_str() {
        Some("string") => "text",
        Some("integer") => "integer",
        Some("number") => "number",
        Some("boolean") => "true or false",
        Some("array") => "a list",
        _ if schema.get("properties").is_some() || schema.get("allOf").is_some() => "an object",
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
    Some(at.change("type changed", effects_by_direction([Breaking, Breaking], wire), why))
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

pub fn compare_enums(old: &Value, new: &Value, at: &ComparedPlace) -> Vec<Change> {
    // Only text with an enum has a type of its own.
    let is_text = in_words(old) == "text";
    let rust = |effect| if is_text { effect } else { Nothing };
    let mut changes = Vec::new();
    match (old["enum"].as_array(), new["enum"].as_array()) {
        (None, None) => {}
        (None, Some(values)) => {
            let why = format!("any value was allowed, now {}: the type becomes an open enum", quoted_list(values));
            changes.push(at.change("enum introduced", effects(rust(Breaking), Breaking, Nothing), why));
        }
        (Some(_), None) => {
            let why = "any value is allowed now: the enum becomes plain text";
            changes.push(at.change("enum dropped", effects(rust(Breaking), Additive, Additive), why));
        }
        (Some(before), Some(after)) => {
            for value in after.iter().filter(|value| !before.contains(value)) {
                let at = ComparedPlace { leaf: unquoted(value), ..at.clone() };
                let why = format!(
                    "{}: enums are open, so earlier versions of this crate read it as `Unrecognized`; it gets a \
                     variant",
                    quoted(value)
                );
                changes.push(at.change("enum value added", effects(rust(Additive), Additive, Additive), why));
            }
            for value in before.iter().filter(|value| !after.contains(value)) {
                let at = ComparedPlace { leaf: unquoted(value), ..at.clone() };
                let why = format!(
                    "{}: its variant is removed; if it is still sent, it is read as `Unrecognized`",
                    quoted(value)
                );
                changes.push(at.change("enum value removed", effects(rust(Breaking), Breaking, Nothing), why));
            }
        }
    }
    changes
}

/// `nullable` added or removed, with what that does to the Rust type.
pub fn null_change(allowed: bool, rust: Effect, at: &ComparedPlace) -> Change {
    if allowed {
        at.change("null allowed", effects(rust, Additive, Breaking), "it may be null now")
    } else {
        at.change("null no longer allowed", effects(rust, Breaking, Additive), "it cannot be null any more")
    }
}
