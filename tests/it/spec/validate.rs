//! The document's schemas as JSON Schema, for a validator that has nothing to do with the generator.

use jsonschema::Validator;
use serde_json::{Map, Value, json};

use super::{Operation, Schema, Spec, member, required};

impl Spec {
    /// A validator of a schema, which may refer to all others.
    pub fn validator(&self, schema: &Schema) -> Validator {
        let mut root = plain(self, &schema.0, "", &mut Vec::new());
        root["components"] = self.components.clone();
        jsonschema::options()
            .should_validate_formats(true)
            .offline()
            .build(&root)
            .unwrap_or_else(|e| panic!("the document has a schema that is no schema: {e}"))
    }

    /// The names that the document requires and does not define, as the place and the name.
    ///
    /// A value cannot have them, so they are no part of the contract.
    pub fn undefined_requirements(&self) -> Vec<String> {
        let mut found = Vec::new();
        let schemas = self.document["components"]["schemas"].as_object().expect("schemas");
        for (name, schema) in schemas {
            plain(self, schema, name, &mut found);
        }
        for Operation { id, parameters, body, answers, .. } in self.operations() {
            let answers = answers.iter().filter_map(|answer| answer.schema.as_ref());
            let parameters = parameters.iter().map(|parameter| &parameter.schema);
            for schema in body.iter().chain(answers).chain(parameters) {
                plain(self, &schema.0, id, &mut found);
            }
        }
        found
    }
}

/// The components with every schema rewritten.
pub fn components(spec: &Spec) -> Value {
    let schemas = spec.document["components"]["schemas"].as_object().expect("schemas");
    let schemas = schemas.iter().map(|(name, schema)| (name.clone(), plain(spec, schema, name, &mut Vec::new())));
    json!({"schemas": schemas.collect::<Map<_, _>>()})
}

/// A schema as JSON Schema writes it. It goes by position: in an example a key such as `required` is data.
///
/// - `nullable`, which is of OpenAPI 3.0, becomes a type, or an alternative where there is no type to add it to.
/// - Required names that are no properties leave and are told to `undefined`.
fn plain(spec: &Spec, schema: &Value, place: &str, undefined: &mut Vec<String>) -> Value {
    let Some(map) = schema.as_object() else { return schema.clone() };
    let mut plained = Map::new();
    for (keyword, part) in map {
        let below = member(place, keyword);
        let part = match (keyword.as_str(), part) {
            // They say nothing about a value.
            ("description" | "example" | "nullable" | "deprecated" | "default" | "title", _) => continue,
            ("properties", Value::Object(properties)) => {
                let properties = properties.iter();
                properties
                    .map(|(name, part)| (name.clone(), plain(spec, part, &member(&below, name), undefined)))
                    .collect()
            }
            ("allOf" | "anyOf" | "oneOf", Value::Array(members)) => {
                let members = members.iter().zip(0..);
                members.map(|(part, index)| plain(spec, part, &format!("{below}/{index}"), undefined)).collect()
            }
            ("items" | "additionalProperties" | "not", part) => plain(spec, part, &below, undefined),
            ("required", Value::Array(names)) => {
                let resolved = spec.resolve(schema);
                let kept = required(&resolved);
                let (kept, dropped): (Vec<_>, Vec<_>) =
                    names.iter().cloned().partition(|name| name.as_str().is_some_and(|name| kept.contains(name)));
                undefined.extend(dropped.iter().map(|name| format!("{place}: {}", name.as_str().unwrap_or_default())));
                Value::Array(kept)
            }
            (_, part) => part.clone(),
        };
        plained.insert(keyword.clone(), part);
    }
    if map.get("nullable") == Some(&Value::Bool(true)) { or_null(plained) } else { plained.into() }
}

fn or_null(mut schema: Map<String, Value>) -> Value {
    match schema.get("type").cloned() {
        Some(kind @ Value::String(_)) if !schema.contains_key("$ref") && !schema.contains_key("allOf") => {
            schema.insert("type".into(), json!([kind, "null"]));
            if let Some(Value::Array(values)) = schema.get_mut("enum") {
                values.push(Value::Null);
            }
            schema.into()
        }
        _ => json!({"anyOf": [schema, {"type": "null"}]}),
    }
}
