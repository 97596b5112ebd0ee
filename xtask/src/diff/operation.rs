//! An operation of one of the two documents, as the comparison sees it.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{moved::MovedPaths, place::ComparedPlace, prose::without_prose};
use crate::{
    openapi::{answers, body_schema, json_schema},
    pipeline::walk,
    usage::{Carriers, Side},
};

/// An operation of one of the documents.
pub struct DocumentOperation {
    pub id: String,
    pub method: String,
    pub path: String,
    /// The path as the old document has it, where all paths begin otherwise now.
    compared_path: String,
    pub pointer: String,
    pub value: Value,
}

impl DocumentOperation {
    /// Every operation of a document. `moved` is how its paths differ from those of the other document.
    pub fn all(document: &Value, moved: Option<&MovedPaths>) -> Vec<Self> {
        let mut found = Vec::new();
        // The visitor never refuses.
        let _ = walk::operations(&mut document.clone(), &mut |operation| {
            let mut value = Value::Object(operation.value.clone());
            let shared = &document["paths"][operation.path]["servers"];
            if value["servers"].is_null() && !shared.is_null() {
                value["servers"] = shared.clone();
            }
            found.push(Self {
                id: operation.id.unwrap_or("without an id").to_string(),
                method: operation.method.to_string(),
                path: operation.path.to_string(),
                compared_path: moved.map_or_else(|| operation.path.to_string(), |moved| moved.back(operation.path)),
                pointer: operation.pointer.clone(),
                value,
            });
            Ok(())
        });
        found
    }

    /// The place of the operation as a whole.
    pub fn place(&self) -> ComparedPlace {
        let location = format!("{} ({} {})", self.id, self.method.to_uppercase(), self.path);
        ComparedPlace::named(self.pointer.clone(), location, Carriers::of(Side::Request, &self.id), &self.id)
    }

    /// A part of it that is carried on one side.
    pub fn part(&self, side: Side, pointer: &str, location: &str, leaf: &str) -> ComparedPlace {
        ComparedPlace {
            pointer: format!("{}/{pointer}", self.pointer),
            location: location.to_string(),
            carriers: Carriers::of(side, &self.id).into(),
            owner: self.id.clone(),
            leaf: leaf.to_string(),
        }
    }

    /// Method and path, whatever the path's parameters are called: their names are not sent.
    pub fn endpoint(&self) -> (&str, String) {
        let segments =
            self.compared_path.split('/').map(|segment| if segment.starts_with('{') { "{}" } else { segment });
        (&self.method, segments.collect::<Vec<_>>().join("/"))
    }

    /// Where in the path a parameter stands.
    pub fn position_in_path(&self, parameter: &str) -> Option<usize> {
        self.path.split('/').position(|segment| segment == format!("{{{parameter}}}"))
    }

    /// The parameters by `parameter_key`, with their index.
    pub fn parameters(&self) -> BTreeMap<String, (usize, &Value)> {
        let all = self.value["parameters"].as_array().into_iter().flatten().enumerate();
        all.map(|(index, value)| (parameter_key(value), (index, value))).collect()
    }

    /// The place of a parameter.
    pub fn parameter_place(&self, index: usize, value: &Value) -> ComparedPlace {
        let name = value["name"].as_str().unwrap_or_default();
        let location = format!("{} parameter `{name}` of {}", value["in"].as_str().unwrap_or("unplaced"), self.id);
        self.part(Side::Request, &format!("parameters/{index}"), &location, name)
    }

    /// What tells an operation from others, whatever it is called: its method, what it is sent and what it answers.
    pub fn signature(&self) -> Value {
        let successes = answers(&self.value).statuses;
        let success: Vec<&Value> =
            successes.iter().map(|status| json_schema(&self.value["responses"][*status])).collect();
        without_prose(&json!([self.method, body_schema(&self.value["requestBody"]), success]))
    }
}

/// What tells the parameters of an operation or a webhook apart: their place and their name. The names of headers have no
/// case.
pub fn parameter_key(parameter: &Value) -> String {
    let [place, name] = ["in", "name"].map(|key| parameter[key].as_str().unwrap_or_default());
    let name = if place == "header" { name.to_ascii_lowercase() } else { name.to_string() };
    format!("{place} {name}")
}
