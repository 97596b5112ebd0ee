//! Converts the document's schemas to JSON Schema, for a validator that is independent of the generator.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::Contract;
use super::references::member;

/// The types of JSON Schema.
const TYPES: [&str; 7] = ["array", "boolean", "integer", "null", "number", "object", "string"];

/// A conversion of schemas, which replaces their references.
pub(super) struct Conversion<'a> {
    contract: &'a Contract,
    /// What to write for a reference.
    rename: &'a dyn Fn(&str) -> Option<String>,
    /// The required names that are not defined as properties, each with its place.
    undefined: Vec<String>,
}

impl<'a> Conversion<'a> {
    pub fn new(contract: &'a Contract, rename: &'a dyn Fn(&str) -> Option<String>) -> Self {
        Self { contract, rename, undefined: Vec::new() }
    }

    /// Converts a schema. Keywords are recognized by their position, because in an example a key such as `required` is
    /// data.
    ///
    /// - `nullable`, a keyword of OpenAPI 3.0, becomes the type `null`, or an `anyOf` with it if the schema has no
    ///   single type. `exclusiveMinimum: true`, which is of 3.0 as well, becomes the limit itself.
    /// - Required names that are not defined as properties, neither here nor by the `allOf` that this schema is a part
    ///   of, are left out: no value can have them.
    /// - The formats `int32` and `int64` become the limits that they stand for; JSON Schema does not know them.
    /// - Types that JSON Schema does not know, such as `file`, allow everything.
    pub fn plain(&mut self, schema: &Value) -> Value {
        self.converted(schema, None, "")
    }

    fn converted(&mut self, schema: &Value, whole: Option<&Value>, place: &str) -> Value {
        let Some(map) = schema.as_object() else { return schema.clone() };
        let mut plained = Map::new();
        for (keyword, part) in map {
            let below = member(place, keyword);
            let part = match (keyword.as_str(), part) {
                // These keywords do not constrain a value.
                ("description" | "example" | "examples" | "nullable" | "deprecated" | "default" | "title", _) => {
                    continue;
                }
                ("xml" | "externalDocs" | "discriminator" | "readOnly" | "writeOnly" | "$comment", _) => continue,
                // References were resolved against the document, whatever name a schema gives itself.
                ("$schema" | "$id" | "$anchor" | "$dynamicAnchor" | "$vocabulary", _) => continue,
                (extension, _) if extension.starts_with("x-") => continue,
                ("$ref", Value::String(reference)) => (self.rename)(reference).unwrap_or_default().into(),
                (
                    "properties" | "patternProperties" | "$defs" | "definitions" | "dependentSchemas",
                    Value::Object(map),
                ) => {
                    let parts = map.iter();
                    parts
                        .map(|(name, part)| (name.clone(), self.converted(part, None, &member(&below, name))))
                        .collect()
                }
                ("allOf" | "anyOf" | "oneOf" | "prefixItems", Value::Array(members)) => {
                    // What one part of `allOf` requires another one may define.
                    let whole = (keyword == "allOf").then(|| whole.unwrap_or(schema));
                    let members = members.iter().zip(0..);
                    members.map(|(part, index)| self.converted(part, whole, &format!("{below}/{index}"))).collect()
                }
                (
                    "items" | "additionalProperties" | "not" | "contains" | "propertyNames" | "if" | "then" | "else",
                    part,
                ) => self.converted(part, None, &below),
                ("required", Value::Array(names)) => self.defined(names, whole.unwrap_or(schema), place),
                ("type", part) => match known(part) {
                    Some(types) => types,
                    None => continue,
                },
                ("exclusiveMinimum" | "exclusiveMaximum", Value::Bool(_)) => continue,
                ("minimum", limit) if map.get("exclusiveMinimum") == Some(&Value::Bool(true)) => {
                    plained.insert("exclusiveMinimum".into(), limit.clone());
                    continue;
                }
                ("maximum", limit) if map.get("exclusiveMaximum") == Some(&Value::Bool(true)) => {
                    plained.insert("exclusiveMaximum".into(), limit.clone());
                    continue;
                }
                (_, part) => part.clone(),
            };
            plained.insert(keyword.clone(), part);
        }
        let format = map.get("format").and_then(Value::as_str);
        if let Some((lowest, highest)) = format.and_then(integers_of) {
            // A limit of the schema's own may be the narrower one, so both hold.
            let limits = json!({ "minimum": lowest, "maximum": highest });
            // A document that has something else than a list there is wrong, which the validator says.
            if let Value::Array(parts) = plained.entry("allOf").or_insert_with(|| json!([])) {
                parts.push(limits);
            }
        }
        if map.get("nullable") == Some(&Value::Bool(true)) { or_null(plained) } else { plained.into() }
    }

    /// The required names that are defined as properties.
    fn defined(&mut self, names: &[Value], whole: &Value, place: &str) -> Value {
        let resolved = self.contract.resolve(whole);
        let is_defined = |name: &Value| name.as_str().is_some_and(|name| resolved.property(name).is_some());
        let (kept, dropped): (Vec<_>, Vec<_>) = names.iter().cloned().partition(is_defined);
        self.undefined.extend(dropped.iter().map(|name| format!("{place}: {}", name.as_str().unwrap_or_default())));
        Value::Array(kept)
    }
}

