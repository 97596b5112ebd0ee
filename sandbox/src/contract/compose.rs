//! Builds values for a schema from the document's examples.

use serde_json::{Value, json};

use super::Contract;
use super::operation::Parameter;
use super::places::{ValueKind, kind};
use super::references::DEEPEST;
use super::resolve::Resolved;
use super::schema::Schema;

/// Which properties a composed value has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PropertySet {
    /// Every property.
    All,
    /// The properties that are required.
    Required,
}

impl Contract {
    /// A value for the schema: the example if there is one, otherwise the first enum value, otherwise a simple value.
    ///
    /// A schema that has itself below ends where it would begin again: there the property is left out, and the list is
    /// empty.
    pub fn compose(&self, schema: &Schema, which: PropertySet) -> Value {
        self.composed("value", schema.value(), None, which, &mut Vec::new()).unwrap_or_default()
    }

    /// A value for a parameter.
    pub fn argument(&self, parameter: &Parameter) -> Value {
        let Parameter { name, schema, example, .. } = parameter;
        self.composed(name, schema.value(), example.as_ref(), PropertySet::All, &mut Vec::new()).unwrap_or_default()
    }

    /// `None` where a schema begins again that the value is within already, and where too many schemas are within each
    /// other; `within` has the references to those.
    fn composed<'a>(
        &'a self,
        name: &str,
        schema: &'a Value,
        example: Option<&'a Value>,
        which: PropertySet,
        within: &mut Vec<&'a str>,
    ) -> Option<Value> {
        let schema = self.resolve(schema);
        if within.len() > DEEPEST || schema.references.iter().any(|reference| within.contains(reference)) {
            return None;
        }
        let length = within.len();
        within.extend(&schema.references);
        let value = self.composed_of(name, &schema, example, which, within);
        within.truncate(length);
        Some(value)
    }

    fn composed_of<'a>(
        &'a self,
        name: &str,
        schema: &Resolved<'a>,
        example: Option<&'a Value>,
        which: PropertySet,
        within: &mut Vec<&'a str>,
    ) -> Value {
        let example = example.or_else(|| own_example(schema));
        match kind(name, schema) {
            // An example may leave properties out.
            ValueKind::Object => {
                let properties = schema.properties().into_iter();
                let kept = properties.filter(|(name, _)| which == PropertySet::All || schema.requires(name));
                kept.filter_map(|(name, part)| {
                    let example = example.and_then(|example| example.get(name));
                    Some(((*name).to_owned(), self.composed(name, part, example, which, within)?))
                })
                .collect()
            }
            ValueKind::List => {
                let examples = example.and_then(Value::as_array).filter(|items| !items.is_empty());
                let examples: Vec<_> = match examples {
                    Some(items) => items.iter().map(Some).collect(),
                    None => vec![None],
                };
                let items = examples.into_iter();
                items.filter_map(|example| self.composed(name, schema.items(), example, which, within)).collect()
            }
            ValueKind::FreeForm | ValueKind::Map if example.is_none() => {
                let of = schema.get("additionalProperties").filter(|of| of.is_object());
                match of.map(|of| self.composed(name, of, None, which, within)) {
                    None => json!({"some_key": "anything"}),
                    Some(Some(value)) => json!({"some_key": value}),
                    Some(None) => json!({}),
                }
            }
            kind => match (example, schema.alternatives.first()) {
                (Some(example), _) => example.clone(),
                (None, Some(first)) => self.composed(name, first, None, which, within).unwrap_or_default(),
                (None, None) => plain(name, &kind, schema),
            },
        }
    }
}

/// The example that the schema itself has.
fn own_example<'a>(schema: &Resolved<'a>) -> Option<&'a Value> {
    let first = |keyword: &str| schema.get(keyword).and_then(Value::as_array).and_then(|values| values.first());
    schema.get("example").or_else(|| first("examples")).or_else(|| schema.get("const"))
}

/// A simple value of a kind that has no parts.
fn plain(name: &str, kind: &ValueKind, schema: &Resolved<'_>) -> Value {
    let values = schema.get("enum").and_then(Value::as_array);
    if let Some(value) = values.and_then(|values| values.iter().find(|value| !value.is_null())) {
        return value.clone();
    }
    match kind {
        ValueKind::Integer | ValueKind::Number => schema.get("minimum").cloned().unwrap_or(json!(7)),
        ValueKind::Boolean => true.into(),
        ValueKind::Time => "2025-02-13T19:08:07Z".into(),
        // The text contains the name, so that a test sees if two values are swapped.
        _ => format!("some {}", name.replace('_', " ")).into(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::document::tests::{contract_with, contract_with_schemas};
    use super::*;

    fn composed(schemas: Value, which: PropertySet) -> Value {
        let contract = contract_with_schemas(schemas);
        contract.compose(contract.named("A").unwrap(), which)
    }

    #[test]
    fn values_come_from_examples_then_enums_then_are_plain() {
        let schemas = json!({"A": {
            "required": ["b"],
            "example": {"a": "outer"},
            "properties": {
                "a": {"type": "string", "example": "own"},
                "b": {"type": "string", "examples": ["first", "second"]},
                "c": {"type": "string", "enum": ["C1", "C2"]},
                "d": {"type": "integer", "minimum": 3},
                "e": {"type": "integer", "enum": [null, 5]},
                "some_text": {"type": "string"},
                "made_at": {"type": "string"},
                "yes": {"type": "boolean"},
                "list": {"type": "array", "items": {"type": "integer"}},
                "two": {"type": "array", "items": {"type": "integer"}, "example": [1, 2]},
                "free": {"type": "object"},
                "map": {"type": "object", "additionalProperties": {"type": "number"}},
                "one": {"oneOf": [{"type": "boolean"}, {"type": "string"}]},
                "any": {},
            },
        }});
        assert_eq!(
            composed(schemas.clone(), PropertySet::All),
            json!({
                "a": "outer", "b": "first", "c": "C1", "d": 3, "e": 5, "some_text": "some some text",
                "made_at": "2025-02-13T19:08:07Z", "yes": true, "list": [7], "two": [1, 2],
                "free": {"some_key": "anything"}, "map": {"some_key": 7}, "one": true, "any": "some any",
            })
        );
        assert_eq!(composed(schemas, PropertySet::Required), json!({"b": "first"}));
    }

    #[test]
    fn schemas_that_have_themselves_below_end() {
        let schemas = json!({"A": {"$ref": "#/components/schemas/B"}, "B": {"properties": {
            "list": {"type": "array", "items": {"$ref": "#/components/schemas/B"}},
            "next": {"allOf": [{"$ref": "#/components/schemas/B"}]},
            "map": {"type": "object", "additionalProperties": {"$ref": "#/components/schemas/B"}},
            "name": {"type": "string"},
        }}});
        assert_eq!(composed(schemas, PropertySet::All), json!({"list": [], "map": {}, "name": "some name"}));
    }

    #[test]
    fn the_example_of_a_parameter_goes_before_that_of_its_schema() {
        let contract = contract_with(
            json!({"parameters": [
                {"name": "p", "in": "query", "example": "here", "schema": {"type": "string", "example": "there"}},
                {"name": "q", "in": "query", "schema": {"type": "string", "example": "there"}},
            ]}),
            json!({}),
        );
        let parameters = &contract.operation("op").unwrap().parameters;
        assert_eq!(contract.argument(&parameters[0]), "here");
        assert_eq!(contract.argument(&parameters[1]), "there");
    }
}
