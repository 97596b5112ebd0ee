//! The OpenAPI document of Imprint's API, for tools that read it: as it is, or with each error that the sandbox may answer.

mod links;

use imprint_client::openapi::DOCUMENT;
use serde_json::{Map, Value, json};

/// The members of a path that are operations.
const METHODS: [&str; 8] = ["get", "put", "post", "delete", "options", "head", "patch", "trace"];

/// Who reads the document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reader {
    Any,
    /// A tool that compares answers with it.
    Tools,
    /// The same, where the sandbox refuses fields that the document does not name.
    ToolsWithStrict,
}

/// The document as JSON, or that for tools which compare answers with it.
///
/// In that one each operation declares the statuses `4XX` and `5XX` besides its own, since the sandbox answers some that
/// Imprint's document does not name, and a name that a schema requires and does not define as a property is not required:
/// no answer has it. A tool would report each of them. For a sandbox that refuses unknown fields, objects
/// have no fields besides those that they declare. Links say where the arguments of an operation come from.
pub fn text(reader: Reader) -> String {
    if reader == Reader::Any {
        return DOCUMENT.to_owned();
    }
    // The text was written by the build script of the client.
    let mut document: Value = serde_json::from_str(DOCUMENT).unwrap_or_default();
    declare_all_errors(&mut document);
    links::add(&mut document);
    require_what_is_defined(&mut document);
    if reader == Reader::ToolsWithStrict {
        close(&mut document);
    }
    document.to_string()
}

/// Allows no other properties than those that are declared, in each object that is not composed with another one.
fn close(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(close),
        Value::Object(map) => {
            let is_composed = ["allOf", "anyOf", "oneOf"].iter().any(|keyword| map.contains_key(*keyword));
            if !is_composed {
                map.values_mut().for_each(close);
                let is_object = map.get("type").is_some_and(|kind| kind == "object");
                if is_object && map.get("properties").is_some_and(Value::is_object) {
                    map.entry("additionalProperties").or_insert(false.into());
                }
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn declare_all_errors(document: &mut Value) {
    let paths = document.get_mut("paths").and_then(Value::as_object_mut).into_iter().flat_map(Map::values_mut);
    for (name, operation) in paths.filter_map(Value::as_object_mut).flat_map(Map::iter_mut) {
        let responses = operation.get_mut("responses").and_then(Value::as_object_mut);
        if let Some(responses) = responses.filter(|_| METHODS.contains(&name.as_str())) {
            for (status, description) in [("4XX", "Refused."), ("5XX", "Not answered, or a fault.")] {
                responses.entry(status).or_insert_with(|| json!({ "description": description }));
            }
        }
    }
}

/// Takes out of `required` what a schema does not define, wherever there is a schema. One that is composed of others may get
/// its properties from them, and stays as it is.
fn require_what_is_defined(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(require_what_is_defined),
        Value::Object(map) => {
            map.values_mut().for_each(require_what_is_defined);
            let is_composed = ["allOf", "anyOf", "oneOf"].iter().any(|keyword| map.contains_key(*keyword));
            let properties = map.get("properties").and_then(Value::as_object).filter(|_| !is_composed);
            let Some(defined) = properties.map(|properties| properties.keys().cloned().collect::<Vec<_>>()) else {
                return;
            };
            if let Some(Value::Array(required)) = map.get_mut("required") {
                required.retain(|name| name.as_str().is_some_and(|name| defined.iter().any(|defined| defined == name)));
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_operation_declares_all_errors_if_that_is_asked_for() {
        let read = |text: String| serde_json::from_str::<Value>(&text).expect("JSON");
        let (plain, all) = (read(text(Reader::Any)), read(text(Reader::Tools)));
        let count = |document: &Value| document.to_string().matches("\"4XX\":").count();
        let operations = document_operations(&plain);
        assert!(operations > 30 && count(&plain) == 0);
        assert_eq!(count(&all), operations);
    }

    #[test]
    fn no_name_is_required_that_a_schema_does_not_define() {
        let mut schema = json!({"required": ["a", "gone"], "properties": {"a": {"required": ["b"], "properties": {}}}});
        require_what_is_defined(&mut schema);
        assert_eq!(schema, json!({"required": ["a"], "properties": {"a": {"required": [], "properties": {}}}}));
        let composed = json!({"required": ["b"], "properties": {}, "allOf": [{"properties": {"b": {}}}]});
        let mut same = composed.clone();
        require_what_is_defined(&mut same);
        assert_eq!(same, composed);
    }

    #[test]
    fn objects_are_closed_only_where_the_sandbox_refuses_unknown_fields() {
        let at = "/components/schemas/Address/additionalProperties";
        let read = |reader| serde_json::from_str::<Value>(&text(reader)).expect("JSON");
        assert_eq!(read(Reader::Tools).pointer(at), None);
        assert_eq!(read(Reader::ToolsWithStrict).pointer(at), Some(&Value::Bool(false)));
    }

    fn document_operations(document: &Value) -> usize {
        document["paths"].to_string().matches("\"operationId\":").count()
    }
}
