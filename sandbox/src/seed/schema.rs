//! Compares a seed file with its schema, which is made from the types: what it refuses is said in words, without values.

use std::sync::LazyLock;

use jsonschema::Validator;
use serde_json::Value;

use crate::contract::{Violation, nearest, violations};

use super::error::{Fault, is_plain, names};

/// The schema of seed files, for editors and for the reader.
pub const SCHEMA: &str = include_str!("../../openapi/seed.schema.json");

struct Compiled {
    schema: Value,
    validator: Validator,
}

/// It is compiled with the first seed of the process.
static COMPILED: LazyLock<Compiled> = LazyLock::new(|| {
    let schema: Value = serde_json::from_str(SCHEMA).unwrap_or_else(|e| panic!("the schema of seeds is no JSON: {e}"));
    let options = jsonschema::options().offline().should_validate_formats(true);
    let validator = options.build(&schema).unwrap_or_else(|e| panic!("the schema of seeds cannot be used: {e}"));
    Compiled { schema, validator }
});

/// What is wrong with the structure of a file. A field that is not known comes before one that is missing: most often they
/// are the same one, misspelt.
pub fn faults(value: &Value) -> Vec<Fault> {
    let Compiled { schema, validator } = &*COMPILED;
    let mut violations = violations(validator, value);
    violations.sort_by_key(|violation| rank(&violation.what));
    violations.into_iter().map(|violation| fault(schema, value, violation)).collect()
}

/// Which of several violations says most about what went wrong.
fn rank(what: &str) -> u8 {
    match what {
        UNKNOWN => 0,
        _ if what.starts_with(PATTERN) => 2,
        _ => 1,
    }
}

/// What a violation by an unknown field begins with, and one by a text of another form.
const UNKNOWN: &str = "is not a known field";
const PATTERN: &str = "has to match the pattern";

fn fault(schema: &Value, value: &Value, violation: Violation) -> Fault {
    let Violation { pointer, what } = violation;
    if what == UNKNOWN {
        return unknown(schema, value, &pointer);
    }
    if value.pointer(&pointer) == Some(&Value::Null) {
        return Fault::new(pointer, format!("has no value: leave the field out, or give one that {what}"));
    }
    // A pattern says little to most people, so what is meant by it is said as well.
    let about = match what.starts_with(PATTERN) {
        true => part(schema, &pointer).get("description").and_then(Value::as_str),
        false => None,
    };
    let message = about.map_or_else(|| what.clone(), |about| format!("{what}. {}", about.trim_end_matches('.')));
    Fault::new(pointer, message)
}

/// What to say of a field that the file has and the schema does not.
fn unknown(schema: &Value, value: &Value, pointer: &str) -> Fault {
    let (object, _) = pointer.rsplit_once('/').unwrap_or_default();
    let name = names(pointer).pop().unwrap_or_default();
    let mut known = fields(schema, object);
    let given = value.pointer(object).and_then(Value::as_object);
    // What the file has already was not meant by another name.
    let missing = known.iter().copied().filter(|known| given.is_none_or(|given| !given.contains_key(*known)));
    let meant = nearest(&name, missing).map_or(String::new(), |meant| format!("; did you mean `{meant}`?"));
    known.sort_unstable();
    let known = known.join(", ");
    let message = match is_plain(&name) {
        true => format!("`{name}` is no field here{meant} Allowed are {known}"),
        false => format!("there is a field here that is not known; allowed are {known}"),
    };
    let message = if meant.is_empty() { message.replace(" Allowed", "; allowed") } else { message };
    Fault { is_about_name: true, ..Fault::new(pointer, message) }
}

/// The names of the fields that an object at a place can have.
fn fields<'s>(schema: &'s Value, pointer: &str) -> Vec<&'s str> {
    let properties = part(schema, pointer).get("properties").and_then(Value::as_object);
    properties.into_iter().flatten().map(|(name, _)| name.as_str()).collect()
}

