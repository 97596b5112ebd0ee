//! Writes a base, from which a discriminator leads to the schemas that are made of it, as the union of those schemas.
//!
//! OpenAPI has two ways to say that a value is one of several objects: a `oneOf` that names them, and a base with a
//! `discriminator`, which the others name in their `allOf`. Read as what it literally is, a base has none of the properties of the
//! schemas made of it, and they would be lost without a word.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use super::{Lowered, shapes, unions};
use crate::build::{document::sorted, problem::Problem, walk};

/// Moves what a base itself says into a schema of its own, which those that are made of it name from then on, and makes the
/// base their union.
pub fn as_unions(lowered: &mut Lowered) -> Result<(), Problem> {
    if !walk::any_map(&lowered.document, &|map| map.contains_key("discriminator")) {
        return Ok(());
    }
    // The order of variants is that of the schemas, which must not depend on a feature of serde_json.
    lowered.document = sorted(std::mem::take(&mut lowered.document));
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
    let unions: BTreeMap<String, Value> = own.keys().map(|base| (base.clone(), schemas[base].clone())).collect();
    for (name, schema) in schemas.iter_mut() {
        let is_part = |part: &&String| part.as_str() != name;
        for part in schema.get_mut("allOf").and_then(Value::as_array_mut).into_iter().flatten() {
            let base = unions::reference(part).and_then(|base| own.get(base)).filter(is_part).cloned();
            if let Some(base) = base {
                part["$ref"] = json!(format!("#/components/schemas/{base}"));
            }
        }
    }
    if unions.is_empty() {
        return Ok(());
    }
    walk::schemas(&mut lowered.document, &mut |schema, _| {
        of_common_base(schema, &made_of, &unions);
        Ok(())
    })
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

/// The union of the schemas that are made of a base, and of what it says itself. The latter comes first, as the schema of the values
/// that are of none of the others: a base may be a thing of its own, and the service may make others of it later.
fn union(schemas: &Map<String, Value>, base: &str, own: &str, members: &[String]) -> Value {
    let schema = &schemas[base];
    let tag = schema["discriminator"]["propertyName"].as_str().unwrap_or_default();
    let mut mapping = schema["discriminator"]["mapping"].as_object().cloned().unwrap_or_default();
    let named = |name: &str| json!(format!("#/components/schemas/{name}"));
    let mut names: Vec<String> = members.to_vec();
    let mut is_mapped = BTreeSet::new();
    for value in mapping.values_mut() {
        let target = value.as_str().unwrap_or_default();
        let known = [own].into_iter().chain(schemas.keys().map(String::as_str));
        let Some(name) = known.into_iter().find(|name| unions::is_mapped_to(target, name)).map(str::to_string) else {
            continue;
        };
        let name = if name == base { own.to_string() } else { name };
        *value = named(&name);
        if name != own && !names.contains(&name) {
            names.push(name.clone());
        }
        is_mapped.insert(name);
    }
    let declared = limits(schemas, schema, tag);
    for name in members.iter().filter(|name| !is_mapped.contains(*name)) {
        // A schema that narrows the property says its value by that; otherwise the value is its name, unless the base lists the
        // values and the name is none of them.
        let may_be = declared.is_none_or(|values| values.as_array().is_some_and(|all| all.contains(&json!(name))));
        if may_be && !narrows(schemas, &schemas[name.as_str()], tag) {
            mapping.insert(name.clone(), named(name));
        }
    }
    let members: Vec<Value> =
        [own].into_iter().chain(names.iter().map(String::as_str)).map(|name| json!({"$ref": named(name)})).collect();
    let discriminator = json!({"propertyName": tag, "mapping": mapping, unions::DEFAULT: named(own)});
    let mut union = json!({"oneOf": members, "discriminator": discriminator});
    for word in ["description", "title", "deprecated", "nullable"] {
        if let Some(said) = schema.get(word) {
            union[word] = said.clone();
        }
    }
    union
}

/// What tells the members of a union apart that says nothing of it, where all are made of one base: what tells them apart there.
fn of_common_base(schema: &mut Value, made_of: &BTreeMap<String, Vec<String>>, unions: &BTreeMap<String, Value>) {
    let Some(members) = unions::members(schema).filter(|_| schema.get("discriminator").is_none()) else { return };
    let is_made_of =
        |member: &Value, base: &String| unions::reference(member).is_some_and(|name| leads_to(made_of, name, base, 0));
    let mut bases = unions.iter().filter(|(base, _)| members.iter().all(|member| is_made_of(member, base)));
    if let Some((_, union)) = bases.next() {
        schema["discriminator"] = union["discriminator"].clone();
    }
}

/// Whether a schema, or an inline part of it, limits a property to some values.
fn narrows(schemas: &Map<String, Value>, schema: &Value, property: &str) -> bool {
    let parts = schema["allOf"].as_array().into_iter().flatten();
    [schema].into_iter().chain(parts).any(|part| limits(schemas, part, property).is_some())
}

/// The values to which a schema itself limits a property, by a list at the property or in the schema that it refers to. The bound is
/// for circles.
fn limits<'a>(schemas: &'a Map<String, Value>, schema: &'a Value, property: &str) -> Option<&'a Value> {
    let mut property = &schema["properties"][property];
    for _ in 0..16 {
        if let Some(values) = property.get("enum") {
            return Some(values);
        }
        let part = shapes::only_member(property).map_or(property, |index| &property["allOf"][index]);
        property = schemas.get(unions::reference(part)?)?;
    }
    None
}
