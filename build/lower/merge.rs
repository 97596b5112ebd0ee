//! Merges schemas that hold at once, as the members of `allOf` do, into one schema that says the same.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::Lowered;
use crate::build::{
    problem::Problem,
    walk::{self, component_name, escape},
};

/// How deep merged properties may hold merged properties: two schemas that hold themselves would never end.
const MAX_DEPTH: usize = 16;

/// Keywords that change no type: they describe, or limit values.
pub(super) fn is_harmless(keyword: &str) -> bool {
    const WORDS: [&str; 14] = [
        "$comment",
        "default",
        "deprecated",
        "description",
        "example",
        "examples",
        "externalDocs",
        "format",
        "nullable",
        "readOnly",
        "summary",
        "title",
        "writeOnly",
        "xml",
    ];
    WORDS.contains(&keyword) || keyword.starts_with("x-") || super::constraints::only_validates(keyword)
}

/// Merges every `allOf`, and every `$ref` with a shape beside it, that can be merged. One that cannot is left as it is:
/// nobody may use it, and if somebody does, `refuse` says why.
pub fn all_of(lowered: &mut Lowered) -> Result<(), Problem> {
    if !walk::any_map(&lowered.document, &is_composed) {
        return Ok(());
    }
    let known = lowered.document.clone();
    walk::schemas(&mut lowered.document, &mut |schema, place| {
        if has_parts(schema)
            && let Ok(merged) = merged(&known, schema, &place.pointer)
        {
            *schema = merged;
        }
        Ok(())
    })
}

/// Refuses every `allOf` that is left, with what is in the way.
pub fn refuse(lowered: &mut Lowered) -> Result<(), Problem> {
    if !walk::any_map(&lowered.document, &is_composed) {
        return Ok(());
    }
    let known = lowered.document.clone();
    walk::schemas(&mut lowered.document, &mut |schema, place| {
        if !has_parts(schema) {
            return Ok(());
        }
        let problem = merged(&known, schema, &place.pointer).err();
        Err(match (problem, &place.operation) {
            (Some(problem), Some(operation)) => problem.in_operation(operation),
            (Some(problem), None) => problem,
            (None, _) => place.problem("an `allOf` that was not merged", "write it as one schema by an overlay action"),
        })
    })
}

/// Whether a schema is made of several.
fn has_parts(schema: &Value) -> bool {
    schema.as_object().is_some_and(is_composed)
}

fn is_composed(map: &Map<String, Value>) -> bool {
    let beside = |keyword: &String| keyword != "$ref" && keyword != "type" && !is_harmless(keyword);
    map.contains_key("allOf") || map.contains_key("$ref") && map.keys().any(beside)
}

/// The one schema that says what a schema and all it is made of say. The problem names both places of a contradiction.
pub(super) fn merged(document: &Value, schema: &Value, pointer: &str) -> Result<Value, Problem> {
    Merger { document }.all(&[(schema, pointer.to_string())], 0)
}

/// The schema that says what both say. The words of the second count more.
pub(super) fn both(document: &Value, one: (&Value, &str), other: (&Value, &str)) -> Result<Value, Problem> {
    Merger { document }.all(&[(one.0, one.1.to_string()), (other.0, other.1.to_string())], 0)
}

/// Where the keywords of a part come from, from what counts least to what counts most for words.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    Referenced,
    Inline,
    Own,
}

struct Part<'a> {
    schema: &'a Map<String, Value>,
    pointer: String,
    rank: Rank,
}

struct Merger<'a> {
    document: &'a Value,
}

/// A value of the result, and the part that it is from.
struct Found {
    value: Value,
    pointer: String,
    rank: Rank,
}

