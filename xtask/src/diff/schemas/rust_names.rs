//! The names that schemas get as Rust types. `build/lower/inline.rs` gives them: a named schema keeps its name, and one
//! without a name is called by its title, or else by its place.

use heck::{ToSnakeCase, ToUpperCamelCase};
use serde_json::Value;

use crate::{
    diff::{documents::Documents, prose::without_prose, value_types::makes_enum},
    openapi::{named_schema, referenced_schema},
};

/// How many references and lists are followed: those of a document that is refused may lead in a circle.
const MAX_DEPTH: usize = 16;

/// What a place has in Rust, as far as it has a name.
#[derive(Debug, PartialEq, Eq)]
pub enum RustName {
    /// A type that is made of the schema, or of the values of a list or map.
    Type(String),
    /// Nothing with a name of its own, such as a number.
    NoType,
    /// The rules here do not tell.
    Unknown,
}

/// The names in one of the two documents.
pub struct RustNames<'a> {
    document: &'a Value,
    has_type: Box<dyn Fn(&str) -> bool + 'a>,
}

impl<'a> RustNames<'a> {
    pub fn old(documents: &'a Documents<'_>) -> Self {
        Self { document: documents.old, has_type: Box::new(|name| documents.has_type(name).0) }
    }

    pub fn new(documents: &'a Documents<'_>) -> Self {
        Self { document: documents.new, has_type: Box::new(|name| documents.has_type(name).1) }
    }

    /// The name of the schema at a pointer; `owner` is the id of the operation if the document has the place elsewhere.
    pub fn of(&self, schema: &Value, pointer: &str, owner: &str) -> RustName {
        self.suggested(schema, self.of_place(pointer, owner), 0)
    }

    /// The type of a schema under `components/schemas`.
    pub fn of_named(&self, name: &str) -> Option<String> {
        if (self.has_type)(name) {
            return Some(type_name(name));
        }
        // Of two schemas with one Rust name the second gets a number.
        let is_shared = |other: &String| other != name && type_name(other) == type_name(name);
        let mut schemas = self.document["components"]["schemas"].as_object().into_iter().flatten();
        if !schemas.any(|(other, _)| is_shared(other)) {
            return None;
        }
        let mut numbered = (2..10).map(|number| format!("{name}{number}"));
        let numbered = numbered.find(|key| named_schema(self.document, key).is_null() && (self.has_type)(key));
        numbered.map(|key| type_name(&key))
    }

    /// The name of a schema in a place of which the rules would make the name `suggested`; `depth` counts the references and
    /// lists around it.
    fn suggested(&self, schema: &Value, suggested: Option<String>, depth: usize) -> RustName {
        if depth > MAX_DEPTH {
            return RustName::Unknown;
        }
        let shared = schema["x-imprint-enum"].as_str().filter(|_| schema["enum"].is_array());
        if let Some(name) = referenced_schema(schema).or(shared) {
            let target = named_schema(self.document, name);
            return match self.of_named(name) {
                Some(found) if target.get("$ref").is_none() => RustName::Type(found),
                // It is another name for a type, or written out where it is used.
                _ => self.suggested(target, suggested, depth + 1),
            };
        }
        if schema["type"] == "array" {
            return self.suggested(&schema["items"], of_items(schema, suggested.as_deref()), depth + 1);
        }
        if !is_type(schema) {
            let values = &schema["additionalProperties"];
            let of_values = suggested.map(|name| format!("{name}Value"));
            return if values.is_object() { self.suggested(values, of_values, depth + 1) } else { RustName::NoType };
        }
        match self.own(schema, suggested.as_deref()) {
            Some(name) if self.is_typed(&name) => RustName::Type(type_name(&name)),
            _ => RustName::Unknown,
        }
    }

    /// The name of a schema that is a type: its title, if that can be a name, or else that of its place.
    fn own(&self, schema: &Value, suggested: Option<&str>) -> Option<String> {
        let title = schema["title"].as_str().filter(|title| is_type(schema) && self.can_be_name(title, schema));
        title.or(suggested).map(str::to_string)
    }

