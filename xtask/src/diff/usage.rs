//! Who carries a named schema: the same schema may be sent, answered and notified about.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::Side;
use crate::build::walk::{self, Place, Role, component_name};

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

    pub fn join(&mut self, other: &Self) {
        self.sides.extend(&other.sides);
        self.names.extend(other.names.iter().cloned());
    }
}

/// The names of the schemas that a schema refers to, at any depth of its own text.
fn references(schema: &Value) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let place = Place { pointer: String::new(), operation: None, role: Role::Other };
    // The visitor never refuses.
    let _ = walk::schema(&mut schema.clone(), &place, &mut |part, _| {
        found.extend(part["$ref"].as_str().and_then(|r| component_name(r, "schemas")).map(str::to_string));
        Ok(())
    });
    found
}

/// The schema of a JSON body.
pub fn json_schema(holder: &Value) -> &Value {
    &holder["content"]["application/json"]["schema"]
}

pub fn is_success(status: &str) -> bool {
    status.starts_with('2')
}

/// The carriers of every named schema that has any.
pub fn usage(document: &Value) -> BTreeMap<String, Carriers> {
    let mut open: Vec<(String, Carriers)> = Vec::new();
    let mut carry = |schema: &Value, side: Side, name: &str| {
        open.extend(references(schema).into_iter().map(|schema| (schema, Carriers::of(side, name))));
    };
    let _ = walk::operations(&mut document.clone(), &mut |operation| {
        let name = operation.id.unwrap_or(&operation.pointer).to_string();
        let value = Value::Object(operation.value.clone());
        for parameter in value["parameters"].as_array().into_iter().flatten() {
            carry(&parameter["schema"], Side::Request, &name);
        }
        carry(json_schema(&value["requestBody"]), Side::Request, &name);
        for (status, response) in value["responses"].as_object().into_iter().flatten() {
            let side = if is_success(status) { Side::Response } else { Side::Error };
            carry(json_schema(response), side, &name);
        }
        Ok(())
    });
    for (name, item) in document["webhooks"].as_object().into_iter().flatten() {
        carry(json_schema(&item["post"]["requestBody"]), Side::Webhook, name);
    }
    let mut usage: BTreeMap<String, Carriers> = BTreeMap::new();
    while let Some((name, carriers)) = open.pop() {
        let known = usage.entry(name.clone()).or_default();
        let before = known.clone();
        known.join(&carriers);
        if *known != before {
            let schema = &document["components"]["schemas"][&name];
            open.extend(references(schema).into_iter().map(|inner| (inner, carriers.clone())));
        }
    }
    usage
}
