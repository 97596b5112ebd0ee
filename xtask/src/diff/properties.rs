//! Compares the properties of objects: which there are, and whether they may be missing.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::{
    change::{
        Change,
        Effect::{Additive, Breaking, Documentation, Nothing},
        effects, effects_by_direction,
    },
    documents::{Documents, resolve_with_siblings},
    place::ComparedPlace,
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
        let why = format!(
            "`{before}` seems to be called `{after}` now; if the two have nothing to do with each other, one is \
             removed and the other added"
        );
        let at = old.place(at, before, &[old.properties[before], new.properties[after]]);
        changes.push(at.guessed_rename(after, "property renamed", effects(Breaking, Breaking, Breaking), why));
        changes.extend(compare_required(documents, (&old, before), (&new, after), &at));
    }
    for name in removed.iter().filter(|name| !renamed.iter().any(|pair| pair.0 == **name)) {
        let why = "its field and its setter are removed; where it is still sent, Imprint may ignore or refuse it";
        let at = old.place(at, name, &[old.properties[name]]);
        changes.push(at.change("property removed", effects(Breaking, Breaking, Breaking), why));
    }
    for name in added.iter().filter(|name| !renamed.iter().any(|pair| pair.1 == **name)) {
        let at = new.place(at, name, &[new.properties[name]]);
        changes.push(if new.required.contains(name) {
            let why =
                at.by_side("calls that do not set it are refused before they are sent", "answers have to carry it");
            let effects = effects_by_direction([Breaking, Additive], [Breaking, Additive]);
            at.change("required property added", effects, why)
        } else {
            let why = "a new field with a setter; types are non-exhaustive";
            at.change("property added", effects(Additive, Additive, Additive), why)
        });
    }
    let mut common = Vec::new();
    for (name, before) in &old.properties {
        if let Some(after) = new.properties.get(name) {
            let at = new.place(at, name, &[before, after]);
            changes.extend(compare_required(documents, (&old, name), (&new, name), &at));
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
    let is_renamed = |base: &&&str| documents.renamed_to(base).is_some_and(|to| new.bases.contains(to));
    let removed = old.bases.difference(&new.bases).filter(|base| !is_renamed(base)).map(|base| {
        let why = format!("it no longer includes the properties of `{base}`");
        at.change("composition changed", effects(Breaking, Breaking, Breaking), why)
    });
    let added = new.bases.difference(&old.bases).filter(|base| !documents.was_renamed(base)).map(|base| {
        let why = format!("it includes the properties of `{base}`");
        at.change("composition changed", effects(Additive, Additive, Additive), why)
    });
    removed.chain(added).collect()
}

/// Whether a property may be missing or null, and so whether its field is an Option.
fn compare_required(
    documents: &Documents<'_>,
    (old, before): (&MergedObject<'_>, &str),
    (new, after): (&MergedObject<'_>, &str),
    at: &ComparedPlace,
) -> Vec<Change> {
    let (was, is) = (old.required.contains(before), new.required.contains(after));
    let old_schema = resolve_with_siblings(documents.old, old.properties[before]);
    let new_schema = resolve_with_siblings(documents.new, new.properties[after]);
    let (had_null, has_null) = (old_schema["nullable"] == true, new_schema["nullable"] == true);
    // Lists and maps are never in an Option.
    let collection = matches!(value_types::in_words(&new_schema), "a list" | "a map");
    let optional = |required: bool, null: bool| !required || null;
    let type_changes = optional(was, had_null) != optional(is, has_null) && !collection;
    let rust = if type_changes { Breaking } else { Nothing };
    let mut changes = Vec::new();
    if !was && is {
        let why = match rust {
            Breaking => {
                at.by_side("the field is no Option any more: calls have to set it", "answers always have the field")
            }
            _ => "the Rust type of the field stays".to_string(),
        };
        changes.push(at.change("property became required", effects(rust, Breaking, Additive), why));
    } else if was && !is {
        let why = match rust {
            Breaking => {
                at.by_side("the field becomes an Option: calls may leave it out", "answers may come without the field")
            }
            _ => "the Rust type of the field stays".to_string(),
        };
        changes.push(at.change("property became optional", effects(rust, Additive, Breaking), why));
    }
    if had_null != has_null {
        // The schema it refers to may be what changed; the field that changes is this one either way.
        changes.push(value_types::null_change(has_null, rust, at));
    }
    changes
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
