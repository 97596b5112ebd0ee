//! Writes the operations of the lowered document as progenitor needs them: only the types of parameters, bodies and answers are
//! read of what it generates, so it is told nothing of how they are sent.
//!
//! Every parameter becomes one of the query, with a name that no other one and no variable of progenitor's has, and every body and answer
//! that has a type becomes JSON. Where each goes is read of the normal document, by the same functions of `http.rs`.

use serde_json::{Map, Value, json};

use crate::build::{
    http::{self, Form, Place},
    walk::{METHODS, resolve},
};

/// The document for progenitor: its schemas and its operations. Nothing else of it becomes code, and whatever else it has may be
/// written in a way that progenitor cannot read, such as a version that is a number.
pub fn simplified(document: &Value) -> Value {
    let mut paths = Map::new();
    for (path, item) in document["paths"].as_object().into_iter().flatten() {
        let methods = item.as_object().into_iter().flatten();
        let methods = methods.filter(|(method, value)| METHODS.contains(&method.as_str()) && value.is_object());
        let operations: Map<String, Value> =
            methods.map(|(method, value)| (method.clone(), operation(document, value))).collect();
        paths.insert(self::path(path), Value::Object(operations));
    }
    json!({
        "openapi": document["openapi"],
        "info": {"title": "", "version": ""},
        "paths": paths,
        "components": {"schemas": document["components"].get("schemas").unwrap_or(&json!({}))},
    })
}

/// A path as progenitor is told it: its parameters are a part of the name.
pub fn path(path: &str) -> String {
    path.replace('{', "(").replace('}', ")")
}

/// What is added to the name of a parameter whose value progenitor is told to be a list of such values: it cannot generate a parameter that
/// is an object.
const WRAPPED: &str = " wrapped";

/// The name of a parameter without what was added, and whether something was.
pub fn unwrapped(key: &str) -> (&str, bool) {
    key.strip_suffix(WRAPPED).map_or((key, false), |key| (key, true))
}

fn operation(document: &Value, value: &Value) -> Value {
    let mut simple = json!({"operationId": value["operationId"], "responses": {"2XX": {"description": ""}}});
    let parameters = value.as_object().map(http::parameters).unwrap_or_default();
    let parameters = parameters.into_iter().map(|parameter| {
        let required = parameter.value["required"] == true || parameter.place == Place::Path;
        let (mut name, mut schema) = (parameter.key, parameter.value["schema"].clone());
        if !is_simple(document, &schema) {
            if let Some(map) = schema.as_object_mut().filter(|map| !map.contains_key("$ref")) {
                map.remove("nullable");
                // The name that its type would have without the list.
                let title = format!("{} {name}", value["operationId"].as_str().unwrap_or_default());
                map.entry("title").or_insert_with(|| title.into());
            }
            schema = json!({"type": "array", "items": schema});
            name += WRAPPED;
        }
        json!({"name": name, "in": "query", "required": required, "schema": schema})
    });
    simple["parameters"] = parameters.collect();
    let typed = |holder: &Value| {
        let media = http::media(holder).filter(|media| media.form != Form::Bytes)?;
        // A form of several parts may have files alone.
        let is_empty = media.form == Form::Multipart && media.value.get("schema").is_none();
        (!is_empty).then(|| json!({"application/json": {"schema": media.value["schema"]}}))
    };
    if let Some(content) = typed(&value["requestBody"]) {
        simple["requestBody"] = json!({"content": content, "required": true});
    }
    if let Some(content) = typed(&value["responses"]["2XX"]) {
        simple["responses"]["2XX"]["content"] = content;
    }
    simple
}

/// Whether a value is a scalar or a list, of which progenitor makes a parameter.
fn is_simple(document: &Value, schema: &Value) -> bool {
    let target = resolve(document, schema);
    let simple = ["array", "boolean", "integer", "number", "string"];
    match target["allOf"].as_array().map(Vec::as_slice) {
        Some([only]) => is_simple(document, only),
        _ => target["type"].as_str().is_some_and(|kind| simple.contains(&kind)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_becomes_no_code_is_told() {
        let get = json!({"operationId": "g", "responses": {}});
        let odd = json!({
            "openapi": "3.0.3",
            "info": {"version": 1.0, "contact": null},
            "tags": ["a"],
            "servers": [{"description": "d"}],
            "security": {"a": []},
            "externalDocs": {},
            "paths": {"/a": {"get": get, "servers": "none"}, "x-b": 1},
            "components": {"schemas": {"S": {}}, "securitySchemes": []},
        });
        let simple = simplified(&odd);
        let keys: Vec<&String> = simple.as_object().unwrap().keys().collect();
        assert_eq!(keys.len(), 4, "{simple}");
        assert_eq!((&simple["info"]["version"], &simple["components"]), (&json!(""), &json!({"schemas": {"S": {}}})));
        assert_eq!(simple["paths"]["/a"].as_object().unwrap().len(), 1);
        assert!(serde_json::from_value::<openapiv3::OpenAPI>(simple).is_ok());
        assert!(serde_json::from_value::<openapiv3::OpenAPI>(odd).is_err());
    }
}
