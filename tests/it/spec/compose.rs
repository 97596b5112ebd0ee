//! Builds values for a schema from the document's examples, and lists the places in a value.

use serde_json::{Map, Value, json};

use super::{DocumentedParameter, Schema, Spec, member, required};

/// Which properties a composed value has.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum PropertySet {
    /// Every property.
    All,
    /// The properties that are required.
    Required,
}

/// The kind of value at a place.
#[derive(Debug, PartialEq, Eq)]
pub enum ValueKind {
    /// An object with declared properties.
    Object,
    /// An object without declared properties: everything in it is free-form data.
    FreeForm,
    /// A map with keys of the caller's choice.
    Map,
    List,
    /// Text with one of these values.
    Enum(Vec<String>),
    Text,
    /// Text that is a time according to its `format` or its name.
    Time,
    Integer,
    Boolean,
}

/// A place in a value, with what the schema declares about it.
#[derive(Debug)]
pub struct Place {
    /// A JSON pointer into the value.
    pub pointer: String,
    /// The name of the property; empty for the value itself, for items of lists and for values of maps.
    pub name: String,
    pub kind: ValueKind,
    /// Whether the value may be absent or null: the document does not require it, or it is a list or a map, for which
    /// absent means empty.
    pub optional: bool,
}

impl Spec {
    /// A value for the schema: the example if there is one, otherwise the first enum value, otherwise a simple value.
    pub fn compose(&self, schema: &Schema, which: PropertySet) -> Value {
        self.composed("value", &schema.0, None, which)
    }

    /// A value for a parameter.
    pub fn argument(&self, parameter: &DocumentedParameter) -> Value {
        self.composed(&parameter.name, &parameter.schema.0, parameter.example.as_ref(), PropertySet::All)
    }

    fn composed(&self, name: &str, schema: &Value, example: Option<&Value>, which: PropertySet) -> Value {
        let schema = self.resolve(schema);
        let example = example.or_else(|| schema.get("example"));
        match kind(name, &schema) {
            // An example may leave properties out.
            ValueKind::Object => {
                let required = required(&schema);
                let properties = schema["properties"].as_object().expect("properties").iter();
                let kept = properties.filter(|(name, _)| which == PropertySet::All || required.contains(name.as_str()));
                let value = |name: &str, part| self.composed(name, part, example.and_then(|e| e.get(name)), which);
                kept.map(|(name, part)| (name.clone(), value(name, part))).collect()
            }
            ValueKind::List => {
                let examples = example.and_then(Value::as_array).filter(|items| !items.is_empty());
                match examples {
                    Some(items) => {
                        items.iter().map(|item| self.composed(name, &schema["items"], Some(item), which)).collect()
                    }
                    None => json!([self.composed(name, &schema["items"], None, which)]),
                }
            }
            ValueKind::FreeForm | ValueKind::Map if example.is_none() => {
                let of = schema.get("additionalProperties").filter(|of| of.is_object());
                json!({"some_key": of.map_or(json!("anything"), |of| self.composed(name, of, None, which))})
            }
            _ if example.is_some() => example.cloned().unwrap_or_default(),
            ValueKind::Enum(values) => values[0].clone().into(),
            ValueKind::Integer => schema.get("minimum").cloned().unwrap_or(json!(7)),
            ValueKind::Boolean => true.into(),
            ValueKind::Time => "2025-02-13T19:08:07Z".into(),
            // The text contains the name, so that a test sees if two values are swapped.
            _ => format!("some {}", name.replace('_', " ")).into(),
        }
    }

    /// The places of a value. Each place comes before the places inside it.
    pub fn places(&self, schema: &Schema, value: &Value) -> Vec<Place> {
        let mut found = Vec::new();
        self.find_places(
            &schema.0,
            value,
            Place { pointer: String::new(), name: String::new(), kind: ValueKind::Object, optional: false },
            &mut found,
        );
        found
    }

    fn find_places(&self, schema: &Value, value: &Value, mut place: Place, found: &mut Vec<Place>) {
        let schema = self.resolve(schema);
        place.kind = kind(&place.name, &schema);
        // The outermost value, items of lists and values of maps are always present.
        if !place.name.is_empty() {
            place.optional |= matches!(place.kind, ValueKind::FreeForm | ValueKind::Map | ValueKind::List);
            place.optional |= schema.get("nullable") == Some(&Value::Bool(true));
        }
        let at = |pointer: String, name: &str, optional| Place {
            pointer,
            name: name.into(),
            kind: ValueKind::Object,
            optional,
        };
        let pointer = place.pointer.clone();
        let mut below = Vec::new();
        match (&place.kind, value) {
            (ValueKind::Object, Value::Object(map)) => {
                let required = required(&schema);
                for (name, part) in map {
                    let Some(declared) = schema["properties"].get(name) else { continue };
                    let optional = !required.contains(name.as_str());
                    below.push((declared, part, at(member(&pointer, name), name, optional)));
                }
            }
            (ValueKind::Map, Value::Object(map)) => {
                let of = &schema["additionalProperties"];
                below.extend(map.iter().map(|(key, part)| (of, part, at(member(&pointer, key), "", false))));
            }
            (ValueKind::List, Value::Array(items)) => {
                let of = &schema["items"];
                below.extend(
                    items.iter().zip(0..).map(|(part, index)| (of, part, at(format!("{pointer}/{index}"), "", false))),
                );
            }
            _ => {}
        }
        found.push(place);
        for (schema, value, place) in below {
            self.find_places(schema, value, place, found);
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
}

fn kind(name: &str, schema: &Map<String, Value>) -> ValueKind {
    if let Some(values) = schema.get("enum").and_then(Value::as_array) {
        return ValueKind::Enum(values.iter().filter_map(Value::as_str).map(str::to_owned).collect());
    }
    let of_any = matches!(schema.get("additionalProperties"), None | Some(Value::Bool(true)));
    match schema.get("type").and_then(Value::as_str) {
        _ if schema.contains_key("properties") => ValueKind::Object,
        Some("object") if of_any => ValueKind::FreeForm,
        Some("object") => ValueKind::Map,
        Some("array") => ValueKind::List,
        Some("integer") => ValueKind::Integer,
        Some("boolean") => ValueKind::Boolean,
        Some("string") if name.ends_with("_at") || schema.get("format").is_some_and(|f| f == "date-time") => {
            ValueKind::Time
        }
        Some("string") => ValueKind::Text,
        other => panic!("{name} is of type {other:?}, which these tests do not know"),
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

/// Removes the member at `pointer` from its object.
pub fn remove(value: &mut Value, pointer: &str) {
    let (parent, key) = pointer.rsplit_once('/').expect("a pointer to a member");
    let parent = value.pointer_mut(parent).and_then(Value::as_object_mut);
    let removed = parent.and_then(|parent| parent.remove(&key.replace("~1", "/").replace("~0", "~")));
    assert!(removed.is_some(), "nothing at {pointer}");
}
