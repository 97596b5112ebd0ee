//! The API document as the tests read it: after the overlay, before the lowering, which keeps hardly a constraint.
//!
//! Nothing here is shared with the lowering and the hardening, which would have their own mistakes on both sides of
//! every comparison.

mod compose;
mod overlaid;
mod validate;

use std::collections::BTreeSet;
use std::sync::LazyLock;

use serde_json::{Map, Value};

pub use compose::{Kind, Place, Which, remove};

/// The names of the methods in a path item.
const METHODS: [&str; 8] = ["get", "put", "post", "delete", "options", "head", "patch", "trace"];

/// The document, and what is derived from it once.
pub struct Spec {
    /// After the overlay, as it stands.
    document: Value,
    /// Its components as JSON Schema has them.
    components: Value,
    operations: Vec<Operation>,
}

/// An operation as the document declares it.
pub struct Operation {
    pub id: String,
    /// In upper case.
    pub method: String,
    /// The template.
    pub path: String,
    pub parameters: Vec<Parameter>,
    pub body: Option<Schema>,
    pub answers: Vec<Answer>,
}

/// A parameter of an operation.
pub struct Parameter {
    pub name: String,
    pub location: String,
    pub required: bool,
    pub schema: Schema,
    example: Option<Value>,
}

/// An answer that an operation declares.
pub struct Answer {
    pub status: u16,
    /// `None` for one without a body.
    pub schema: Option<Schema>,
}

/// A schema of the document, with references in it.
#[derive(Clone)]
pub struct Schema(Value);

impl Spec {
    /// The one document.
    pub fn get() -> &'static Self {
        static SPEC: LazyLock<Spec> = LazyLock::new(|| Spec::of(overlaid::document()));
        &SPEC
    }

    /// All operations, in the order of their paths.
    pub fn operations(&self) -> &[Operation] {
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

    fn read_operations(&self) -> Vec<Operation> {
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

    fn read_operation(&self, path: &str, method: &str, operation: &Value) -> Operation {
        let id = operation["operationId"].as_str().unwrap_or_else(|| panic!("{method} {path} has no id")).to_owned();
        let parameters = operation["parameters"].as_array().into_iter().flatten();
        let body = operation.get("requestBody").map(|body| json_schema(body).expect("a JSON body"));
        let answers = operation["responses"].as_object().expect("responses");
        let answers = answers.iter().map(|(status, answer)| Answer {
            status: status.parse().unwrap_or_else(|_| panic!("{id} declares {status}, which is no status")),
            schema: json_schema(answer),
        });
        Operation {
            method: method.to_uppercase(),
            path: path.to_owned(),
            parameters: parameters.map(|parameter| self.read_parameter(parameter)).collect(),
            body,
            answers: answers.collect(),
            id,
        }
    }

    fn read_parameter(&self, parameter: &Value) -> Parameter {
        let mut resolved = parameter.clone();
        if let Some(reference) = parameter["$ref"].as_str() {
            resolved = self.target(reference).clone();
            let beside = parameter.as_object().expect("a map").clone();
            resolved.as_object_mut().expect("a map").extend(beside);
        }
        let text = |key: &str| resolved[key].as_str().unwrap_or_else(|| panic!("a parameter without {key}")).to_owned();
        Parameter {
            name: text("name"),
            location: text("in"),
            required: resolved["required"] == true,
            schema: Schema(resolved["schema"].clone()),
            example: resolved.get("example").cloned(),
        }
    }

    /// Whether an answer of this schema is a list: an object with a list `data`.
    pub fn is_list(&self, schema: &Schema) -> bool {
        let data = self.resolve(&schema.0).get("properties").and_then(|properties| properties.get("data")).cloned();
        data.is_some_and(|data| self.resolve(&data).get("type") == Some(&Value::from("array")))
    }

    /// What a reference points at.
    fn target(&self, reference: &str) -> &Value {
        let pointer = reference.strip_prefix('#').unwrap_or_else(|| panic!("{reference} leads out of the document"));
        self.document.pointer(pointer).unwrap_or_else(|| panic!("{reference} leads nowhere"))
    }

    /// A schema with its reference followed and its `allOf` merged, one level deep.
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

impl Operation {
    /// The success answers.
    pub fn successes(&self) -> impl Iterator<Item = &Answer> {
        self.answers.iter().filter(|answer| (200..300).contains(&answer.status))
    }

    /// Everything else that is declared.
    pub fn failures(&self) -> impl Iterator<Item = &Answer> {
        self.answers.iter().filter(|answer| !(200..300).contains(&answer.status))
    }

    /// The one success answer: all that the document has at present.
    pub fn success(&self) -> &Answer {
        let mut successes = self.successes();
        let first = successes.next().unwrap_or_else(|| panic!("{} cannot succeed", self.id));
        assert!(successes.next().is_none(), "{} has several success answers: send each of them", self.id);
        first
    }
}

fn json_schema(holder: &Value) -> Option<Schema> {
    let content = holder.get("content")?;
    let schema = content["application/json"].get("schema");
    Some(Schema(schema.unwrap_or_else(|| panic!("a body that is not JSON: {content}")).clone()))
}

/// Adds what `other` says; where both speak it wins.
fn merge(merged: &mut Map<String, Value>, other: Map<String, Value>) {
    for (key, value) in other {
        match (merged.get_mut(&key), value) {
            (Some(Value::Object(properties)), Value::Object(more)) if key == "properties" => properties.extend(more),
            (Some(Value::Array(names)), Value::Array(more)) if key == "required" => names.extend(more),
            (_, value) => drop(merged.insert(key, value)),
        }
    }
}

/// The required names that are properties. Those that are not cannot be kept by anyone; see the tests of the contract.
fn required(schema: &Map<String, Value>) -> BTreeSet<&str> {
    let names = schema.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
    let properties = schema.get("properties");
    names.filter(|name| properties.is_some_and(|properties| properties.get(name).is_some())).collect()
}

/// A pointer to a member of what `pointer` points at.
fn member(pointer: &str, name: &str) -> String {
    format!("{pointer}/{}", name.replace('~', "~0").replace('/', "~1"))
}