impl<'a> Merger<'a> {
    fn all(&self, schemas: &[(&'a Value, String)], depth: usize) -> Result<Value, Problem> {
        let mut parts = Vec::new();
        for (schema, pointer) in schemas {
            self.parts(schema, pointer, Rank::Own, &mut Vec::new(), &mut parts)?;
        }
        let mut found: BTreeMap<String, Found> = BTreeMap::new();
        for part in &parts {
            for (keyword, value) in part.schema {
                if matches!(keyword.as_str(), "$ref" | "allOf") || !carries(keyword, part) {
                    continue;
                }
                let new = Found { value: value.clone(), pointer: part.pointer.clone(), rank: part.rank };
                let merged = match found.remove(keyword) {
                    None => new,
                    Some(old) => self.keyword(keyword, old, new, depth)?,
                };
                found.insert(keyword.clone(), merged);
            }
        }
        // Null has to fit all parts. A part without a type says nothing of it.
        let is_nullable = |part: &Part<'_>| part.schema.get("nullable") == Some(&json!(true));
        let allows_null = |part: &Part<'_>| is_nullable(part) || !part.schema.contains_key("type");
        let mut merged: Map<String, Value> =
            found.into_iter().map(|(keyword, Found { value, .. })| (keyword, value)).collect();
        if parts.iter().all(allows_null) && parts.iter().any(is_nullable) {
            merged.insert("nullable".into(), json!(true));
        }
        if merged.contains_key("properties") {
            merged.entry("type").or_insert_with(|| json!("object"));
        }
        Ok(Value::Object(merged))
    }

    /// The schemas that a schema is made of: what it refers to, its members, and last itself.
    fn parts(
        &self,
        schema: &'a Value,
        pointer: &str,
        rank: Rank,
        within: &mut Vec<&'a str>,
        parts: &mut Vec<Part<'a>>,
    ) -> Result<(), Problem> {
        let Some(map) = schema.as_object() else { return Ok(()) };
        if let Some(reference) = map.get("$ref") {
            let name = reference.as_str().and_then(|reference| component_name(reference, "schemas"));
            let target = name.and_then(|name| Some((name, self.document["components"]["schemas"].get(name)?)));
            let Some((name, target)) = target else {
                return Err(Problem::new(
                    pointer,
                    format!("`$ref: {reference}` does not resolve to a named schema"),
                    "only `#/components/schemas/<name>` is understood: define the schema there by an overlay action, and let `$ref` name it",
                ));
            };
            if within.contains(&name) {
                return Err(Problem::new(
                    pointer,
                    format!("`{name}` is made of itself"),
                    "cut the circle by an overlay action",
                ));
            }
            within.push(name);
            let pointer = format!("/components/schemas/{}", escape(name));
            self.parts(target, &pointer, Rank::Referenced, within, parts)?;
            within.pop();
        }
        let of_members = rank.min(Rank::Inline);
        for (index, member) in map.get("allOf").and_then(Value::as_array).into_iter().flatten().enumerate() {
            self.parts(member, &format!("{pointer}/allOf/{index}"), of_members, within, parts)?;
        }
        parts.push(Part { schema: map, pointer: pointer.to_string(), rank });
        Ok(())
    }

    /// The value of a keyword that two parts have.
    fn keyword(&self, keyword: &str, old: Found, new: Found, depth: usize) -> Result<Found, Problem> {
        if old.value == new.value {
            return Ok(if new.rank > old.rank { new } else { old });
        }
        let contradiction = || {
            Problem::new(
                format!("{}/{}", new.pointer, escape(keyword)),
                format!(
                    "`{keyword}` is {} here and {} at {}, and both are to hold",
                    new.value,
                    old.value,
                    format_args!("{}/{}", old.pointer, escape(keyword))
                ),
                "remove one of the two by an overlay action",
            )
        };
        let value = match keyword {
            "type" => match (old.value.as_str(), new.value.as_str()) {
                (Some("integer"), Some("number")) | (Some("number"), Some("integer")) => json!("integer"),
                _ => return Err(contradiction()),
            },
            "enum" => {
                let (Some(ours), Some(theirs)) = (old.value.as_array(), new.value.as_array()) else {
                    return Err(contradiction());
                };
                let shared: Vec<&Value> = theirs.iter().filter(|value| ours.contains(value)).collect();
                if shared.is_empty() {
                    return Err(contradiction());
                }
                json!(shared)
            }
            "required" => {
                let mut names = old.value.as_array().cloned().unwrap_or_default();
                names.extend(
                    new.value
                        .as_array()
                        .into_iter()
                        .flatten()
                        .filter(|name| !names.contains(name))
                        .cloned()
                        .collect::<Vec<_>>(),
                );
                Value::Array(names)
            }
            "properties" => {
                let mut properties = old.value.as_object().cloned().unwrap_or_default();
                for (name, property) in new.value.as_object().into_iter().flatten() {
                    let merged = match properties.get(name) {
                        None => property.clone(),
                        Some(there) => {
                            let place = |found: &Found| format!("{}/properties/{}", found.pointer, escape(name));
                            self.schema((there, place(&old)), (property, place(&new)), depth)?
                        }
                    };
                    properties.insert(name.clone(), merged);
                }
                Value::Object(properties)
            }
            "items" | "additionalProperties" if old.value.is_object() && new.value.is_object() => {
                let place = |found: &Found| format!("{}/{keyword}", found.pointer);
                self.schema((&old.value, place(&old)), (&new.value, place(&new)), depth)?
            }
            // Closed or not, objects are read as open ones; what says more of the values counts.
            "additionalProperties" if new.value.is_boolean() => old.value,
            "oneOf" | "anyOf" => return Err(contradiction()),
            // Each condition holds for itself.
            "then" | "else" => json!({"allOf": [old.value, new.value]}),
            "dependentSchemas" => {
                let mut all = old.value.as_object().cloned().unwrap_or_default();
                for (name, schema) in new.value.as_object().into_iter().flatten() {
                    let both = match all.get(name) {
                        Some(there) => json!({"allOf": [there, schema]}),
                        None => schema.clone(),
                    };
                    all.insert(name.clone(), both);
                }
                Value::Object(all)
            }
            _ if new.rank >= old.rank => new.value,
            _ => old.value,
        };
        Ok(Found { value, pointer: new.pointer, rank: new.rank })
    }

    /// One schema for a place of which two parts say something.
    fn schema(&self, old: (&Value, String), new: (&Value, String), depth: usize) -> Result<Value, Problem> {
        if old.0 == new.0 {
            return Ok(old.0.clone());
        }
        if depth == MAX_DEPTH {
            return Err(Problem::new(
                new.1,
                format!("merging it with {} does not end", old.1),
                "write the schema out by an overlay action",
            ));
        }
        // A reference stays one where the other says nothing of its type.
        if let Some(merged) = with_words(old.0, new.0, true).or_else(|| with_words(new.0, old.0, false)) {
            return Ok(merged);
        }
        Merger { document: self.document }.all(&[(old.0, old.1), (new.0, new.1)], depth + 1)
    }
}

/// A schema with the words of another one, which says nothing of its shape. They replace words that are there already if
/// they are `newer`.
fn with_words(shape: &Value, words: &Value, newer: bool) -> Option<Value> {
    let mut merged = shape.as_object()?.clone();
    let mut words = words.as_object()?.clone();
    if words.get("$ref") == merged.get("$ref") {
        words.remove("$ref");
    }
    if !words.keys().all(|keyword| is_harmless(keyword)) {
        return None;
    }
    for (keyword, word) in words {
        if newer || !merged.contains_key(&keyword) {
            merged.insert(keyword, word);
        }
    }
    Some(Value::Object(merged))
}

/// Whether a keyword of a part holds for the whole. The name of a base, and that it is deprecated, do not; that it may be null is a
/// question to all parts.
fn carries(keyword: &str, part: &Part<'_>) -> bool {
    match keyword {
        "title" | "nullable" | "deprecated" => part.rank == Rank::Own,
        "discriminator" => ["oneOf", "anyOf"].iter().any(|union| part.schema.contains_key(*union)),
        _ => true,
    }
}
