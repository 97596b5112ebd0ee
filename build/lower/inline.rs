//! Names the types: every inline object, list of values and union gets a named schema, and no two get one Rust name.
//!
//! typify takes the name of an inline schema from its `title`, or else from its place, and where a type of that name is
//! there already it uses it without a look at its shape: a loan would be read as a card. So the names are given here,
//! by the same rule, and those that would meet are kept apart.

use std::collections::{BTreeMap, BTreeSet};

use heck::ToSnakeCase;
use serde_json::{Map, Value, json};

use super::{Lowered, unions};
use crate::build::{
    problem::Problem,
    rust_names::type_name,
    walk::{self, Place, Role, escape},
};

/// Renames schemas whose Rust names would be one: the one that is spelled like its Rust name keeps it, or else the first.
///
/// Two that say the same stay one type.
pub fn apart(lowered: &mut Lowered) -> Result<(), Problem> {
    let Some(schemas) = lowered.document.pointer("/components/schemas").and_then(Value::as_object) else {
        return Ok(());
    };
    let mut names: Vec<&String> = schemas.keys().collect();
    names.sort_by_key(|name| (type_name(name) != **name, name.to_string()));
    let mut taken: BTreeMap<String, &String> = BTreeMap::new();
    let mut renamed: BTreeMap<String, String> = BTreeMap::new();
    for name in names {
        let mut unique = name.clone();
        for number in 2.. {
            match taken.get(&type_name(&unique)) {
                None => {
                    taken.insert(type_name(&unique), name);
                    break;
                }
                Some(other) if shape(&schemas[*other]) == shape(&schemas[name]) => {
                    unique = other.to_string();
                    break;
                }
                Some(_) => unique = format!("{name}{number}"),
            }
        }
        if unique != *name {
            renamed.insert(name.clone(), unique);
        }
    }
    if renamed.is_empty() {
        return Ok(());
    }
    walk::schemas(&mut lowered.document, &mut |schema, _| {
        if let Some(new) = unions::reference(schema).and_then(|name| renamed.get(name)) {
            schema["$ref"] = json!(format!("#/components/schemas/{new}"));
        }
        Ok(())
    })?;
    if let Some(schemas) = lowered.document.pointer_mut("/components/schemas").and_then(Value::as_object_mut) {
        for (old, new) in &renamed {
            let schema = schemas.remove(old);
            if let Some(schema) = schema.filter(|_| !schemas.contains_key(new)) {
                schemas.insert(new.clone(), schema);
                lowered.places.insert(new.clone(), format!("/components/schemas/{}", escape(old)));
            }
        }
    }
    lowered.renamed = renamed;
    Ok(())
}

/// Moves every inline object, list of values and union into a named schema.
pub fn types(lowered: &mut Lowered) -> Result<(), Problem> {
    let schemas = lowered.document.pointer("/components/schemas").and_then(Value::as_object).cloned();
    let mut schemas = schemas.unwrap_or_default();
    let names: Vec<String> = schemas.keys().cloned().collect();
    let taken = names.iter().map(|name| (type_name(name), (name.clone(), schemas[name].clone()))).collect();
    let titles = titles(&mut lowered.document, &taken)?;
    let mut naming = Naming { taken, titles, found: Map::new(), places: BTreeMap::new() };
    for name in &names {
        let pointer = format!("/components/schemas/{}", escape(name));
        naming.parts(&mut schemas[name.as_str()], &type_name(name), &pointer);
    }
    walk::operations(&mut lowered.document, &mut |operation| {
        let id = operation.id.unwrap_or_default().to_string();
        let pointer = operation.pointer.clone();
        let named = |part: &str| type_name(&format!("{id}-{part}"));
        for (index, parameter) in
            operation.value.get_mut("parameters").and_then(Value::as_array_mut).into_iter().flatten().enumerate()
        {
            let name = named(parameter["name"].as_str().unwrap_or_default());
            if let Some(schema) = parameter.get_mut("schema") {
                naming.place(schema, &name, &format!("{pointer}/parameters/{index}/schema"));
            }
        }
        if let Some(body) = operation.value.get_mut("requestBody") {
            naming.content(body, &named("body"), &format!("{pointer}/requestBody"));
        }
        for (status, response) in
            operation.value.get_mut("responses").and_then(Value::as_object_mut).into_iter().flatten()
        {
            naming.content(response, &named("response"), &format!("{pointer}/responses/{}", escape(status)));
        }
        Ok(())
    })?;
    schemas.extend(naming.found);
    lowered.places.extend(naming.places);
    if schemas.is_empty() {
        return Ok(());
    }
    lowered.document["components"]["schemas"] = Value::Object(schemas);
    Ok(())
}

/// What a schema says of values: it without the words around it.
pub(super) fn shape(schema: &Value) -> Value {
    let mut schema = schema.clone();
    if let Some(map) = schema.as_object_mut() {
        map.remove("nullable");
    }
    let place = Place { pointer: String::new(), operation: None, role: Role::Other };
    let stripped = walk::schema(&mut schema, &place, &mut |schema, _| {
        if let Some(map) = schema.as_object_mut() {
            let is_words = |key: &str| matches!(key, "description" | "title" | "deprecated") || key.starts_with("x-");
            map.retain(|key, _| !is_words(key));
        }
        Ok(())
    });
    debug_assert!(stripped.is_ok());
    schema
}

