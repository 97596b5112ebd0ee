//! Rewrites schemas that are valid and from which progenitor or typify would generate types that are of no use.
//!
//! Examples are a newtype around another type, an `Option` in an `Option`, and a required field that no answer has.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use super::{Lowered, merge, unions};
use crate::build::{
    problem::Problem,
    walk::{self, Place, Role},
};

fn describes_only(member: &Value) -> bool {
    member.as_object().is_some_and(|map| map.keys().all(|key| merge::is_harmless(key)))
}

/// Replaces an `allOf` of one schema, and of members that only describe, by that schema with the description beside it.
pub fn single_all_of(lowered: &mut Lowered) -> Result<(), Problem> {
    walk::schemas(&mut lowered.document, &mut |schema, _| {
        let (Some(only), Some(map)) = (only_member(schema), schema.as_object_mut()) else { return Ok(()) };
        let Some(Value::Array(mut members)) = map.remove("allOf") else { return Ok(()) };
        let mut merged = members.remove(only).as_object().cloned().unwrap_or_default();
        // The others only describe.
        for part in members.into_iter().filter_map(|part| part.as_object().cloned()).chain([std::mem::take(map)]) {
            merged.extend(part);
        }
        *map = merged;
        Ok(())
    })
}

/// The index of the member that stands for the whole `allOf` of a schema, if there is one.
pub(super) fn only_member(schema: &Value) -> Option<usize> {
    // With a shape of its own beside the `allOf` it is a merge.
    let beside = |keyword: &String| keyword != "allOf" && keyword != "type" && !merge::is_harmless(keyword);
    if schema.as_object()?.keys().any(beside) {
        return None;
    }
    let members = schema.get("allOf")?.as_array()?;
    let mut shapes = (0..members.len()).filter(|index| !describes_only(&members[*index]));
    shapes.next().filter(|_| shapes.next().is_none())
}

use unions::reference;

fn named(document: &Value) -> Map<String, Value> {
    document.pointer("/components/schemas").and_then(Value::as_object).cloned().unwrap_or_default()
}

/// Removes schemas that only name another one, and remembers them for a `type` alias. typify would generate a newtype,
/// which cannot be used in the place of the other type.
pub fn aliases(lowered: &mut Lowered) -> Result<(), Problem> {
    let schemas = named(&lowered.document);
    let used = reachable(&lowered.payloads, &lowered.document)?;
    let mut aliases = BTreeMap::new();
    for (name, schema) in &schemas {
        let Some(mut target) = reference(schema) else { continue };
        let mut nullable = schema["nullable"] == true;
        let mut seen = BTreeSet::from([name.as_str()]);
        while let Some((named, next)) = schemas.get(target).and_then(|named| Some((named, reference(named)?))) {
            if !seen.insert(target) {
                return Err(Problem::new(
                    format!("/components/schemas/{}", walk::escape(name)),
                    "a schema that is only a reference to itself",
                    "say what it is by an overlay action",
                ));
            }
            nullable |= named["nullable"] == true;
            target = next;
        }
        aliases.insert(name.clone(), (target.to_string(), nullable));
    }
    replace_references(lowered, &|name| {
        let (target, nullable) = aliases.get(name)?;
        let mut reference = json!({"$ref": format!("#/components/schemas/{target}")});
        if *nullable {
            reference["nullable"] = json!(true);
        }
        Some(reference)
    })?;
    if let Some(schemas) = lowered.document.pointer_mut("/components/schemas").and_then(Value::as_object_mut) {
        schemas.retain(|name, _| !aliases.contains_key(name));
    }
    for target in lowered.aliases.values_mut() {
        if let Some((further, _)) = aliases.get(target) {
            *target = further.clone();
        }
    }
    let named = aliases.into_iter().filter(|(name, _)| used.contains(name));
    lowered.aliases.extend(named.map(|(name, (target, _))| (name, target)));
    Ok(())
}

