//! Reads what documents write in the place of a schema or of a keyword, and what only has one meaning, as that meaning.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::{Lowered, inline, merge, unions};
use crate::build::{problem::Problem, walk};

/// Writes `true`, and null where a schema is expected, as the schema of any value, and drops keywords without a value.
pub fn missing(lowered: &mut Lowered) -> Result<(), Problem> {
    let is_loose = |map: &Map<String, Value>| map.values().any(|value| value.is_null() || *value == json!(true));
    if !walk::any_map(&lowered.document, &is_loose) {
        return Ok(());
    }
    walk::schemas_anywhere(&mut lowered.document, &mut |schema, _| {
        if schema.is_null() || *schema == json!(true) {
            *schema = json!({});
        }
        let Some(map) = schema.as_object_mut() else { return Ok(()) };
        if map.get("items") == Some(&json!(true)) {
            map.insert("items".into(), json!({}));
        }
        // Without quotation marks, YAML reads the name of the type as nothing.
        if map.len() == 1 && map.get("type") == Some(&Value::Null) {
            map.insert("type".into(), json!("null"));
        }
        // Null is a value where data may stand.
        map.retain(|keyword, value| !value.is_null() || matches!(keyword.as_str(), "const" | "default" | "example"));
        Ok(())
    })
}

/// Drops a `required` that is `true` or `false`: a property that says of itself that it is required says nothing of its value.
pub fn required(lowered: &mut Lowered) -> Result<(), Problem> {
    let is_loose =
        |map: &Map<String, Value>| map.get("required").is_some_and(Value::is_boolean) && !map.contains_key("in");
    if !walk::any_map(&lowered.document, &is_loose) {
        return Ok(());
    }
    walk::schemas_anywhere(&mut lowered.document, &mut |schema, _| {
        if let Some(map) = schema.as_object_mut().filter(|map| map.get("required").is_some_and(Value::is_boolean)) {
            map.remove("required");
        }
        Ok(())
    })
}

/// Removes what gives a reference no other shape: in OpenAPI 3.0, which says that nothing counts beside a reference, all that would;
/// in later versions the type and the values that what it refers to has as well. What only describes is kept: documents mean it,
/// and it makes no difference to values.
pub fn siblings(lowered: &mut Lowered) -> Result<(), Problem> {
    let is_shaped = |map: &Map<String, Value>| {
        map.contains_key("$ref") && map.keys().any(|keyword| keyword != "$ref" && !merge::is_harmless(keyword))
    };
    if !walk::any_map(&lowered.document, &is_shaped) {
        return Ok(());
    }
    let is_old = lowered.document["openapi"].as_str().is_some_and(|version| version.starts_with("3.0"));
    let known = lowered.document.clone();
    walk::schemas_anywhere(&mut lowered.document, &mut |schema, _| {
        let reference = json!({ "$ref": schema["$ref"] });
        if let Some(map) = schema.as_object_mut().filter(|map| map.contains_key("$ref")) {
            let target = walk::resolve(&known, &reference);
            map.retain(|keyword, value| match keyword.as_str() {
                "$ref" => true,
                "type" | "enum" if target.get(keyword) == Some(value) => false,
                keyword => !is_old || merge::is_harmless(keyword),
            });
        }
        Ok(())
    })
}

/// Says of the values that only `patternProperties` and `prefixItems` describe what their one Rust type can: an object is a map of
/// values that are of one of the patterns, and a list has items of any kind.
pub fn patterns(lowered: &mut Lowered) -> Result<(), Problem> {
    let is_loose = |map: &Map<String, Value>| map.contains_key("patternProperties") || map.contains_key("prefixItems");
    if !walk::any_map(&lowered.document, &is_loose) {
        return Ok(());
    }
    walk::schemas_anywhere(&mut lowered.document, &mut |schema, _| {
        let Some(map) = schema.as_object_mut() else { return Ok(()) };
        if map.contains_key("prefixItems") {
            map.insert("items".into(), json!({}));
        }
        let Some(Value::Object(patterns)) = map.get("patternProperties").cloned() else { return Ok(()) };
        let mut values: Vec<Value> = Vec::new();
        // A map without this keyword is an open one, of which most documents mean nothing.
        let others = map.get("additionalProperties").filter(|others| **others != json!(false));
        for value in patterns.into_iter().map(|(_, value)| value).chain(others.cloned()) {
            let value = if value == json!(true) { json!({}) } else { value };
            if !values.iter().any(|other| inline::shape(other) == inline::shape(&value)) {
                values.push(value);
            }
        }
        let values = if values.len() == 1 { values.remove(0) } else { json!({ "anyOf": values }) };
        map.insert("additionalProperties".into(), values);
        Ok(())
    })
}

