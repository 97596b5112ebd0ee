//! Resolves schemas: follows their references and merges the parts that they are made of.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::Contract;
use super::references::target;

/// A schema with its own reference resolved and its parts merged. The schemas of properties and items are as the
/// document has them.
#[derive(Default)]
pub(super) struct Resolved<'a> {
    /// All keywords but those that have a field of their own here.
    keywords: BTreeMap<&'a str, &'a Value>,
    /// The schemas of the properties; `None` if the schema has none.
    pub properties: Option<BTreeMap<&'a str, &'a Value>>,
    /// The names that are required, whether they are defined as properties or not.
    required: BTreeSet<&'a str>,
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
        for (keyword, part) in map {
            match (keyword.as_str(), part) {
                ("$ref" | "allOf" | "anyOf" | "oneOf", _) => {}
                ("properties", Value::Object(properties)) => {
                    let properties = properties.iter().map(|(name, part)| (name.as_str(), part));
                    to.properties.get_or_insert_default().extend(properties);
                }
                ("required", Value::Array(names)) => to.required.extend(names.iter().filter_map(Value::as_str)),
                ("nullable", part) => to.nullable |= part == true,
                (keyword, part) => {
                    if keyword == "type" {
                        to.nullable |= types(part).any(|kind| kind == "null");
                    }
                    to.keywords.insert(keyword, part);
                }
            }
        }
    }
}

impl<'a> Resolved<'a> {
    /// The value of a keyword.
    pub fn get(&self, keyword: &str) -> Option<&'a Value> {
        self.keywords.get(keyword).copied()
    }

    /// The schema of a property.
    pub fn property(&self, name: &str) -> Option<&'a Value> {
        self.properties.as_ref()?.get(name).copied()
    }

    /// Whether a property is required. Names that are required but not defined do not count, since no value can have
    /// them.
    pub fn requires(&self, name: &str) -> bool {
        self.required.contains(name) && self.property(name).is_some()
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
