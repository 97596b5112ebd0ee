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
    documents::Documents,
    extensions::{self, is_extension},
    place::ComparedPlace,
    prose::PROSE_KEYWORDS,
    unions::UNIONS,
    words::{quoted, unquoted},
};
use crate::{openapi::keys, pipeline::MarkedPlaces};

/// Keywords that bound the length of a text, or the number of items or properties.
const LOWER_LIMITS: [&str; 3] = ["minLength", "minItems", "minProperties"];
const UPPER_LIMITS: [&str; 3] = ["maxLength", "maxItems", "maxProperties"];

/// The keywords that bound a number.
const OF_NUMBERS: [&str; 4] = ["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"];

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
    "readOnly",
    "required",
    "title",
    "type",
    "writeOnly",
];

/// The marks that the overlay sets.
const MARKS: [&str; 4] = ["x-imprint-enum", "x-imprint-id", SECRET, PERSONAL];

/// Where one of these two is missing, the name of the place decides.
const SECRET: &str = "x-imprint-secret";
const PERSONAL: &str = "x-imprint-personal";

/// Whether two values are the same; `1` and `1.0` are.
pub fn same(one: &Value, other: &Value) -> bool {
    match (one, other) {
        // Large integers are not compared as fractions, of which several would be one.
        (Value::Number(one), Value::Number(other)) if one.is_f64() || other.is_f64() => one.as_f64() == other.as_f64(),
        (Value::Array(one), Value::Array(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| same(one, other))
        }
        (Value::Object(one), Value::Object(other)) => {
            let there = |(key, value): (&String, &Value)| other.get(key).is_some_and(|other| same(value, other));
            one.len() == other.len() && one.iter().all(there)
        }
        _ => one == other,
    }
}

/// A limit of a number: the higher one is the tighter one, also of two from above, and so the type is ordered.
#[derive(PartialEq, PartialOrd)]
struct Limit {
    bound: f64,
    is_exclusive: bool,
}

/// The limit of a number in a schema, and what to call it. OpenAPI 3.0 has `exclusiveMinimum: true` beside `minimum`, and 3.1
/// has a number in its place.
fn limit_of_number(schema: &Value, keyword: &str, exclusive: &str, sign: f64) -> (Option<Limit>, String) {
    let is_lower = sign > 0.0;
    let inclusive = schema[keyword].as_f64().map(|bound| (bound, schema[exclusive] == true, &schema[keyword]));
    let beyond = schema[exclusive].as_f64().map(|bound| (bound, true, &schema[exclusive]));
    let limits = inclusive.into_iter().chain(beyond).map(|(bound, is_exclusive, value)| {
        let words = match (is_lower, is_exclusive) {
            (true, false) => "at least",
            (true, true) => "more than",
            (false, false) => "at most",
            (false, true) => "less than",
        };
        let bound = bound * sign;
        // Of integers more than 0 is at least 1.
        let limit = match (schema["type"] == "integer", is_exclusive) {
            (true, true) => Limit { bound: bound.floor() + 1.0, is_exclusive: false },
            (true, false) => Limit { bound: bound.ceil(), is_exclusive },
            (false, _) => Limit { bound, is_exclusive },
        };
        (limit, format!("{words} {}", quoted(value)))
    });
    let tightest = limits.reduce(|one, other| if other.0 > one.0 { other } else { one });
    tightest.map_or_else(
        || (None, format!("without a limit {}", if is_lower { "below" } else { "above" })),
        |(limit, words)| (Some(limit), words),
    )
}

