//! What stands in the places of a named schema in the other document: found for all schemas in one walk, since documents have
//! hundreds of schemas and many thousand places.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::{openapi::referenced_schema, pipeline::walk::escape};

/// A place where only one of the two documents refers to a named schema, and the other has a schema without a name.
pub struct Replaced {
    pub pointer: String,
    /// Whether the new document has the name, and the old one the schema without.
    pub is_named_now: bool,
}

/// The places that both documents have, by the named schemas that stand there.
#[derive(Default)]
pub struct Successors {
    /// From the schemas of the old document to those of the new one; the empty name stands for what is no named schema.
    of_old: BTreeMap<String, BTreeSet<String>>,
    /// The same from the new document to the old one.
    of_new: BTreeMap<String, BTreeSet<String>>,
    replaced: BTreeMap<String, Vec<Replaced>>,
}

impl Successors {
    pub fn of(old: &Value, new: &Value) -> Self {
        let mut found = Self::default();
        in_the_same_place(old, new, &mut |old, new, pointer| {
            let (before, after) = (referenced_schema(old), referenced_schema(new));
            let add = |map: &mut BTreeMap<String, BTreeSet<String>>, from: Option<&str>, to: Option<&str>| {
                if let Some(from) = from {
                    map.entry(from.to_string()).or_default().insert(to.unwrap_or_default().to_string());
                }
            };
            add(&mut found.of_old, before, after);
            add(&mut found.of_new, after, before);
            for (name, without, is_named_now) in [(before, new, false), (after, old, true)] {
                if let Some(name) = name
                    && without.is_object()
                    && without.get("$ref").is_none()
                {
                    let replaced = Replaced { pointer: pointer.to_string(), is_named_now };
                    found.replaced.entry(name.to_string()).or_default().push(replaced);
                }
            }
        });
        found
    }

    /// The only schema that the new document has in the places where the old one has the schema `name`.
    pub fn only_of_old(&self, name: &str) -> Option<&str> {
        only(self.of_old.get(name)?)
    }

    /// The only schema that the old document has in the places where the new one has the schema `name`.
    pub fn only_of_new(&self, name: &str) -> Option<&str> {
        only(self.of_new.get(name)?)
    }

    /// The places where one document has the schema `name`, and the other one without a name.
    pub fn replaced(&self, name: &str) -> &[Replaced] {
        self.replaced.get(name).map_or(&[], Vec::as_slice)
    }
}

fn only(names: &BTreeSet<String>) -> Option<&str> {
    names.first().filter(|only| names.len() == 1 && !only.is_empty()).map(String::as_str)
}

/// Calls `visit` for every part that two documents have in the same place, with its pointer.
fn in_the_same_place(old: &Value, new: &Value, visit: &mut dyn FnMut(&Value, &Value, &str)) {
    parts_of_both(old, new, &mut String::new(), visit);
}

fn parts_of_both(old: &Value, new: &Value, pointer: &mut String, visit: &mut dyn FnMut(&Value, &Value, &str)) {
    visit(old, new, pointer);
    let length = pointer.len();
    let mut go_on = |key: &str, old, new| {
        pointer.push('/');
        pointer.push_str(key);
        parts_of_both(old, new, pointer, visit);
        pointer.truncate(length);
    };
    match (old, new) {
        (Value::Object(before), Value::Object(after)) => {
            let common = before.iter().filter_map(|(key, old)| Some((key, old, after.get(key)?)));
            common.for_each(|(key, old, new)| go_on(&escape(key), old, new));
        }
        (Value::Array(before), Value::Array(after)) => {
            let common = before.iter().zip(after).enumerate();
            common.for_each(|(index, (old, new))| go_on(&index.to_string(), old, new));
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use serde_json::json;

    use super::*;
    use crate::diff::compare;

    fn reference(name: &str) -> Value {
        json!({"$ref": format!("#/components/schemas/{name}")})
    }

    #[test]
    fn only_what_stands_in_every_place_is_the_successor() {
        let of = |names: [&str; 4]| Value::Array(names.map(reference).to_vec());
        let found = Successors::of(&of(["A", "A", "B", "C"]), &of(["X", "X", "Y", "Y"]));
        assert_eq!((found.only_of_old("A"), found.only_of_new("X")), (Some("X"), Some("A")));
        assert_eq!((found.only_of_old("B"), found.only_of_new("Y")), (Some("Y"), None));
        let found =
            Successors::of(&json!([reference("A"), reference("A")]), &json!([reference("X"), {"type": "string"}]));
        assert_eq!((found.only_of_old("A"), found.only_of_new("X")), (None, Some("A")));
        let replaced: Vec<_> = found.replaced("A").iter().map(|at| (at.pointer.as_str(), at.is_named_now)).collect();
        assert_eq!(replaced, [("/1", false)]);
    }

    /// Every schema has another name now, and may be null.
    #[test]
    fn a_document_that_was_named_anew_is_compared_in_seconds() {
        let document = |prefix: &str, count: usize, nullable: bool| {
            let name = |number: usize| format!("{prefix}{number}");
            let mut schemas = serde_json::Map::new();
            let mut all = serde_json::Map::new();
            for number in 0..count {
                let fields = (0..20).map(|field| (format!("f{field}"), json!({"type": "string"})));
                let mut fields: serde_json::Map<String, Value> = fields.collect();
                fields.insert(format!("own{number}"), json!({"type": "integer"}));
                if nullable {
                    fields.insert("new".into(), json!({"type": "integer"}));
                }
                let schema = json!({"type": "object", "nullable": nullable, "properties": fields});
                schemas.insert(name(number), schema);
                all.insert(format!("p{number}"), reference(&name(number)));
            }
            schemas.insert("All".into(), json!({"type": "object", "properties": all}));
            let content = json!({"application/json": {"schema": reference("All")}});
            json!({
                "openapi": "3.0.3",
                "info": {"title": "t", "version": "1"},
                "paths": {"/all": {"get": {
                    "operationId": "getAll",
                    "responses": {"200": {"description": "d", "content": content}},
                }}},
                "components": {"schemas": schemas},
            })
        };
        let count = 400;
        let (old, new) = (document("First", count, false), document("Other", count, true));
        let start = Instant::now();
        let changes = compare(&old, &new).unwrap().changes;
        let took = start.elapsed();
        let renamed = changes.iter().filter(|change| change.kind == "schema renamed").count();
        assert_eq!(renamed, count);
        assert!(took < Duration::from_secs(20), "{took:?}");
    }
}
