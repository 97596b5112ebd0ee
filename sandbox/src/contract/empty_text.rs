//! Takes empty text out of requests, for an API that reads it as absent.

use serde_json::Value;

use super::Contract;
use super::operation::Operation;
use super::places::{ValueKind, remove};

impl Contract {
    /// Removes the fields whose value is `""`, and returns JSON pointers to them. Only text fields that the document
    /// declares are removed: nothing in free-form data, no item of a list, no field with `""` among its values, and none at
    /// a place that is to be kept.
    pub fn without_empty_text(&self, operation: &Operation, body: &mut Value, kept: &[String]) -> Vec<String> {
        let mut found = Vec::new();
        let Some(schema) = operation.body.as_ref().filter(|_| has_empty_text(body)) else { return found };
        self.walk(schema.value(), body, &mut |visit| {
            let is_text = match &visit.kind {
                ValueKind::Text | ValueKind::Time => true,
                ValueKind::Enum(values) => !values.iter().any(String::is_empty),
                _ => false,
            };
            if is_text && !visit.name.is_empty() && visit.value == "" && !kept.contains(&visit.pointer) {
                found.push(visit.pointer.clone());
            }
            true
        });
        for pointer in &found {
            remove(body, pointer);
        }
        found
    }
}

/// Whether there is an empty text anywhere in a value. Most often there is none, and no schema has to be looked at.
fn has_empty_text(value: &Value) -> bool {
    match value {
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.iter().any(has_empty_text),
        Value::Object(map) => map.values().any(has_empty_text),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::document::tests::{content, contract_with};

    #[test]
    fn only_declared_text_fields_are_removed() {
        let schema = json!({"required": ["a"], "properties": {
            "a": {"type": "string"}, "time": {"type": "string", "format": "date-time"},
            "either": {"type": ["string", "null"]}, "one": {"type": "string", "enum": ["A"]},
            "none": {"type": "string", "enum": ["", "A"]}, "number": {"type": "integer"}, "any": {},
            "list": {"type": "array", "items": {"type": "string"}},
            "lines": {"type": "array", "items": {"properties": {"a": {"type": "string"}}}},
            "metadata": {"type": "object"}, "map": {"type": "object", "additionalProperties": {"type": "string"}},
        }});
        let contract = contract_with(json!({"requestBody": content(schema)}), json!({}));
        let mut body = json!({
            "a": "", "time": "", "either": "", "one": "", "none": "", "number": "", "any": "", "list": [""],
            "lines": [{"a": ""}, {"a": " "}], "metadata": {"a": ""}, "map": {"k": ""}, "undeclared": "",
        });
        let kept = ["/one", "/time"].map(str::to_owned);
        let mut removed = contract.without_empty_text(contract.operation("op").unwrap(), &mut body.clone(), &kept);
        removed.sort();
        assert_eq!(removed, ["/a", "/either", "/lines/0/a"]);
        let mut removed = contract.without_empty_text(contract.operation("op").unwrap(), &mut body, &[]);
        removed.sort();
        assert_eq!(removed, ["/a", "/either", "/lines/0/a", "/one", "/time"]);
        assert_eq!(
            body,
            json!({
                "none": "", "number": "", "any": "", "list": [""], "lines": [{}, {"a": " "}],
                "metadata": {"a": ""}, "map": {"k": ""}, "undeclared": "",
            })
        );
    }
}
