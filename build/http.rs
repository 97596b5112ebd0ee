//! How the parameters, the body and the answer of an operation travel in HTTP, as the document declares it: where a
//! parameter goes and how its value is written there, and which of several media types is used.
//!
//! The rules that refuse, what progenitor is given, and the model of the API all ask here, so that they agree.

use std::{collections::BTreeSet, sync::LazyLock};

use heck::ToSnakeCase;
use serde_json::{Map, Value};

use super::walk::{is_success, resolve};

// The runtime has these as well, and both have to agree.
#[path = "../src/call/conventions.rs"]
mod conventions;

use conventions::{OF_CONNECTION, OF_PROXY, OVERRIDES, SET_BY_CLIENT, pieces};
pub use conventions::{Piece, Style};

/// Where a parameter goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    Path,
    Query,
    Header,
}

/// The style that the normal form gives a parameter whose `content` is JSON: OpenAPI has no word for it.
pub const JSON_STYLE: &str = "json";

/// A parameter that a call can set.
#[derive(Clone, Debug)]
pub struct Parameter<'a> {
    pub value: &'a Value,
    pub wire: &'a str,
    pub place: Place,
    pub style: Style,
    /// The name that progenitor is given: it differs from all others of the operation, also as a Rust variable.
    pub key: String,
    /// The text that its Rust name is made of, where that is not `key`.
    pub named: Option<String>,
}

/// Whether a header of this name is left to the client.
pub fn is_reserved(header: &str) -> bool {
    let name = header.to_ascii_lowercase();
    let listed = [&SET_BY_CLIENT[..], &OF_CONNECTION, &OVERRIDES].concat();
    listed.contains(&name.as_str()) || name.starts_with(OF_PROXY)
}

/// Whether a header makes a request that is sent twice be carried out once.
pub fn is_idempotency_key(header: &str) -> bool {
    ["idempotency-key", "x-idempotency-key"].iter().any(|known| header.eq_ignore_ascii_case(known))
}

/// Names that variables of progenitor's code have, which are told apart from parameters by their names.
const TAKEN: [&str; 11] =
    ["body", "client", "header_map", "info", "inner", "operation_id", "request", "response", "result", "self", "url"];

/// The parameters of an operation that a call can set, in the order of the document. Those that `lower/refuse.rs` refuses are left
/// out, and so are the headers that the client sets.
pub fn parameters(operation: &Map<String, Value>) -> Vec<Parameter<'_>> {
    let declared = operation.get("parameters").and_then(Value::as_array).into_iter().flatten();
    let mut seen: BTreeSet<String> = BTreeSet::new();
    let mut found = Vec::new();
    for value in declared {
        let wire = value["name"].as_str().unwrap_or_default();
        let Some(place) = place(value) else { continue };
        let Some(style) = style(place, value) else { continue };
        if place == Place::Header && is_reserved(wire) {
            continue;
        }
        let own = variable(wire);
        let mut name = own.clone();
        if seen.contains(&name) {
            let prefix = match place {
                Place::Path => "path",
                Place::Query => "query",
                Place::Header => "header",
            };
            name = format!("{prefix}_{own}");
        }
        let base = name.clone();
        for number in 2.. {
            if seen.insert(name.clone()) {
                break;
            }
            name = format!("{base}_{number}");
        }
        let is_taken = TAKEN.contains(&own.as_str());
        let key = match (name == own, is_taken) {
            (true, false) => wire.to_string(),
            (true, true) => format!("{name} parameter"),
            (false, _) => name.replace('_', " "),
        };
        let named = (key != wire).then_some(name);
        found.push(Parameter { value, wire, place, style, key, named });
    }
    found
}

/// The name of a parameter as a variable, as progenitor makes it: one of symbols alone is `x`.
fn variable(wire: &str) -> String {
    let name = wire.replace('\'', "").replace(|c: char| !c.is_alphanumeric() && c != '_', "-").to_snake_case();
    if name.is_empty() { "x".to_string() } else { name }
}

/// Where a parameter goes; `None` for a cookie, and for what OpenAPI does not know.
pub fn place(parameter: &Value) -> Option<Place> {
    match parameter["in"].as_str() {
        Some("path") => Some(Place::Path),
        Some("query") => Some(Place::Query),
        Some("header") => Some(Place::Header),
        _ => None,
    }
}