/// Whether a schema becomes a type of its own.
fn is_type(schema: &Value) -> bool {
    let has = |key: &str| schema.get(key).is_some_and(|value| value.as_object().is_some_and(|map| !map.is_empty()));
    has("properties") || schema["enum"].is_array() || unions::members(schema).is_some()
}

/// Whether nothing in a schema can become a type.
fn is_plain(schema: &Value) -> bool {
    let parts = ["properties", "enum", "items", "additionalProperties"].into_iter().chain(unions::KEYWORDS);
    schema.as_object().is_none_or(|map| !parts.clone().any(|keyword| map.contains_key(keyword)))
}

type Taken = BTreeMap<String, (String, Value)>;

/// The titles that can be names: of all inline schemas with such a title the shape is the same.
fn titles(document: &mut Value, taken: &Taken) -> Result<BTreeSet<String>, Problem> {
    let mut shapes: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    walk::schemas(document, &mut |schema, place| {
        if let Some(title) = schema["title"].as_str().filter(|_| is_type(schema))
            && !matches!(place.role, Role::Named(_))
        {
            shapes.entry(type_name(title)).or_default().insert(shape(schema).to_string());
        }
        Ok(())
    })?;
    for (name, shapes) in &mut shapes {
        shapes.extend(taken.get(name).map(|(_, schema)| shape(schema).to_string()));
    }
    Ok(shapes.into_iter().filter(|(_, shapes)| shapes.len() == 1).map(|(name, _)| name).collect())
}

struct Naming {
    /// The Rust names that are taken, each with the key and its schema.
    taken: Taken,
    titles: BTreeSet<String>,
    /// The schemas that were inline, by their new names.
    found: Map<String, Value>,
    places: BTreeMap<String, String>,
}

impl Naming {
    /// A schema in a place where typify would call it `suggested`.
    fn place(&mut self, schema: &mut Value, suggested: &str, pointer: &str) {
        if is_plain(schema) {
            return;
        }
        let title = schema["title"].as_str().filter(|title| self.titles.contains(&type_name(title)));
        let name = title.unwrap_or(suggested).to_string();
        if !is_type(schema) {
            // The title of a list is not used up by the list itself.
            let title = schema["title"].as_str();
            let of_items = format!("{}Item", type_name(title.unwrap_or(suggested)));
            if let Some(items) = schema.get_mut("items") {
                self.place(items, &of_items, &format!("{pointer}/items"));
            }
            if let Some(values) = schema.get_mut("additionalProperties") {
                self.place(values, &format!("{suggested}Value"), &format!("{pointer}/additionalProperties"));
            }
            return;
        }
        let (key, is_new) = self.claim(&name, schema);
        let mut reference = json!({"$ref": format!("#/components/schemas/{key}")});
        for keyword in ["description", "nullable", "deprecated"] {
            if let Some(value) = schema.get(keyword) {
                reference[keyword] = value.clone();
            }
        }
        let mut schema = std::mem::replace(schema, reference);
        if is_new {
            if let Some(map) = schema.as_object_mut() {
                map.retain(|keyword, _| !matches!(keyword.as_str(), "title" | "nullable"));
            }
            self.parts(&mut schema, &type_name(&key), pointer);
            self.found.insert(key.clone(), schema);
            self.places.insert(key, pointer.to_string());
        }
    }

    /// The key for a type that is to be called so, and whether the type is new.
    fn claim(&mut self, name: &str, schema: &Value) -> (String, bool) {
        let name: String = name.chars().map(|c| if c.is_alphanumeric() { c } else { '_' }).collect();
        let mut key = name.clone();
        for number in 2.. {
            match self.taken.get(&type_name(&key)) {
                None => break,
                Some((key, taken)) if shape(taken) == shape(schema) => return (key.clone(), false),
                Some(_) => key = format!("{name}{number}"),
            }
        }
        self.taken.insert(type_name(&key), (key.clone(), schema.clone()));
        (key, true)
    }

    /// The parts of a schema that has the Rust name `name`.
    fn parts(&mut self, schema: &mut Value, name: &str, pointer: &str) {
        let variants = unions::variants(schema);
        let Some(map) = schema.as_object_mut() else { return };
        let properties = map.get_mut("properties").and_then(Value::as_object_mut).into_iter().flatten();
        for (property, schema) in properties.filter(|(_, schema)| !is_plain(schema)) {
            let suggested = format!("{name}_{}", property.to_snake_case());
            self.place(schema, &suggested, &format!("{pointer}/properties/{}", escape(property)));
        }
        if let Some(values) = map.get_mut("additionalProperties") {
            self.place(values, &format!("{name}_extraValue"), &format!("{pointer}/additionalProperties"));
        }
        for keyword in unions::KEYWORDS {
            let members = map.get_mut(keyword).and_then(Value::as_array_mut).into_iter().flatten();
            for (index, (member, variant)) in members.zip(&variants).enumerate() {
                self.place(member, &format!("{name}_{variant}"), &format!("{pointer}/{keyword}/{index}"));
            }
        }
    }

    /// The JSON body of a request or an answer.
    fn content(&mut self, holder: &mut Value, name: &str, pointer: &str) {
        for (media, content) in holder.get_mut("content").and_then(Value::as_object_mut).into_iter().flatten() {
            if let Some(schema) = content.get_mut("schema") {
                self.place(schema, name, &format!("{pointer}/content/{}/schema", escape(media)));
            }
        }
    }
}
