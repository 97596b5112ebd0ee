//! Reads what the document declares of its operations, servers, tags, webhooks and errors.
//!
//! The document is in its normal form: nothing has been dropped for the sake of a client, and references to schemas may
//! still pass through schemas that only name another one.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::{
    BodyFacts, ErrorAnswer, OperationFacts, ParameterFacts, SuccessAnswer, Tag, Webhook, cursor, follow, lists,
    samples, webhooks,
};
use crate::build::{
    http::{self, Form, Place},
    lists::Asked,
    problem::Problem,
    walk::{self, METHODS, is_success, resolve},
};

/// What the document declares, before it is known which types its schemas become.
pub struct Declared {
    pub servers: Vec<String>,
    pub tags: Vec<Tag>,
    /// By operationId.
    pub operations: BTreeMap<String, DeclaredOperation>,
    pub webhooks: Vec<Webhook>,
    /// The property of their payloads that tells the kinds of events apart.
    pub event_tag: String,
}

/// An operation without its types.
pub struct DeclaredOperation {
    pub facts: OperationFacts,
    pub parameters: Vec<ParameterFacts>,
    pub body: Option<BodyFacts>,
    /// Whether a successful answer has a body of JSON.
    pub has_answer: bool,
}

/// The parameter, or property of a body, that is the size of a page.
const LIMIT: &str = "limit";

/// On an operation in the overlay: what its example sets beside what is required, parameters and properties of the body
/// by their names.
const EXAMPLE: &str = "x-imprint-example";

/// On an operation in the overlay: a POST that only searches, so that it may be sent again.
const REPEATABLE: &str = "x-imprint-repeatable";

pub fn read(document: &Value) -> Result<Declared, Problem> {
    let mut operations = BTreeMap::new();
    methods(document)?;
    let mut copy = document.clone();
    let usual = usual_servers(document, &mut copy);
    walk::operations(&mut copy, &mut |operation| {
        if servers(document, &operation) != usual {
            return Err(elsewhere(&operation));
        }
        let declared = read_operation(document, &operation)?;
        operations.insert(declared.facts.id.clone(), declared);
        Ok(())
    })?;
    let servers = document["servers"].as_array().into_iter().flatten();
    let mut tags: Vec<Tag> = Vec::new();
    for tag in document["tags"].as_array().into_iter().flatten() {
        // A tag that is declared twice is one group of operations.
        if let Some(name) = text(&tag["name"]).filter(|name| !tags.iter().any(|tag| tag.name == *name)) {
            tags.push(Tag { name, description: text(&tag["description"]) });
        }
    }
    let (event_tag, webhooks) = webhooks::read(document)?;
    Ok(Declared {
        servers: servers.filter_map(|server| text(&server["url"])).collect(),
        tags,
        operations,
        webhooks,
        event_tag,
    })
}

/// Refuses a method that is spelled in upper case: OpenAPI knows none, and the operation would be lost without a word.
fn methods(document: &Value) -> Result<(), Problem> {
    for (path, item) in document["paths"].as_object().into_iter().flatten() {
        let keys = item.as_object().into_iter().flatten().map(|(key, _)| key);
        let is_odd = |key: &&String| !METHODS.contains(&key.as_str()) && METHODS.contains(&&*key.to_ascii_lowercase());
        if let Some(key) = keys.into_iter().find(is_odd) {
            return Err(Problem::new(
                format!("/paths/{}/{}", walk::escape(path), walk::escape(key)),
                format!("the method `{key}` is not in lower case, and OpenAPI knows no such key"),
                format!("write `{}` by an overlay action", key.to_ascii_lowercase()),
            ));
        }
    }
    Ok(())
}

