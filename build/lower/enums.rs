//! Enums: one schema where the document writes a list of values several times, and tokens in the place of values.

use serde_json::{Value, json};

use super::Lowered;
use crate::build::{enum_tokens::token, problem::Problem, walk};

/// In the overlay, on a place with a list of values: the named schema that has the same values.
const ENUM: &str = "x-imprint-enum";

/// Replaces each marked list of values by a reference to the named schema, after checking that the schema has all of
/// them: otherwise a value that the document adds in one place would silently be missing in the shared enum.
pub fn share(lowered: &mut Lowered) -> Result<(), Problem> {
    let known = lowered.document.clone();
    walk::schemas(&mut lowered.document, &mut |schema, place| {
        let Some(map) = schema.as_object_mut() else { return Ok(()) };
        let Some(mark) = map.remove(ENUM) else { return Ok(()) };
        let name = mark.as_str().unwrap_or_default();
        let shared = known["components"]["schemas"][name]["enum"].as_array();
        let Some(shared) = shared else {
            return Err(place.problem(
                format!("`{ENUM}: {name}` names no schema with a list of values"),
                "name a schema under `components/schemas` that has an `enum`, or add it by an overlay action",
            ));
        };
        let Some(values) = map.remove("enum") else {
            return Err(place.problem(
                format!("`{ENUM}: {name}` on a place without a list of values"),
                "the document no longer lists the values here: drop the mark from the overlay",
            ));
        };
        if let Some(other) = values.as_array().into_iter().flatten().find(|value| !shared.contains(value)) {
            return Err(place.problem(
                format!("{other} is listed here and is not a value of `{name}`"),
                format!(
                    "add the value to the schema `{name}` by the overlay; without the mark `{ENUM}` the values here would be an \
                     enum of their own, with another name"
                ),
            ));
        }
        map.remove("type");
        map.insert("$ref".into(), json!(format!("#/components/schemas/{name}")));
        Ok(())
    })
}

/// Writes a token in the place of each value: see `enum_tokens`. An open enum of numbers is a number, also one that writes its
/// numbers as texts.
pub fn tokens(lowered: &mut Lowered) -> Result<(), Problem> {
    walk::schemas(&mut lowered.document, &mut |schema, _| {
        let Some(map) = schema.as_object_mut() else { return Ok(()) };
        let Some(Value::Array(values)) = map.remove("enum") else { return Ok(()) };
        let is_text = map.get("type").is_none_or(|of| of == "string");
        if let Some(values) = values.iter().map(Value::as_str).collect::<Option<Vec<_>>>().filter(|_| is_text) {
            let mut tokens: Vec<String> = Vec::new();
            for value in values.into_iter().map(token) {
                if !tokens.contains(&value) {
                    tokens.push(value);
                }
            }
            map.insert("enum".into(), json!(tokens));
        }
        Ok(())
    })
}