/// The client does not enforce limits: they matter to what Imprint accepts.
pub fn compare_limits(old: &Value, new: &Value, at: &ComparedPlace) -> Vec<Change> {
    let changed = |tightened: bool, why: String| match tightened {
        true => at.change("limit tightened", effects(Nothing, Breaking, Nothing), why),
        false => at.change("limit loosened", effects(Nothing, Additive, Documentation), why),
    };
    let mut changes = Vec::new();
    for (keyword, exclusive, sign) in [("minimum", "exclusiveMinimum", 1.0), ("maximum", "exclusiveMaximum", -1.0)] {
        let (before, was) = limit_of_number(old, keyword, exclusive, sign);
        let (after, is) = limit_of_number(new, keyword, exclusive, sign);
        if before != after {
            let why = format!("it was {was} and is {is}; the client does not enforce it");
            changes.push(changed(after > before, why));
        }
    }
    for (keywords, sign) in [(LOWER_LIMITS, 1.0), (UPPER_LIMITS, -1.0)] {
        for keyword in keywords {
            let (before, after) = (&old[keyword], &new[keyword]);
            if same(before, after) {
                continue;
            }
            let bound = |value: &Value| value.as_f64().map_or(f64::NEG_INFINITY, |value| value * sign);
            let (before_words, after_words) = (quoted(before), quoted(after));
            let why = format!("`{keyword}` was {before_words} and is {after_words}; the client does not enforce it");
            changes.push(changed(bound(after) > bound(before), why));
        }
    }
    let (before, after) = (&old["pattern"], &new["pattern"]);
    if before != after {
        let why = format!("it was {} and is {}; the client does not enforce it", quoted(before), quoted(after));
        let sent = if after.is_null() { Additive } else { Breaking };
        changes.push(at.change("pattern changed", effects(Nothing, sent, Documentation), why));
    }
    let (before, after) = (&old["default"], &new["default"]);
    if !same(before, after) && unquoted(before) == unquoted(after) {
        let kind = |value: &Value| if value.is_string() { "as text" } else { "without quotation marks" };
        let why = format!("it is {} as before, and is written {} now", quoted(after), kind(after));
        changes.push(at.change("default changed", effects(Nothing, Documentation, Documentation), why));
    } else if !same(before, after) {
        let why = format!("without a value Imprint takes {} and took {}", quoted(after), quoted(before));
        let sent = if before.is_null() { Documentation } else { Breaking };
        changes.push(at.change("default changed", effects(Nothing, sent, Documentation), why));
    }
    changes
}

/// Whether `additionalProperties` says what the values are. One that allows anything does not.
pub fn is_schema(additional: &Value) -> bool {
    additional.as_object().is_some_and(|schema| !schema.is_empty())
}

/// `additionalProperties` where it is no schema in one of the documents: whether an object is open, or is a map.
pub fn compare_additional_properties(old: &Value, new: &Value, at: &ComparedPlace) -> Option<Change> {
    // The client ignores properties that it does not know, and reads what values a free map has: only a schema makes a type.
    let rust = if is_schema(old) != is_schema(new) { Breaking } else { Nothing };
    let (was, is) = (additional_in_words(old), additional_in_words(new));
    let is_said = |value: &Value| !value.is_null();
    if was == is && is_said(old) == is_said(new) {
        return None;
    }
    let sent = match was == is {
        true => Documentation,
        false if new == false || is_schema(new) && old != false => Breaking,
        false => Additive,
    };
    let before = if was == is { "as before".to_string() } else { format!("and were {was}") };
    let why = format!("properties beyond those named are {is}, {before}");
    Some(at.change("further properties changed", effects(rust, sent, Documentation), why))
}

fn additional_in_words(additional: &Value) -> &'static str {
    match additional {
        Value::Bool(false) => "not allowed",
        additional if is_schema(additional) => "values of one type",
        _ => "allowed, of any type",
    }
}

/// Keywords that no other comparison knows, so that no difference is left out; and the marks that the overlay sets.
pub fn compare_others(documents: &Documents<'_>, old: &Value, new: &Value, at: &ComparedPlace) -> Vec<Change> {
    let all: BTreeSet<&str> = keys(old).union(&keys(new)).copied().collect();
    let is_property = at.pointer.rsplit('/').nth(1) == Some("properties");
    let is_union = |key: &str| UNIONS.contains(&key) && old[key].is_array() && new[key].is_array();
    // Both mean something on properties.
    let is_out_of_place = |key: &str| matches!(key, "readOnly" | "writeOnly") && !is_property;
    let compared = |key: &str| {
        let known = [&COMPARED[..], &MARKS, &PROSE_KEYWORDS, &LOWER_LIMITS, &UPPER_LIMITS, &OF_NUMBERS];
        is_union(key) || !is_out_of_place(key) && known.iter().any(|known| known.contains(&key))
    };
    let unknown = all.into_iter().filter(|key| !compared(key) && !same(&old[*key], &new[*key])).map(|key| {
        if is_extension(key) {
            return extensions::change(key, at);
        }
        if is_out_of_place(key) {
            let why = "`readOnly` and `writeOnly` have no meaning here: they are for properties";
            return at.change("keyword changed", effects(Nothing, Documentation, Documentation), why);
        }
        let why = format!("`{key}` differs, which no rule of the comparison knows: look at the two documents");
        at.change("keyword changed", effects(Nothing, Documentation, Documentation), why)
    });
    let marks = MARKS.into_iter().filter(|key| is_marked_otherwise(documents, [old, new], key, at)).map(|key| {
        let why = format!("the overlay's `{key}` reaches another place than before: the Rust type differs");
        at.change("mark changed", effects(Breaking, Nothing, Nothing), why)
    });
    unknown.chain(marks).collect()
}

