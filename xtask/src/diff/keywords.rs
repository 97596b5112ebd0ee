//! Compares the keywords of a schema that make no type: limits, further properties, and whatever is not known here.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::{
    Effect::{Additive, Breaking, Documentation, None as Nothing},
    names,
    schemas::{At, Walker, rule, said},
};

/// Keywords that bound a value from below and from above.
const LOWER: [&str; 5] = ["minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties"];
const UPPER: [&str; 5] = ["maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties"];

/// Keywords with a comparison of their own.
const KNOWN: [&str; 16] = [
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

impl Walker<'_> {
    /// Limits are not enforced by the client: they matter to what Imprint accepts.
    pub fn limits(&mut self, old: &Value, new: &Value, at: &At) {
        for (keywords, sign) in [(LOWER, 1.0), (UPPER, -1.0)] {
            for keyword in keywords {
                let (before, after) = (&old[keyword], &new[keyword]);
                if before == after {
                    continue;
                }
                let bound = |value: &Value| value.as_f64().map_or(f64::NEG_INFINITY, |value| value * sign);
                let tighter = bound(after) > bound(before);
                let why =
                    format!("`{keyword}` was {} and is {}; the client does not enforce it", said(before), said(after));
                match tighter {
                    true => self.change(at, "limit tightened", rule(Nothing, Breaking, Nothing), why),
                    false => self.change(at, "limit loosened", rule(Nothing, Additive, Documentation), why),
                }
            }
        }
        if old["pattern"] != new["pattern"] {
            let why = format!(
                "it was {} and is {}; the client does not enforce it",
                said(&old["pattern"]),
                said(&new["pattern"])
            );
            let sent = if new["pattern"].is_null() { Additive } else { Breaking };
            self.change(at, "pattern changed", rule(Nothing, sent, Documentation), why);
        }
        if old["default"] != new["default"] {
            let why =
                format!("without a value Imprint takes {} and took {}", said(&new["default"]), said(&old["default"]));
            let sent = if old["default"].is_null() { Documentation } else { Breaking };
            self.change(at, "default changed", rule(Nothing, sent, Documentation), why);
        }
    }

    /// `additionalProperties`: the values of a map, or whether an object is open.
    pub fn more(&mut self, old: &Value, new: &Value, at: &At) {
        if old == new {
            return;
        }
        if old.is_object() && new.is_object() {
            return self.schema(old, new, &at.part("additionalProperties", "{}"));
        }
        let closed = |value: &Value| value == false;
        let (rust, why) = match (closed(old) || old.is_null(), closed(new) || new.is_null()) {
            // The client ignores what it does not know either way.
            (true, true) => (Nothing, "properties beyond those named"),
            _ => (Breaking, "the values of a map, or properties beyond those named"),
        };
        let sent = if closed(new) { Breaking } else { Additive };
        let why = format!("{why}: {} became {}", said(old), said(new));
        self.change(at, "further properties changed", rule(rust, sent, Documentation), why);
    }

    /// Whatever has no comparison of its own is said, too.
    pub fn rest(&mut self, old: &Value, new: &Value, at: &At) {
        let none = Map::new();
        let (old, new) = (old.as_object().unwrap_or(&none), new.as_object().unwrap_or(&none));
        let all: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
        for key in all {
            let known = KNOWN.contains(&key.as_str()) || names::PROSE.contains(&key.as_str());
            let limit = LOWER.contains(&key.as_str()) || UPPER.contains(&key.as_str());
            if !known && !limit && old.get(key) != new.get(key) {
                let why = format!("`{key}` differs, which no rule of the comparison knows: look at the two documents");
                self.change(at, "keyword changed", rule(Nothing, Documentation, Documentation), why);
            }
        }
        for key in ["x-imprint-id", "x-imprint-secret", "x-imprint-personal"] {
            if old.get(key) != new.get(key) {
                let why = format!("the overlay's `{key}` reaches another place than before: the Rust type differs");
                self.change(at, "mark changed", rule(Breaking, Nothing, Nothing), why);
            }
        }
    }
}
