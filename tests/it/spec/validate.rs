//! Converts the document's schemas to JSON Schema, for a validator that is independent of the generator.

use jsonschema::Validator;
use serde_json::{Map, Value, json};

use super::{DocumentedOperation, Schema, Spec, member, required};

impl Spec {
    /// A validator for a schema, which may refer to the other schemas of the document.
    pub fn validator(&self, schema: &Schema) -> Validator {
        let mut root = plain(self, &schema.0, "", &mut Vec::new());
        root["components"] = self.components.clone();
        jsonschema::options()
            .should_validate_formats(true)
            .offline()
            .build(&root)
            .unwrap_or_else(|e| panic!("the document has an invalid schema: {e}"))
    }

    /// The names that the document requires but does not define as properties, each with its place.
    ///
    /// No value can have them, so the tests ignore them.
    pub fn undefined_requirements(&self) -> Vec<String> {
        let mut found = Vec::new();
        let schemas = self.document["components"]["schemas"].as_object().expect("schemas");
        for (name, schema) in schemas {
            plain(self, schema, name, &mut found);
        }
        for DocumentedOperation { id, parameters, body, answers, .. } in self.operations() {
            let answers = answers.iter().filter_map(|answer| answer.schema.as_ref());
            let parameters = parameters.iter().map(|parameter| &parameter.schema);
            for schema in body.iter().chain(answers).chain(parameters) {
                plain(self, &schema.0, id, &mut found);
            }
        }
        found
    }
}

/// The components with every schema converted to JSON Schema.
pub fn components(spec: &Spec) -> Value {
    let schemas = spec.document["components"]["schemas"].as_object().expect("schemas");
    let schemas = schemas.iter().map(|(name, schema)| (name.clone(), plain(spec, schema, name, &mut Vec::new())));
    json!({"schemas": schemas.collect::<Map<_, _>>()})
}

/// Converts a schema to JSON Schema. Keywords are recognized by their position, because in an example a key such as
/// `required` is data.
///
/// - `nullable`, a keyword of OpenAPI 3.0, becomes the type `null`, or an `anyOf` with it if the schema has no single
///   type.
/// - Required names that are not defined as properties are removed and added to `undefined`.
fn plain(spec: &Spec, schema: &Value, place: &str, undefined: &mut Vec<String>) -> Value {
    let Some(map) = schema.as_object() else { return schema.clone() };
    let mut plained = Map::new();
    for (keyword, part) in map {
        let below = member(place, keyword);
        let part = match (keyword.as_str(), part) {
            // These keywords do not constrain a value.
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
