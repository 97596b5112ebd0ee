//! Reads parts of an OpenAPI document that several modules ask for: keys, references, bodies, statuses.

use std::collections::BTreeSet;

use serde_json::Value;

pub use crate::pipeline::http::{
    Answers, Form, Media, Style, answers, body_is_required, encoding, essence, is_idempotency_key, is_reserved, media,
    property,
};
use crate::pipeline::walk::{component_name, escape};

static NULL: Value = Value::Null;

/// The keys of an object; none for anything else.
pub fn keys(object: &Value) -> BTreeSet<&str> {
    object.as_object().into_iter().flatten().map(|(key, _)| key.as_str()).collect()
}

/// The schema of a JSON body: of a request, an answer or a webhook. `application/problem+json` is JSON as well.
pub fn json_schema(holder: &Value) -> &Value {
    match media(holder) {
        Some(Media { form: Form::Json, value, .. }) => &value["schema"],
        _ => &NULL,
    }
}

/// The schema of a body that calls are sent with as values: JSON or a form, and no bytes.
pub fn body_schema(holder: &Value) -> &Value {
    media(holder).filter(|media| media.form != Form::Bytes).map_or(&NULL, |media| &media.value["schema"])
}

/// A component itself, or the one that its `$ref` leads to.
pub fn component<'a>(document: &'a Value, value: &'a Value) -> &'a Value {
    let mut value = value;
    // Circles are refused elsewhere.
    for _ in 0..16 {
        let Some(pointer) = value["$ref"].as_str().and_then(|reference| reference.strip_prefix('#')) else { break };
        // Braces may be escaped in a reference, as in a URL.
        value = document.pointer(&pointer.replace("%7B", "{").replace("%7D", "}")).unwrap_or(&NULL);
    }
    value
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
