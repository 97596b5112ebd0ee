//! The API document as the tests read it: after the overlay and before the lowering, which removes most constraints.
//!
//! This code shares nothing with lowering and emitting. Otherwise a mistake in them would be on both sides of
//! a comparison and no test would find it.

mod compose;
mod overlaid;
mod validate;

use std::collections::BTreeSet;
use std::sync::LazyLock;

use serde_json::{Map, Value};

pub use compose::{Place, PropertySet, ValueKind, remove};

/// The names of the methods in a path item.
const METHODS: [&str; 8] = ["get", "put", "post", "delete", "options", "head", "patch", "trace"];

/// The document and the data that is derived from it once.
pub struct Spec {
    /// The document after the overlay.
    document: Value,
    /// The components of the document, converted to JSON Schema.
    components: Value,
    operations: Vec<DocumentedOperation>,
}

/// An operation as the document declares it.
pub struct DocumentedOperation {
    pub id: String,
    /// In upper case.
    pub method: String,
    /// The path template.
    pub path: String,
    pub parameters: Vec<DocumentedParameter>,
    pub body: Option<Schema>,
    pub answers: Vec<DocumentedResponse>,
}

/// A parameter of an operation.
pub struct DocumentedParameter {
    pub name: String,
    pub location: String,
    pub required: bool,
    pub schema: Schema,
    example: Option<Value>,
}

/// A response that an operation declares.
pub struct DocumentedResponse {
    pub status: u16,
    /// `None` if the response has no body.
    pub schema: Option<Schema>,
}

/// A schema of the document, whose references are not resolved.
#[derive(Clone)]
pub struct Schema(Value);

impl Spec {
    /// The document, which is read once.
    pub fn get() -> &'static Self {
        static SPEC: LazyLock<Spec> = LazyLock::new(|| Spec::of(overlaid::document()));
        &SPEC
    }

    /// All operations, in the order of their paths.
    pub fn operations(&self) -> &[DocumentedOperation] {
        &self.operations
    }

    /// A schema of `components`.
    pub fn named(&self, name: &str) -> Schema {
        Schema(self.document["components"]["schemas"][name].clone())
    }

    fn of(document: Value) -> Self {
        let mut spec = Self { components: Value::Null, operations: Vec::new(), document };
        spec.components = validate::components(&spec);
        spec.operations = spec.read_operations();
        spec
    }

    fn read_operations(&self) -> Vec<DocumentedOperation> {
        let paths = self.document["paths"].as_object().expect("a map of paths");
        let items = paths.iter().flat_map(|(path, item)| {
            assert!(
                item.get("parameters").is_none(),
                "{path} has parameters of its own, which these tests do not read"
            );
            METHODS.iter().filter_map(move |method| Some((path, method, item.get(method)?)))
        });
        items.map(|(path, method, operation)| self.read_operation(path, method, operation)).collect()
    }

    fn read_operation(&self, path: &str, method: &str, operation: &Value) -> DocumentedOperation {
        let id = operation["operationId"].as_str().unwrap_or_else(|| panic!("{method} {path} has no id")).to_owned();
        let parameters = operation["parameters"].as_array().into_iter().flatten();
        let body = operation.get("requestBody").map(|body| json_schema(body).expect("a JSON body"));
        let answers = operation["responses"].as_object().expect("responses");
        let answers = answers.iter().map(|(status, answer)| DocumentedResponse {
            status: status.parse().unwrap_or_else(|_| panic!("{id} declares {status}, which is no status")),
            schema: json_schema(answer),
        });
        DocumentedOperation {
            method: method.to_uppercase(),
            path: path.to_owned(),
            parameters: parameters.map(|parameter| self.read_parameter(parameter)).collect(),
            body,
            answers: answers.collect(),
            id,
        }
    }

    fn read_parameter(&self, parameter: &Value) -> DocumentedParameter {
        let mut resolved = parameter.clone();
        if let Some(reference) = parameter["$ref"].as_str() {
            resolved = self.target(reference).clone();
            let beside = parameter.as_object().expect("a map").clone();
            resolved.as_object_mut().expect("a map").extend(beside);
        }
        let text = |key: &str| resolved[key].as_str().unwrap_or_else(|| panic!("a parameter without {key}")).to_owned();
        DocumentedParameter {
            name: text("name"),
            location: text("in"),
            required: resolved["required"] == true,
            schema: Schema(resolved["schema"].clone()),
            example: resolved.get("example").cloned(),
        }
    }

    /// Whether a response with this schema is a list: an object with an array `data`.
    pub fn is_list(&self, schema: &Schema) -> bool {
        let data = self.resolve(&schema.0).get("properties").and_then(|properties| properties.get("data")).cloned();
        data.is_some_and(|data| self.resolve(&data).get("type") == Some(&Value::from("array")))
    }

    /// The value that a reference points to.
    fn target(&self, reference: &str) -> &Value {
        let pointer =
            reference.strip_prefix('#').unwrap_or_else(|| panic!("{reference} is not a reference within the document"));
        self.document.pointer(pointer).unwrap_or_else(|| panic!("{reference} points to nothing"))
    }

    /// A schema with its own reference resolved and its `allOf` merged; nested schemas are not changed.
    fn resolve(&self, schema: &Value) -> Map<String, Value> {
        let mut merged = Map::new();
        if let Some(reference) = schema["$ref"].as_str() {
            merge(&mut merged, self.resolve(self.target(reference)));
        }
        for member in schema["allOf"].as_array().into_iter().flatten() {
            merge(&mut merged, self.resolve(member));
        }
        let mut beside = schema.as_object().cloned().unwrap_or_default();
        beside.retain(|key, _| !matches!(key.as_str(), "$ref" | "allOf"));
        merge(&mut merged, beside);
        merged
    }
}

