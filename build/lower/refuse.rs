//! Stops the build at what the pipeline cannot generate, with the place and advice.
//!
//! Without these rules progenitor would panic, name another operation, or generate a type that loses data.

use serde_json::Value;

use super::Lowered;
use crate::build::{
    problem::Problem,
    walk::{self, component_name},
};

/// Keywords of OpenAPI 3.1 (JSON Schema 2020-12) that have no Rust shape here.
const KEYWORDS: [&str; 11] = [
    "$defs",
    "$dynamicRef",
    "dependentSchemas",
    "else",
    "if",
    "not",
    "patternProperties",
    "prefixItems",
    "then",
    "unevaluatedItems",
    "unevaluatedProperties",
];

/// Refuses a `$ref` that does not name an existing schema: progenitor would report another operation.
pub fn references(lowered: &mut Lowered) -> Result<(), Problem> {
    let known = lowered.document.pointer("/components/schemas").cloned().unwrap_or_default();
    walk::schemas(&mut lowered.document, &mut |schema, place| {
        let Some(reference) = schema.get("$ref") else { return Ok(()) };
        let name = reference.as_str().and_then(|reference| component_name(reference, "schemas"));
        if name.is_some_and(|name| known.get(name).is_some()) {
            return Ok(());
        }
        Err(place.problem(
            format!("`$ref: {reference}` does not resolve to a named schema"),
            "only `#/components/schemas/<name>` is understood: define the schema there by an overlay action",
        ))
    })
}

pub fn forms(lowered: &mut Lowered) -> Result<(), Problem> {
    walk::schemas(&mut lowered.document, &mut |schema, place| {
        let Some(map) = schema.as_object() else {
            return Err(place.problem(
                "a schema that is not a map",
                "write `{}` for any value, or describe it by an overlay action",
            ));
        };
        // Closed or open by a boolean, an object or list is read as an open one.
        let is_refused = |keyword: &&&str| {
            map.get(**keyword).is_some_and(|value| !(keyword.starts_with("unevaluated") && value.is_boolean()))
        };
        if let Some(keyword) = KEYWORDS.iter().find(is_refused) {
            return Err(place.problem(
                format!("`{keyword}` is not supported"),
                "replace the schema by an overlay action with the shape callers are to see",
            ));
        }
        if map.contains_key("const") {
            return Err(place.problem(
                "`const` of a value that is no scalar",
                "describe the shape of the value by an overlay action",
            ));
        }
        if map.get("enum").and_then(Value::as_array).is_some_and(|values| values.iter().all(Value::is_null)) {
            return Err(place.problem("an enum without values", "list its values, or drop it, by an overlay action"));
        }
        match map.get("type") {
            Some(Value::Array(types)) => {
                let named: Vec<_> = types.iter().filter(|name| *name != "null").collect();
                if named.len() != 1 {
                    return Err(place.problem(
                        format!("{} types at once", named.len()),
                        "pick one by an overlay action, or use `{}` for any value",
                    ));
                }
            }
            Some(Value::String(name)) if name == "null" => {
                return Err(place.problem("a value that can only be null", "remove it by an overlay action"));
            }
            _ => {}
        }
        Ok(())
    })
}

pub fn operations(lowered: &mut Lowered) -> Result<(), Problem> {
    let mut seen = std::collections::BTreeMap::new();
    let known = lowered.document.clone();
    walk::operations(&mut lowered.document, &mut |operation| {
        let Some(id) = operation.id else {
            return Err(operation.problem(
                "/operationId",
                "an operation without an operationId",
                "give it one by an overlay action: it becomes the name of the method",
            ));
        };
        if let Some(other) = seen.insert(id.to_string(), operation.pointer.clone()) {
            return Err(operation.problem(
                "/operationId",
                format!("the operationId is taken by {other}"),
                "rename one of the two by an overlay action",
            ));
        }
        parameters(&operation, &known)?;
        let body = &operation.value.get("requestBody").cloned().unwrap_or_default();
        json_only(&operation, body, "/requestBody")?;
        let success = &operation.value.get("responses").cloned().unwrap_or_default()["2XX"];
        json_only(&operation, success, "/responses/2XX")
    })
}

fn parameters(operation: &walk::Operation<'_>, known: &Value) -> Result<(), Problem> {
    let none = Vec::new();
    let parameters = operation.value.get("parameters").and_then(Value::as_array).unwrap_or(&none);
    let mut in_path = Vec::new();
    for (index, parameter) in parameters.iter().enumerate() {
        let name = parameter["name"].as_str().unwrap_or_default();
        let refuse = |what: &str, advice: &str| {
            Err(operation.problem(&format!("/parameters/{index}"), format!("parameter `{name}` {what}"), advice))
        };
        match parameter["in"].as_str() {
            Some("path") => in_path.push(name),
            Some("query") => {}
            _ => {
                return refuse(
                    "is neither in the path nor in the query",
                    "headers are the client's to set: remove the parameter by an overlay action",
                );
            }
        }
        let Some(schema) = parameter.get("schema") else {
            return refuse("has no schema", "give it a `schema` (not `content`) by an overlay action");
        };
        let scalar = ["string", "integer", "number", "boolean"];
        let resolved = walk::resolve(known, schema);
        let scalar_type = resolved["type"].as_str().is_some_and(|name| scalar.contains(&name));
        if !scalar_type {
            return refuse(
                "is not a scalar",
                "how it is written in a URL is not known: use a scalar in an overlay action",
            );
        }
        for style in ["style", "explode", "allowReserved"] {
            let usual = parameter[style].is_null() || parameter[style] == "form" || parameter[style] == "simple";
            if !usual && style == "style" {
                return refuse("has an unusual style", "only `form` in queries and `simple` in paths are supported");
            }
        }
    }
    let template: Vec<&str> =
        operation.path.split('/').filter_map(|segment| segment.strip_prefix('{')?.strip_suffix('}')).collect();
    for name in &template {
        if !in_path.contains(name) {
            return Err(operation.problem(
                "/parameters",
                format!("the path has `{{{name}}}` and no path parameter of that name"),
                "add the parameter by an overlay action",
            ));
        }
    }
    match in_path.iter().find(|name| !template.contains(name)) {
        Some(name) => Err(operation.problem(
            "/parameters",
            format!("path parameter `{name}` is not in the path"),
            "remove the parameter, or correct its name, by an overlay action",
        )),
        None => Ok(()),
    }
}

fn json_only(operation: &walk::Operation<'_>, holder: &Value, below: &str) -> Result<(), Problem> {
    let Some(content) = holder.get("content").and_then(Value::as_object) else { return Ok(()) };
    if content.is_empty() {
        return Ok(());
    }
    let json = content.len() == 1 && content.contains_key("application/json");
    if !json {
        let found: Vec<&str> = content.keys().map(String::as_str).collect();
        return Err(operation.problem(
            &format!("{below}/content"),
            format!("the media types are {}", found.join(", ")),
            "one `application/json` is supported: remove the others by an overlay action",
        ));
    }
    if content["application/json"].get("schema").is_none() {
        return Err(operation.problem(
            &format!("{below}/content/application~1json"),
            "a body without a schema",
            "describe it by an overlay action; `schema: {}` is any value",
        ));
    }
    Ok(())
}
