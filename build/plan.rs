//! What the document says that progenitor's output does not carry, for the stages after it.

pub mod lists;
mod pages;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use super::{
    lower::{Lowering, resolve},
    problem::Problem,
    walk,
};

/// Everything learnt on the way down.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    /// By operationId.
    pub operations: BTreeMap<String, Operation>,
    /// What each operation may answer instead, by operationId.
    pub errors: BTreeMap<String, Vec<ErrorAnswer>>,
    /// Names that stand for another named schema.
    pub aliases: BTreeMap<String, String>,
    /// The table of events, for the webhook module.
    pub webhooks: Vec<Webhook>,
    /// Places that hold secrets.
    pub secrets: Vec<Mark>,
    /// Places that hold personal data.
    pub personal: Vec<Mark>,
    /// Names of fields that hold it in a shape no format can mark.
    pub personal_names: BTreeSet<String>,
    /// The base URLs of `servers`.
    pub servers: Vec<String>,
}

impl Plan {
    /// The payload schemas: nothing else refers to them.
    pub fn webhook_schemas(&self) -> Vec<String> {
        self.webhooks.iter().map(|webhook| webhook.schema.clone()).collect()
    }
}

/// One call.
#[derive(Clone, Debug)]
pub struct Operation {
    pub id: String,
    pub method: String,
    pub path: String,
    pub pointer: String,
    pub summary: Option<String>,
    pub description: Option<String>,
    pub deprecated: bool,
    /// Sending it twice does what sending it once does.
    pub repeatable: bool,
    /// A cursor goes in, `data` and `has_more` come out: the property of an item that is its cursor.
    pub pages: Option<String>,
    pub parameters: Vec<Parameter>,
    pub body: Option<Body>,
    /// The success answer has no body.
    pub empty: bool,
    /// The names of the properties of the success answer.
    pub answer: Vec<String>,
    /// The names under which a success answer may have its list; none for an operation that answers no list.
    pub list: Vec<String>,
}

#[derive(Clone, Debug)]
pub struct Parameter {
    pub name: String,
    pub in_path: bool,
    pub required: bool,
    pub description: Option<String>,
    pub deprecated: bool,
    /// The smallest page limit the document allows.
    pub minimum: Option<i64>,
    pub sample: Value,
}