impl DocumentedOperation {
    /// The declared success responses.
    pub fn successes(&self) -> impl Iterator<Item = &DocumentedResponse> {
        self.answers.iter().filter(|answer| (200..300).contains(&answer.status))
    }

    /// The declared error responses.
    pub fn failures(&self) -> impl Iterator<Item = &DocumentedResponse> {
        self.answers.iter().filter(|answer| !(200..300).contains(&answer.status))
    }

    /// The only success response. Every operation of the current document has exactly one.
    pub fn success(&self) -> &DocumentedResponse {
        let mut successes = self.successes();
        let first = successes.next().unwrap_or_else(|| panic!("{} cannot succeed", self.id));
        assert!(
            successes.next().is_none(),
            "{} has several success responses, so the tests must send each of them",
            self.id
        );
        first
    }
}

fn json_schema(holder: &Value) -> Option<Schema> {
    let content = holder.get("content")?;
    let schema = content["application/json"].get("schema");
    Some(Schema(schema.unwrap_or_else(|| panic!("a body that is not JSON: {content}")).clone()))
}

/// Adds the keywords of `other`. If both have a keyword, that of `other` wins; properties and required names are
/// combined.
fn merge(merged: &mut Map<String, Value>, other: Map<String, Value>) {
    for (key, value) in other {
        match (merged.get_mut(&key), value) {
            (Some(Value::Object(properties)), Value::Object(more)) if key == "properties" => properties.extend(more),
            (Some(Value::Array(names)), Value::Array(more)) if key == "required" => names.extend(more),
            (_, value) => drop(merged.insert(key, value)),
        }
    }
}

/// The required names that are defined as properties. No value can have the others; see the contract tests.
fn required(schema: &Map<String, Value>) -> BTreeSet<&str> {
    let names = schema.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
    let properties = schema.get("properties");
    names.filter(|name| properties.is_some_and(|properties| properties.get(name).is_some())).collect()
}

/// The JSON pointer to a member of the object at `pointer`.
fn member(pointer: &str, name: &str) -> String {
    format!("{pointer}/{}", name.replace('~', "~0").replace('/', "~1"))
}