/// How the value of a parameter is written; `None` for a style that is not supported there.
pub fn style(place: Place, parameter: &Value) -> Option<Style> {
    let explode = parameter["explode"].as_bool();
    match (place, parameter["style"].as_str()) {
        (Place::Query | Place::Header, Some(JSON_STYLE)) => Some(Style::Json),
        (Place::Path | Place::Header, None | Some("simple")) => Some(Style::Simple),
        (Place::Query, None | Some("form")) => Some(if explode == Some(false) { Style::Commas } else { Style::Form }),
        (Place::Query, Some("spaceDelimited")) => Some(if explode == Some(true) { Style::Form } else { Style::Spaces }),
        (Place::Query, Some("pipeDelimited")) => Some(if explode == Some(true) { Style::Form } else { Style::Bars }),
        (Place::Query, Some("deepObject")) => Some(Style::Deep),
        _ => None,
    }
}

/// The parts of a path template; `None` if its braces do not match or hold a slash.
pub fn template(path: &str) -> Option<Vec<Piece<'_>>> {
    let pieces = pieces(path);
    let is_sound = |piece: &Piece<'_>| match piece {
        Piece::Text(text) => !text.contains(['{', '}']),
        Piece::Parameter(name) => !name.is_empty() && !name.contains(['{', '/']),
    };
    pieces.iter().all(is_sound).then_some(pieces)
}

/// The names of the parameters of a path template, in their order.
pub fn names(path: &str) -> Vec<&str> {
    let pieces = template(path).unwrap_or_default().into_iter();
    pieces
        .filter_map(|piece| match piece {
            Piece::Parameter(name) => Some(name),
            Piece::Text(_) => None,
        })
        .collect()
}

/// In what form a body or an answer comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    Json,
    /// `application/x-www-form-urlencoded`.
    Urlencoded,
    /// `multipart/form-data`.
    Multipart,
    /// Anything else: bytes that are not looked into.
    Bytes,
}

/// A media type of `content`, and what stands under it.
#[derive(Clone, Copy, Debug)]
pub struct Media<'a> {
    pub form: Form,
    /// As the document writes it, such as `application/json; charset=utf-8`.
    pub name: &'a str,
    pub value: &'a Value,
}

/// What a media type is without its parameters, in lower case.
pub fn essence(media: &str) -> String {
    media.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

fn form(media: &str, value: &Value) -> Form {
    let essence = essence(media);
    match essence.as_str() {
        "application/json" | "text/json" => Form::Json,
        "application/x-www-form-urlencoded" => Form::Urlencoded,
        "multipart/form-data" => Form::Multipart,
        // The document does not say what it is; a schema of more than text says that it is JSON.
        "*/*" | "application/*" => {
            let schema = &value["schema"];
            let is_text = schema.is_null() || schema["type"] == "string";
            if is_text { Form::Bytes } else { Form::Json }
        }
        other if other.ends_with("+json") => Form::Json,
        _ => Form::Bytes,
    }
}

/// The media type that the client uses of those under `content`: JSON if it is there, and of several kinds of JSON the plain
/// one. `None` if nothing is declared.
pub fn media(holder: &Value) -> Option<Media<'_>> {
    let content = holder.get("content").and_then(Value::as_object)?;
    let rank = |media: &Media<'_>| match media.form {
        Form::Json if essence(media.name) == "application/json" => 0,
        Form::Json => 1,
        Form::Multipart => 2,
        Form::Urlencoded => 3,
        Form::Bytes => 4,
    };
    let all = content.iter().map(|(name, value)| Media { form: form(name, value), name, value });
    // By name where the rank is the same: the order of a map depends on a feature of serde_json.
    all.min_by(|one, other| (rank(one), one.name).cmp(&(rank(other), other.name)))
}

/// Whether the client sends the body of an operation with every call: the document requires it, or it is an object of JSON that is sent
/// without members if none is set. `{}` says the same as no body, and servers that read the body of each `POST` as JSON refuse one that
/// is not there.
pub fn body_is_required(document: &Value, method: &str, body: &Value) -> bool {
    let is_sent_empty = |media: Media<'_>| {
        let all = parts(document, &media.value["schema"], 0);
        let is_sent = |name: &Value| {
            let name = name.as_str().unwrap_or_default();
            let mut properties = all.iter().map(|part| &part["properties"][name]);
            !properties.any(|property| property["readOnly"] == true || resolve(document, property)["readOnly"] == true)
        };
        let mut required = all.iter().filter_map(|part| part["required"].as_array()).flatten();
        media.form == Form::Json
            && matches!(method, "post" | "put" | "patch")
            && all.iter().any(|part| part["properties"].as_object().is_some_and(|properties| !properties.is_empty()))
            && !all.iter().any(|part| part.get("anyOf").is_some() || part.get("oneOf").is_some())
            && !required.any(is_sent)
    };
    body["required"] == true || media(body).is_some_and(is_sent_empty)
}

