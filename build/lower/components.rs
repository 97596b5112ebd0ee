//! Copies parameters, request bodies and responses from `components` and path items into the operations that use them.
//!
//! Later rules then find everything about an operation in one place.

use serde_json::Value;

use super::Lowered;
use crate::build::{
    problem::Problem,
    walk::{self, component_name, escape},
};

pub fn inline(lowered: &mut Lowered) -> Result<(), Problem> {
    let components = lowered.document.get("components").cloned().unwrap_or_default();
    spread_path_parameters(&mut lowered.document);
    walk::operations(&mut lowered.document, &mut |operation| {
        let pointer = operation.pointer.clone();
        let id = operation.id.unwrap_or("without an id").to_string();
        for (key, value) in operation.value {
            match key.as_str() {
                "parameters" => {
                    let Some(parameters) = value.as_array_mut() else { continue };
                    for (index, parameter) in parameters.iter_mut().enumerate() {
                        let pointer = format!("{pointer}/parameters/{index}");
                        inline_one(parameter, &components, "parameters", &pointer).map_err(|p| p.in_operation(&id))?;
                    }
                    // The operation's own entries come last, so that they replace those of its path item.
                    let all = std::mem::take(parameters);
                    for parameter in all {
                        let same = |other: &Value| other["name"] == parameter["name"] && other["in"] == parameter["in"];
                        parameters.retain(|other| !same(other));
                        parameters.push(parameter);
                    }
                }
                "requestBody" => inline_one(value, &components, "requestBodies", &format!("{pointer}/requestBody"))
                    .map_err(|p| p.in_operation(&id))?,
                "responses" => {
                    let Some(responses) = value.as_object_mut() else { continue };
                    for (status, response) in responses {
                        let pointer = format!("{pointer}/responses/{}", escape(status));
                        inline_one(response, &components, "responses", &pointer).map_err(|p| p.in_operation(&id))?;
                    }
                }
                _ => {}
            }
        }
        Ok(())
    })?;
    if let Some(components) = lowered.document.get_mut("components").and_then(Value::as_object_mut) {
        components.retain(|kind, _| kind == "schemas");
    }
    Ok(())
}

fn inline_one(value: &mut Value, components: &Value, kind: &str, pointer: &str) -> Result<(), Problem> {
    for _ in 0..16 {
        let Some(reference) = value.get("$ref").and_then(Value::as_str) else { return Ok(()) };
        let target = component_name(reference, kind).and_then(|name| components.get(kind)?.get(name));
        let Some(target) = target else {
            return Err(Problem::new(
                format!("{pointer}/$ref"),
                format!("`{reference}` does not resolve"),
                format!("define it under `components/{kind}`, or correct the reference by an overlay action"),
            ));
        };
        for (key, beside) in value.as_object().into_iter().flatten() {
            let prose = matches!(key.as_str(), "$ref" | "description" | "summary");
            if !prose && target.get(key).is_some_and(|there| there != beside) {
                return Err(Problem::new(
                    format!("{pointer}/{}", escape(key)),
                    format!("`{key}` beside `$ref` contradicts what `{reference}` says"),
                    "remove one of the two by an overlay action",
                ));
            }
        }
        let mut inlined = target.clone();
        if let (Some(description), Some(inlined)) = (value.get("description"), inlined.as_object_mut()) {
            inlined.insert("description".into(), description.clone());
        }
        *value = inlined;
    }
    Err(Problem::new(pointer, "references that end in themselves", "cut the circle by an overlay action"))
}

fn spread_path_parameters(document: &mut Value) {
    let Some(paths) = document.get_mut("paths").and_then(Value::as_object_mut) else { return };
    for item in paths.values_mut() {
        let Some(item) = item.as_object_mut() else { continue };
        let Some(Value::Array(shared)) = item.remove("parameters") else { continue };
        for (method, operation) in item.iter_mut() {
            let Some(operation) = operation.as_object_mut() else { continue };
            if !walk::METHODS.contains(&method.as_str()) {
                continue;
            }
            let own = operation.entry("parameters").or_insert_with(|| Value::Array(Vec::new()));
            if let Some(own) = own.as_array_mut() {
                own.splice(0..0, shared.iter().cloned());
            }
        }
    }
}