    fn can_be_name(&self, title: &str, schema: &Value) -> bool {
        let mut named = self.document["components"]["schemas"].as_object().into_iter().flatten();
        let same = named.find(|(name, _)| type_name(name) == type_name(title));
        self.is_typed(title) && same.is_none_or(|(_, other)| without_prose(other) == without_prose(schema))
    }

    fn is_typed(&self, name: &str) -> bool {
        let key: String = name.chars().map(|c| if c.is_alphanumeric() { c } else { '_' }).collect();
        (self.has_type)(&key) || (self.has_type)(&type_name(name))
    }

    /// The name that the rules make of a place, before the title there; `None` for the members of unions and the like.
    fn of_place(&self, pointer: &str, owner: &str) -> Option<String> {
        let parts: Vec<&str> = pointer.split('/').skip(1).collect();
        let (mut done, mut name) = match parts[..] {
            ["components", "schemas", name, ..] => (3, unescape(name)),
            ["paths", _, _, "requestBody", "content", _, "schema", ..] => (7, format!("{owner}-body")),
            ["paths", _, _, "responses", _, "content", _, "schema", ..] => (8, format!("{owner}-response")),
            ["paths", _, _, "parameters", _, "schema", ..] => {
                let parameter = self.document.pointer(&format!("/{}", parts[..5].join("/")))?;
                (6, format!("{owner}-{}", parameter["name"].as_str()?))
            }
            _ => return None,
        };
        name = type_name(&name);
        let mut is_named = parts[0] == "components";
        while done < parts.len() {
            let here = self.document.pointer(&format!("/{}", parts[..done].join("/"))).unwrap_or(&Value::Null);
            let own = if is_named { name.clone() } else { self.own(here, Some(&name))? };
            (done, name) = match parts[done..] {
                ["properties", property, ..] => {
                    (done + 2, format!("{}_{}", type_name(&own), unescape(property).to_snake_case()))
                }
                ["items", ..] => (done + 1, of_items(here, Some(&name))?),
                ["additionalProperties", ..] if is_type(here) => (done + 1, format!("{}_extraValue", type_name(&own))),
                ["additionalProperties", ..] => (done + 1, format!("{name}Value")),
                _ => return None,
            };
            is_named = false;
        }
        Some(name)
    }
}

/// The name of the items of a list: the title of the list is not used up by the list itself.
fn of_items(list: &Value, suggested: Option<&str>) -> Option<String> {
    let name = list["title"].as_str().or(suggested)?;
    Some(format!("{}Item", type_name(name)))
}

/// Whether a schema becomes a type of its own.
fn is_type(schema: &Value) -> bool {
    let has_properties = schema["properties"].as_object().is_some_and(|properties| !properties.is_empty());
    has_properties
        || makes_enum(schema)
        || ["anyOf", "oneOf", "allOf"].iter().any(|keyword| schema[*keyword].is_array())
}

/// A name of the document as the name of a Rust type.
pub fn type_name(name: &str) -> String {
    let text: String = name.chars().map(|c| if c.is_alphanumeric() { c } else { '-' }).collect();
    text.to_upper_camel_case()
}

fn unescape(segment: &str) -> String {
    segment.replace("~1", "/").replace("~0", "~")
}

/// Whether a type of this name was there before, and is there now: where both documents have the place, one of them has the
/// named schema there, and the other has a schema without a name of which a type of the same name is made.
pub fn is_same_type_without_name(documents: &Documents<'_>, name: &str) -> bool {
    let (was, is) = (RustNames::old(documents), RustNames::new(documents));
    let wanted = RustName::Type(type_name(name));
    documents.successors().replaced(name).iter().any(|place| {
        let names = if place.is_named_now { &was } else { &is };
        let operation = place.pointer.split('/').take(4).collect::<Vec<_>>().join("/");
        let owner = names.document.pointer(&operation).and_then(|operation| operation["operationId"].as_str());
        let without = names.document.pointer(&place.pointer).unwrap_or(&Value::Null);
        names.of(without, &place.pointer, owner.unwrap_or_default()) == wanted
    })
}
