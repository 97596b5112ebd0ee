//! Reads parts of an OpenAPI document that several modules ask for: keys, references, bodies, statuses.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::pipeline::walk::{component_name, escape};

static NULL: Value = Value::Null;

/// The keys of an object; none for anything else.
pub fn keys(object: &Value) -> BTreeSet<&str> {
    object.as_object().into_iter().flatten().map(|(key, _)| key.as_str()).collect()
}

/// The schema of a JSON body: of a request, an answer or a webhook.
pub fn json_schema(holder: &Value) -> &Value {
    &holder["content"]["application/json"]["schema"]
}

/// Whether a status, as the document writes it, is one of success.
pub fn is_success(status: &str) -> bool {
    status.starts_with('2')
}

/// The schema under `components/schemas` with this name, or null.
pub fn named_schema<'a>(document: &'a Value, name: &str) -> &'a Value {
    document.pointer(&format!("/components/schemas/{}", escape(name))).unwrap_or(&NULL)
}

/// The name of the schema that a schema refers to.
pub fn referenced_schema(schema: &Value) -> Option<&str> {
    component_name(schema["$ref"].as_str()?, "schemas")
}