impl Contract {
    /// The names that the document requires but does not define as properties, each with its place.
    ///
    /// No value can have them, so no check expects them.
    pub fn undefined_requirements(&self) -> Vec<String> {
        let rename = |_: &str| None;
        let mut conversion = Conversion::new(self, &rename);
        let named: BTreeMap<_, _> = self.named.keys().filter_map(|name| Some((name, self.named(name)?))).collect();
        for (name, schema) in named {
            conversion.converted(schema.value(), None, name);
        }
        for operation in &self.operations {
            let answers = operation.answers.iter().filter_map(|answer| answer.schema.as_ref());
            let parameters = operation.parameters.iter().map(|parameter| &parameter.schema);
            for schema in operation.body.iter().chain(answers).chain(parameters) {
                conversion.converted(schema.value(), None, &operation.id);
            }
        }
        conversion.undefined
    }
}

/// The integers that a format of OpenAPI allows. Other values than numbers are not limited by it.
fn integers_of(format: &str) -> Option<(i64, i64)> {
    match format {
        "int32" => Some((i32::MIN.into(), i32::MAX.into())),
        "int64" => Some((i64::MIN, i64::MAX)),
        _ => None,
    }
}

/// The types that JSON Schema knows among those of `type`. `None` if there is none.
fn known(types: &Value) -> Option<Value> {
    let is_known = |kind: &Value| kind.as_str().is_some_and(|kind| TYPES.contains(&kind));
    match types {
        Value::Array(types) => {
            let known: Vec<_> = types.iter().filter(|kind| is_known(kind)).cloned().collect();
            // An unknown type beside known ones may stand for anything.
            (!known.is_empty() && known.len() == types.len()).then_some(Value::Array(known))
        }
        one => is_known(one).then(|| one.clone()),
    }
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

#[cfg(test)]
mod tests {
    use super::super::document::tests::contract_with_schemas;
    use super::*;

    fn plain(schemas: Value) -> (Value, Vec<String>) {
        let contract = contract_with_schemas(schemas);
        let rename = |reference: &str| Some(format!("new:{reference}"));
        let mut conversion = Conversion::new(&contract, &rename);
        let converted = conversion.plain(contract.named("A").unwrap().value());
        (converted, contract.undefined_requirements())
    }

    #[test]
    fn nullable_becomes_the_type_null() {
        let (converted, _) = plain(json!({
            "A": {"properties": {
                "one": {"type": "string", "nullable": true, "enum": ["a"]},
                "two": {"allOf": [{"$ref": "#/components/schemas/B"}], "nullable": true},
            }},
            "B": {},
        }));
        assert_eq!(converted["properties"]["one"], json!({"type": ["string", "null"], "enum": ["a", null]}));
        let two = json!({"anyOf": [{"allOf": [{"$ref": "new:#/components/schemas/B"}]}, {"type": "null"}]});
        assert_eq!(converted["properties"]["two"], two);
    }

    #[test]
    fn annotations_and_unknown_types_go_but_data_that_looks_like_them_stays() {
        let (converted, _) = plain(json!({"A": {
            "title": "T", "description": "D", "example": {"type": "x"}, "x-mark": true, "type": "file",
            "properties": {"title": {"type": ["string", "file"]}, "required": {"enum": [{"title": 1}]}},
        }}));
        assert_eq!(converted, json!({"properties": {"title": {}, "required": {"enum": [{"title": 1}]}}}));
    }

    #[test]
    fn exclusive_limits_of_openapi_3_0_become_limits() {
        let (converted, _) =
            plain(json!({"A": {"minimum": 1, "exclusiveMinimum": true, "maximum": 9, "exclusiveMaximum": false}}));
        assert_eq!(converted, json!({"exclusiveMinimum": 1, "maximum": 9}));
    }

    #[test]
    fn formats_of_integers_become_limits_beside_those_of_the_schema() {
        let (converted, _) = plain(json!({"A": {"type": "integer", "format": "int32", "minimum": 1}}));
        let limits = json!([{"minimum": i32::MIN, "maximum": i32::MAX}]);
        assert_eq!(converted, json!({"type": "integer", "format": "int32", "minimum": 1, "allOf": limits}));
        let (converted, _) = plain(json!({"A": {"format": "int64", "allOf": [{"type": "integer"}]}}));
        assert_eq!(converted["allOf"], json!([{"type": "integer"}, {"minimum": i64::MIN, "maximum": i64::MAX}]));
    }

    #[test]
    fn required_names_that_nothing_defines_are_left_out_and_reported() {
        let (converted, undefined) = plain(json!({
            "A": {"allOf": [{"properties": {"a": {}}}, {"required": ["a", "b", "gone"]}], "properties": {"b": {}}},
            "B": {"properties": {"inner": {"required": ["nothing"], "properties": {}}}},
        }));
        assert_eq!(converted["allOf"][1], json!({"required": ["a", "b"]}));
        assert_eq!(undefined, ["A/allOf/1: gone", "B/properties/inner: nothing"]);
    }
}
