//! Compares schemas: those with a name once for all who carry them, the others where they stand.
//!
//! This is the only module of the comparison that goes down into parts of a schema; `value_types`, `properties` and
//! `keywords` compare one level of it.

use serde_json::Value;

use super::{
    change::{
        Change,
        Effect::{Additive, Breaking, Nothing},
        effects,
    },
    documents::{Documents, resolve_with_siblings},
    keywords,
    place::ComparedPlace,
    properties::{self, CommonProperty},
    prose, unions, value_types,
    words::{quoted, unquoted},
};
use crate::{
    openapi::{keys, named_schema, referenced_schema},
    pipeline::walk::escape,
};

/// Everything under `components/schemas`.
pub fn compare_named(documents: &Documents<'_>) -> Vec<Change> {
    let (old, new) = (documents.old, documents.new);
    let (before, after) = (keys(&old["components"]["schemas"]), keys(&new["components"]["schemas"]));
    let mut changes = Vec::new();
    for name in before.union(&after) {
        let stays = before.contains(name) && after.contains(name);
        let (was_typed, is_typed) = documents.has_type(name);
        if stays && was_typed == is_typed && named_schema(old, name) == named_schema(new, name) {
            continue;
        }
        let pointer = format!("/components/schemas/{}", escape(name));
        let at = ComparedPlace::named(pointer, name.to_string(), documents.carriers(name), name);
        match (before.contains(name), after.contains(name)) {
            (true, true) => {
                changes.extend(has_type(documents, name, &at));
                changes.extend(compare(documents, named_schema(old, name), named_schema(new, name), &at));
            }
            (true, false) => changes.push(match documents.renamed_to(name) {
                Some(to) => {
                    let why = format!("the schema seems to be called `{to}` now, and so is its type");
                    at.guessed_rename(to, "schema renamed", effects(Breaking, Nothing, Nothing), why)
                }
                None if !was_typed => {
                    let why = "no type was made of it";
                    at.change("schema removed", effects(Nothing, Nothing, Nothing), why)
                }
                None => {
                    let why = "its type is removed; the places that carried it are listed on their own";
                    at.change("schema removed", effects(Breaking, Nothing, Nothing), why)
                }
            }),
            (false, _) if documents.was_renamed(name) => {}
            (false, _) if !is_typed => {
                let why = "no type is made of it: it is only a part of others, or no call and no webhook carries it";
                changes.push(at.change("schema added", effects(Nothing, Nothing, Nothing), why));
            }
            (false, _) => {
                let why = "there is a new type for it";
                changes.push(at.change("schema added", effects(Additive, Nothing, Nothing), why));
            }
        }
    }
    changes
}

/// Whether a schema that stays has a type.
fn has_type(documents: &Documents<'_>, name: &str, at: &ComparedPlace) -> Option<Change> {
    let still_used = documents.is_used(name) == (true, true);
    match documents.has_type(name) {
        (true, false) if still_used => {
            let why = "no type of its own is made of it any more: its parts are written out where it is used";
            Some(at.change("schema has no type any more", effects(Breaking, Nothing, Nothing), why))
        }
        (false, true) if still_used => {
            let why = "there is a type for it now: its parts were written out where it is used";
            Some(at.change("schema has a type now", effects(Additive, Nothing, Nothing), why))
        }
        (true, false) => {
            let why = "no operation and no webhook carries it any more: its type is removed";
            Some(at.change("schema no longer used", effects(Breaking, Nothing, Nothing), why))
        }
        (false, true) => {
            let why = "an operation or a webhook carries it now: there is a type for it";
            Some(at.change("schema newly used", effects(Additive, Nothing, Nothing), why))
        }
        _ => None,
    }
}

/// One schema in both documents, with all its parts.
pub fn compare(documents: &Documents<'_>, old: &Value, new: &Value, at: &ComparedPlace) -> Vec<Change> {
    if old == new {
        return Vec::new();
    }
    let mut changes = prose::compare(old, new, at);
    match (referenced_schema(old), referenced_schema(new)) {
        (Some(before), Some(after)) if before == after || documents.renamed_to(before) == Some(after) => {}
        (None, None) => changes.extend(compare_shape(documents, old, new, at)),
        (before, after) => {
            let (was, is) = (resolve_with_siblings(documents.old, old), resolve_with_siblings(documents.new, new));
            let name = |name: Option<&str>| name.map_or("a schema of its own".into(), |name| format!("`{name}`"));
            let why = format!("it was {} and is {}: the type has another name", name(before), name(after));
            // Numbers, lists and maps have no type of their own that could have a name.
            let plain = [&was, &is].iter().all(|schema| {
                let object = schema.get("properties").is_some() || schema.get("allOf").is_some();
                schema["type"] != "string" && !object
            });
            let rust = if plain { Nothing } else { Breaking };
            changes.push(at.change("type named differently", effects(rust, Nothing, Nothing), why));
            changes.extend(compare_shape(documents, &was, &is, at));
        }
    }
    if at.leaf == at.owner && old["nullable"] != new["nullable"] {
        changes.push(value_types::null_change(new["nullable"] == true, Breaking, at));
    }
    changes
}

/// The items of a list, or the values of a map: a schema in both documents, and whether null may be among them.
fn compare_entries(documents: &Documents<'_>, old: &Value, new: &Value, at: &ComparedPlace) -> Vec<Change> {
    let nullable = |document, schema| resolve_with_siblings(document, schema)["nullable"] == true;
    let (had_null, has_null) = (nullable(documents.old, old), nullable(documents.new, new));
    let mut changes = compare(documents, old, new, at);
    changes.extend((had_null != has_null).then(|| value_types::null_change(has_null, Breaking, at)));
    changes
}

/// Two schemas that are no references.
fn compare_shape(documents: &Documents<'_>, old: &Value, new: &Value, at: &ComparedPlace) -> Vec<Change> {
    let mut changes = Vec::new();
    if old["title"] != new["title"] {
        let why =
            format!("{} became {}: generated types are named by it", quoted(&old["title"]), quoted(&new["title"]));
        let mut change = at.change("title changed", effects(Breaking, Nothing, Nothing), why);
        change.names.extend([old, new].map(|schema| (unquoted(&schema["title"]), unquoted(&schema["title"]))));
        changes.push(change);
    }
    if let Some(change) = value_types::compare_types(old, new, at) {
        changes.push(change);
        return changes;
    }
    changes.extend(value_types::compare_formats(old, new, at));
    changes.extend(value_types::compare_enums(old, new, at));
    changes.extend(unions::compare(old, new, at));
    changes.extend(keywords::compare_limits(old, new, at));
    let (found, common) = properties::compare(documents, old, new, at);
    changes.extend(found);
    for CommonProperty { old, new, at } in common {
        changes.extend(compare(documents, old, new, &at));
    }
    if value_types::in_words(old) == "a list" {
        changes.extend(compare_entries(documents, &old["items"], &new["items"], &at.part("items", "[]")));
    }
    let (before, after) = (&old["additionalProperties"], &new["additionalProperties"]);
    if before.is_object() && after.is_object() {
        changes.extend(compare_entries(documents, before, after, &at.part("additionalProperties", "{}")));
    } else {
        changes.extend(keywords::compare_additional_properties(before, after, at));
    }
    changes.extend(keywords::compare_others(old, new, at));
    changes
}
