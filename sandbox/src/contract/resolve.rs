//! Resolves schemas: follows their references and merges the parts that they are made of.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::Contract;
use super::references::target;

/// A schema with its own reference resolved and its parts merged. The schemas of properties and items are as the
/// document has them.
///
/// Nothing is copied out of the parts. Requests are compared with schemas place by place, each place needs only a few
/// keywords of its schema, and a map of all of them would cost more than all lookups together.
#[derive(Default)]
pub(super) struct Resolved<'a> {
    /// The schemas that it is made of. If several have a keyword, that of the last one counts.
    parts: Vec<&'a Map<String, Value>>,
    /// The references that were followed.
    pub references: Vec<&'a str>,
    /// The members of `anyOf` and `oneOf`, if there are several besides null.
    pub alternatives: Vec<&'a Value>,
    /// Whether null is allowed.
    pub nullable: bool,
}

impl Contract {
    /// Resolves a schema. `allOf` is merged, and so is an `anyOf` or `oneOf` that only adds null to another schema. If
    /// two parts have a keyword, that of the later one wins; properties and required names are combined.
    pub(super) fn resolve<'a>(&'a self, schema: &'a Value) -> Resolved<'a> {
        let mut resolved = Resolved::default();
        self.add(schema, &mut resolved);
        resolved
    }

    fn add<'a>(&'a self, schema: &'a Value, to: &mut Resolved<'a>) {
        let Some(map) = schema.as_object() else { return };
        if let Some(reference) = map.get("$ref").and_then(Value::as_str) {
            to.references.push(reference);
            // A reference to nothing was refused when the document was read.
            if let Some(target) = target(&self.document, reference) {
                self.add(target, to);
            }
        }
        for member in map.get("allOf").and_then(Value::as_array).into_iter().flatten() {
            self.add(member, to);
        }
        for keyword in ["anyOf", "oneOf"] {
            let Some(members) = map.get(keyword).and_then(Value::as_array) else { continue };
            let others: Vec<_> = members.iter().filter(|member| !is_null(member)).collect();
            to.nullable |= others.len() < members.len();
            match others[..] {
                [only] => self.add(only, to),
                _ => to.alternatives.extend(others),
            }
        }
        to.nullable |= map.get("nullable") == Some(&Value::Bool(true));
        to.nullable |= map.get("type").is_some_and(|part| types(part).any(|kind| kind == "null"));
        to.parts.push(map);
    }
}

impl<'a> Resolved<'a> {
    /// The value of a keyword. Names of properties and what is required are spread over the parts, and have methods of
    /// their own.
    pub fn get(&self, keyword: &str) -> Option<&'a Value> {
        self.parts.iter().rev().find_map(|part| part.get(keyword))
    }

    /// Whether the schema has properties, be it none in an empty map.
    pub fn has_properties(&self) -> bool {
        self.maps_of_properties().next().is_some()
    }

    /// The schemas of all properties. To look for one of them, [`property`](Self::property) is quicker.
    pub fn properties(&self) -> BTreeMap<&'a str, &'a Value> {
        self.maps_of_properties().flatten().map(|(name, part)| (name.as_str(), part)).collect()
    }

    /// The schema of a property.
    pub fn property(&self, name: &str) -> Option<&'a Value> {
        self.maps_of_properties().rev().find_map(|properties| properties.get(name))
    }

    fn maps_of_properties(&self) -> impl DoubleEndedIterator<Item = &'a Map<String, Value>> {
        self.parts.iter().filter_map(|part| part.get("properties")?.as_object())
    }

    /// Whether a property is required. Names that are required but not defined do not count, since no value can have
    /// them.
    pub fn requires(&self, name: &str) -> bool {
        let mut lists = self.parts.iter().filter_map(|part| part.get("required")?.as_array());
        lists.any(|names| names.iter().any(|required| required == name)) && self.property(name).is_some()
    }

    /// The schema of the items of a list, or one that allows everything.
    pub fn items(&self) -> &'a Value {
        self.get("items").unwrap_or(&Value::Bool(true))
    }

    /// The type. `None` if there is none, or if values of several types are allowed.
    pub fn kind(&self) -> Option<&'a str> {
        let mut kinds = types(self.get("type")?).filter(|kind| *kind != "null");
        kinds.next().filter(|_| kinds.next().is_none())
    }

    /// Whether the schema has this mark, such as `x-imprint-secret`.
    pub fn is_marked(&self, mark: &str) -> bool {
        self.get(mark) == Some(&Value::Bool(true))
    }
}

/// The names of the types that the value of `type` allows.
fn types(of: &Value) -> impl Iterator<Item = &str> {
    of.as_str().into_iter().chain(of.as_array().into_iter().flatten().filter_map(Value::as_str))
}

fn is_null(schema: &Value) -> bool {
    schema.get("type").is_some_and(|kind| kind == "null")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::document::tests::contract_with_schemas;

    #[test]
    fn parts_are_merged_and_later_ones_win() {
        let contract = contract_with_schemas(json!({
            "Base": {"type": "object", "required": ["a", "gone"],
                "properties": {"a": {"type": "string"}, "b": {"type": "string"}}},
            "Whole": {"allOf": [{"$ref": "#/components/schemas/Base"}, {"required": ["c"]}],
                "properties": {"b": {"type": "integer"}, "c": {}}},
        }));
        let whole = contract.named("Whole").unwrap();
        let resolved = contract.resolve(whole.value());
        assert_eq!(resolved.property("b"), Some(&json!({"type": "integer"})));
        assert_eq!(["a", "b", "c", "gone"].map(|name| resolved.requires(name)), [true, false, true, false]);
        assert_eq!((resolved.kind(), resolved.nullable), (Some("object"), false));
        assert_eq!(resolved.references, ["#/components/schemas/Base"]);
    }

    #[test]
    fn all_ways_of_allowing_null_are_known() {
        let contract = contract_with_schemas(json!({
            "A": {"type": "string", "nullable": true},
            "B": {"type": ["string", "null"]},
            "C": {"anyOf": [{"type": "string"}, {"type": "null"}]},
            "D": {"oneOf": [{"type": "null"}, {"$ref": "#/components/schemas/B"}]},
        }));
        for name in ["A", "B", "C", "D"] {
            let resolved = contract.resolve(contract.named(name).unwrap().value());
            assert_eq!((resolved.kind(), resolved.nullable), (Some("string"), true), "{name}");
            assert!(resolved.alternatives.is_empty(), "{name}");
        }
    }

    #[test]
    fn real_alternatives_are_kept_apart() {
        let contract =
            contract_with_schemas(json!({"A": {"oneOf": [{"type": "string"}, {"type": "integer"}, {"type": "null"}]}}));
        let resolved = contract.resolve(contract.named("A").unwrap().value());
        assert_eq!((resolved.kind(), resolved.nullable, resolved.alternatives.len()), (None, true, 2));
    }
}
