//! Reads the operations of a document, and says what is wrong with one that cannot be read.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::OnceLock;

use serde_json::Value;

use super::Contract;
use super::operation::{Answer, Covers, Operation, Parameter};
use super::references::{References, member, target};
use super::route::Routes;
use super::schema::Schema;

/// The names of the methods in a path item.
const METHODS: [&str; 8] = ["get", "put", "post", "delete", "options", "head", "patch", "trace"];
/// How many references in a row are followed from a parameter, a body or an answer.
const HOPS: usize = 16;

/// Why a document cannot be read: where, what is wrong, and what to do about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DocumentError {
    /// A JSON pointer into the document. Empty for the document as a whole.
    pub pointer: String,
    problem: String,
    advice: String,
}

impl DocumentError {
    pub(super) fn new(pointer: impl Into<String>, problem: impl Into<String>, advice: impl Into<String>) -> Self {
        Self { pointer: pointer.into(), problem: problem.into(), advice: advice.into() }
    }
}

impl fmt::Display for DocumentError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { pointer, problem, advice } = self;
        match pointer.is_empty() {
            true => write!(f, "{problem}; {advice}"),
            false => write!(f, "at {pointer}: {problem}; {advice}"),
        }
    }
}

impl std::error::Error for DocumentError {}

/// Reads the text of a document.
pub(super) fn read(text: &str) -> Result<Contract, DocumentError> {
    let document: Value = serde_json::from_str(text).map_err(|e| {
        DocumentError::new("", format!("the document is not JSON: {e}"), "convert it to JSON if it is YAML")
    })?;
    let mut reading = Reading { document: &document, references: References::new(&document) };
    let operations = reading.operations()?;
    let webhooks = reading.webhooks()?;
    let named = reading.named()?;
    let references: Vec<String> = reading.references.into_found().into_iter().map(str::to_owned).collect();
    let mut positions = BTreeMap::new();
    for (position, operation) in operations.iter().enumerate() {
        if positions.insert(operation.id.clone(), position).is_some() {
            let pointer = member("/paths", &operation.path);
            let problem = format!("a second operation is called `{}`", operation.id);
            return Err(DocumentError::new(pointer, problem, "give each operation an operationId of its own"));
        }
    }
    Ok(Contract {
        version: document["info"]["version"].as_str().unwrap_or_default().to_owned(),
        routes: Routes::of(&operations)?,
        operations,
        positions,
        named,
        webhooks,
        kinds: OnceLock::new(),
        event_data: OnceLock::new(),
        references,
        referenced: OnceLock::new(),
        marked_names: OnceLock::new(),
        document,
    })
}

/// The document while it is read.
struct Reading<'a> {
    document: &'a Value,
    references: References<'a>,
}

impl<'a> Reading<'a> {
    fn operations(&mut self) -> Result<Vec<Operation>, DocumentError> {
        let paths = self.document.get("paths").and_then(Value::as_object).ok_or_else(|| {
            DocumentError::new(
                "/paths",
                "there is no map of paths",
                "give the text of an OpenAPI document of version 3",
            )
        })?;
        let mut operations = Vec::new();
        for (path, item) in paths.iter().filter(|(path, _)| !path.starts_with("x-")) {
            let place = member("/paths", path);
            self.resolvable(item, &place)?;
            let shared = self.parameters(item, &place)?;
            for method in METHODS {
                let Some(operation) = self.field(item, method) else { continue };
                let place = member(&place, method);
                operations.push(self.operation(path, method, operation, &shared, &place)?);
            }
        }
        Ok(operations)
    }

