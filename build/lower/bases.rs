//! Writes a base, from which a discriminator leads to the schemas that are made of it, as the union of those schemas.
//!
//! OpenAPI has two ways to say that a value is one of several objects: a `oneOf` that names them, and a base with a
//! `discriminator`, which the others name in their `allOf`. Read as what it literally is, a base has none of the properties of the
//! schemas made of it, and they would be lost without a word.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::{Lowered, unions};
use crate::build::{problem::Problem, walk};

/// Moves what a base itself says into a schema of its own, which those that are made of it name from then on, and makes the
/// base their union.
pub fn as_unions(lowered: &mut Lowered) -> Result<(), Problem> {
    if !walk::any_map(&lowered.document, &|map| map.contains_key("discriminator")) {
        return Ok(());
    }
    let Some(schemas) = lowered.document.pointer_mut("/components/schemas").and_then(Value::as_object_mut) else {
        return Ok(());
    };
    let made_of: BTreeMap<String, Vec<String>> =
        schemas.iter().map(|(name, schema)| (name.clone(), parts(schema))).collect();
    let mut own = BTreeMap::new();
    for base in schemas.iter().filter(|(_, schema)| is_base(schema)).map(|(name, _)| name.clone()).collect::<Vec<_>>() {
        let descends = |name: &String| *name != base && leads_to(&made_of, name, &base, 0);
        let members: Vec<String> = schemas.keys().filter(|name| descends(name)).cloned().collect();
        if !members.is_empty() {
            let name = free(&format!("{base}Base"), schemas);
            let union = union(schemas, &base, &name, &members);
            if let Some(mut itself) = schemas.insert(base.clone(), union) {
                if let Some(map) = itself.as_object_mut() {
                    map.remove("discriminator");
                }
                schemas.insert(name.clone(), itself);
            }
            own.insert(base, name);
        }
    }
    for (name, schema) in schemas.iter_mut() {
        let is_part = |part: &&String| part.as_str() != name;
        for part in schema.get_mut("allOf").and_then(Value::as_array_mut).into_iter().flatten() {
            let base = unions::reference(part).and_then(|base| own.get(base)).filter(is_part).cloned();
            if let Some(base) = base {
                part["$ref"] = json!(format!("#/components/schemas/{base}"));
            }
        }
    }
    Ok(())
}

/// Whether a schema leads by a discriminator to others without naming them in a union.
fn is_base(schema: &Value) -> bool {
    schema["discriminator"]["propertyName"].is_string() && unions::members(schema).is_none()
}

/// The named schemas that the `allOf` of a schema names.
fn parts(schema: &Value) -> Vec<String> {
    let parts = schema["allOf"].as_array().into_iter().flatten();
    parts.filter_map(unions::reference).map(str::to_string).collect()
}

/// Whether a schema is made of another one, at any depth. A circle is refused later; the bound is for it.
fn leads_to(made_of: &BTreeMap<String, Vec<String>>, name: &str, base: &str, depth: usize) -> bool {
    let parts = made_of.get(name).into_iter().flatten();
    depth < 16 && parts.into_iter().any(|part| part == base || leads_to(made_of, part, base, depth + 1))
}

/// A name that no schema has.
fn free(name: &str, schemas: &Map<String, Value>) -> String {
    let mut free = name.to_string();
    for number in 2.. {
        if !schemas.contains_key(&free) {
            break;
        }
        free = format!("{name}{number}");
    }
    free
}

/// The union of the schemas that are made of a base. Where the discriminator maps a value to the base itself, it is a member by
/// the name of what it says itself.
fn union(schemas: &Map<String, Value>, base: &str, own: &str, members: &[String]) -> Value {
    let schema = &schemas[base];
    let tag = schema["discriminator"]["propertyName"].as_str().unwrap_or_default();
    let mut mapping = schema["discriminator"]["mapping"].as_object().cloned().unwrap_or_default();
    let target = |value: &Value| {
        let target = value.as_str().unwrap_or_default();
        walk::component_name(target, "schemas").unwrap_or(target).to_string()
    };
    let mut names: Vec<String> = members.to_vec();
    for value in mapping.values_mut() {
        let mut name = target(value);
        if name == base {
            name = own.to_string();
        }
        if name == own || schemas.contains_key(&name) {
            if !names.contains(&name) {
                names.push(name.clone());
            }
            *value = json!(format!("#/components/schemas/{name}"));
        }
    }
    for name in members {
        let is_mapped = mapping.values().any(|value| target(value) == *name);
        // A schema that narrows the property says its value by that; otherwise the value is its name.
        if !is_mapped && !narrows(&schemas[name.as_str()], tag) {
            mapping.insert(name.clone(), json!(format!("#/components/schemas/{name}")));
        }
    }
    let members: Vec<Value> =
        names.iter().map(|name| json!({"$ref": format!("#/components/schemas/{name}")})).collect();
    // A union of one schema is that schema, here as everywhere in the normal form.
    let mut union = match members.as_slice() {
        [_] => json!({ "allOf": members }),
        _ => json!({"oneOf": members, "discriminator": {"propertyName": tag, "mapping": mapping}}),
    };
    for word in ["description", "title", "deprecated", "nullable"] {
        if let Some(said) = schema.get(word) {
            union[word] = said.clone();
        }
    }
    union
}

/// Whether a schema, or an inline part of it, limits a property to some values.
fn narrows(schema: &Value, property: &str) -> bool {
    let limits = |schema: &Value| {
        let property = &schema["properties"][property];
        property.get("enum").is_some() || property.get("const").is_some()
    };
    limits(schema) || schema["allOf"].as_array().into_iter().flatten().any(limits)
}