/// The schema of a place.
fn part<'s>(schema: &'s Value, pointer: &str) -> &'s Value {
    let mut here = resolved(schema, schema);
    for name in names(pointer) {
        let inner = here.pointer("/properties").and_then(|fields| fields.get(&name)).or_else(|| here.get("items"));
        here = inner.map_or(&Value::Null, |inner| resolved(schema, inner));
    }
    here
}

/// The schema that a reference stands for.
fn resolved<'s>(schema: &'s Value, part: &'s Value) -> &'s Value {
    let reference = part.get("$ref").and_then(Value::as_str).and_then(|reference| reference.strip_prefix('#'));
    reference.and_then(|pointer| schema.pointer(pointer)).unwrap_or(part)
}

#[cfg(test)]
mod tests {
    use schemars::generate::SchemaSettings;
    use serde_json::json;

    use super::super::format::File;
    use super::*;

    /// The schema of the types. Nothing may be null: what is not given is left out.
    fn generated() -> Value {
        let generator = SchemaSettings::draft2020_12().into_generator();
        let mut schema = generator.into_root_schema_for::<File>().to_value();
        simplify(&mut schema);
        schema
    }

    fn simplify(schema: &mut Value) {
        match schema {
            Value::Array(items) => items.iter_mut().for_each(simplify),
            Value::Object(map) => {
                if let Some(Value::Array(forms)) = map.get("anyOf")
                    && let [form, null] = forms.as_slice()
                    && *null == json!({"type": "null"})
                {
                    let form = form.as_object().cloned().unwrap_or_default();
                    map.remove("anyOf");
                    map.extend(form);
                }
                if let Some(Value::Array(types)) = map.get("type")
                    && let [kind, null] = types.as_slice()
                    && null == "null"
                {
                    let kind = kind.clone();
                    map.insert("type".into(), kind);
                }
                // These are the sizes of types of Rust; the limits stand beside them.
                if map.get("format").and_then(Value::as_str).is_some_and(|format| format.contains("int")) {
                    map.remove("format");
                }
                // The comments say what the default is, where it is more than nothing. No field has this name.
                map.remove("default");
                if let Some(Value::String(text)) = map.get_mut("description") {
                    *text = text.replace('\n', " ");
                }
                map.values_mut().for_each(simplify);
            }
            _ => {}
        }
    }

    #[test]
    fn the_schema_is_that_of_the_types() {
        let text = format!("{}\n", serde_json::to_string_pretty(&generated()).expect("a schema is JSON"));
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/openapi/seed.schema.json");
        if std::env::var_os("WRITE_PAGES").is_some() {
            std::fs::write(path, &text).expect("the schema can be written");
        }
        let written = std::fs::read_to_string(path).expect("the schema is there").replace("\r\n", "\n");
        assert!(written == text, "openapi/seed.schema.json is outdated: run this test with WRITE_PAGES=1");
    }

    /// Schemas without alternatives have errors that say what is wrong, and fields can be looked up in them.
    #[test]
    fn the_schema_has_no_alternatives_and_names_each_field() {
        fn walk(place: &str, schema: &Value) {
            if let Some(map) = schema.as_object() {
                for keyword in ["anyOf", "oneOf", "allOf", "not", "default"] {
                    assert!(place.ends_with("/properties") || !map.contains_key(keyword), "{place} has {keyword}");
                }
                let is_part = map.contains_key("properties") && map.contains_key("type");
                assert!(!is_part || map["additionalProperties"] == json!(false), "{place} lets unknown fields through");
                map.iter().for_each(|(name, inner)| walk(&format!("{place}/{name}"), inner));
            }
        }
        let schema = generated();
        walk("", &schema);
        assert_eq!(fields(&schema, "/customers/3/date_of_birth"), ["day", "month", "year"]);
        assert_eq!(fields(&schema, "/orders/0/events/1/order_lines/0").len(), 5);
    }
}
