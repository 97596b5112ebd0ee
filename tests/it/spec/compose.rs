//! Values of a schema, made of the document's examples, and the places in them.

use serde_json::{Map, Value, json};

use super::{Parameter, Schema, Spec, member, required};

/// How much of a value is composed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Which {
    /// Every property.
    All,
    /// The properties that are required.
    Required,
}

/// What a place holds.
#[derive(Debug, PartialEq, Eq)]
pub enum Kind {
    /// An object with declared properties.
    Object,
    /// An object of which the document says nothing: whatever it holds is data.
    FreeForm,
    /// A map by keys of the caller's.
    Map,
    List,
    /// Text, one of these.
    Enum(Vec<String>),
    Text,
    /// Text by which `format` or name mean a time.
    Time,
    Integer,
    Boolean,
}

/// A place in a value, as its schema describes it.
#[derive(Debug)]
pub struct Place {
    /// A JSON pointer into the value.
    pub pointer: String,
    /// The property's name; empty for the value itself, for items and for what a map holds.
    pub name: String,
    pub kind: Kind,
    /// It may be absent or null: the document does not require it, or it is a list or a map, where that means empty.
    pub optional: bool,
}

impl Spec {
    /// A value of the schema: the example where there is one, else the first of an enum, else a plain value.
    pub fn compose(&self, schema: &Schema, which: Which) -> Value {
        self.composed("value", &schema.0, None, which)
    }

    /// A value for a parameter.
    pub fn argument(&self, parameter: &Parameter) -> Value {
        self.composed(&parameter.name, &parameter.schema.0, parameter.example.as_ref(), Which::All)
    }

    fn composed(&self, name: &str, schema: &Value, example: Option<&Value>, which: Which) -> Value {
        let schema = self.resolve(schema);
        let example = example.or_else(|| schema.get("example"));
        match kind(name, &schema) {
            // An example may leave properties out.
            Kind::Object => {
                let required = required(&schema);
                let properties = schema["properties"].as_object().expect("properties").iter();
                let kept = properties.filter(|(name, _)| which == Which::All || required.contains(name.as_str()));
                let value = |name: &str, part| self.composed(name, part, example.and_then(|e| e.get(name)), which);
                kept.map(|(name, part)| (name.clone(), value(name, part))).collect()
            }
            Kind::List => {
                let examples = example.and_then(Value::as_array).filter(|items| !items.is_empty());
                match examples {
                    Some(items) => {
                        items.iter().map(|item| self.composed(name, &schema["items"], Some(item), which)).collect()
                    }
                    None => json!([self.composed(name, &schema["items"], None, which)]),
                }
            }
            Kind::FreeForm | Kind::Map if example.is_none() => {
                let of = schema.get("additionalProperties").filter(|of| of.is_object());
                json!({"some_key": of.map_or(json!("anything"), |of| self.composed(name, of, None, which))})
            }
            _ if example.is_some() => example.cloned().unwrap_or_default(),
            Kind::Enum(values) => values[0].clone().into(),
            Kind::Integer => schema.get("minimum").cloned().unwrap_or(json!(7)),
            Kind::Boolean => true.into(),
            Kind::Time => "2025-02-13T19:08:07Z".into(),
            // Told apart by the name, so that two that changed places are seen.
            _ => format!("some {}", name.replace('_', " ")).into(),
        }
    }

    /// The places of a value, each before what is in it.
    pub fn places(&self, schema: &Schema, value: &Value) -> Vec<Place> {
        let mut found = Vec::new();
        self.find_places(
            &schema.0,
            value,
            Place { pointer: String::new(), name: String::new(), kind: Kind::Object, optional: false },
            &mut found,
        );
        found
    }

    fn find_places(&self, schema: &Value, value: &Value, mut place: Place, found: &mut Vec<Place>) {
        let schema = self.resolve(schema);
        place.kind = kind(&place.name, &schema);
        // The outermost value is there or the call has failed, and what a list or a map holds is there by itself.
        if !place.name.is_empty() {
            place.optional |= matches!(place.kind, Kind::FreeForm | Kind::Map | Kind::List);
            place.optional |= schema.get("nullable") == Some(&Value::Bool(true));
        }
        let at =
            |pointer: String, name: &str, optional| Place { pointer, name: name.into(), kind: Kind::Object, optional };
        let pointer = place.pointer.clone();
        let mut below = Vec::new();
        match (&place.kind, value) {
            (Kind::Object, Value::Object(map)) => {
                let required = required(&schema);
                for (name, part) in map {
                    let Some(declared) = schema["properties"].get(name) else { continue };
                    let optional = !required.contains(name.as_str());
                    below.push((declared, part, at(member(&pointer, name), name, optional)));
                }
            }
            (Kind::Map, Value::Object(map)) => {
                let of = &schema["additionalProperties"];
                below.extend(map.iter().map(|(key, part)| (of, part, at(member(&pointer, key), "", false))));
            }
            (Kind::List, Value::Array(items)) => {
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

    /// The value in the one form that stands for all that mean the same: absent, null and empty lists and maps are
    /// absent. Nothing else changes, least of all within what is free-form.
    pub fn canonical(&self, schema: &Schema, mut value: Value) -> Value {
        // What is inside goes first, by pointers that stay right.
        for place in self.places(schema, &value).into_iter().rev() {
            let is_list_or_map = matches!(place.kind, Kind::FreeForm | Kind::Map | Kind::List);
            if !place.name.is_empty() && is_list_or_map && value.pointer(&place.pointer).is_some_and(is_empty) {
                remove(&mut value, &place.pointer);
            }
        }
        value
    }
}

fn kind(name: &str, schema: &Map<String, Value>) -> Kind {
    if let Some(values) = schema.get("enum").and_then(Value::as_array) {
        return Kind::Enum(values.iter().filter_map(Value::as_str).map(str::to_owned).collect());
    }
    let of_any = matches!(schema.get("additionalProperties"), None | Some(Value::Bool(true)));
    match schema.get("type").and_then(Value::as_str) {
        _ if schema.contains_key("properties") => Kind::Object,
        Some("object") if of_any => Kind::FreeForm,
        Some("object") => Kind::Map,
        Some("array") => Kind::List,
        Some("integer") => Kind::Integer,
        Some("boolean") => Kind::Boolean,
        Some("string") if name.ends_with("_at") || schema.get("format").is_some_and(|f| f == "date-time") => Kind::Time,
        Some("string") => Kind::Text,
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

/// Takes the member that `pointer` points at out of its object.
pub fn remove(value: &mut Value, pointer: &str) {
    let (parent, key) = pointer.rsplit_once('/').expect("a pointer to a member");
    let parent = value.pointer_mut(parent).and_then(Value::as_object_mut);
    let removed = parent.and_then(|parent| parent.remove(&key.replace("~1", "/").replace("~0", "~")));
    assert!(removed.is_some(), "nothing at {pointer}");
}