#[derive(Clone, Debug)]
pub struct Body {
    pub sample: Value,
    /// The smallest page limit the document allows in the body.
    pub minimum: Option<i64>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ErrorAnswer {
    pub status: u16,
    pub code: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Webhook {
    pub name: String,
    pub operation: String,
    /// The value of `object` in the envelope.
    pub object: String,
    pub schema: String,
    /// The fields of its data that make it the event it is; empty for all of them.
    pub dedupe: Vec<String>,
    /// Fields that belong to these where an event has them.
    pub dedupe_also: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    pub name: String,
    pub pointer: String,
}

/// The parameter for the size of a page.
const LIMIT: &str = "limit";

/// Reads the operations off a document whose components are inlined and whose references resolve.
pub fn gather(lowering: &mut Lowering) -> Result<(), Problem> {
    let document = lowering.document.clone();
    let plan = &mut lowering.plan;
    plan.servers = document["servers"].as_array().into_iter().flatten().filter_map(|s| text(&s["url"])).collect();
    walk::operations(&mut lowering.document, &mut |operation| {
        let id = operation.id.unwrap_or_default().to_string();
        let value = Value::Object(operation.value.clone());
        let success = &value["responses"]["2XX"]["content"]["application/json"]["schema"];
        let body_schema = &value["requestBody"]["content"]["application/json"]["schema"];
        let parameters: Vec<Parameter> =
            value["parameters"].as_array().into_iter().flatten().map(|p| parameter(&document, p)).collect();
        if !body_schema.is_null() && resolve(&document, body_schema)["type"] != "object" {
            return Err(operation.problem(
                "/requestBody/content/application~1json/schema",
                "a request body that is no object",
                "only objects have builders: describe the body as one by an overlay action",
            ));
        }
        let pages = pages::cursor(&document, &plan.aliases, &operation, (&parameters, body_schema, success))?;
        let marked = value["x-imprint-repeatable"] == json!(true);
        plan.operations.insert(
            id.clone(),
            Operation {
                id,
                method: operation.method.to_string(),
                path: operation.path.to_string(),
                pointer: operation.pointer.clone(),
                summary: text(&value["summary"]),
                description: text(&value["description"]),
                deprecated: value["deprecated"] == json!(true),
                repeatable: matches!(operation.method, "get" | "head" | "put") || marked,
                pages,
                parameters,
                body: (!body_schema.is_null()).then(|| Body {
                    sample: sample(&document, body_schema, 0),
                    minimum: minimum(&resolve(&document, body_schema)["properties"][LIMIT]),
                }),
                empty: success.is_null(),
                answer: resolve(&document, success)["properties"]
                    .as_object()
                    .into_iter()
                    .flat_map(|properties| properties.keys().cloned())
                    .collect(),
                list: lists::names(&document, success),
            },
        );
        Ok(())
    })
}

fn text(value: &Value) -> Option<String> {
    value.as_str().filter(|text| !text.is_empty()).map(str::to_string)
}

fn minimum(schema: &Value) -> Option<i64> {
    (schema["type"] == "integer").then(|| schema["minimum"].as_i64()).flatten()
}

fn parameter(document: &Value, value: &Value) -> Parameter {
    let name = value["name"].as_str().unwrap_or_default().to_string();
    let schema = &value["schema"];
    // OpenAPI allows the example beside the schema, too.
    let beside = value.get("example").cloned();
    Parameter {
        in_path: value["in"] == "path",
        required: value["required"] == json!(true),
        description: text(&value["description"]).or_else(|| text(&schema["description"])),
        deprecated: value["deprecated"] == json!(true),
        minimum: (name == LIMIT).then(|| minimum(resolve(document, schema))).flatten(),
        sample: beside.unwrap_or_else(|| sample(document, schema, 0)),
        name,
    }
}

/// How many optional fields an example body shows when nothing is required.
const SHOWN: usize = 2;

/// A value for the docs: the document's example, or the plainest one of the type. Of an object, what is required.
fn sample(document: &Value, schema: &Value, depth: usize) -> Value {
    let target = resolve(document, schema);
    let scalar = !matches!(target["type"].as_str(), Some("object" | "array") | None);
    let given = schema.get("example").or(target.get("example")).filter(|example| scalar && !example.is_array());
    if let Some(given) = given {
        return given.clone();
    }
    match target["type"].as_str() {
        Some("string") => target["enum"].get(0).cloned().unwrap_or_else(|| json!("…")),
        Some("integer") => target.get("minimum").filter(|m| m.is_i64()).cloned().unwrap_or_else(|| json!(1)),
        Some("number") => json!(1.0),
        Some("boolean") => json!(true),
        Some("array") if depth < 4 => json!([sample(document, &target["items"], depth + 1)]),
        Some("object") if depth < 4 => {
            let required: Vec<&str> =
                target["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
            let mut shown = Map::new();
            for (name, property) in target["properties"].as_object().into_iter().flatten() {
                let optional = required.is_empty() && shown.len() < SHOWN && is_shown(document, property);
                if required.contains(&name.as_str()) || optional {
                    shown.insert(name.clone(), sample(document, property, depth + 1));
                }
            }
            Value::Object(shown)
        }
        _ => json!({}),
    }
}

/// An optional field worth showing: one with an example of its own.
fn is_shown(document: &Value, property: &Value) -> bool {
    let target = resolve(document, property);
    let scalar = matches!(target["type"].as_str(), Some("string" | "integer"));
    scalar && (property.get("example").is_some() || target.get("example").is_some())
}
