//! Compares the properties of objects: which there are, and whether they may be missing.

use std::collections::{BTreeMap, BTreeSet};

use heck::ToSnakeCase;
use serde_json::Value;

use super::{
    change::{
        Change,
        Effect::{Additive, Breaking, Documentation, Nothing},
        effects, effects_by_direction,
    },
    documents::{Documents, resolve_with_siblings},
    place::{ComparedPlace, is_required_in_rust},
    prose::without_prose,
    renames, value_types,
};
use crate::openapi::referenced_schema;

/// A property that both objects have; its schemas are still to be compared.
pub struct CommonProperty<'a> {
    pub old: &'a Value,
    pub new: &'a Value,
    pub at: ComparedPlace,
}

/// An object with the inline members of its `allOf` merged into it.
struct MergedObject<'a> {
    properties: BTreeMap<&'a str, &'a Value>,
    /// The pointer from the schema to the member of `allOf` that holds each property; empty for the schema itself.
    members: BTreeMap<&'a str, String>,
    required: BTreeSet<&'a str>,
    /// The named schemas it is made of.
    bases: BTreeSet<&'a str>,
}

impl<'a> MergedObject<'a> {
    fn of(schema: &'a Value) -> Self {
        let mut object = Self {
            properties: BTreeMap::new(),
            members: BTreeMap::new(),
            required: BTreeSet::new(),
            bases: BTreeSet::new(),
        };
        let members = schema["allOf"].as_array().into_iter().flatten().enumerate();
        let inline = members.map(|(index, member)| (member, format!("allOf/{index}")));
        for (part, pointer) in inline.chain([(schema, String::new())]) {
            object.bases.extend(referenced_schema(part));
            object.required.extend(part["required"].as_array().into_iter().flatten().filter_map(Value::as_str));
            for (name, property) in part["properties"].as_object().into_iter().flatten() {
                object.properties.insert(name, property);
                object.members.insert(name, pointer.clone());
            }
        }
        object
    }

    /// The place of a property of the object at `at`.
    fn place(&self, at: &ComparedPlace, name: &str, schemas: &[&Value]) -> ComparedPlace {
        match self.members.get(name) {
            Some(member) if !member.is_empty() => at.part(member, "").property(name, schemas),
            _ => at.property(name, schemas),
        }
    }

    /// The names of those properties that the other object does not have.
    fn names_without(&self, other: &Self) -> Vec<&'a str> {
        self.properties.keys().filter(|name| !other.properties.contains_key(*name)).copied().collect()
    }
}