fn read_operation(document: &Value, operation: &walk::Operation<'_>) -> Result<DeclaredOperation, Problem> {
    let value = Value::Object(operation.value.clone());
    let answers = http::answers(&value);
    let answer = if let [only] = answers.schemas.as_slice() { *only } else { &Value::Null };
    let media = http::media(&value["requestBody"]);
    let body = media.filter(|media| media.form != Form::Bytes).map_or(&Value::Null, |media| &media.value["schema"]);
    let parameters = http::parameters(operation.value).into_iter();
    let mut parameters: Vec<_> = parameters.map(|parameter| read_parameter(document, parameter)).collect();
    let mut given = value[EXAMPLE].as_object().cloned().unwrap_or_default();
    for parameter in &mut parameters {
        if let Some(sample) = given.remove(&parameter.wire) {
            (parameter.sample, parameter.shown) = (sample, true);
        }
    }
    let body_schema = resolve(document, body);
    let is_property = |name: &String| !body_schema["properties"][name.as_str()].is_null();
    let unknown_in_example = given.keys().find(|name| !is_property(name)).cloned();
    let properties = answers.schemas.iter().filter_map(|schema| resolve(document, schema)["properties"].as_object());
    let mut answer_properties: Vec<String> = properties.flatten().map(|(name, _)| name.clone()).collect();
    // The order of properties depends on a feature of serde_json; what is written must not.
    answer_properties.sort();
    answer_properties.dedup();
    let is_marked = value[REPEATABLE] == Value::Bool(true);
    let names: Vec<&str> = parameters.iter().map(|parameter| parameter.wire.as_str()).collect();
    let facts = OperationFacts {
        id: operation.id.unwrap_or_default().to_string(),
        method: operation.method.to_string(),
        path: operation.path.to_string(),
        pointer: operation.pointer.clone(),
        tag: text(&value["tags"][0]),
        summary: text(&value["summary"]),
        description: text(&value["description"]),
        deprecated: value["deprecated"] == Value::Bool(true),
        repeatable: matches!(operation.method, "get" | "head" | "put") || is_marked,
        answer_properties,
        next_is_url: follow::is_url(document, answer),
        list: lists::names(document, answer, Asked { path: operation.path, parameters: &names }),
        unknown_in_example,
        success: success_answer(&value, &answers),
        has_key: parameters.iter().any(|p| p.place == Place::Header && http::is_idempotency_key(&p.wire)),
        errors: errors(document, &value),
        cursor: cursor::declared(document, operation, (&parameters, body, answer))?,
    };
    let has_answer = answers.form == Some(Form::Json);
    let styles = match media {
        Some(media) => styles(document, operation, media)?,
        None => Vec::new(),
    };
    let body = media.map(|media| BodyFacts {
        form: media.form,
        media: media.sent().to_string(),
        required: http::body_is_required(document, operation.method, &value["requestBody"]),
        files: files_of(document, media, &parameters),
        styles,
        minimum: minimum(document, &body_schema["properties"][LIMIT]),
        sample: samples::with(document, body, given),
    });
    Ok(DeclaredOperation { facts, parameters, body, has_answer })
}

/// The URLs of the servers that an operation names, of its path, or of the document.
fn servers(document: &Value, operation: &walk::Operation<'_>) -> BTreeSet<String> {
    let urls = |servers: &Value| -> BTreeSet<String> {
        let servers = servers.as_array().into_iter().flatten();
        servers.filter_map(|server| Some(server["url"].as_str()?.trim_end_matches('/').to_string())).collect()
    };
    let own = operation.value.get("servers").map(urls).filter(|own| !own.is_empty());
    let of_path = || Some(urls(&document["paths"][operation.path]["servers"])).filter(|of_path| !of_path.is_empty());
    own.or_else(of_path).unwrap_or_else(|| urls(&document["servers"]))
}

/// The servers that the most operations have, which the base URL of the client stands for. `copy` is the same document, for the walk.
fn usual_servers(document: &Value, copy: &mut Value) -> BTreeSet<String> {
    let mut counts: BTreeMap<BTreeSet<String>, usize> = BTreeMap::new();
    // The visitor never refuses.
    let _ = walk::operations(copy, &mut |operation| {
        *counts.entry(servers(document, &operation)).or_default() += 1;
        Ok(())
    });
    // Of as many, the first by name: the order of operations depends on a feature of serde_json.
    let usual = counts.into_iter().rev().max_by_key(|(_, count)| *count);
    usual.map(|(servers, _)| servers).unwrap_or_default()
}

/// The refusal of an operation that has other servers than most: the client has one base URL, and sends the key there.
fn elsewhere(operation: &walk::Operation<'_>) -> Problem {
    operation.problem(
        "",
        "the client sends every call to one base URL, and the `servers` of this operation (its own, of its path, or else of the \
         document) are not those that the most operations have",
        "if the API takes the call at the usual base URL as well, give the operation the `servers` of the others by an overlay \
         action; else remove it, and call it by a client of its own",
    )
}

/// How the properties of a form are written. Refuses what the client cannot write.
fn styles(
    document: &Value,
    operation: &walk::Operation<'_>,
    media: http::Media<'_>,
) -> Result<Vec<(String, http::Style)>, Problem> {
    let place = format!("/requestBody/content/{}", walk::escape(media.name));
    if media.form == Form::Bytes && media.name.trim().to_ascii_lowercase().starts_with("multipart/") {
        return Err(operation.problem(
            &place,
            format!("a body of the type `{}` needs a boundary, and is sent as bytes that nobody looks into", media.name),
            "declare it as `multipart/form-data` by an overlay action if the API takes that as well, or remove the operation",
        ));
    }
    let schema = resolve(document, &media.value["schema"]);
    let members = ["oneOf", "anyOf"].into_iter().filter_map(|key| schema[key].as_array()).flatten();
    if media.form == Form::Multipart && members.into_iter().any(|member| !http::files(document, member).is_empty()) {
        return Err(operation.problem(
            &format!("{place}/schema"),
            "a form that is one of several objects, of which one has a file",
            "describe it by an overlay action as one object that has the properties of all, with those required that each has",
        ));
    }
    http::encoding(document, media).map_err(|(name, what)| {
        operation.problem(
            &format!("{place}/encoding/{}", walk::escape(&name)),
            format!("`{name}` {what}"),
            "`form`, `spaceDelimited`, `pipeDelimited` and `deepObject` are supported in \
             `application/x-www-form-urlencoded`, and a `contentType` of JSON or plain text everywhere: correct or remove \
             this entry of `encoding` by an overlay action",
        )
    })
}

