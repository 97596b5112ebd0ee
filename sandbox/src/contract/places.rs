//! Walks over a value together with its schema, and lists the places in it.

use serde_json::Value;

use super::Contract;
use super::references::member;
use super::resolve::Resolved;
use super::schema::Schema;

/// The kind of value at a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ValueKind {
    /// An object with declared properties.
    Object,
    /// An object without declared properties: everything in it is free-form data.
    FreeForm,
    /// A map with keys of the caller's choice.
    Map,
    /// A list.
    List,
    /// Text with one of these values.
    Enum(Vec<String>),
    /// Text.
    Text,
    /// Text that is a time according to its `format` or its name.
    Time,
    /// An integer.
    Integer,
    /// A number that need not be an integer.
    Number,
    /// True or false.
    Boolean,
    /// Anything, because the schema has no type, several types, or one that is not known.
    Any,
}

/// A place in a value, with what the schema declares about it.
#[derive(Debug)]
pub struct Place {
    /// A JSON pointer into the value.
    pub pointer: String,
    /// The name of the property; empty for the value itself, for items of lists and for values of maps.
    pub name: String,
    /// What the schema allows here.
    pub kind: ValueKind,
    /// Whether the value may be absent or null: the document does not require it, or it is a list or a map, for which
    /// absent means empty.
    pub optional: bool,
}

/// What a walk sees at a place.
pub(super) struct Visit<'a, 'v> {
    /// A JSON pointer into the value.
    pub pointer: String,
    /// The name of the property; empty for the value itself, for items of lists and for values of maps.
    pub name: &'v str,
    /// Whether the document requires the property.
    pub required: bool,
    pub schema: Resolved<'a>,
    pub kind: ValueKind,
    pub value: &'v Value,
}

impl Contract {
    /// The places of a value. Each place comes before the places inside it.
    pub fn places(&self, schema: &Schema, value: &Value) -> Vec<Place> {
        let mut found = Vec::new();
        self.walk(schema.value(), value, &mut |visit| {
            let Visit { pointer, name, required, schema, kind, .. } = visit;
            let empty_is_absent = matches!(kind, ValueKind::FreeForm | ValueKind::Map | ValueKind::List);
            found.push(Place {
                pointer: pointer.clone(),
                name: (*name).to_owned(),
                kind: kind.clone(),
                // The outermost value, items of lists and values of maps are always present.
                optional: !name.is_empty() && (!required || empty_is_absent || schema.nullable),
            });
            true
        });
        found
    }

    /// Walks over a value. Each place comes before the places inside it, which are visited if `enter` says so.
    pub(super) fn walk<'a, 'v>(
        &'a self,
        schema: &'a Value,
        value: &'v Value,
        enter: &mut dyn FnMut(&Visit<'a, 'v>) -> bool,
    ) {
        self.walk_from(schema, value, (String::new(), "", true), enter);
    }

    pub(super) fn walk_from<'a, 'v>(
        &'a self,
        schema: &'a Value,
        value: &'v Value,
        (pointer, name, required): (String, &'v str, bool),
        enter: &mut dyn FnMut(&Visit<'a, 'v>) -> bool,
    ) {
        let schema = self.resolve(schema);
        let visit = Visit { kind: kind(name, &schema), pointer, name, required, schema, value };
        if !enter(&visit) {
            return;
        }
        let Visit { pointer, schema, kind, .. } = visit;
        match (kind, value) {
            (ValueKind::Object, Value::Object(map)) => {
                for (name, part) in map {
                    if let Some(declared) = schema.property(name) {
                        let place = (member(&pointer, name), name.as_str(), schema.requires(name));
                        self.walk_from(declared, part, place, enter);
                    }
                }
            }
            (ValueKind::Map, Value::Object(map)) => {
                let Some(of) = schema.get("additionalProperties") else { return };
                map.iter().for_each(|(key, part)| self.walk_from(of, part, (member(&pointer, key), "", true), enter));
            }
            (ValueKind::List, Value::Array(items)) => {
                for (part, index) in items.iter().zip(0..) {
                    self.walk_from(schema.items(), part, (format!("{pointer}/{index}"), "", true), enter);
                }
            }
            _ => {}
        }
    }

    /// The value without its null and empty lists and maps, because absent, null and empty mean the same for them.
    /// Nothing else is changed, and nothing within free-form data.
    pub fn canonical(&self, schema: &Schema, mut value: Value) -> Value {
        // Remove the innermost values first, so that the pointers to the others stay valid.
        for place in self.places(schema, &value).into_iter().rev() {
            let is_list_or_map = matches!(place.kind, ValueKind::FreeForm | ValueKind::Map | ValueKind::List);
            if !place.name.is_empty() && is_list_or_map && value.pointer(&place.pointer).is_some_and(is_empty) {
                remove(&mut value, &place.pointer);
            }
        }
        value
    }

    /// Whether a value of this schema is a list: an object with an array `data`.
    pub fn is_list(&self, schema: &Schema) -> bool {
        let data = self.resolve(schema.value()).property("data");
        data.is_some_and(|data| self.resolve(data).kind() == Some("array"))
    }
}

/// The kind of value that a resolved schema allows. `name` is that of the property, since some times are only known by
/// it.
pub(super) fn kind(name: &str, schema: &Resolved<'_>) -> ValueKind {
    let values = schema.get("enum").and_then(Value::as_array).into_iter().flatten();
    let values: Vec<_> = values.filter_map(Value::as_str).map(str::to_owned).collect();
    if !values.is_empty() {
        return ValueKind::Enum(values);
    }
    let of = schema.get("additionalProperties");
    match schema.kind() {
        _ if schema.has_properties() => ValueKind::Object,
        Some("object") => match of {
            Some(Value::Object(_)) => ValueKind::Map,
            Some(Value::Bool(false)) => ValueKind::Object,
            _ => ValueKind::FreeForm,
        },
        Some("array") => ValueKind::List,
        None if schema.get("items").is_some() => ValueKind::List,
        Some("integer") => ValueKind::Integer,
        Some("number") => ValueKind::Number,
        Some("boolean") => ValueKind::Boolean,
        Some("string") if name.ends_with("_at") || schema.get("format").is_some_and(|format| format == "date-time") => {
            ValueKind::Time
        }
        Some("string") => ValueKind::Text,
        _ => ValueKind::Any,
    }
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Array(items) => items.is_empty(),
        Value::Object(map) => map.is_empty(),
        _ => false,
    }
}