/// What differs in the properties themselves, and the properties whose schemas are still to be compared.
pub fn compare<'a>(
    documents: &Documents<'_>,
    old: &'a Value,
    new: &'a Value,
    at: &ComparedPlace,
) -> (Vec<Change>, Vec<CommonProperty<'a>>) {
    let (old, new) = (MergedObject::of(old), MergedObject::of(new));
    let mut changes = compare_bases(documents, &old, &new, at);
    let (removed, added) = (old.names_without(&new), new.names_without(&old));
    let same =
        |before: &str, after: &str| without_prose(old.properties[before]) == without_prose(new.properties[after]);
    let renamed = renames::pair_most_alike(&removed, &added, &same);
    for (before, after) in &renamed {
        // The Rust names of fields and setters are in snake case, whatever the document has.
        let (rust, so) = match before.to_snake_case() == after.to_snake_case() {
            true => (Nothing, "the Rust name stays"),
            false => (Breaking, "if the two have nothing to do with each other, one is removed and the other added"),
        };
        let why = format!("`{before}` seems to be called `{after}` now; {so}");
        let object = at;
        let at = old.place(at, before, &[old.properties[before], new.properties[after]]);
        changes.push(at.guessed_rename(after, "property renamed", effects(rust, Breaking, Breaking), why));
        changes.extend(compare_required(documents, (&old, before), (&new, after), object, &at));
    }
    for name in removed.iter().filter(|name| !renamed.iter().any(|pair| pair.0 == **name)) {
        let at = old.place(at, name, &[old.properties[name]]);
        let gone = if at.is_typed() { "its field is removed: " } else { "" };
        let why = at.by_side(
            "its setter is removed: where it is still sent, Imprint may ignore or refuse it",
            &format!("{gone}{} come without it", at.answers()),
        );
        changes.push(at.change("property removed", effects(Breaking, Breaking, Breaking), why));
    }
    for name in added.iter().filter(|name| !renamed.iter().any(|pair| pair.1 == **name)) {
        let at = new.place(at, name, &[new.properties[name]]);
        changes.push(if new.required.contains(name) {
            let why = at.by_side(
                "calls that do not set it are refused before they are sent",
                &format!("{} have to carry it", at.answers()),
            );
            let effects = effects_by_direction([Breaking, Additive], [Breaking, Additive]);
            at.change("required property added", effects, why)
        } else {
            let why = match at.is_typed() {
                true => "a new field with a setter; types are non-exhaustive",
                false => "errors may carry it; no types are made of them",
            };
            at.change("property added", effects(Additive, Additive, Additive), why)
        });
    }
    let mut common = Vec::new();
    for (name, before) in &old.properties {
        if let Some(after) = new.properties.get(name) {
            let object = at;
            let at = new.place(at, name, &[before, after]);
            changes.extend(compare_required(documents, (&old, name), (&new, name), object, &at));
            common.push(CommonProperty { old: before, new: after, at });
        }
    }
    changes.extend(required_elsewhere(&old, &new, at));
    (changes, common)
}

/// The named schemas whose properties the object includes.
fn compare_bases(
    documents: &Documents<'_>,
    old: &MergedObject<'_>,
    new: &MergedObject<'_>,
    at: &ComparedPlace,
) -> Vec<Change> {
    let at = at.part("allOf", "");
    let is_renamed =
        |base: &&&str| renames::schema_renamed_to(documents, base).is_some_and(|to| new.bases.contains(to.as_str()));
    let removed = old.bases.difference(&new.bases).filter(|base| !is_renamed(base)).map(|base| {
        let why = format!("it no longer includes the properties of `{base}`");
        at.change("composition changed", effects(Breaking, Breaking, Breaking), why)
    });
    let added =
        new.bases.difference(&old.bases).filter(|base| !renames::schema_was_renamed(documents, base)).map(|base| {
            let why = format!("it includes the properties of `{base}`");
            at.change("composition changed", effects(Additive, Additive, Additive), why)
        });
    removed.chain(added).collect()
}