/// The files that a body takes, with names that no parameter has.
fn files_of(document: &Value, media: http::Media<'_>, parameters: &[ParameterFacts]) -> Vec<http::File> {
    if media.form != Form::Multipart {
        return Vec::new();
    }
    let mut files = http::files(document, &media.value["schema"]);
    for file in &mut files {
        let is_taken = |named: &str| parameters.iter().any(|p| p.named.as_deref().unwrap_or(&p.key) == named);
        if is_taken(&file.named) || is_taken(&file.wire) {
            file.named = format!("file_{}", file.named);
        }
    }
    files
}

fn read_parameter(document: &Value, parameter: http::Parameter<'_>) -> ParameterFacts {
    let http::Parameter { value, wire, place, style, key, named } = parameter;
    let wire = wire.to_string();
    let schema = &value["schema"];
    // OpenAPI allows the example beside the schema, too.
    let beside = value.get("example").cloned();
    ParameterFacts {
        place,
        style,
        key,
        named,
        required: value["required"] == Value::Bool(true),
        description: text(&value["description"]).or_else(|| text(&schema["description"])),
        deprecated: value["deprecated"] == Value::Bool(true),
        first: first(document, schema),
        minimum: (wire == LIMIT).then(|| minimum(document, schema)).flatten(),
        sample: beside.unwrap_or_else(|| samples::of(document, schema)),
        shown: false,
        wire,
    }
}

fn text(value: &Value) -> Option<String> {
    value.as_str().filter(|text| !text.is_empty()).map(str::to_string)
}

fn minimum(document: &Value, schema: &Value) -> Option<i64> {
    let schema = resolve(document, schema);
    (schema["type"] == "integer").then(|| schema["minimum"].as_i64()).flatten()
}

fn first(document: &Value, schema: &Value) -> Option<i64> {
    let target = resolve(document, schema);
    let given = [schema, target].into_iter().find_map(|schema| schema["default"].as_i64());
    given.or_else(|| minimum(document, schema))
}

fn success_answer(operation: &Value, answers: &http::Answers<'_>) -> SuccessAnswer {
    // Of statuses that answer the same the last one stands for all.
    let differ = answers.may_be_empty || answers.schemas.len() > 1;
    let status =
        if differ { answers.statuses.join(" or ") } else { answers.statuses.last().unwrap_or(&"").to_string() };
    let accepted: Vec<&str> = answers.accepted.iter().copied().filter(|media| !media.is_empty()).collect();
    let is_plain = answers.form.is_none() || accepted.iter().all(|media| media.starts_with("application/json"));
    SuccessAnswer {
        status,
        form: answers.form,
        may_be_empty: answers.may_be_empty,
        accept: (!is_plain).then(|| accepted.join(", ")),
        description: http::successes(operation).last().and_then(|(_, response)| text(&response["description"])),
    }
}

/// The failures that an operation declares. `default` names no status that a caller could compare with.
fn errors(document: &Value, operation: &Value) -> Vec<ErrorAnswer> {
    let responses = operation["responses"].as_object().into_iter().flatten();
    let failures = responses.filter(|(status, _)| !is_success(status));
    let mut errors: Vec<ErrorAnswer> = failures
        .filter_map(|(status, response)| {
            let schema =
                http::media(response).filter(|media| media.form == Form::Json).map(|media| &media.value["schema"]);
            let code = schema.and_then(|schema| error_code(document, schema));
            let description = text(&response["description"]);
            Some(ErrorAnswer { status: status.parse().ok()?, code, description })
        })
        .collect();
    // The example of a schema that several statuses share belongs to one of them at most.
    let codes: Vec<Option<String>> = errors.iter().map(|error| error.code.clone()).collect();
    for error in &mut errors {
        error.code.take_if(|code| codes.iter().filter(|other| other.as_ref() == Some(code)).count() > 1);
    }
    errors
}

/// The error `type` that the document gives as an example, in either of the two shapes that it declares.
fn error_code(document: &Value, schema: &Value) -> Option<String> {
    let properties = &resolve(document, schema)["properties"];
    let flat = &properties["type"];
    let nested = &resolve(document, &properties["error"])["properties"]["type"];
    let given = |at: &Value| at["example"].as_str().or(at["enum"][0].as_str()).map(str::to_string);
    given(flat).or_else(|| given(nested))
}

#[cfg(test)]
mod tests;
