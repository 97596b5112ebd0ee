//! Reduces the responses of each operation to one success response, since a call has one success type, and its body to one media type.
//!
//! Errors are not generated: they are read by their structure at run time, in the same way for every operation.

use serde_json::{Value, json};

use super::Lowered;
use crate::build::{
    http::{self, Form, Place},
    problem::Problem,
    walk::{self, escape},
};

/// Removes `webhooks` and remembers their payloads: progenitor does not know webhooks, and without a reference to them
/// the payloads would be removed as unused schemas.
pub fn webhooks(lowered: &mut Lowered) -> Result<(), Problem> {
    let webhooks = lowered.document.as_object_mut().and_then(|document| document.remove("webhooks"));
    let payloads = webhooks.as_ref().and_then(Value::as_object).into_iter().flatten();
    lowered.payloads = payloads.filter_map(|(_, item)| walk::payload(item)).map(str::to_string).collect();
    Ok(())
}

/// Leaves one response, `2XX`, for all successes: a 201 for a documented 200 is no error. Of those with different bodies it is a union, and
/// one that may come without a body is as if it always came with one: the model knows that it may not. Error responses are removed: the client
/// reads any error from any operation.
pub fn success_codes(lowered: &mut Lowered) -> Result<(), Problem> {
    let moved = &mut lowered.moved;
    walk::operations(&mut lowered.document, &mut |operation| {
        let pointer = operation.pointer.clone();
        let value = Value::Object(operation.value.clone());
        let answers = http::answers(&value);
        for (index, schema) in answers.schemas.iter().enumerate() {
            let media = |response| http::media(response).filter(|media| media.value.get("schema") == Some(*schema));
            let found = http::successes(&value).find_map(|(status, response)| Some((status, media(response)?)));
            let member = if answers.schemas.len() > 1 { format!("/oneOf/{index}") } else { String::new() };
            moved.extend(found.map(|(status, media)| {
                let there = format!("{}/content/{}", escape(status), escape(media.name));
                let here = format!("{pointer}/responses/2XX/content/application~1json/schema{member}");
                (here, format!("{pointer}/responses/{there}/schema"))
            }));
        }
        let last = http::successes(&value).last();
        let description = last.and_then(|(_, response)| response["description"].as_str()).unwrap_or_default();
        let mut merged = json!({ "description": description });
        match (answers.form, answers.schemas.as_slice()) {
            (None, _) => {}
            (Some(Form::Json), [schema]) => merged["content"] = json!({"application/json": {"schema": schema}}),
            (Some(Form::Json), schemas) => {
                merged["content"] = json!({"application/json": {"schema": {"oneOf": schemas}}});
            }
            (Some(_), _) => merged["content"] = json!({"application/octet-stream": {}}),
        }
        operation.value.insert("responses".into(), json!({"2XX": merged}));
        Ok(())
    })
}

/// Reduces the body that an operation takes to the media type that the client sends. Nothing is made of the schemas of the others, and
/// none is made of what is sent as bytes.
pub fn request_media(lowered: &mut Lowered) -> Result<(), Problem> {
    let known = lowered.document.clone();
    let moved = &mut lowered.moved;
    walk::operations(&mut lowered.document, &mut |operation| {
        let pointer = format!("{}/requestBody/content", operation.pointer);
        let Some(body) = operation.value.get_mut("requestBody") else { return Ok(()) };
        let content = http::media(body).map(|media| {
            if media.form == Form::Json {
                moved.push((format!("{pointer}/application~1json"), format!("{pointer}/{}", escape(media.name))));
            }
            let schema = media.value.get("schema").cloned().unwrap_or_else(|| json!({}));
            match media.form {
                Form::Json => json!({"application/json": {"schema": schema}}),
                Form::Bytes => json!({"application/octet-stream": {}}),
                Form::Urlencoded => json!({media.name: {"schema": schema}}),
                Form::Multipart => json!({media.name: without_files(&known, &schema)}),
            }
        });
        match content {
            Some(content) => body["content"] = content,
            None => {
                operation.value.remove("requestBody");
            }
        }
        Ok(())
    })
}

/// Removes the parameters that are headers of the client's own, such as `Accept`: no call sets them.
pub fn reserved_headers(lowered: &mut Lowered) -> Result<(), Problem> {
    walk::operations(&mut lowered.document, &mut |operation| {
        if let Some(parameters) = operation.value.get_mut("parameters").and_then(Value::as_array_mut) {
            let is_reserved = |value: &Value| {
                http::place(value) == Some(Place::Header) && value["name"].as_str().is_some_and(http::is_reserved)
            };
            parameters.retain(|parameter| !is_reserved(parameter));
        }
        Ok(())
    })
}

/// The media type of a form of several parts without the files, which are no values of JSON; without a schema if nothing else is left.
fn without_files(document: &Value, schema: &Value) -> Value {
    let files = http::files(document, schema);
    if files.is_empty() {
        return json!({ "schema": schema });
    }
    let is_file = |name: &str| files.iter().any(|file| file.wire == name);
    let mut rest = walk::resolve(document, schema).clone();
    if let Some(properties) = rest["properties"].as_object_mut() {
        properties.retain(|name, _| !is_file(name));
        if properties.is_empty() {
            return json!({});
        }
    }
    if let Some(required) = rest.get_mut("required").and_then(Value::as_array_mut) {
        required.retain(|name| !name.as_str().is_some_and(is_file));
    }
    json!({ "schema": rest })
}