/// Removes the member at `pointer` from its object. `None` if there is none.
pub fn remove(value: &mut Value, pointer: &str) -> Option<Value> {
    let (parent, key) = pointer.rsplit_once('/')?;
    value.pointer_mut(parent)?.as_object_mut()?.remove(&key.replace("~1", "/").replace("~0", "~"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::document::tests::contract_with_schemas;
    use super::*;

    #[test]
    fn kinds_of_all_types_are_known_and_others_are_anything() {
        let schemas = json!({
            "Object": {"properties": {}}, "Closed": {"type": "object", "additionalProperties": false},
            "FreeForm": {"type": "object"}, "Map": {"type": "object", "additionalProperties": {"type": "string"}},
            "List": {"type": "array"}, "Enum": {"type": "string", "enum": ["A", "B"]}, "Text": {"type": "string"},
            "Time": {"type": "string", "format": "date-time"}, "Integer": {"type": ["integer", "null"]},
            "Numbers": {"type": "integer", "enum": [1, 2]}, "Number": {"type": "number"},
            "Boolean": {"type": "boolean"},
            "Several": {"type": ["string", "integer"]}, "Unknown": {"type": "file"}, "Nothing": {},
        });
        let contract = contract_with_schemas(schemas);
        let kind_of = |name: &str| kind("", &contract.resolve(contract.named(name).unwrap().value()));
        for (name, expected) in [
            ("Object", ValueKind::Object),
            ("Closed", ValueKind::Object),
            ("FreeForm", ValueKind::FreeForm),
            ("Map", ValueKind::Map),
            ("List", ValueKind::List),
            ("Enum", ValueKind::Enum(vec!["A".into(), "B".into()])),
            ("Text", ValueKind::Text),
            ("Time", ValueKind::Time),
            ("Integer", ValueKind::Integer),
            ("Numbers", ValueKind::Integer),
            ("Number", ValueKind::Number),
            ("Boolean", ValueKind::Boolean),
            ("Several", ValueKind::Any),
            ("Unknown", ValueKind::Any),
            ("Nothing", ValueKind::Any),
        ] {
            assert_eq!(kind_of(name), expected, "{name}");
        }
        let text = contract.named("Text").unwrap();
        assert_eq!(kind("created_at", &contract.resolve(text.value())), ValueKind::Time);
    }

    #[test]
    fn places_come_before_those_inside_them() {
        let contract = contract_with_schemas(json!({"A": {
            "required": ["a/b", "list"],
            "properties": {
                "a/b": {"type": "string"},
                "list": {"type": "array", "items": {"properties": {"n": {"type": "integer", "nullable": true}}}},
                "map": {"type": "object", "additionalProperties": {"type": "boolean"}},
            },
        }}));
        let value = json!({"a/b": "", "list": [{"n": 1}], "map": {"k": true}, "undeclared": {"x": 1}});
        let places = contract.places(contract.named("A").unwrap(), &value);
        let seen: Vec<_> =
            places.iter().map(|place| (place.pointer.as_str(), place.name.as_str(), place.optional)).collect();
        assert_eq!(
            seen,
            [
                ("", "", false),
                ("/a~1b", "a/b", false),
                ("/list", "list", true),
                ("/list/0", "", false),
                ("/list/0/n", "n", true),
                ("/map", "map", true),
                ("/map/k", "", false),
            ]
        );
    }

    #[test]
    fn only_declared_empty_lists_and_maps_are_left_out_of_the_canonical_value() {
        let contract = contract_with_schemas(json!({"A": {"properties": {
            "list": {"type": "array"}, "free": {"type": "object"}, "text": {"type": "string"},
            "inner": {"properties": {"list": {"type": "array"}}},
        }}}));
        let value = json!({"list": [], "free": {"list": []}, "text": "", "inner": {"list": null}, "other": []});
        let canonical = contract.canonical(contract.named("A").unwrap(), value);
        assert_eq!(canonical, json!({"free": {"list": []}, "text": "", "inner": {}, "other": []}));
    }

    #[test]
    fn members_are_removed_by_pointer() {
        let mut value = json!({"a": {"b/c": 1}});
        assert_eq!(remove(&mut value, "/a/b~1c"), Some(json!(1)));
        assert_eq!((remove(&mut value, "/a/b~1c"), remove(&mut value, "")), (None, None));
        assert_eq!(value, json!({"a": {}}));
    }
}
