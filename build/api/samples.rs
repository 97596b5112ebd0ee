//! Example values for the documentation, made from the examples of the document.

use serde_json::{Map, Value, json};

use crate::build::walk::resolve;

/// How many optional properties the example of an object shows when nothing is required.
const SHOWN: usize = 2;

/// How deep objects and lists are followed: a schema may hold itself.
const MAX_DEPTH: usize = 4;

/// An example of a schema: the document's own, or else the plainest value of the type. Of an object it has what is
/// required.
pub fn of(document: &Value, schema: &Value) -> Value {
    at_depth(document, schema, 0)
}

/// An example of an object with values that are given for it, beside what is required.
pub fn with(document: &Value, schema: &Value, given: Map<String, Value>) -> Value {
    let mut sample = of(document, schema);
    if let Some(sample) = sample.as_object_mut().filter(|_| !given.is_empty()) {
        let required = resolve(document, schema)["required"].as_array().into_iter().flatten();
        let required: Vec<&str> = required.filter_map(Value::as_str).collect();
        sample.retain(|name, _| required.contains(&name.as_str()));
        sample.extend(given);
    }
    sample
}

fn at_depth(document: &Value, schema: &Value, depth: usize) -> Value {
    let target = resolve(document, schema);
    let is_scalar = !matches!(target["type"].as_str(), Some("object" | "array") | None);
    let given = schema.get("example").or(target.get("example")).filter(|example| is_scalar && !example.is_array());
    if let Some(given) = given {
        return given.clone();
    }
    match target["type"].as_str() {
        Some("string") => target["enum"].get(0).cloned().unwrap_or_else(|| json!("…")),
        Some("integer") => target.get("minimum").filter(|m| m.is_i64()).cloned().unwrap_or_else(|| json!(1)),
        Some("number") => json!(1.0),
        Some("boolean") => json!(true),
        Some("array") if depth < MAX_DEPTH => json!([at_depth(document, &target["items"], depth + 1)]),
        Some("object") if depth < MAX_DEPTH => {
            let required: Vec<&str> =
                target["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
            let mut shown = Map::new();
            for (name, property) in target["properties"].as_object().into_iter().flatten() {
                let optional = required.is_empty() && shown.len() < SHOWN && is_shown(document, property);
                if required.contains(&name.as_str()) || optional {
                    shown.insert(name.clone(), at_depth(document, property, depth + 1));
                }
            }
            Value::Object(shown)
        }
        _ => json!({}),
    }
}

/// Whether an optional property is worth showing: it is a scalar with an example of its own.
fn is_shown(document: &Value, property: &Value) -> bool {
    let target = resolve(document, property);
    let scalar = matches!(target["type"].as_str(), Some("string" | "integer"));
    scalar && (property.get("example").is_some() || target.get("example").is_some())
}
