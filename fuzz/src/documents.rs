//! Random changes of an OpenAPI document, for the target about lowering.

use arbitrary::{Result, Unstructured};
use serde_json::{Map, Value, json};

/// Names that mean something to the generator, and names that are awkward.
const NAMES: [&str; 20] = [
    "id",
    "type",
    "properties",
    "$ref",
    "required",
    "a b",
    "",
    "customer_id",
    "ssn",
    "self",
    "allOf",
    "oneOf",
    "anyOf",
    "items",
    "enum",
    "nullable",
    "discriminator",
    "additionalProperties",
    "x-imprint-id",
    "x-imprint-enum",
];

const TEXTS: [&str; 16] = [
    "",
    "object",
    "string",
    "array",
    "null",
    "integer",
    "date-time",
    "query",
    "path",
    "get",
    "200",
    "default",
    "ü\n`",
    "#/nowhere",
    "#/components/schemas/a~1b",
    "application/json",
];

/// Changes up to six places of a document, as the bytes say.
pub fn mutate(document: &mut Value, bytes: &mut Unstructured<'_>) -> Result<()> {
    for _ in 0..bytes.int_in_range(1..=6)? {
        if bytes.is_empty() {
            break;
        }
        let graft = if bytes.ratio(1, 3)? { pick(document, bytes)?.clone() } else { value(bytes, document)? };
        change(document, graft, bytes)?;
    }
    Ok(())
}

/// A part of the document.
fn pick<'v>(value: &'v Value, bytes: &mut Unstructured<'_>) -> Result<&'v Value> {
    let below: Vec<&Value> = match value {
        Value::Object(map) => map.values().collect(),
        Value::Array(items) => items.iter().collect(),
        _ => Vec::new(),
    };
    if below.is_empty() || bytes.ratio(1, 8)? {
        return Ok(value);
    }
    pick(bytes.choose(&below)?, bytes)
}

/// A new value: a scalar, something empty, or a reference to a schema of the document.
fn value(bytes: &mut Unstructured<'_>, document: &Value) -> Result<Value> {
    Ok(match bytes.int_in_range(0..=7)? {
        0 => Value::Null,
        1 => json!(bytes.arbitrary::<bool>()?),
        2 => json!(bytes.arbitrary::<i64>()?),
        3 => json!([]),
        4 => Value::Object(Map::new()),
        5 => json!([bytes.choose(&NAMES)?]),
        6 => {
            let schemas = document["components"]["schemas"].as_object();
            let names: Vec<&String> = schemas.into_iter().flat_map(Map::keys).collect();
            if names.is_empty() {
                Value::Null
            } else {
                json!({"$ref": format!("#/components/schemas/{}", bytes.choose(&names)?)})
            }
        }
        _ => json!(bytes.choose(&TEXTS)?),
    })
}

/// Changes one place: removes, replaces, repeats or renames it.
fn change(value: &mut Value, graft: Value, bytes: &mut Unstructured<'_>) -> Result<()> {
    let keys: Vec<String> = match value {
        Value::Object(map) => map.keys().cloned().collect(),
        Value::Array(items) => (0..items.len()).map(|index| index.to_string()).collect(),
        _ => Vec::new(),
    };
    if keys.is_empty() {
        *value = graft;
        return Ok(());
    }
    let key = bytes.choose(&keys)?.clone();
    let go_on = !bytes.ratio(1, 5)?;
    match value {
        Value::Object(map) => {
            if let Some(below) = map.get_mut(&key).filter(|below| go_on && (below.is_object() || below.is_array())) {
                return change(below, graft, bytes);
            }
            match bytes.int_in_range(0..=3)? {
                0 => drop(map.remove(&key)),
                1 => drop(map.insert(key, graft)),
                2 => drop(map.insert((*bytes.choose(&NAMES)?).to_owned(), graft)),
                _ => {
                    let renamed = map.remove(&key).unwrap_or_default();
                    map.insert((*bytes.choose(&NAMES)?).to_owned(), renamed);
                }
            }
        }
        Value::Array(items) => {
            let index = key.parse::<usize>().unwrap_or_default();
            if go_on && (items[index].is_object() || items[index].is_array()) {
                return change(&mut items[index], graft, bytes);
            }
            match bytes.int_in_range(0..=2)? {
                0 => drop(items.remove(index)),
                1 => items[index] = graft,
                _ => items.push(items[index].clone()),
            }
        }
        _ => {}
    }
    Ok(())
}
