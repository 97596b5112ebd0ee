//! Takes properties that only requests or only answers have (`writeOnly`, `readOnly`) out of what is required of the others.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::{Lowered, shapes, unions};
use crate::build::{
    problem::Problem,
    walk::{self, Place},
};

/// Requires of a request nothing that only answers have, and of an answer nothing that only requests have. A schema that
/// both use requires neither: otherwise callers would have to invent ids, and no answer could be read.
pub fn required(lowered: &mut Lowered) -> Result<(), Problem> {
    let is_marked = |map: &Map<String, Value>| map.contains_key("readOnly") || map.contains_key("writeOnly");
    if !walk::any_map(&lowered.document, &is_marked) {
        return Ok(());
    }
    let reached_without = |part: &str, roots: &[String]| -> Result<BTreeSet<String>, Problem> {
        let mut document = lowered.document.clone();
        walk::operations(&mut document, &mut |operation| {
            operation.value.remove(part);
            Ok(())
        })?;
        shapes::reachable(roots, &document)
    };
    let in_requests = reached_without("responses", &[])?;
    let in_answers = reached_without("requestBody", &lowered.payloads)?;
    let known = lowered.document.pointer("/components/schemas").cloned().unwrap_or_default();
    walk::schemas(&mut lowered.document, &mut |schema, place| {
        let properties = schema.get("properties").cloned().unwrap_or_default();
        let is = |name: &Value, mark: &str| has_mark(&known, &properties[name.as_str().unwrap_or_default()], mark);
        let (sent, answered) = directions(place, &in_requests, &in_answers);
        if let Some(required) = schema.get_mut("required").and_then(Value::as_array_mut) {
            required.retain(|name| !(sent && is(name, "readOnly") || answered && is(name, "writeOnly")));
        }
        Ok(())
    })
}

/// Whether a schema has a mark, or one that it refers to.
fn has_mark(schemas: &Value, schema: &Value, mark: &str) -> bool {
    let mut schema = schema;
    // A circle of references is refused later; the bound is for it.
    for _ in 0..16 {
        if schema[mark] == json!(true) {
            return true;
        }
        let Some(next) = unions::reference(schema).and_then(|name| schemas.get(name)) else { return false };
        schema = next;
    }
    false
}

/// Whether requests have a place, and whether answers or webhooks have it.
fn directions(place: &Place, in_requests: &BTreeSet<String>, in_answers: &BTreeSet<String>) -> (bool, bool) {
    match shapes::owner(place) {
        Some(name) => (in_requests.contains(&name), in_answers.contains(&name)),
        None => (!place.pointer.contains("/responses/"), place.pointer.contains("/responses/")),
    }
}