/// Whether a property may be missing or null, and so whether its field is an Option. `object` is the place of the object
/// that has the property at `at`.
fn compare_required(
    documents: &Documents<'_>,
    (old, before): (&MergedObject<'_>, &str),
    (new, after): (&MergedObject<'_>, &str),
    object: &ComparedPlace,
    at: &ComparedPlace,
) -> Vec<Change> {
    let (was, is) = (old.required.contains(before), new.required.contains(after));
    let (old_property, new_property) = (old.properties[before], new.properties[after]);
    let old_schema = resolve_with_siblings(documents.old, old_property);
    let new_schema = resolve_with_siblings(documents.new, new_property);
    let (had_null, has_null) = (old_schema["nullable"] == true, new_schema["nullable"] == true);
    // Lists and maps are never in an Option.
    let collection = matches!(value_types::in_words(&new_schema), "a list" | "a map");
    let sides = &object.carriers.sides;
    let optional =
        |required: bool, null: bool, property: &Value| !required || null || !is_required_in_rust(sides, &[property]);
    let (was_optional, is_optional) = (optional(was, had_null, old_property), optional(is, has_null, new_property));
    let rust = if was_optional != is_optional && !collection { Breaking } else { Nothing };
    let stays = || match is_required_in_rust(sides, &[new_property]) {
        false if !collection => "the field is an Option all the same",
        _ => "the Rust type of the field stays",
    };
    let mut changes = Vec::new();
    if !was && is {
        let why = match rust {
            Breaking => at.by_side(
                "the field is no Option any more: calls have to set it",
                &format!("{} always have the field", at.answers()),
            ),
            _ => stays().to_string(),
        };
        changes.push(at.change("property became required", effects(rust, Breaking, Additive), why));
    } else if was && !is {
        let why = match rust {
            Breaking => at.by_side(
                "the field becomes an Option: calls may leave it out",
                &format!("{} may come without the field", at.answers()),
            ),
            _ => stays().to_string(),
        };
        // An Option can be read without the field, too.
        let answered = if was_optional && !collection { Additive } else { Breaking };
        changes.push(at.change("property became optional", effects(rust, Additive, answered), why));
    }
    if had_null != has_null {
        // The schema it refers to may be what changed; the field that changes is this one either way.
        changes.push(value_types::null_change(has_null, rust, at));
    }
    changes.extend(compare_directions(old_property, new_property, was_optional, is_optional, object, at));
    changes
}

/// Whether only answers have a property, or only requests: one that is required is then an Option where both have it.
fn compare_directions(
    old: &Value,
    new: &Value,
    was_optional: bool,
    is_optional: bool,
    object: &ComparedPlace,
    at: &ComparedPlace,
) -> Vec<Change> {
    let marks = [
        ("readOnly", "read-only", [Breaking, Nothing], [Additive, Nothing], "only answers have it"),
        ("writeOnly", "write-only", [Nothing, Breaking], [Nothing, Additive], "only requests have it"),
    ];
    let differing = marks.into_iter().filter(|(keyword, ..)| (old[*keyword] == true) != (new[*keyword] == true));
    differing
        .map(|(keyword, word, added, removed, meaning)| {
            let rust = if was_optional != is_optional { Breaking } else { Nothing };
            let so = match (was_optional, is_optional) {
                (false, true) => "the field becomes an Option",
                (true, false) => "the field is no Option any more",
                _ => "the Rust type of the field stays",
            };
            // The property may be carried by one side alone now, and concerns all that the object is carried by.
            let at = ComparedPlace { carriers: object.carriers.clone(), ..at.clone() };
            match new[keyword] == true {
                true => {
                    let kind =
                        if word == "read-only" { "property became read-only" } else { "property became write-only" };
                    let why = format!("{meaning} now: {so}");
                    at.change(kind, effects_by_direction([rust, rust], added), why)
                }
                false => {
                    let kind = if word == "read-only" {
                        "property no longer read-only"
                    } else {
                        "property no longer write-only"
                    };
                    let why = format!("both requests and answers may have it now: {so}");
                    at.change(kind, effects_by_direction([rust, rust], removed), why)
                }
            }
        })
        .collect()
}

/// Names in `required` that are properties of a base, or of nothing.
fn required_elsewhere(old: &MergedObject<'_>, new: &MergedObject<'_>, at: &ComparedPlace) -> Vec<Change> {
    let own = |name: &&&str| old.properties.contains_key(**name) || new.properties.contains_key(**name);
    let differing = old.required.symmetric_difference(&new.required).filter(|name| !own(name));
    differing
        .map(|name| {
            let part = at.part("required", &format!(".{name}"));
            let at = ComparedPlace { leaf: name.to_string(), ..part };
            if new.bases.is_empty() && old.bases.is_empty() {
                let why = "`required` names what is no property, which the generator leaves out";
                at.change("required without a property", effects(Nothing, Documentation, Documentation), why)
            } else if new.required.contains(name) {
                let why = "the field, which comes from another schema, is no Option any more, and calls have to set it";
                at.change("property became required", effects(Breaking, Breaking, Additive), why)
            } else {
                let why = "the field, which comes from another schema, becomes an Option";
                at.change("property became optional", effects(Breaking, Additive, Breaking), why)
            }
        })
        .collect()
}