/// Writes every schema that only null fits as `type: "null"`, and each reference to one as well.
pub fn only_null(lowered: &mut Lowered) -> Result<(), Problem> {
    let is_null = |map: &Map<String, Value>| {
        let is = |keyword: &str, value: Value| map.get(keyword) == Some(&value);
        is("type", json!(["null"]))
            || is("type", json!("null"))
            || is("const", Value::Null)
            || is("enum", json!([null]))
    };
    if !walk::any_map(&lowered.document, &is_null) {
        return Ok(());
    }
    let is_null = |schema: &Value| schema.as_object().is_some_and(is_null);
    let named = lowered.document.pointer("/components/schemas").and_then(Value::as_object);
    let named: BTreeSet<String> =
        named.into_iter().flatten().filter(|(_, schema)| is_null(schema)).map(|(name, _)| name.clone()).collect();
    walk::schemas(&mut lowered.document, &mut |schema, _| {
        let refers = unions::reference(schema).is_some_and(|name| named.contains(name));
        if !refers && !is_null(schema) {
            return Ok(());
        }
        if let Some(map) = schema.as_object_mut() {
            map.retain(|keyword, _| !matches!(keyword.as_str(), "$ref" | "const" | "enum"));
            map.insert("type".into(), json!("null"));
        }
        Ok(())
    })
}

/// Lets what can only be null be any value that may be null: no other Rust type takes whatever comes there one day.
pub fn null_as_any(lowered: &mut Lowered) -> Result<(), Problem> {
    walk::schemas(&mut lowered.document, &mut |schema, _| {
        if schema["type"] == "null"
            && let Some(map) = schema.as_object_mut()
        {
            map.remove("type");
            map.insert("nullable".into(), json!(true));
        }
        Ok(())
    })
}

/// Leaves out the parameters that are cookies and may be left out: the client keeps none. One that has to be there is refused later.
pub fn cookies(lowered: &mut Lowered) -> Result<(), Problem> {
    walk::operations(&mut lowered.document, &mut |operation| {
        if let Some(Value::Array(parameters)) = operation.value.get_mut("parameters") {
            parameters.retain(|parameter| parameter["in"] != "cookie" || parameter["required"] == true);
        }
        Ok(())
    })
}

/// The keywords of conditions whose schemas hold for some values.
const CONDITIONS: [&str; 3] = ["dependentSchemas", "else", "then"];

/// Removes conditions (`not`, `if`, `then`) that only say which values are valid: those that describe no property that the schema
/// itself does not have. The others are refused later.
pub fn conditions(lowered: &mut Lowered) -> Result<(), Problem> {
    let has_condition =
        |map: &Map<String, Value>| ["if", "not"].iter().chain(&CONDITIONS).any(|keyword| map.contains_key(*keyword));
    if !walk::any_map(&lowered.document, &has_condition) {
        return Ok(());
    }
    walk::schemas(&mut lowered.document, &mut |schema, _| {
        let Some(map) = schema.as_object_mut() else { return Ok(()) };
        let known = map.get("properties").cloned().unwrap_or_default();
        let known = json!({ "properties": known });
        map.retain(|keyword, value| match keyword.as_str() {
            "if" | "not" => false,
            "dependentSchemas" => {
                !value.as_object().is_some_and(|schemas| schemas.values().all(|schema| only_validates(schema, &known)))
            }
            "then" | "else" => !only_validates(value, &known),
            _ => true,
        });
        Ok(())
    })
}

/// Whether a schema describes no property that another one does not have, at any depth.
fn only_validates(schema: &Value, known: &Value) -> bool {
    let parts = |keyword: &str| schema[keyword].as_array().into_iter().flatten();
    let mut properties = schema["properties"].as_object().into_iter().flatten();
    let mut within = ["allOf", "anyOf", "oneOf"].into_iter().flat_map(parts);
    let mut values =
        ["items", "additionalProperties"].into_iter().filter_map(|keyword| Some((keyword, schema.get(keyword)?)));
    schema.get("$ref").is_none()
        && properties.all(|(name, part)| known["properties"].get(name).is_some_and(|there| only_validates(part, there)))
        && values.all(|(keyword, part)| only_validates(part, &known[keyword]))
        && within.all(|part| only_validates(part, known))
        && CONDITIONS.iter().all(|keyword| schema.get(*keyword).is_none_or(|part| only_validates(part, known)))
}
