//! Compares schemas: those with a name once for all who carry them, the others where they stand.
//!
//! This is the only module of the comparison that goes down into parts of a schema; `value_types`, `properties` and
//! `keywords` compare one level of it.

pub mod null_uses;
pub mod rust_names;

use rust_names::{RustName, RustNames, type_name};
use serde_json::Value;

use super::{
    change::{
        Change,
        Effect::{Additive, Breaking, Documentation, Nothing},
        PROSE, effects,
    },
    documents::{Documents, resolve_with_siblings},
    keywords,
    place::ComparedPlace,
    properties::{self, CommonProperty},
    prose, renames, unions, value_types,
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
            (true, false) => match renames::schema_renamed_to(documents, name) {
                Some(to) => changes.extend(renamed(documents, name, &to, &at)),
                None => changes.push(removed(documents, name, &at)),
            },
            (false, _) if renames::schema_was_renamed(documents, name) => {}
            (false, _) => changes.push(added(documents, name, &at)),
        }
    }
    changes
}

fn renamed(documents: &Documents<'_>, name: &str, to: &str, at: &ComparedPlace) -> Vec<Change> {
    let (was, is) = (RustNames::old(documents).of_named(name), RustNames::new(documents).of_named(to));
    let (rust, so) = match (&was, &is) {
        (None, None) => (Nothing, "no type is made of it"),
        _ if was == is => (Nothing, "its type keeps its name"),
        _ => (Breaking, "so is its type"),
    };
    let why = format!("the schema seems to be called `{to}` now: {so}");
    let mut changes = vec![at.guessed_rename(to, "schema renamed", effects(rust, Nothing, Nothing), why)];
    let mut carriers = documents.carriers(name);
    carriers.extend(&documents.carriers(to));
    let at = ComparedPlace::named(format!("/components/schemas/{}", escape(to)), to.to_string(), carriers, to);
    changes.extend(compare(documents, named_schema(documents.old, name), named_schema(documents.new, to), &at));
    changes
}

fn removed(documents: &Documents<'_>, name: &str, at: &ComparedPlace) -> Change {
    let (rust, why) = match RustNames::old(documents).of_named(name) {
        None => (Nothing, "no type was made of it"),
        Some(_) if rust_names::is_same_type_without_name(documents, name) => {
            (Nothing, "its type stays: what stands in its place gets the same name")
        }
        Some(_) => (Breaking, "its type is removed; the places that carried it are listed on their own"),
    };
    at.change("schema removed", effects(rust, Nothing, Nothing), why)
}

fn added(documents: &Documents<'_>, name: &str, at: &ComparedPlace) -> Change {
    let (rust, why) = match RustNames::new(documents).of_named(name) {
        None => {
            let why = "no type is made of it: it is only a part of others, or no call and no webhook carries it";
            (Nothing, why.to_string())
        }
        Some(_) if rust_names::is_same_type_without_name(documents, name) => {
            (Nothing, "its type was there before: what stood in its place had the same name".to_string())
        }
        Some(new) if new != type_name(name) => (
            Additive,
            format!("there is a new type for it, `{new}`: another schema has the name `{}`", type_name(name)),
        ),
        Some(_) => (Additive, "there is a new type for it".to_string()),
    };
    at.change("schema added", effects(rust, Nothing, Nothing), why)
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
            let (rust, why) = match rust_names::is_same_type_without_name(documents, name) {
                true => (Nothing, "its type stays: what stands in its place gets the same name"),
                false => (Breaking, "no operation and no webhook carries it any more: its type is removed"),
            };
            Some(at.change("schema no longer used", effects(rust, Nothing, Nothing), why))
        }
        (false, true) => {
            let (rust, why) = match rust_names::is_same_type_without_name(documents, name) {
                true => (Nothing, "its type was there before: what stood in its place had the same name"),
                false => (Additive, "an operation or a webhook carries it now: there is a type for it"),
            };
            Some(at.change("schema newly used", effects(rust, Nothing, Nothing), why))
        }
        _ => None,
    }
}