/// Replaces each reference for which `by` returns a schema.
fn replace_references(lowered: &mut Lowered, by: &dyn Fn(&str) -> Option<Value>) -> Result<(), Problem> {
    walk::schemas(&mut lowered.document, &mut |schema, place| {
        // A plain name may stand for another plain name; circles have been refused.
        if matches!(place.role, Role::Named(_)) {
            return Ok(());
        }
        while let Some(replacement) = reference(schema).and_then(by) {
            write_out(schema, replacement);
        }
        Ok(())
    })
}

/// Writes a schema in the place of a reference. Keywords beside the reference are kept and take precedence.
fn write_out(reference: &mut Value, by: Value) {
    let mut merged = by.as_object().cloned().unwrap_or_default();
    let mut beside = reference.as_object().cloned().unwrap_or_default();
    beside.remove("$ref");
    merged.extend(beside);
    *reference = Value::Object(merged);
}

/// A schema of a document in the normal form as the rules for aliases and plain names leave it: if it refers to an alias,
/// it refers to what that stands for, and a plain schema is written out.
pub(super) fn written_out(schema: &Value, schemas: &Value) -> Value {
    let mut schema = schema.clone();
    // These rules refuse circles; the bound is for a schema that is refused later.
    for _ in 0..16 {
        let Some(named) = reference(&schema).and_then(|name| schemas.get(name)) else { break };
        match named.get("$ref") {
            Some(target) if reference(named).is_some() => schema["$ref"] = target.clone(),
            _ if is_plain(named) => write_out(&mut schema, named.clone()),
            _ => break,
        }
    }
    schema
}

fn is_plain(schema: &Value) -> bool {
    let has_properties = schema["properties"].as_object().is_some_and(|properties| !properties.is_empty());
    let shaped = has_properties || ["allOf", "$ref"].iter().any(|keyword| schema.get(keyword).is_some());
    // A named text is a type of its own, unless it is a secret or a timestamp, which have types already.
    let is_text = schema["type"] == "string" && !matches!(schema["format"].as_str(), Some("password" | "date-time"));
    !shaped && !is_text && unions::members(schema).is_none()
}

/// Writes out named numbers, lists and free maps where they are used. Otherwise an amount would be a newtype around
/// `i64`.
pub fn plain_names(lowered: &mut Lowered) -> Result<(), Problem> {
    let plain: BTreeMap<String, Value> =
        named(&lowered.document).into_iter().filter(|(_, schema)| is_plain(schema)).collect();
    no_circles(&plain)?;
    replace_references(lowered, &|name| plain.get(name).cloned())?;
    if let Some(schemas) = lowered.document.pointer_mut("/components/schemas").and_then(Value::as_object_mut) {
        schemas.retain(|name, _| !plain.contains_key(name));
    }
    Ok(())
}

/// Refuses a list or map of itself, which cannot be written out.
fn no_circles(plain: &BTreeMap<String, Value>) -> Result<(), Problem> {
    let mut left = references(&mut json!({"components": {"schemas": plain}}))?;
    let mut users: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (user, used) in &left {
        for name in used {
            users.entry(name.clone()).or_default().extend(user.clone());
        }
    }
    // What refers to nothing that is left is in no circle.
    let mut done: Vec<String> =
        plain.keys().filter(|name| !left.contains_key(&Some((*name).clone()))).cloned().collect();
    // References to what is not plain end there.
    for used in left.values_mut() {
        used.retain(|name| plain.contains_key(name));
    }
    done.extend(left.iter().filter(|(_, used)| used.is_empty()).filter_map(|(name, _)| name.clone()));
    while let Some(name) = done.pop() {
        left.remove(&Some(name.clone()));
        for user in users.get(&name).into_iter().flatten() {
            if let Some(used) = left.get_mut(&Some(user.clone())) {
                used.remove(&name);
                if used.is_empty() {
                    done.push(user.clone());
                }
            }
        }
    }
    // All that are left lead into a circle.
    let Some(mut name) = left.keys().flatten().next() else { return Ok(()) };
    let mut seen = BTreeSet::new();
    while seen.insert(name) {
        match left.get(&Some(name.clone())).and_then(|used| used.first()) {
            Some(next) => name = next,
            None => break,
        }
    }
    Err(Problem::new(
        format!("/components/schemas/{}", walk::escape(name)),
        "a list, map or number that contains only itself",
        "name the object in between by an overlay action",
    ))
}

