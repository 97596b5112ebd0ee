//! Whether everything that the lowered document has is in the model: each schema, property, value, parameter, body and
//! answer, with the type that it says.
//!
//! progenitor and typify leave things out without a word, or take one type for another. This does not ask how that came:
//! it compares what went in with what came out.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::{Api, BodyType, Type};
use crate::build::{
    enum_tokens,
    http::{self, Form},
    lower::unions,
    problem::Problem,
    rust_names::type_name,
    walk::{self, component_name, escape},
};

const ADVICE: &str = "it would be lost: give it another name or a plainer shape by an overlay action, and report it as a defect of build/";

/// What went into progenitor.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    /// The lowered document.
    pub document: Value,
    /// Where the document has the schemas that lowering has named.
    pub places: BTreeMap<String, String>,
}

/// Stops the build at the first thing of the lowered document that the model lacks.
pub fn everything(api: &mut Api) -> Result<(), Problem> {
    let Sources { mut document, places } = std::mem::take(&mut api.sources);
    let schemas = document["components"]["schemas"].as_object();
    // Spelling a name takes time, and most are named many times.
    let names: Names = schemas.into_iter().flatten().map(|(name, _)| (name.clone(), type_name(name))).collect();
    for (name, schema) in schemas.into_iter().flatten() {
        let place = places.get(name).cloned().unwrap_or_else(|| format!("/components/schemas/{}", escape(name)));
        of_schema(api, &names, name, schema, &place)?;
    }
    walk::operations(&mut document, &mut |operation| of_operation(api, &names, &operation))
}

/// The Rust name of each schema.
type Names = BTreeMap<String, String>;

fn lost(place: String, what: &str) -> Problem {
    Problem::new(place, format!("{what} is not in what progenitor generated"), ADVICE)
}

fn of_schema(api: &Api, names: &Names, name: &str, schema: &Value, place: &str) -> Result<(), Problem> {
    let rust = &names[name];
    let properties = schema["properties"].as_object().filter(|properties| !properties.is_empty());
    if let Some(union) = api.union(rust) {
        let declared = properties.map_or(0, Map::len);
        if union.variants.len() != declared {
            return Err(lost(place.to_string(), &format!("one of the {declared} variants of `{name}`")));
        }
        let mut variants = union.variants.iter().enumerate();
        return match variants
            .find(|(index, variant)| !agrees(names, &schema["properties"][unions::property(*index)], &variant.ty))
        {
            Some((_, variant)) => Err(other(place.to_string(), &variant.ty)),
            None => Ok(()),
        };
    }
    if let Some(properties) = properties {
        let Some(structure) = api.structure(rust) else { return Err(lost(place.to_string(), &format!("`{name}`"))) };
        for (wire, property) in properties {
            let place = || format!("{place}/properties/{}", escape(wire));
            match structure.fields.iter().find(|field| field.wire == *wire && !field.flatten) {
                Some(field) if agrees(names, property, &field.ty) => {}
                Some(field) => return Err(other(place(), &field.ty)),
                None => return Err(lost(place(), &format!("`{wire}`"))),
            }
        }
        let fields = structure.fields.iter().filter(|field| !field.flatten).count();
        if fields != properties.len() {
            let message = format!("`{name}` has {} properties and {fields} fields in Rust", properties.len());
            return Err(Problem::new(place, message, ADVICE));
        }
        return Ok(());
    }
    if let Some(values) = schema["enum"].as_array() {
        let declared: BTreeSet<String> = values.iter().filter_map(|value| enum_tokens::text(value.as_str()?)).collect();
        let generated = api.enums.iter().find(|item| item.name == *rust).map(|item| &item.values);
        let generated: BTreeSet<String> = generated.into_iter().flatten().map(|value| value.text.clone()).collect();
        return match declared.iter().find(|value| !generated.contains(*value)) {
            Some(value) => Err(lost(format!("{place}/enum"), &format!("the value `{value}` of `{name}`"))),
            None => Ok(()),
        };
    }
    match api.texts.iter().any(|text| text.name == *rust) {
        true => Ok(()),
        false => Err(lost(place.to_string(), &format!("`{name}`"))),
    }
}

