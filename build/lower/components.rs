//! Copies path items, parameters, request bodies and responses from `components` and path items into the operations that use
//! them, and gives every operation a name.
//!
//! Later rules then find everything about an operation in one place.

use std::collections::BTreeSet;

use heck::{ToLowerCamelCase, ToUpperCamelCase};
use serde_json::{Value, json};

use super::Lowered;
use crate::build::{
    http::{self, Form},
    problem::Problem,
    walk::{self, component_name, escape},
};

pub fn inline(lowered: &mut Lowered) -> Result<(), Problem> {
    let components = lowered.document.get("components").cloned().unwrap_or_default();
    path_items(&mut lowered.document)?;
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
    for (name, item) in lowered.document.get_mut("webhooks").and_then(Value::as_object_mut).into_iter().flatten() {
        if let Some(body) = item.get_mut("post").and_then(|post| post.get_mut("requestBody")) {
            let pointer = format!("/webhooks/{}/post/requestBody", escape(name));
            inline_one(body, &components, "requestBodies", &pointer)?;
        }
    }
    if let Some(components) = lowered.document.get_mut("components").and_then(Value::as_object_mut) {
        components.retain(|kind, _| kind == "schemas");
    }
    Ok(())
}

/// Moves the payload that a webhook describes in its own place to a named schema, so that whatever holds for schemas holds for it.
pub fn payloads(lowered: &mut Lowered) -> Result<(), Problem> {
    let taken = lowered.document.pointer("/components/schemas").and_then(Value::as_object);
    let mut taken: BTreeSet<String> = taken.into_iter().flatten().map(|(name, _)| name.to_upper_camel_case()).collect();
    let mut moved = Vec::new();
    for (name, item) in lowered.document.get_mut("webhooks").and_then(Value::as_object_mut).into_iter().flatten() {
        let Some(body) = item.get_mut("post").and_then(|post| post.get_mut("requestBody")) else { continue };
        let Some(schema) = http::media(body).filter(|media| media.form == Form::Json) else { continue };
        let schema = schema.value.get("schema").cloned().unwrap_or_else(|| json!({}));
        let is_named = schema["$ref"].as_str().and_then(|at| component_name(at, "schemas")).is_some();
        let schema = if is_named {
            schema
        } else {
            let base = format!("{name} payload").to_upper_camel_case();
            let mut payload = base.clone();
            for number in 2.. {
                if taken.insert(payload.clone()) {
                    break;
                }
                payload = format!("{base}{number}");
            }
            let reference = json!({"$ref": format!("#/components/schemas/{payload}")});
            moved.push((payload, schema));
            reference
        };
        body["content"] = json!({"application/json": {"schema": schema}});
    }
    for (name, schema) in moved {
        lowered.document["components"]["schemas"][name] = schema;
    }
    Ok(())
}

/// Replaces each path item that is a reference by what it refers to: a path item of `components`, or that of another path. An operation
/// that is used twice keeps its id in the first place, and gets one of its own in the others.
fn path_items(document: &mut Value) -> Result<(), Problem> {
    let known = document.clone();
    let mut used = BTreeSet::new();
    for kind in ["paths", "webhooks"] {
        for (path, item) in document.get_mut(kind).and_then(Value::as_object_mut).into_iter().flatten() {
            let pointer = format!("/{kind}/{}", escape(path));
            let mut follow = 0;
            while let Some(reference) = item.get("$ref").and_then(Value::as_str).map(str::to_string) {
                let is_item = |at: &&str| at.starts_with("/components/pathItems/") || at.starts_with("/paths/");
                // Braces may be escaped in a reference, as in a URL.
                let reference = reference.replace("%7B", "{").replace("%7D", "}");
                let target = reference.strip_prefix('#').filter(is_item).and_then(|at| known.pointer(at));
                let Some(target) = target.filter(|target| target.is_object() && follow < 16) else {
                    return Err(Problem::new(
                        format!("{pointer}/$ref"),
                        format!("the path item `{reference}` does not resolve"),
                        "only path items of this document are understood, as `#/components/pathItems/<name>` or \
                         `#/paths/<path>`: bring what other files have into the document, or write the path item out by an \
                         overlay action",
                    ));
                };
                let mut target = target.clone();
                let is_again = !used.insert(reference.clone()) || reference.starts_with("#/paths/");
                for method in walk::METHODS.iter().filter(|_| is_again) {
                    if let Some(operation) = target.get_mut(method).and_then(Value::as_object_mut) {
                        operation.remove("operationId");
                    }
                }
                // What stands beside the reference is of this path.
                for (key, beside) in item.as_object().into_iter().flatten().filter(|(key, _)| *key != "$ref") {
                    let is_said_twice = target.get(key).is_some_and(|there| there != beside);
                    if is_said_twice && !matches!(key.as_str(), "description" | "summary") {
                        return Err(Problem::new(
                            format!("{pointer}/{}", escape(key)),
                            format!("`{key}` beside `$ref` contradicts what `{reference}` says"),
                            "remove one of the two by an overlay action",
                        ));
                    }
                    target[key] = beside.clone();
                }
                *item = target;
                follow += 1;
            }
        }
    }
    Ok(())
}

