//! Makes every field of an event optional, at any depth.
//!
//! Imprint's document requires no property of the payloads themselves. If a nested schema required a property and a
//! delivery lacked it, the event could not be decoded, and Imprint would send it again and again.

use std::collections::{BTreeMap, BTreeSet};

use heck::ToUpperCamelCase;
use serde_json::{Map, Value, json};

use super::{Lowered, names, shapes};
use crate::build::{
    problem::Problem,
    walk::{self, Place, Role, component_name, escape},
};

type Schemas = Map<String, Value>;

/// Removes `required` from every schema that an event contains.
///
/// A schema that calls use as well keeps its `required`; events get a copy of it, `EventThing` of `Thing`. A schema is
/// shared as before if neither it nor a schema within it requires a property. The enums in the copies are shared, too.
pub fn nothing_required(lowered: &mut Lowered) -> Result<(), Problem> {
    let aliases = &lowered.aliases;
    let payloads = lowered.payloads.iter();
    let payloads: Vec<String> = payloads.map(|name| aliases.get(name).unwrap_or(name).clone()).collect();
    let in_calls = shapes::reachable(&[], &lowered.document)?;
    let owners = names::owners(&mut lowered.document)?;
    let Some(schemas) = lowered.document.pointer_mut("/components/schemas").and_then(Value::as_object_mut) else {
        return Ok(());
    };
    let parts = parts(schemas)?;
    let requiring = requiring(&parts);
    let changed: Vec<String> = reached(&parts, payloads).into_iter().filter(|name| requiring.contains(name)).collect();
    let copies: BTreeMap<String, String> = changed
        .iter()
        .filter(|name| in_calls.contains(*name))
        .map(|name| (name.clone(), format!("Event{}", name.to_upper_camel_case())))
        .collect();
    for (name, copy) in &copies {
        name_enums(schemas, name)?;
        let mut schema = schemas[name].clone();
        // The rule for ids takes the kind of an id from the name of the schema that owns it, which is another one here.
        if let Some(id) = schema.pointer_mut("/properties/id").filter(|id| names::is_plain_string(id))
            && id.get(names::ID).is_none()
        {
            id[names::ID] = json!(names::own_id(&owners, name));
        }
        let about = schema["description"].as_str().unwrap_or_default();
        let about = format!("`{name}` as events hold it: none of its fields is sure to be there.\n\n{about}");
        schema["description"] = json!(about.trim_end());
        add(schemas, copy, schema, &format!("the copy of `{name}` for events"))?;
    }
    for name in &changed {
        visit(schemas, copies.get(name).unwrap_or(name), &mut |schema| {
            if let Some(map) = schema.as_object_mut() {
                map.remove("required");
            }
            if let Some(copy) = reference(schema).and_then(|name| copies.get(name)) {
                schema["$ref"] = json!(format!("#/components/schemas/{copy}"));
            }
        })?;
    }
    Ok(())
}

/// What a named schema refers to, and whether it requires a property itself.
struct Parts {
    references: BTreeSet<String>,
    requires: bool,
}

fn parts(schemas: &mut Schemas) -> Result<BTreeMap<String, Parts>, Problem> {
    let names: Vec<String> = schemas.keys().cloned().collect();
    let of = |name: String| {
        let mut parts = Parts { references: BTreeSet::new(), requires: false };
        visit(schemas, &name, &mut |schema| {
            parts.requires |= schema.get("required").is_some();
            parts.references.extend(reference(schema).map(str::to_string));
        })?;
        Ok((name, parts))
    };
    names.into_iter().map(of).collect()
}

/// These names, and all names that their schemas refer to, directly or through others.
fn reached(parts: &BTreeMap<String, Parts>, mut open: Vec<String>) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    while let Some(name) = open.pop() {
        if let Some(parts) = parts.get(&name)
            && found.insert(name)
        {
            open.extend(parts.references.iter().cloned());
        }
    }
    found
}

/// The schemas that require a property, or refer to one that does.
fn requiring(parts: &BTreeMap<String, Parts>) -> BTreeSet<String> {
    let mut users: BTreeMap<&String, Vec<&String>> = BTreeMap::new();
    for (user, parts) in parts {
        parts.references.iter().for_each(|name| users.entry(name).or_default().push(user));
    }
    let mut open: Vec<&String> = parts.iter().filter(|(_, parts)| parts.requires).map(|(name, _)| name).collect();
    let mut found = BTreeSet::new();
    while let Some(name) = open.pop() {
        if found.insert(name.clone()) {
            open.extend(users.get(name).into_iter().flatten());
        }
    }
    found
}

/// Gives the enums among the properties of a schema the names that typify would give them. The copy of the schema then
/// refers to the same enums; otherwise it would get types of its own with the same values.
fn name_enums(schemas: &mut Schemas, owner: &str) -> Result<(), Problem> {
    let Some(properties) = schemas[owner]["properties"].as_object().cloned() else { return Ok(()) };
    for (property, mut schema) in properties {
        let Some(map) = schema.as_object_mut().filter(|map| map.contains_key("enum")) else { continue };
        let title = map.remove("title").and_then(|title| title.as_str().map(str::to_string));
        let name = title.unwrap_or_else(|| format!("{owner}_{property}").to_upper_camel_case());
        // Keywords that describe the property, and not its set of values, stay on the property.
        let mut of_property: Map<String, Value> = map
            .iter()
            .filter(|(key, _)| is_of_property(key))
            .map(|(key, value)| (key.clone(), value.clone()))
            .collect();
        map.remove("nullable");
        of_property.insert("$ref".to_string(), json!(format!("#/components/schemas/{name}")));
        add(schemas, &name, schema, &format!("the enum of `{property}` in `{owner}`"))?;
        schemas[owner]["properties"][property] = Value::Object(of_property);
    }
    Ok(())
}

fn is_of_property(keyword: &str) -> bool {
    matches!(keyword, "description" | "nullable" | "deprecated") || keyword.starts_with("x-")
}

fn add(schemas: &mut Schemas, name: &str, schema: Value, what: &str) -> Result<(), Problem> {
    if schemas.keys().any(|taken| taken.to_upper_camel_case() == name.to_upper_camel_case()) {
        return Err(Problem::new(
            format!("/components/schemas/{}", escape(name)),
            format!("{what} would have the name of this schema"),
            "rename this schema by an overlay action",
        ));
    }
    schemas.insert(name.to_string(), schema);
    Ok(())
}

fn visit(schemas: &mut Schemas, name: &str, change: &mut dyn FnMut(&mut Value)) -> Result<(), Problem> {
    let pointer = format!("/components/schemas/{}", escape(name));
    let place = Place { pointer, operation: None, role: Role::Named(name.to_string()) };
    walk::schema(&mut schemas[name], &place, &mut |schema, _| {
        change(schema);
        Ok(())
    })
}

fn reference(schema: &Value) -> Option<&str> {
    component_name(schema["$ref"].as_str()?, "schemas")
}