fn of_operation(api: &Api, names: &Names, operation: &walk::Operation<'_>) -> Result<(), Problem> {
    let Some(generated) = api.operations.iter().find(|other| Some(other.facts.id.as_str()) == operation.id) else {
        // A check of its own says so.
        return Ok(());
    };
    let problem = |place: String, ty: &Type| Err(other(place, ty).in_operation(&generated.facts.id));
    let parameters = operation.value.get("parameters").and_then(Value::as_array).into_iter().flatten();
    for (index, parameter) in parameters.enumerate() {
        let place = http::place(parameter);
        let name = parameter["name"].as_str().unwrap_or_default();
        let at = format!("{}/parameters/{index}", operation.pointer);
        let is_it = |found: &&super::Parameter| found.facts.wire == name && Some(found.facts.place) == place;
        let Some(found) = generated.parameters.iter().find(is_it) else {
            return Err(lost(at, &format!("the parameter `{name}`")).in_operation(&generated.facts.id));
        };
        if !agrees(names, &parameter["schema"], &found.ty) {
            return problem(format!("{at}/schema"), &found.ty);
        }
    }
    let answer = operation.value.get("responses").and_then(|responses| typed(&responses["2XX"]));
    let body = operation.value.get("requestBody").and_then(typed);
    let of_body = generated.body.as_ref().and_then(|body| match &body.ty {
        BodyType::Fields(name) => Some(Type::Named(name.clone())),
        BodyType::Value(ty) => Some(ty.clone()),
        BodyType::Bytes | BodyType::Files => None,
    });
    // Lowering has made one answer and one media type of several, so the places name neither.
    let parts = [(answer, &generated.answer, "responses", "the answer"), (body, &of_body, "requestBody", "the body")];
    for (declared, ty, key, what) in parts {
        let Some(schema) = declared else { continue };
        let at = format!("{}/{key}", operation.pointer);
        match ty {
            Some(ty) if agrees(names, schema, ty) => {}
            Some(ty) => return problem(at, ty),
            None => return Err(lost(at, what).in_operation(&generated.facts.id)),
        }
    }
    Ok(())
}

/// The schema of a body or of an answer. `None` where there is none, and for bytes.
fn typed(holder: &Value) -> Option<&Value> {
    http::media(holder).filter(|media| media.form != Form::Bytes)?.value.get("schema")
}

fn other(place: String, ty: &Type) -> Problem {
    Problem::new(place, format!("progenitor made another type of it than the document says: {ty:?}"), ADVICE)
}

/// Whether a type is what a schema of the lowered document says.
fn agrees(names: &Names, schema: &Value, ty: &Type) -> bool {
    let inner = |key: &str| schema.get(key).filter(|inner| inner.is_object());
    let agrees = |schema: &Value, ty: &Type| agrees(names, schema, ty);
    match (schema["type"].as_str(), ty) {
        (_, Type::Boxed(ty) | Type::Nullable(ty)) => agrees(schema, ty),
        (None, ty) => {
            let reference = schema["$ref"].as_str().or(schema["allOf"][0]["$ref"].as_str());
            match reference.and_then(|reference| component_name(reference, "schemas")) {
                Some(name) => ty.named() == names.get(name).map(String::as_str),
                None => *ty == Type::Any,
            }
        }
        (Some("array"), Type::List(item)) => inner("items").map_or(**item == Type::Any, |items| agrees(items, item)),
        (Some("object"), Type::Map(value)) => inner("additionalProperties").is_some_and(|values| agrees(values, value)),
        (Some("object"), Type::FreeObject) => {
            inner("additionalProperties").is_none_or(|values| agrees(values, &Type::Any))
        }
        (Some("string"), ty) => match schema["format"].as_str() {
            Some("password") => *ty == Type::Secret,
            Some("date-time") => *ty == Type::Timestamp,
            _ => *ty == Type::Text,
        },
        (Some("integer"), Type::I32 | Type::I64) => true,
        (Some("number"), Type::F32 | Type::F64) => true,
        (Some("boolean"), Type::Bool) => true,
        _ => false,
    }
}