    fn operation(
        &mut self,
        path: &str,
        method: &str,
        operation: &'a Value,
        shared: &[(&'a Value, String)],
        place: &str,
    ) -> Result<Operation, DocumentError> {
        let id = operation.get("operationId").and_then(Value::as_str).filter(|id| !id.is_empty()).ok_or_else(|| {
            DocumentError::new(place, "the operation has no operationId", "give it one, operations are found by it")
        })?;
        let own = self.parameters(operation, place)?;
        let mut parameters = Vec::new();
        for (parameter, place) in &own {
            parameters.push(self.parameter(parameter, place)?);
        }
        for (parameter, place) in shared {
            let parameter = self.parameter(parameter, place)?;
            // A parameter of the operation replaces the one of its path.
            if !parameters
                .iter()
                .any(|own: &Parameter| (&own.name, &own.location) == (&parameter.name, &parameter.location))
            {
                parameters.push(parameter);
            }
        }
        let mut body = None;
        let mut body_required = false;
        if let Some(request) = operation.get("requestBody") {
            body = self.content(request, &member(place, "requestBody"))?.0;
            body_required = self.field(request, "required") == Some(&Value::Bool(true));
        }
        let answers = operation.get("responses").and_then(Value::as_object).ok_or_else(|| {
            DocumentError::new(
                place,
                "the operation declares no answers",
                "give it `responses`, with one entry at least",
            )
        })?;
        let place = member(place, "responses");
        let mut declared = Vec::new();
        for (status, answer) in answers.iter().filter(|(status, _)| !status.starts_with("x-")) {
            declared.push(self.answer(status, answer, &member(&place, status))?);
        }
        Ok(Operation {
            id: id.to_owned(),
            method: method.to_uppercase(),
            path: path.to_owned(),
            parameters,
            body,
            body_required,
            answers: declared,
            repeatable: operation.get("x-imprint-repeatable").and_then(Value::as_bool),
            resource: OnceLock::new(),
        })
    }

    /// The parameters of an operation or a path, each with its place.
    fn parameters(&self, of: &'a Value, place: &str) -> Result<Vec<(&'a Value, String)>, DocumentError> {
        let Some(parameters) = self.field(of, "parameters") else { return Ok(Vec::new()) };
        let place = member(place, "parameters");
        let parameters = parameters
            .as_array()
            .ok_or_else(|| DocumentError::new(&place, "the parameters are no list", "make them a list"))?;
        Ok(parameters.iter().zip(0..).map(|(parameter, index)| (parameter, format!("{place}/{index}"))).collect())
    }

    fn parameter(&mut self, parameter: &'a Value, place: &str) -> Result<Parameter, DocumentError> {
        self.resolvable(parameter, place)?;
        let text = |key: &str| {
            let text = self.field(parameter, key).and_then(Value::as_str).map(str::to_owned);
            text.ok_or_else(|| DocumentError::new(place, format!("the parameter has no `{key}`"), "give it, as text"))
        };
        let (name, location) = (text("name")?, text("in")?);
        let is_required = self.field(parameter, "required") == Some(&Value::Bool(true));
        let marked = ["x-imprint-secret", "x-imprint-personal"].map(|mark| self.field(parameter, mark));
        let example = self.field(parameter, "example").cloned();
        let (schema, is_json) = match self.field(parameter, "schema") {
            Some(schema) => (Some(self.schema(schema, &member(place, "schema"))?), false),
            None => {
                let schema = self.content(parameter, place)?.0;
                let is_json = schema.is_some();
                (schema, is_json)
            }
        };
        Ok(Parameter {
            required: is_required || location == "path",
            schema: schema.unwrap_or_else(|| Schema::new(Value::Bool(true))),
            marked: marked.contains(&Some(&Value::Bool(true))),
            name,
            location,
            example,
            is_json,
        })
    }

    fn answer(&mut self, key: &str, answer: &'a Value, place: &str) -> Result<Answer, DocumentError> {
        let class = key.as_bytes().first().filter(|digit| (b'1'..=b'5').contains(digit));
        let (status, covers) = match (key, class) {
            ("default", _) => (500, Covers::Rest),
            (_, Some(digit)) if key.len() == 3 && key[1..].eq_ignore_ascii_case("xx") => {
                let digit = u16::from(digit - b'0');
                (digit * 100, Covers::Class(digit))
            }
            _ => {
                let status = key.parse().ok().filter(|status| (100..600).contains(status)).ok_or_else(|| {
                    let advice = "write a status such as 200, a class such as 4XX, or `default`";
                    DocumentError::new(place, format!("`{key}` is no status"), advice)
                })?;
                (status, Covers::One)
            }
        };
        let (schema, has_content) = self.content(answer, place)?;
        Ok(Answer { status, covers, is_other_content: has_content && schema.is_none(), schema })
    }

    /// The schema of the JSON that a body, an answer or a parameter holds, and whether it holds anything at all.
    fn content(&mut self, holder: &'a Value, place: &str) -> Result<(Option<Schema>, bool), DocumentError> {
        self.resolvable(holder, place)?;
        let Some(content) = self.field(holder, "content").and_then(Value::as_object) else { return Ok((None, false)) };
        let json = content.iter().filter_map(|(media, part)| Some((json_rank(media)?, media, part)));
        let schema = match json.min_by_key(|(rank, ..)| *rank) {
            Some((_, media, part)) => {
                let place = member(&member(place, "content"), media);
                Some(match self.field(part, "schema") {
                    Some(schema) => self.schema(schema, &member(&place, "schema"))?,
                    None => Schema::new(Value::Bool(true)),
                })
            }
            None => None,
        };
        Ok((schema, !content.is_empty()))
    }

    fn schema(&mut self, schema: &'a Value, place: &str) -> Result<Schema, DocumentError> {
        self.references.check(schema, &mut place.to_owned())?;
        Ok(Schema::new(schema.clone()))
    }

    fn webhooks(&mut self) -> Result<BTreeMap<String, Schema>, DocumentError> {
        let mut payloads = BTreeMap::new();
        for (name, item) in self.document.get("webhooks").and_then(Value::as_object).into_iter().flatten() {
            let Some(request) = self.field(item, "post").and_then(|post| post.get("requestBody")) else { continue };
            let place = format!("{}/post/requestBody", member("/webhooks", name));
            if let (Some(schema), _) = self.content(request, &place)? {
                payloads.insert(name.clone(), schema);
            }
        }
        Ok(payloads)
    }

    fn named(&mut self) -> Result<BTreeMap<String, OnceLock<Schema>>, DocumentError> {
        let mut named = BTreeMap::new();
        for (name, schema) in self.document["components"]["schemas"].as_object().into_iter().flatten() {
            self.references.check(schema, &mut member("/components/schemas", name))?;
            named.insert(name.clone(), OnceLock::new());
        }
        Ok(named)
    }

    /// A member of an object that may be a reference: its own, else that of what it refers to.
    fn field(&self, object: &'a Value, key: &str) -> Option<&'a Value> {
        let mut object = object;
        for _ in 0..HOPS {
            if let Some(value) = object.get(key) {
                return Some(value);
            }
            object = target(self.document, object.get("$ref")?.as_str()?)?;
        }
        None
    }

    /// Refuses an object whose reference leads nowhere.
    fn resolvable(&self, object: &'a Value, place: &str) -> Result<(), DocumentError> {
        let mut object = object;
        for _ in 0..HOPS {
            let Some(reference) = object.get("$ref") else { return Ok(()) };
            let next = reference.as_str().and_then(|reference| target(self.document, reference));
            object = next.ok_or_else(|| {
                DocumentError::new(
                    place,
                    format!("the reference {reference} points to nothing in this document"),
                    "put everything into one document, and let the reference name a place of it as `#/components/…`",
                )
            })?;
        }
        Err(DocumentError::new(place, "the references lead in a circle", "let one of them point to a definition"))
    }
}

/// How well a media type stands for JSON, the lowest best. `None` if it does not.
fn json_rank(media: &str) -> Option<u8> {
    let essence = media.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    match essence.as_str() {
        "application/json" => Some(0),
        essence if essence.ends_with("+json") => Some(1),
        "application/*" | "*/*" => Some(2),
        _ => None,
    }
}

#[cfg(test)]
pub(super) mod tests;