/// A schema and the parts that it has by `allOf`.
fn parts<'a>(document: &'a Value, schema: &'a Value, depth: usize) -> Vec<&'a Value> {
    let schema = resolve(document, schema);
    let below = schema["allOf"].as_array().into_iter().flatten();
    // A schema may be a part of itself.
    let below = below.filter(|_| depth < 8).flat_map(|part| parts(document, part, depth + 1));
    std::iter::once(schema).chain(below).collect()
}

impl Media<'_> {
    /// The media type for a header of a request. A range of types is JSON, or any bytes.
    pub fn sent(&self) -> &str {
        match (self.name.contains('*'), self.form) {
            (true, Form::Json) => "application/json",
            (true, _) => "application/octet-stream",
            _ => self.name,
        }
    }
}

/// How the properties of a form are written, where its `encoding` says that they are not written as those of every form.
///
/// # Errors
///
/// What it says of a property that cannot be done, with the name of the property.
pub fn encoding(document: &Value, media: Media<'_>) -> Result<Vec<(String, Style)>, (String, &'static str)> {
    let mut styles = Vec::new();
    let declared = media.value["encoding"].as_object().into_iter().flatten();
    for (name, encoding) in declared.filter(|_| matches!(media.form, Form::Urlencoded | Form::Multipart)) {
        let Some(property) = property(document, &media.value["schema"], name, 0) else { continue };
        let items = resolve(document, &property["items"]);
        let file = is_file(property) || is_file(items) && property["type"] == "array";
        match (media.form, encoded(encoding)) {
            _ if encoding["headers"]
                .as_object()
                .is_some_and(|headers| headers.values().any(|h| h["required"] == true)) =>
            {
                return Err((name.clone(), "has to be sent with headers of its own"));
            }
            // A file comes with the type of its content.
            (Form::Multipart, _) if file => {}
            (_, Err(what)) => return Err((name.clone(), what)),
            (_, Ok(Encoded::AsAlways)) => {}
            (_, Ok(Encoded::Text)) if matches!(property["type"].as_str(), Some("array" | "object")) => {
                return Err((name.clone(), "is a list or an object, and plain text by its `contentType`"));
            }
            (_, Ok(Encoded::Text)) | (Form::Multipart, Ok(Encoded::As(Style::Form))) => {}
            (_, Ok(Encoded::As(Style::Json))) => styles.push((name.clone(), Style::Json)),
            (Form::Multipart, Ok(Encoded::As(_))) => {
                return Err((name.clone(), "has a style that is not supported in a form of several parts"));
            }
            (_, Ok(Encoded::As(style))) => {
                let is_deep = property["type"] == "array" && matches!(items["type"].as_str(), Some("array" | "object"));
                if is_deep && style != Style::Deep {
                    return Err((
                        name.clone(),
                        "is a list of objects or lists, and its style writes single values alone",
                    ));
                }
                styles.push((name.clone(), style));
            }
        }
    }
    Ok(styles)
}

/// The property of that name, of an object or of the parts or variants of one. `depth` is how deep in one the schema is.
pub fn property<'a>(document: &'a Value, schema: &'a Value, name: &str, depth: usize) -> Option<&'a Value> {
    let schema = resolve(document, schema);
    if let Some(property) = schema["properties"].get(name) {
        return Some(resolve(document, property));
    }
    let members = ["allOf", "oneOf", "anyOf"].into_iter().filter_map(|key| schema[key].as_array()).flatten();
    // A schema may be a part of itself.
    members.filter(|_| depth < 8).find_map(|member| property(document, member, name, depth + 1))
}

/// What the `encoding` of a property says.
enum Encoded {
    /// Nothing of how its value is written.
    AsAlways,
    Text,
    As(Style),
}

