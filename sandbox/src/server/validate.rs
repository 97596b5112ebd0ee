//! Compares a request with the document before an operation sees it.

use std::collections::BTreeMap;

use http::HeaderMap;
use http::header::CONTENT_TYPE;
use serde_json::{Map, Value};

use crate::choices::Choice;
use crate::contract::{Contract, Operation, remove};
use crate::refusal::Refusal;
use crate::settings::Validation;

use super::pipeline::Body;
use super::redact;

/// A request as the operation is to see it.
#[derive(Default)]
pub struct Valid {
    pub query: Map<String, Value>,
    pub body: Map<String, Value>,
    /// What the sender should know although it is no error.
    pub notes: Vec<String>,
    pub choices: Vec<Choice>,
}

/// The body as JSON: None if there is none.
pub fn json(operation: &Operation, headers: &HeaderMap, body: &Body) -> Result<Option<Value>, Refusal> {
    let bytes = match body {
        Body::TooLong => {
            return Err(Refusal::new(413, "INVALID_REQUEST_ERROR", "the body is longer than 1 MiB"));
        }
        Body::Bytes(bytes) if bytes.is_empty() => return Ok(None),
        Body::Bytes(bytes) => bytes,
    };
    // What an operation without a body does with one is not its business.
    if operation.body.is_none() {
        return Ok(None);
    }
    let kind = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let media = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    if media != "application/json" && !(media.starts_with("application/") && media.ends_with("+json")) {
        let message = "the header content-type has to be application/json";
        return Err(Refusal::new(415, "INVALID_REQUEST_ERROR", message));
    }
    // The error of serde_json names the place and no value.
    serde_json::from_slice(bytes)
        .map(Some)
        .map_err(|e| Refusal::invalid("body", format!("is no JSON, at line {} column {}", e.line(), e.column())))
}

/// Compares query and body with what the document declares. What the sender should know is known in both cases.
pub fn request(
    contract: &Contract,
    operation: &Operation,
    level: Validation,
    query: &[(String, String)],
    body: Option<Value>,
) -> (Valid, Result<(), Refusal>) {
    let mut valid = Valid::default();
    let mut wrong: Vec<(String, String)> = Vec::new();
    parameters(contract, operation, level, query, &mut valid, &mut wrong);
    match body {
        Some(body) => fields(contract, operation, level, body, &mut valid, &mut wrong),
        None if operation.body_required && level != Validation::Off => {
            wrong.push(("body".into(), "is required".into()));
        }
        None => {}
    }
    let outcome = if wrong.is_empty() { Ok(()) } else { Err(Refusal::invalid_fields(wrong)) };
    (valid, outcome)
}

fn parameters(
    contract: &Contract,
    operation: &Operation,
    level: Validation,
    query: &[(String, String)],
    valid: &mut Valid,
    wrong: &mut Vec<(String, String)>,
) {
    let declared: BTreeMap<&str, _> = operation
        .parameters
        .iter()
        .filter(|parameter| parameter.location == "query")
        .map(|parameter| (parameter.name.as_str(), parameter))
        .collect();
    for (name, text) in query {
        let Some(parameter) = declared.get(name.as_str()) else {
            let near = nearest(name, declared.keys().copied());
            unknown(level, name, near.as_deref(), valid, wrong);
            continue;
        };
        let checked = contract.check_parameter(parameter, text);
        let is_absent = match level {
            Validation::AsImprint => true,
            Validation::Strict => checked.is_ok(),
            Validation::Off => false,
        };
        if text.is_empty() && is_absent {
            valid.note_empty(name);
            continue;
        }
        match checked {
            Ok(value) => drop(valid.query.insert(name.clone(), value)),
            Err(_) if level == Validation::Off => drop(valid.query.insert(name.clone(), text.as_str().into())),
            Err(violation) => wrong.push((violation.dotted(), violation.what)),
        }
    }
    let is_missing = |name: &str| !valid.query.contains_key(name) && !wrong.iter().any(|(at, _)| at == name);
    let missing: Vec<_> =
        declared.values().filter(|parameter| parameter.required && is_missing(&parameter.name)).collect();
    if level != Validation::Off {
        wrong.extend(missing.iter().map(|parameter| (parameter.name.clone(), "is required".to_owned())));
    }
}

fn fields(
    contract: &Contract,
    operation: &Operation,
    level: Validation,
    mut body: Value,
    valid: &mut Valid,
    wrong: &mut Vec<(String, String)>,
) {
    if level != Validation::Off {
        // Strict reads an empty text as absent only where the document allows it.
        let kept: Vec<String> = match level {
            Validation::Strict => contract.check_body(operation, &body).into_iter().map(|v| v.pointer).collect(),
            _ => Vec::new(),
        };
        for pointer in contract.without_empty_text(operation, &mut body, &kept) {
            valid.note_empty(&dotted(&pointer));
        }
    }
    for field in contract.unknown_fields(operation, &body) {
        unknown(level, &dotted(&field.pointer), field.did_you_mean.as_deref(), valid, wrong);
        // Ignored means that it is not kept either, although an answer might have a field of that name.
        remove(&mut body, &field.pointer);
    }
    if level != Validation::Off {
        wrong.extend(contract.check_body(operation, &body).into_iter().map(|v| (v.dotted(), v.what)));
    }
    match body {
        Value::Object(body) => valid.body = body,
        // The schema has said what is wrong, unless nothing is validated.
        _ if level == Validation::Off => wrong.push(("body".into(), "has to be an object".into())),
        _ => {}
    }
}

impl Valid {
    fn note_empty(&mut self, name: &str) {
        self.notes.push(format!("{name} is the empty text and counts as absent"));
        self.choices.push(Choice::EmptyTextIsAbsent);
    }
}

fn unknown(level: Validation, name: &str, near: Option<&str>, valid: &mut Valid, wrong: &mut Vec<(String, String)>) {
    let question = near.map_or(String::new(), |near| format!(", did you mean {near}?"));
    // A name that the document does not know may be anything, a card number too.
    let name = redact::text(name);
    if level == Validation::Strict {
        wrong.push((name, format!("is unknown{question}")));
    } else {
        valid.notes.push(format!("{name} ignored{question}"));
        valid.choices.push(Choice::UnknownFieldsAreIgnored);
    }
}

/// The known name that an unknown one is most like, if it is close.
fn nearest<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Option<String> {
    let best = known.map(|known| (strsim::damerau_levenshtein(name, known), known)).min()?;
    (best.0 <= 1 + name.len() / 4).then(|| best.1.to_owned())
}

/// A JSON pointer as errors write it: `a.b[1].c`.
fn dotted(pointer: &str) -> String {
    crate::contract::Violation { pointer: pointer.to_owned(), what: String::new() }.dotted()
}