/// Moves `nullable` from a named schema to its uses. Otherwise an `Option` in an `Option` would be generated.
pub fn nullable_names(lowered: &mut Lowered) -> Result<(), Problem> {
    let mut nullable = BTreeSet::new();
    if let Some(schemas) = lowered.document.pointer_mut("/components/schemas").and_then(Value::as_object_mut) {
        for (name, schema) in schemas {
            if schema.as_object_mut().and_then(|schema| schema.remove("nullable")) == Some(json!(true)) {
                nullable.insert(name.clone());
            }
        }
    }
    walk::schemas(&mut lowered.document, &mut |schema, _| {
        if reference(schema).is_some_and(|name| nullable.contains(name)) {
            schema["nullable"] = json!(true);
        }
        Ok(())
    })
}

/// Removes names from `required` that are no properties. Callers would have to set them, and every answer would fail to
/// decode.
pub fn required_names(lowered: &mut Lowered) -> Result<(), Problem> {
    walk::schemas(&mut lowered.document, &mut |schema, _| {
        let properties = schema.get("properties").cloned().unwrap_or_default();
        let Some(required) = schema.get_mut("required").and_then(Value::as_array_mut) else { return Ok(()) };
        required.retain(|name| name.as_str().is_some_and(|name| properties.get(name).is_some()));
        if let (true, Some(map)) = (required.is_empty(), schema.as_object_mut()) {
            map.remove("required");
        }
        Ok(())
    })
}

/// Removes `additionalProperties: false`. Answers would fail to decode as soon as the API adds a property.
pub fn closed_objects(lowered: &mut Lowered) -> Result<(), Problem> {
    walk::schemas(&mut lowered.document, &mut |schema, _| {
        if let Some(map) = schema.as_object_mut()
            && map.get("additionalProperties") == Some(&json!(false))
        {
            map.remove("additionalProperties");
        }
        Ok(())
    })
}

/// Removes schemas that no call and no webhook uses, above all those of errors, so that no types are generated for
/// them.
pub fn unused(lowered: &mut Lowered) -> Result<(), Problem> {
    let used = reachable(&lowered.payloads, &lowered.document)?;
    if let Some(schemas) = lowered.document.pointer_mut("/components/schemas").and_then(Value::as_object_mut) {
        schemas.retain(|name, _| used.contains(name));
    }
    Ok(())
}

/// The named schemas that operations reach, or these roots.
pub(super) fn reachable(roots: &[String], document: &Value) -> Result<BTreeSet<String>, Problem> {
    let mut edges = references(&mut document.clone())?;
    edges.entry(None).or_default().extend(roots.iter().cloned());
    let mut used = BTreeSet::new();
    let mut open: Vec<String> = edges.get(&None).into_iter().flatten().cloned().collect();
    while let Some(name) = open.pop() {
        if used.insert(name.clone()) {
            open.extend(edges.get(&Some(name)).into_iter().flatten().cloned());
        }
    }
    Ok(used)
}

/// The names that each named schema refers to; under None, those that operations refer to.
fn references(document: &mut Value) -> Result<BTreeMap<Option<String>, BTreeSet<String>>, Problem> {
    let mut edges: BTreeMap<Option<String>, BTreeSet<String>> = BTreeMap::new();
    walk::schemas(document, &mut |schema, place| {
        if let Some(name) = reference(schema) {
            edges.entry(owner(place)).or_default().insert(name.to_string());
        }
        Ok(())
    })?;
    Ok(edges)
}

/// The named schema a place is in, None inside an operation.
pub(super) fn owner(place: &Place) -> Option<String> {
    let name = place.pointer.strip_prefix("/components/schemas/")?.split('/').next()?;
    Some(name.replace("~1", "/").replace("~0", "~"))
}