/// Whether a mark makes another type of a place than before. A mark that says what the rules say by themselves makes none.
fn is_marked_otherwise(documents: &Documents<'_>, schemas: [&Value; 2], mark: &str, at: &ComparedPlace) -> bool {
    if schemas[0].get(mark) == schemas[1].get(mark) {
        return false;
    }
    let marked_by: fn(&MarkedPlaces) -> &BTreeSet<String> = match mark {
        SECRET => |marked| &marked.secrets,
        PERSONAL => |marked| &marked.personal,
        _ => return true,
    };
    // Of what was renamed or has moved it is not known what the rules said of it.
    let is_in_both = [documents.old, documents.new].iter().all(|document| document.pointer(&at.pointer).is_some());
    let Some(marked) = documents.marked().filter(|_| is_in_both) else { return true };
    let marked = [0, 1].map(|index| marked_by(&marked[index]));
    // A named schema that is no type is written out where it is used, and takes its mark there.
    let is_named = at.pointer.strip_prefix("/components/schemas/").is_some_and(|name| !name.contains('/'));
    if is_named {
        return marked[0] != marked[1];
    }
    let place = as_generated(&at.pointer);
    let is_marked = |index: usize| {
        let of_rules = || marked[index].contains(&at.pointer) || marked[index].contains(&place);
        schemas[index][mark].as_bool().unwrap_or_else(of_rules)
    };
    is_marked(0) != is_marked(1)
}

/// A place as the rules for the client have it: all successes are one answer, and all JSON has one media type.
fn as_generated(pointer: &str) -> String {
    let mut parts: Vec<&str> = pointer.split('/').collect();
    match parts[..] {
        ["", "paths", _, _, "responses", _, "content", _, ..] => (parts[5], parts[7]) = ("2XX", "application~1json"),
        ["", "paths", _, _, "requestBody", "content", _, ..] => parts[6] = "application~1json",
        _ => {}
    }
    parts.join("/")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::diff::compare;

    const PLAIN: &str = "/components/schemas/Thing/properties/plain";
    const CODE: &str = "/components/schemas/Code";
    /// It is written out where it is used, as a secret.
    const CODES: &str = "/components/schemas/Codes";
    const TOKEN: &str = "/components/schemas/Thing/properties/api_token";
    const ANSWERED: &str = "/paths/~1things/get/responses/200/content/application~1json/schema/properties/api_token";

    fn document() -> Value {
        let text = json!({"type": "string"});
        let content = json!({"application/json": {"schema": {"type": "object", "properties": {
            "thing": {"$ref": "#/components/schemas/Thing"}, "api_token": text,
        }}}});
        json!({
            "openapi": "3.0.3",
            "info": {"title": "t", "version": "1"},
            "paths": {"/things": {"get": {
                "operationId": "getThing",
                "responses": {"200": {"description": "d", "content": content}},
            }}},
            "components": {"schemas": {
                "Thing": {"type": "object", "properties": {
                    "plain": text,
                    "api_token": text,
                    "city": text,
                    "code": {"$ref": "#/components/schemas/Code"},
                    "client_secret": {"$ref": "#/components/schemas/Codes"},
                }},
                "Code": text,
                "Codes": {"type": "array", "items": text},
            }},
        })
    }

    #[test]
    fn a_mark_is_told_where_it_marks_otherwise_than_the_rules() {
        let city = "/components/schemas/Thing/properties/city";
        for (pointer, mark, value, is_told) in [
            (PLAIN, SECRET, false, false),
            (PLAIN, SECRET, true, true),
            (PLAIN, PERSONAL, false, false),
            (PLAIN, PERSONAL, true, true),
            (TOKEN, SECRET, false, true),
            (TOKEN, SECRET, true, false),
            (ANSWERED, SECRET, false, true),
            (ANSWERED, SECRET, true, false),
            (CODE, SECRET, false, false),
            (CODE, SECRET, true, true),
            (CODES, SECRET, false, true),
            (city, PERSONAL, false, true),
            (city, PERSONAL, true, false),
        ] {
            let old = document();
            let mut new = old.clone();
            new.pointer_mut(pointer).unwrap()[mark] = json!(value);
            for (before, after) in [(&old, &new), (&new, &old)] {
                let changes = compare(before, after).unwrap().changes;
                let told: Vec<_> = changes.iter().map(|change| (change.kind, change.rust)).collect();
                let expected: &[_] = if is_told { &[("mark changed", Breaking)] } else { &[] };
                assert_eq!(told, expected, "{mark}: {value} at {pointer}");
            }
        }
    }
}
