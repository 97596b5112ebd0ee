//! Compares the keywords of a schema that make no type: limits, further properties, and those that nothing else
//! compares.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{
    change::{
        Change,
        Effect::{Additive, Breaking, Documentation, Nothing},
        effects,
    },
    extensions::{self, is_extension},
    place::ComparedPlace,
    prose::PROSE_KEYWORDS,
    unions::UNIONS,
    words::quoted,
};
use crate::openapi::keys;

/// Keywords that bound a value from below and from above.
const LOWER_LIMITS: [&str; 5] = ["minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties"];
const UPPER_LIMITS: [&str; 5] = ["maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties"];

/// Keywords with a comparison of their own.
const COMPARED: [&str; 16] = [
    "$ref",
    "additionalProperties",
    "allOf",
    "default",
    "deprecated",
    "enum",
    "format",
    "items",
    "nullable",
    "pattern",
    "properties",
    "required",
    "title",
    "type",
    "x-imprint-id",
    "x-imprint-secret",
];

/// The client does not enforce limits: they matter to what Imprint accepts.
pub fn compare_limits(old: &Value, new: &Value, at: &ComparedPlace) -> Vec<Change> {
    let mut changes = Vec::new();
    for (keywords, sign) in [(LOWER_LIMITS, 1.0), (UPPER_LIMITS, -1.0)] {
        for keyword in keywords {
            let (before, after) = (&old[keyword], &new[keyword]);
            if before == after {
                continue;
            }
            let bound = |value: &Value| value.as_f64().map_or(f64::NEG_INFINITY, |value| value * sign);
            let (before_words, after_words) = (quoted(before), quoted(after));
            let why = format!("`{keyword}` was {before_words} and is {after_words}; the client does not enforce it");
            changes.push(match bound(after) > bound(before) {
                true => at.change("limit tightened", effects(Nothing, Breaking, Nothing), why),
                false => at.change("limit loosened", effects(Nothing, Additive, Documentation), why),
            });
        }
    }
    let (before, after) = (&old["pattern"], &new["pattern"]);
    if before != after {
        let why = format!("it was {} and is {}; the client does not enforce it", quoted(before), quoted(after));
        let sent = if after.is_null() { Additive } else { Breaking };
        changes.push(at.change("pattern changed", effects(Nothing, sent, Documentation), why));
    }
    let (before, after) = (&old["default"], &new["default"]);
    if before != after {
        let why = format!("without a value Imprint takes {} and took {}", quoted(after), quoted(before));
        let sent = if before.is_null() { Documentation } else { Breaking };
        changes.push(at.change("default changed", effects(Nothing, sent, Documentation), why));
    }
    changes
}

/// `additionalProperties` where it is no schema in one of the documents: whether an object is open, or is a map.
pub fn compare_additional_properties(old: &Value, new: &Value, at: &ComparedPlace) -> Option<Change> {
    if old == new {
        return None;
    }
    let (rust, what) = match (old == false || old.is_null(), new == false || new.is_null()) {
        // The client ignores properties that it does not know either way.
        (true, true) => (Nothing, "properties beyond those named"),
        _ => (Breaking, "the values of a map, or properties beyond those named"),
    };
    let sent = if new == false { Breaking } else { Additive };
    let why = format!("{what}: {} became {}", quoted(old), quoted(new));
    Some(at.change("further properties changed", effects(rust, sent, Documentation), why))
}

/// Keywords that no other comparison knows, so that no difference is left out; and the marks that the overlay sets.
pub fn compare_others(old: &Value, new: &Value, at: &ComparedPlace) -> Vec<Change> {
    let all: BTreeSet<&str> = keys(old).union(&keys(new)).copied().collect();
    let is_union = |key: &str| UNIONS.contains(&key) && old[key].is_array() && new[key].is_array();
    let compared = |key: &str| {
        is_union(key)
            || [&COMPARED[..], &PROSE_KEYWORDS, &LOWER_LIMITS, &UPPER_LIMITS].iter().any(|known| known.contains(&key))
    };
    let unknown = all.into_iter().filter(|key| !compared(key) && old.get(key) != new.get(key)).map(|key| {
        if is_extension(key) {
            return extensions::change(key, at);
        }
        let why = format!("`{key}` differs, which no rule of the comparison knows: look at the two documents");
        at.change("keyword changed", effects(Nothing, Documentation, Documentation), why)
    });
    let marks = ["x-imprint-id", "x-imprint-secret", "x-imprint-personal"];
    let marks = marks.into_iter().filter(|key| old.get(key) != new.get(key)).map(|key| {
        let why = format!("the overlay's `{key}` reaches another place than before: the Rust type differs");
        at.change("mark changed", effects(Breaking, Nothing, Nothing), why)
    });
    unknown.chain(marks).collect()
}
