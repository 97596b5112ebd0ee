//! Finds out who carries a named schema: the same one may be sent, answered and notified about.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use serde_json::Value;

use crate::{
    openapi::{answers, body_schema, json_schema, referenced_schema},
    pipeline::walk::{self, Place, Role},
};

/// Where a part of the document is carried, seen from the caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Side {
    /// About the whole document, or about an operation and not what it carries.
    Document,
    /// What callers send.
    Request,
    /// What Imprint answers.
    Response,
    /// What Imprint sends by itself.
    Webhook,
    /// What Imprint answers when it refuses; no types are generated from it.
    Error,
}

/// The sides that carry something, and the operations and webhooks by name.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Carriers {
    pub sides: BTreeSet<Side>,
    pub names: BTreeSet<String>,
}

impl Carriers {
    pub fn of(side: Side, name: &str) -> Self {
        Self { sides: BTreeSet::from([side]), names: BTreeSet::from([name.to_string()]) }
    }

    pub fn extend(&mut self, other: &Self) {
        self.sides.extend(&other.sides);
        self.names.extend(other.names.iter().cloned());
    }
}

/// The names of the schemas that a schema refers to, at any depth of its own text: by `$ref`, or by the mark of the
/// overlay for an enum that is written out in several places.
fn references(schema: &Value) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let place = Place { pointer: String::new(), operation: None, role: Role::Other };
    // The visitor never refuses.
    let _ = walk::schema(&mut schema.clone(), &place, &mut |part, _| {
        found.extend(referenced_schema(part).map(str::to_string));
        found.extend(part["x-imprint-enum"].as_str().map(str::to_string));
        Ok(())
    });
    found
}

/// The carriers of every named schema that has any.
pub fn usage(document: &Value) -> BTreeMap<String, Carriers> {
    let named = document["components"]["schemas"].as_object().into_iter().flatten();
    let refers: BTreeMap<&str, BTreeSet<String>> =
        named.map(|(name, schema)| (name.as_str(), references(schema))).collect();
    let mut usage: BTreeMap<String, Carriers> = BTreeMap::new();
    let mut carry = |schema: &Value, side: Side, name: &str| {
        let mut open: Vec<String> = references(schema).into_iter().collect();
        let mut reached = BTreeSet::new();
        while let Some(schema) = open.pop() {
            if reached.insert(schema.clone()) {
                open.extend(refers.get(schema.as_str()).into_iter().flatten().cloned());
            }
        }
        for schema in reached {
            let carriers = usage.entry(schema).or_default();
            carriers.sides.insert(side);
            if !carriers.names.contains(name) {
                carriers.names.insert(name.to_string());
            }
        }
    };
    // The visitor never refuses.
    let _ = walk::operations(&mut document.clone(), &mut |operation| {
        let name = operation.id.unwrap_or(&operation.pointer).to_string();
        let value = Value::Object(operation.value.clone());
        for parameter in value["parameters"].as_array().into_iter().flatten() {
            carry(&parameter["schema"], Side::Request, &name);
        }
        carry(body_schema(&value["requestBody"]), Side::Request, &name);
        let successes = answers(&value).statuses;
        for (status, response) in value["responses"].as_object().into_iter().flatten() {
            let side = if successes.contains(&status.as_str()) { Side::Response } else { Side::Error };
            carry(json_schema(response), side, &name);
        }
        Ok(())
    });
    for (name, item) in document["webhooks"].as_object().into_iter().flatten() {
        carry(json_schema(&item["post"]["requestBody"]), Side::Webhook, name);
    }
    usage
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_enum_that_a_mark_refers_to_is_carried_as_well() {
        let marked = json!({"type": "string", "enum": ["A"], "x-imprint-enum": "Kind"});
        let schema = json!({"type": "object", "properties": {"kind": marked}});
        let answer = json!({"description": "d", "content": {"application/json": {"schema": schema}}});
        let document = json!({
            "paths": {"/a": {"get": {"operationId": "getA", "responses": {"200": answer}}}},
            "components": {"schemas": {"Kind": {"type": "string", "enum": ["A"]}}},
        });
        assert_eq!(usage(&document)["Kind"], Carriers::of(Side::Response, "getA"));
    }
    #[test]
    fn forms_and_what_is_answered_with_any_status_carry_schemas_as_well() {
        let holder = |media: &str, name: &str| {
            let schema = json!({"$ref": format!("#/components/schemas/{name}")});
            json!({"description": "d", "content": {media: {"schema": schema}}})
        };
        let operation = |body: Value, responses: Value| {
            let operation = json!({"operationId": "a", "requestBody": body, "responses": responses});
            json!({"paths": {"/a": {"post": operation}}, "components": {"schemas": {"Said": {}, "Sent": {}}}})
        };
        let json = "application/json";
        let said = holder(json, "Said");
        for media in ["application/x-www-form-urlencoded", "multipart/form-data"] {
            let found = usage(&operation(holder(media, "Sent"), json!({"default": said})));
            assert_eq!(found["Sent"], Carriers::of(Side::Request, "a"), "{media}");
            assert_eq!(found["Said"], Carriers::of(Side::Response, "a"), "{media}");
        }
        // Bytes are not looked into, and beside a success what holds for any status is a failure.
        let beside = json!({"default": said, "204": {"description": "d"}});
        let found = usage(&operation(holder("application/octet-stream", "Sent"), beside));
        assert_eq!(found.get("Sent"), None);
        assert_eq!(found["Said"], Carriers::of(Side::Error, "a"));
    }
}