fn encoded(encoding: &Value) -> Result<Encoded, &'static str> {
    let is_given = |key: &str| encoding.get(key).is_some();
    if is_given("style") || is_given("explode") {
        let style = style(Place::Query, encoding).map(Encoded::As);
        return style.ok_or("has a `style` that is not supported in a form");
    }
    let Some(media) = encoding["contentType"].as_str() else { return Ok(Encoded::AsAlways) };
    let mut all = media.split(',').map(|media| form(media, &Value::Null));
    if all.any(|form| form == Form::Json) {
        return Ok(Encoded::As(Style::Json));
    }
    if media.split(',').any(|media| essence(media) == "text/plain") {
        return Ok(Encoded::Text);
    }
    Err("has a `contentType` that is neither JSON nor plain text")
}

/// A file that a form of several parts takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// The name in the document.
    pub wire: String,
    /// The text that its Rust name is made of.
    pub named: String,
    pub description: Option<String>,
    pub required: bool,
    /// It is a list of files.
    pub many: bool,
}

/// The files of a form of several parts, by its schema.
pub fn files(document: &Value, schema: &Value) -> Vec<File> {
    let schema = resolve(document, schema);
    let required = schema["required"].as_array();
    let properties = schema["properties"].as_object().into_iter().flatten();
    let files = properties.filter_map(|(wire, property)| {
        let target = resolve(document, property);
        let many = target["type"] == "array" && is_file(resolve(document, &target["items"]));
        let described = [property, target].into_iter().find_map(|schema| schema["description"].as_str());
        (many || is_file(target)).then(|| File {
            wire: wire.clone(),
            named: variable(wire),
            description: described.map(str::to_string),
            required: required.is_some_and(|names| names.iter().any(|name| name == wire.as_str())),
            many,
        })
    });
    files.collect()
}

/// Whether a schema is that of bytes: as OpenAPI 3.0 says it, or 3.1.
fn is_file(schema: &Value) -> bool {
    let is_text = schema["type"] == "string" || schema.get("type").is_none();
    let is_encoded = schema.get("contentEncoding").is_some();
    is_text && (schema["format"] == "binary" || schema.get("contentMediaType").is_some() && !is_encoded)
}

/// What the successes of an operation answer, all of them together.
#[derive(Clone, Debug, Default)]
pub struct Answers<'a> {
    /// `None` if no success has a body. Bytes where some answer JSON and others something else.
    pub form: Option<Form>,
    /// The schemas of the JSON, each once.
    pub schemas: Vec<&'a Value>,
    /// A success may come without a body although others have one.
    pub may_be_empty: bool,
    /// The statuses, as the document writes them.
    pub statuses: Vec<&'a str>,
    /// The media types to ask for.
    pub accepted: Vec<&'a str>,
}

/// What the successes of an operation answer. If the document declares none, what it declares for any status is the success; it says
/// then of failures as well what it says, so that a success may come without it.
pub fn answers(operation: &Value) -> Answers<'_> {
    let mut answers = Answers::default();
    let mut forms = Vec::new();
    for (status, response) in successes(operation) {
        answers.statuses.push(status);
        answers.may_be_empty |= status == "default";
        // These have no body, whatever is declared.
        let media = media(response).filter(|_| !matches!(status, "204" | "205"));
        let Some(media) = media else {
            answers.may_be_empty = true;
            continue;
        };
        forms.push(media.form);
        if !answers.accepted.contains(&media.name) {
            answers.accepted.push(media.name);
        }
        let schema = media.value.get("schema").unwrap_or(&ANY);
        if media.form == Form::Json && !answers.schemas.contains(&schema) {
            answers.schemas.push(schema);
        }
    }
    answers.form = match forms.first() {
        None => None,
        Some(_) if forms.iter().all(|form| *form == Form::Json) => Some(Form::Json),
        Some(_) => Some(Form::Bytes),
    };
    answers.may_be_empty &= answers.form == Some(Form::Json);
    if answers.form != Some(Form::Json) {
        answers.schemas.clear();
    }
    answers
}

/// A schema that is missing says nothing of the value.
static ANY: LazyLock<Value> = LazyLock::new(|| Value::Object(Map::new()));

/// The responses to a success with their statuses, or the one for any status where there are none. A redirection that is declared is what a
/// call comes to that goes well, so that the one for any status is that of failures.
pub fn successes(operation: &Value) -> impl Iterator<Item = (&str, &Value)> {
    let responses = || operation["responses"].as_object().into_iter().flatten();
    let declared = responses().any(|(status, _)| is_success(status) || status.starts_with('3'));
    responses()
        .filter(move |(status, _)| if declared { is_success(status) } else { *status == "default" })
        .map(|(status, response)| (status.as_str(), response))
}

#[cfg(test)]
mod tests;
