//! Finds fields that a request has and the document does not name.

use serde_json::Value;

use super::Contract;
use super::operation::Operation;
use super::places::ValueKind;
use super::references::member;
use super::similar::nearest;

/// A field of a request that the document does not name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownField {
    /// A JSON pointer into the body.
    pub pointer: String,
    /// The name that was probably meant.
    pub did_you_mean: Option<String>,
}

impl Contract {
    /// The fields of a body that the document does not name. Objects with declared fields are searched, also in lists;
    /// free-form data and maps are not, and neither are objects that the document declares open to further fields.
    pub fn unknown_fields(&self, operation: &Operation, body: &Value) -> Vec<UnknownField> {
        let mut found = Vec::new();
        let Some(schema) = &operation.body else { return found };
        self.walk(schema.value(), body, &mut |visit| {
            if visit.kind == ValueKind::Map {
                return false;
            }
            let is_open =
                matches!(visit.schema.get("additionalProperties"), Some(Value::Bool(true) | Value::Object(_)));
            if let (ValueKind::Object, Value::Object(map), false) = (&visit.kind, visit.value, is_open) {
                let unknown = map.keys().filter(|name| visit.schema.property(name).is_none());
                found.extend(unknown.map(|name| {
                    let known = visit.schema.properties().into_keys();
                    // What the request has already was not meant by another name.
                    let missing = known.filter(|known| !map.contains_key(*known));
                    let did_you_mean = nearest(name, missing).map(str::to_owned);
                    UnknownField { pointer: member(&visit.pointer, name), did_you_mean }
                }));
            }
            true
        });
        found
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::document::tests::{content, contract_with};
    use super::*;

    #[test]
    fn fields_that_no_declared_object_names_are_found() {
        let schema = json!({"properties": {
            "customer_id": {"type": "string"},
            "lines": {"type": "array", "items": {"properties": {"amount": {"type": "integer"}, "name": {}}}},
            "metadata": {"type": "object"},
            "map": {"type": "object", "additionalProperties": {"properties": {"a": {}}}},
            "open": {"properties": {"a": {}}, "additionalProperties": true},
        }});
        let contract = contract_with(json!({"requestBody": content(schema)}), json!({}));
        let body = json!({
            "custmer_id": 1, "x/y": 2, "lines": [{"amount": 1, "amuont": 2}, {"amuont": 3}],
            "metadata": {"anything": 1}, "map": {"k": {"b": 1}}, "open": {"b": 1},
        });
        let found = contract.unknown_fields(contract.operation("op").unwrap(), &body);
        let mut found: Vec<_> = found.iter().map(|one| (one.pointer.as_str(), one.did_you_mean.as_deref())).collect();
        found.sort();
        assert_eq!(
            found,
            [
                ("/custmer_id", Some("customer_id")),
                ("/lines/0/amuont", None),
                ("/lines/1/amuont", Some("amount")),
                ("/x~1y", None),
            ]
        );
    }

    #[test]
    fn what_is_composed_from_the_document_has_no_unknown_field() {
        let contract = Contract::shared();
        for operation in contract.operations() {
            let Some(schema) = &operation.body else { continue };
            let body = contract.compose(schema, super::super::PropertySet::All);
            assert_eq!(contract.unknown_fields(operation, &body), [], "{}", operation.id);
        }
        let misspelt = json!({"partner_custmer_id": "P"});
        let found = contract.unknown_fields(contract.operation("createSession").unwrap(), &misspelt);
        assert_eq!(found[0].did_you_mean.as_deref(), Some("partner_customer_id"));
    }
}