/// One schema in both documents, with all its parts.
pub fn compare(documents: &Documents<'_>, old: &Value, new: &Value, at: &ComparedPlace) -> Vec<Change> {
    if old == new {
        return Vec::new();
    }
    let mut changes = prose::compare_within(documents, old, new, at);
    match (referenced_schema(old), referenced_schema(new)) {
        (Some(before), Some(after))
            if before == after || renames::schema_renamed_to(documents, before).as_deref() == Some(after) => {}
        (None, None) => {
            changes.extend(compare_titles(documents, old, new, at));
            changes.extend(compare_shape(documents, old, new, at));
        }
        _ => {
            let (was, is) = (resolve_with_siblings(documents.old, old), resolve_with_siblings(documents.new, new));
            let of_shape = compare_shape(documents, &was, &is, at);
            // That the type is another one says more than that its name is.
            if !of_shape.iter().any(|change| change.kind == value_types::TYPE_CHANGED && change.pointer == at.pointer) {
                changes.extend(compare_names(documents, old, new, at));
            }
            changes.extend(of_shape);
        }
    }
    changes.extend(compare_null(documents, old, new, at));
    changes
}

/// Whether a schema as a whole may be null. What stands in another schema is told with it: `properties` and
/// `compare_entries` know what the reference there leads to.
fn compare_null(documents: &Documents<'_>, old: &Value, new: &Value, at: &ComparedPlace) -> Option<Change> {
    let [had_null, has_null] = [old, new].map(|schema| schema["nullable"] == true);
    if had_null == has_null || !is_named(at) && stands_in_another(&at.pointer) {
        return None;
    }
    let rust = match is_named(at) {
        true if !documents.null_changes_a_type(&at.owner) => Nothing,
        // A setter takes the same value as before.
        false if at.pointer.split('/').nth(4) == Some("parameters") => Nothing,
        _ => Breaking,
    };
    Some(value_types::null_change(has_null, rust, at))
}

/// Whether a place is a schema under `components/schemas`, and not a part of one.
fn is_named(at: &ComparedPlace) -> bool {
    at.pointer == format!("/components/schemas/{}", escape(&at.owner))
}

/// Whether a schema is a property, or stands for the items of a list or the values of a map.
fn stands_in_another(pointer: &str) -> bool {
    let mut parts = pointer.rsplit('/');
    matches!(parts.next(), Some("items" | "additionalProperties")) || parts.next() == Some("properties")
}

/// The names that a schema has in Rust, before and now.
fn names(documents: &Documents<'_>, old: &Value, new: &Value, at: &ComparedPlace) -> [RustName; 2] {
    let (was, is) = (RustNames::old(documents), RustNames::new(documents));
    [was.of(old, &at.pointer, &at.owner), is.of(new, &at.pointer, &at.owner)]
}

/// A place where another named schema stands, or one with a name for one without.
fn compare_names(documents: &Documents<'_>, old: &Value, new: &Value, at: &ComparedPlace) -> Option<Change> {
    let names = names(documents, old, new, at);
    if names[0] == names[1] && names[0] != RustName::Unknown {
        return None;
    }
    let name = |schema| referenced_schema(schema).map_or("a schema of its own".into(), |name| format!("`{name}`"));
    let why = match &names {
        [RustName::Type(was), RustName::Type(is)] => format!("the type was `{was}` and is `{is}`"),
        _ if !at.is_typed() => format!("it was {} and is {}; no types are made of errors", name(old), name(new)),
        _ => format!("it was {} and is {}: the type is another one", name(old), name(new)),
    };
    Some(at.change("type named differently", effects(Breaking, Nothing, Nothing), why))
}

/// The titles of two schemas without a name: what has no other name is called by its title.
fn compare_titles(documents: &Documents<'_>, old: &Value, new: &Value, at: &ComparedPlace) -> Option<Change> {
    if old["title"] == new["title"] {
        return None;
    }
    match names(documents, old, new, at) {
        [RustName::Type(was), RustName::Type(is)] if was != is => {
            let why = format!("the type was called `{was}` and is called `{is}`");
            let mut change = at.change("title changed", effects(Breaking, Nothing, Nothing), why);
            change.names.extend([was, is].map(|name| (name.clone(), name)));
            Some(change)
        }
        _ => Some(at.change(PROSE, effects(Documentation, Nothing, Nothing), "another title")),
    }
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
    if keywords::is_schema(before) && keywords::is_schema(after) {
        changes.extend(compare_entries(documents, before, after, &at.part("additionalProperties", "{}")));
    } else {
        changes.extend(keywords::compare_additional_properties(before, after, at));
    }
    changes.extend(keywords::compare_others(documents, old, new, at));
    changes
}

#[cfg(test)]
mod tests;
