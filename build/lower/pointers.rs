//! Gives everything that a schema refers to a place under `components/schemas`, with a name that can stand in a reference as it is.
//!
//! A reference may lead into another schema, to `$defs`, or to `definitions` of older documents, and its name may be escaped as in a
//! URL. All later rules know only `#/components/schemas/<name>`.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::Lowered;
use crate::build::{
    document::sorted,
    problem::Problem,
    rust_names::type_name,
    walk::{self, component_name},
};

/// Rewrites the references that are not written so, with a copy of what they lead to where it has no name of its own. One that leads
/// nowhere is left as it is, and refused if anybody uses it.
pub fn named(lowered: &mut Lowered) -> Result<(), Problem> {
    let document = &lowered.document;
    let is_other = |map: &Map<String, Value>| {
        map.get("$ref").and_then(Value::as_str).is_some_and(|reference| is_other(document, reference))
    };
    if !walk::any_map(document, &is_other) {
        return Ok(());
    }
    // The numbers of equal names follow the order of the walk, which must not depend on a feature of serde_json.
    lowered.document = sorted(std::mem::take(&mut lowered.document));
    let known = lowered.document.clone();
    let mut names = Names { known: &known, given: BTreeMap::new(), open: Vec::new() };
    walk::schemas_anywhere(&mut lowered.document, &mut |schema, _| {
        names.rewrite(schema);
        Ok(())
    })?;
    // What was copied may refer to more.
    while let Some((name, mut schema)) = names.open.pop() {
        let place = walk::Place { pointer: String::new(), operation: None, role: walk::Role::Named(name.clone()) };
        walk::schema(&mut schema, &place, &mut |schema, _| {
            names.rewrite(schema);
            Ok(())
        })?;
        lowered.document["components"]["schemas"][name] = schema;
    }
    Ok(())
}

/// Whether a reference to a schema of this document has another form. References to other components are those of parameters and the
/// like; if one is that of a schema, it is found when the schemas are walked through.
fn is_other(known: &Value, reference: &str) -> bool {
    let is_named =
        component_name(reference, "schemas").is_some_and(|name| known["components"]["schemas"].get(name).is_some());
    reference.starts_with("#/") && !is_named
}

struct Names<'a> {
    known: &'a Value,
    /// The names that pointers have got.
    given: BTreeMap<String, String>,
    /// The copies whose own references are not rewritten yet, with their names.
    open: Vec<(String, Value)>,
}

impl Names<'_> {
    fn rewrite(&mut self, schema: &mut Value) {
        if let Some(named) = schema.get("$ref").and_then(Value::as_str).and_then(|reference| self.target(reference)) {
            schema["$ref"] = json!(named);
        }
        let mapping = schema.pointer_mut("/discriminator/mapping").and_then(Value::as_object_mut);
        for value in mapping.into_iter().flat_map(Map::values_mut) {
            if let Some(named) = value.as_str().and_then(|reference| self.target(reference)) {
                *value = json!(named);
            }
        }
    }

    /// The reference to write for one of another form; `None` for one that may stay, or that leads nowhere.
    fn target(&mut self, reference: &str) -> Option<String> {
        if !is_other(self.known, reference) {
            return None;
        }
        let pointer = unescaped(&reference[1..]);
        let target = self.known.pointer(&pointer).filter(|target| target.is_object())?;
        Some(format!("#/components/schemas/{}", self.name(&pointer, target)))
    }

    fn name(&mut self, pointer: &str, target: &Value) -> String {
        let segments: Vec<String> =
            pointer.split('/').skip(1).map(|segment| segment.replace("~1", "/").replace("~0", "~")).collect();
        let direct = match segments.as_slice() {
            [components, schemas, name] if components == "components" && schemas == "schemas" => Some(name),
            _ => None,
        };
        if let Some(name) = direct.filter(|name| !name.contains('/')) {
            return name.clone();
        }
        if let Some(name) = self.given.get(pointer) {
            return name.clone();
        }
        let is_word = |word: &&String| {
            !matches!(
                word.as_str(),
                "components" | "schemas" | "properties" | "$defs" | "definitions" | "paths" | "schema"
            )
        };
        let words: Vec<&str> = segments.iter().filter(is_word).map(String::as_str).collect();
        let base = type_name(&words.join("-"));
        let schemas = self.known["components"]["schemas"].as_object();
        let is_taken = |name: &String, given: &BTreeMap<String, String>| {
            schemas
                .is_some_and(|schemas| schemas.keys().any(|taken| type_name(taken) == *name && direct != Some(taken)))
                || given.values().any(|taken| taken == name)
        };
        let mut name = base.clone();
        for number in 2.. {
            if !is_taken(&name, &self.given) {
                break;
            }
            name = format!("{base}{number}");
        }
        self.given.insert(pointer.to_string(), name.clone());
        self.open.push((name.clone(), target.clone()));
        name
    }
}

/// The text of a fragment of a URL without its escapes.
fn unescaped(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let escaped = after.get(..2).filter(|_| *first == b'%').and_then(|hex| std::str::from_utf8(hex).ok());
        match escaped.and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
            Some(byte) => {
                bytes.push(byte);
                rest = &after[2..];
            }
            None => {
                bytes.push(*first);
                rest = after;
            }
        }
    }
    String::from_utf8(bytes).unwrap_or_else(|_| text.to_string())
}