/// Declares the parameters that a path has and no one declares, as text: a value for them is needed all the same.
pub fn path_parameters(lowered: &mut Lowered) -> Result<(), Problem> {
    walk::operations(&mut lowered.document, &mut |operation| {
        let names: Vec<String> = http::names(operation.path).into_iter().map(str::to_string).collect();
        if names.is_empty() {
            return Ok(());
        }
        let parameters = operation.value.entry("parameters").or_insert_with(|| Value::Array(Vec::new()));
        let Some(parameters) = parameters.as_array_mut() else { return Ok(()) };
        for name in names {
            if !parameters.iter().any(|parameter| parameter["in"] == "path" && parameter["name"] == name.as_str()) {
                parameters.push(json!({"name": name, "in": "path", "required": true, "schema": {"type": "string"}}));
            }
        }
        Ok(())
    })
}

/// Gives each operation without an `operationId`, or with that of another method of its path, one that is made of its method and its
/// path, and each webhook its name.
pub fn name_operations(lowered: &mut Lowered) -> Result<(), Problem> {
    let mut taken = BTreeSet::new();
    walk::operations(&mut lowered.document, &mut |operation| {
        taken.extend(operation.id.map(ToLowerCamelCase::to_lower_camel_case));
        Ok(())
    })?;
    let mut seen: BTreeSet<(String, String)> = BTreeSet::new();
    walk::operations(&mut lowered.document, &mut |operation| {
        let (id, path) = (operation.id.unwrap_or_default().to_string(), operation.path.to_string());
        if !id.is_empty() && seen.insert((path, id)) {
            return Ok(());
        }
        let path = operation.path.replace('{', " by ").replace(|c: char| !c.is_alphanumeric(), " ");
        let base = format!("{} {path}", operation.method).to_lower_camel_case();
        let mut name = base.clone();
        for number in 2.. {
            if taken.insert(name.clone()) {
                break;
            }
            name = format!("{base}{number}");
        }
        operation.value.insert("operationId".into(), name.into());
        Ok(())
    })?;
    for (name, item) in lowered.document.get_mut("webhooks").and_then(Value::as_object_mut).into_iter().flatten() {
        if let Some(post) = item.get_mut("post").and_then(Value::as_object_mut) {
            post.entry("operationId").or_insert_with(|| name.to_lower_camel_case().into());
        }
    }
    Ok(())
}

/// Writes the schema of a parameter whose `content` is JSON as its `schema`, with a style of our own. OpenAPI has two ways to describe
/// the value of a parameter; the rules for schemas know one.
pub fn parameter_content(lowered: &mut Lowered) -> Result<(), Problem> {
    walk::operations(&mut lowered.document, &mut |operation| {
        let parameters = operation.value.get_mut("parameters").and_then(Value::as_array_mut);
        for parameter in parameters.into_iter().flatten() {
            let json = http::media(parameter).filter(|media| media.form == Form::Json);
            let Some(schema) = json.map(|media| media.value.get("schema").cloned().unwrap_or_default()) else {
                continue;
            };
            let Some(map) = parameter.as_object_mut().filter(|map| !map.contains_key("schema")) else { continue };
            map.remove("content");
            map.insert("schema".into(), schema);
            map.insert("style".into(), http::JSON_STYLE.into());
        }
        Ok(())
    })
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
